# Klaxon on Google Cloud: one project and one region, fed by log sinks of as many projects as the settings name.

terraform {
  required_version = ">= 1.5.0"
  required_providers {
    google = {
      source  = "hashicorp/google"
      version = ">= 6.50.0, < 7.0.0"
    }
  }
}

locals {
  labels = merge(var.labels, { klaxon-environment = local.environment })

  services = toset([
    "artifactregistry.googleapis.com",
    "bigquery.googleapis.com",
    "cloudbuild.googleapis.com",
    "cloudfunctions.googleapis.com",
    "cloudscheduler.googleapis.com",
    "firestore.googleapis.com",
    "logging.googleapis.com",
    "monitoring.googleapis.com",
    "pubsub.googleapis.com",
    "run.googleapis.com",
    "secretmanager.googleapis.com",
    "storage.googleapis.com",
  ])
}

# Turned on, and left on: whatever else is in the project may use them by now.
resource "google_project_service" "used" {
  for_each           = local.services
  project            = local.project
  service            = each.key
  disable_on_destroy = false

  lifecycle {
    precondition {
      condition     = local.project != "" && local.region != ""
      error_message = "The settings do not say where Klaxon is to be: gcp: { project: ..., region: ... }."
    }
  }
}

# For its number, by which Google names its own service accounts in it.
data "google_project" "here" {
  project_id = local.project

  depends_on = [google_project_service.used]
}

locals {
  number = data.google_project.here.number

  # Google's own, which act for the project in their service.
  agents = {
    pubsub    = "serviceAccount:service-${local.number}@gcp-sa-pubsub.iam.gserviceaccount.com"
    storage   = "serviceAccount:service-${local.number}@gs-project-accounts.iam.gserviceaccount.com"
    firestore = "serviceAccount:service-${local.number}@gcp-sa-firestore.iam.gserviceaccount.com"
    bigquery  = "serviceAccount:bq-${local.number}@bigquery-encryption.iam.gserviceaccount.com"
  }
}

# Without a key of yours Google encrypts with keys of its own.
resource "google_kms_crypto_key_iam_member" "agents" {
  for_each      = local.key == null ? {} : local.agents
  crypto_key_id = local.key
  role          = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
  member        = each.value
}
