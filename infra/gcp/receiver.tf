# What self-managed clusters send their audit log to: the function `receiver`, which anybody may call, and a token for each.

locals {
  receiver_secret = "projects/${local.project}/secrets/${local.name}-receiver-"
}

# The token is put in by hand, so that it stands in no state of Terraform: docs/deploy/gcp.md.
resource "google_secret_manager_secret" "receiver" {
  for_each  = local.senders
  project   = local.project
  secret_id = "${local.name}-receiver-${each.key}"
  labels    = local.labels

  replication {
    user_managed {
      replicas {
        location = local.region
      }
    }
  }

  lifecycle {
    precondition {
      condition     = can(regex("^[A-Za-z0-9_-]{1,100}$", each.key))
      error_message = "A cluster that sends its logs to Google Cloud is named by letters, digits, _ and -: \"${each.key}\"."
    }
  }

  depends_on = [google_project_service.used]
}

resource "google_secret_manager_secret_iam_member" "receiver" {
  for_each  = google_secret_manager_secret.receiver
  project   = local.project
  secret_id = each.value.secret_id
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.function["receiver"].member
}

# An API server can show a token or a certificate, and no identity of Google's: the function compares the token itself.
resource "google_cloud_run_v2_service_iam_member" "anybody" {
  for_each = length(local.senders) == 0 ? toset([]) : toset(["receiver"])
  project  = local.project
  location = local.region
  name     = google_cloudfunctions2_function.klaxon[each.key].name
  role     = "roles/run.invoker"
  member   = "allUsers"
}
