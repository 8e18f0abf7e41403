# Klaxon on Azure: one location, to which the AKS clusters of that location send their logs, whatever their subscription.

terraform {
  required_version = ">= 1.5.0"
  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = ">= 4.73.0, < 5.0.0"
    }
  }
}

data "azurerm_client_config" "deployer" {}

locals {
  # Names of stores, of the function and of the hub are shared with everybody on Azure.
  unique = substr(sha256("${data.azurerm_client_config.deployer.subscription_id}/${local.name}/${var.location}"), 0, 8)
  tags   = merge(var.tags, { klaxon-environment = local.environment })
  # Built here, so that it is known before anything is made.
  group_id = "/subscriptions/${data.azurerm_client_config.deployer.subscription_id}/resourceGroups/${local.name}-${var.location}"
}

resource "azurerm_resource_group" "klaxon" {
  name     = "${local.name}-${var.location}"
  location = var.location
  tags     = local.tags

  lifecycle {
    precondition {
      condition     = length(local.clusters) + length(local.senders) > 0
      error_message = "Nothing of the settings is in ${var.location}: name a cluster with cloud: azure and this location, or a receiver in it."
    }
  }
}

# Who Klaxon is when it asks for anything. There is no key or password of it anywhere.
resource "azurerm_user_assigned_identity" "function" {
  name                = local.name
  resource_group_name = azurerm_resource_group.klaxon.name
  location            = var.location
  tags                = local.tags
}
