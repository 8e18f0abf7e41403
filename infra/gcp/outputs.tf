output "archive_bucket" {
  description = "Where evidence lies."
  value       = google_storage_bucket.archive.name
}

output "failed_subscription" {
  description = "Deliveries that failed for good, whole."
  value       = google_pubsub_subscription.kept["failed"].id
}

output "dead_letter_subscription" {
  description = "Alerts that no sink took."
  value       = google_pubsub_subscription.kept["dead-letter"].id
}

output "logs_topic" {
  description = "What sinks of logs write to; a delivery that failed is given again here."
  value       = google_pubsub_topic.logs.id
}

output "deliveries_function" {
  description = "What reads deliveries."
  value       = google_cloudfunctions2_function.klaxon["deliveries"].name
}

output "receiver_url" {
  description = "Followed by the name of a cluster: where a self-managed one sends its audit log. Null where none does."
  value       = try("${google_cloudfunctions2_function.klaxon["receiver"].service_config[0].uri}/audit/", null)
}

output "alert_targets" {
  description = "By the name of a sink: what was made for it."
  value       = local.made
}

output "dataset" {
  description = "Where BigQuery has the archive's tables. Null where the archive is in OCSF."
  value       = local.has_tables ? local.dataset : null
}
