# Klaxon in every location that has an AKS cluster of the settings. `npm run build -- --only azure` comes first.

terraform {
  required_version = ">= 1.5.0"
  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = ">= 4.73.0, < 5.0.0"
    }
  }
}

variable "config" {
  description = "Path of klaxon.config.yaml: the file that the function was packed with."
  type        = string
  default     = "../../../klaxon.config.yaml"
}

variable "package" {
  description = "Path of the function, packed."
  type        = string
  default     = "../../../dist/azure.zip"
}

locals {
  settings = yamldecode(file(var.config))
  clusters = try([for cluster in local.settings.clusters : cluster], [])
  locations = toset(concat(
    [for cluster in local.clusters : cluster.location if cluster.cloud == "azure"],
    try(local.settings.receiver.cloud, "") == "azure" ? [local.settings.receiver.location] : [],
  ))
}

provider "azurerm" {
  subscription_id = try(local.settings.azure.subscription, null)
  # Azure refuses what a subscription has never asked for; the provider asks for the rest by itself.
  resource_providers_to_register = ["Microsoft.App", "Microsoft.Synapse"]
  # No store opens to a key.
  storage_use_azuread = true

  features {
    resource_group {
      prevent_deletion_if_contains_resources = true
    }
    storage {
      # What a new account says of itself is told by Azure; to ask the account would take a right of its own.
      data_plane_available = false
    }
    template_deployment {
      # Tokens, memory and what is deployed are not Azure's to delete one by one.
      delete_nested_items_during_deletion = false
    }
  }
}

module "klaxon" {
  source   = "../"
  for_each = local.locations
  config   = var.config
  package  = var.package
  location = each.key
}

output "klaxon" {
  description = "By location, what was made."
  value       = module.klaxon
}
