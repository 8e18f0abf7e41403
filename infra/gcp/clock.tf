# What the clock asks, and when. The names of tasks are those of shared/settings/environment.ts.

locals {
  schedules = {
    tick = "*/5 * * * *"
    # Once the last deliveries of the hour have come.
    manifest = "10 * * * *"
    # Of everything, when little else is done.
    whole-manifest = "40 3 * * *"
  }
}

resource "google_cloud_scheduler_job" "clock" {
  for_each         = local.schedules
  name             = "${local.name}-${each.key}"
  project          = local.project
  region           = local.region
  description      = "Asks the clock for: ${each.key}"
  schedule         = each.value
  time_zone        = "Etc/UTC"
  attempt_deadline = "${local.functions.clock.seconds}s"

  http_target {
    http_method = "POST"
    uri         = "${google_cloudfunctions2_function.klaxon["clock"].service_config[0].uri}/tasks/${each.key}"
    oidc_token {
      service_account_email = google_service_account.scheduler.email
      audience              = google_cloudfunctions2_function.klaxon["clock"].service_config[0].uri
    }
  }

  retry_config {
    retry_count          = 3
    min_backoff_duration = "10s"
    max_backoff_duration = "300s"
  }
}

# Who asks, and nobody else, may call the clock.
resource "google_service_account" "scheduler" {
  project      = local.project
  account_id   = "${local.name}-s"
  display_name = "Klaxon ${local.environment}: Cloud Scheduler, when it asks the clock"
}

resource "google_cloud_run_v2_service_iam_member" "scheduler" {
  project  = local.project
  location = local.region
  name     = google_cloudfunctions2_function.klaxon["clock"].name
  role     = "roles/run.invoker"
  member   = google_service_account.scheduler.member
}
