# Klaxon's memory: one Firestore database, and the right to use it.

# What it remembers can be lost at the price of alerts given twice; who destroys the rest keeps it nevertheless.
resource "google_firestore_database" "state" {
  name                              = local.name
  project                           = local.project
  location_id                       = local.region
  type                              = "FIRESTORE_NATIVE"
  concurrency_mode                  = "OPTIMISTIC"
  app_engine_integration_mode       = "DISABLED"
  point_in_time_recovery_enablement = "POINT_IN_TIME_RECOVERY_ENABLED"
  delete_protection_state           = "DELETE_PROTECTION_ENABLED"
  deletion_policy                   = "ABANDON"

  dynamic "cmek_config" {
    for_each = local.key[*]
    content {
      kms_key_name = cmek_config.value
    }
  }

  depends_on = [google_project_service.used, google_kms_crypto_key_iam_member.agents]
}

# Takes out the rubbish, within a day; who reads goes by a clock of their own. Nobody asks by it: no index.
resource "google_firestore_field" "expires" {
  project    = local.project
  database   = google_firestore_database.state.name
  collection = "state"
  field      = "expires"

  ttl_config {}
  index_config {}
}

# What is remembered is read by its name alone. An index of it would cost as much again, and end at 1,500 bytes.
resource "google_firestore_field" "unindexed" {
  project    = local.project
  database   = google_firestore_database.state.name
  collection = "state"
  field      = "*"

  index_config {}
}

resource "google_project_iam_member" "state" {
  for_each = local.functions
  project  = local.project
  role     = "roles/datastore.user"
  member   = google_service_account.function[each.key].member

  condition {
    title       = "${local.name}-state"
    description = "Klaxon's own database, and no other of the project"
    expression  = "resource.name == \"projects/${local.project}/databases/${local.name}\""
  }
}
