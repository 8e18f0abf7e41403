# Where everything ends up that could not be done: nothing is lost, and a person is told.

locals {
  # The most that Pub/Sub keeps a message that nobody has read; the alarm tells at once.
  kept = "2678400s"
}

# Deliveries that failed each time they were tried, whole: published to the topic of logs they are read again.
resource "google_pubsub_topic" "failed" {
  name         = "${local.name}-failed"
  project      = local.project
  kms_key_name = local.key
  labels       = local.labels

  message_storage_policy {
    allowed_persistence_regions = [local.region]
  }

  depends_on = [google_project_service.used, google_kms_crypto_key_iam_member.agents]
}

# Alerts that no sink took, with the sink and the reason.
resource "google_pubsub_topic" "dead_letter" {
  name         = "${local.name}-dead-letter"
  project      = local.project
  kms_key_name = local.key
  labels       = local.labels

  message_storage_policy {
    allowed_persistence_regions = [local.region]
  }

  depends_on = [google_project_service.used, google_kms_crypto_key_iam_member.agents]
}

# A topic keeps nothing by itself: what is published before there is a subscription is gone.
resource "google_pubsub_subscription" "kept" {
  for_each = {
    failed      = google_pubsub_topic.failed
    dead-letter = google_pubsub_topic.dead_letter
  }
  name                       = each.value.name
  project                    = local.project
  topic                      = each.value.id
  labels                     = local.labels
  ack_deadline_seconds       = 600
  message_retention_duration = local.kept

  expiration_policy {
    ttl = ""
  }
}

# It is Pub/Sub itself that gives a delivery up: it has to publish it there, and to take it out of where it was.
resource "google_pubsub_topic_iam_member" "agent_failed" {
  project = local.project
  topic   = google_pubsub_topic.failed.name
  role    = "roles/pubsub.publisher"
  member  = local.agents.pubsub
}

resource "google_pubsub_subscription_iam_member" "agent_deliveries" {
  project      = local.project
  subscription = google_pubsub_subscription.deliveries.name
  role         = "roles/pubsub.subscriber"
  member       = local.agents.pubsub
}
