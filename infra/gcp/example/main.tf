# Klaxon, deployed. Beside this stand klaxon.config.yaml and what `npm run build -- --only gcp` wrote.

terraform {
  required_version = ">= 1.5.0"
  required_providers {
    google = {
      source  = "hashicorp/google"
      version = ">= 6.50.0, < 7.0.0"
    }
  }

  # Whose copy of the state is right is decided in one place, where more than one person deploys:
  # backend "gcs" { bucket = "example-terraform-state", prefix = "klaxon" }
}

variable "config" {
  description = "Path of klaxon.config.yaml."
  type        = string
  default     = "../../../klaxon.config.yaml"
}

variable "package" {
  description = "Path of the functions, packed with the same file: npm run build -- --only gcp."
  type        = string
  default     = "../../../dist/gcp.zip"
}

provider "google" {}

module "klaxon" {
  source  = "../"
  config  = var.config
  package = var.package
}

output "klaxon" {
  description = "What there is now: buckets, subscriptions, addresses."
  value       = module.klaxon
}
