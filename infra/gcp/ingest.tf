# How logs come: sinks of an organisation, of folders or of projects into one topic, whose subscription the function pulls, or is pushed.

locals {
  # A cluster that is named is read by a sink of its project, unless an organisation or folders are read as a whole.
  is_aggregated = try(local.gcp.organization, null) != null || length(local.gcp.folders) > 0
  named         = local.is_aggregated ? [] : [for cluster in local.clusters : cluster if !contains(local.gcp.projects, cluster.project)]

  # For each project what of its clusters is read, in the language of Cloud Logging; nothing: all of them.
  of_projects = merge(
    { for project in local.gcp.projects : project => "" },
    { for project in distinct(local.named[*].project) : project => join(" OR ", [
      for cluster in local.named :
      "(resource.labels.cluster_name=\"${cluster.name}\" AND resource.labels.location=\"${cluster.location}\")"
      if cluster.project == project
    ]) },
  )

  # What goes to Pub/Sub is paid for line by line: infra/gcp/filters says of each line why it is read, or is not.
  filter = { for file in fileset("${path.module}/filters", "*.filter") : trimsuffix(file, ".filter") => file("${path.module}/filters/${file}") }

  of_clusters = join(" OR ", [for name in ["kubernetes", "nodes", "images"] : "(\n${local.filter[name]})"])
  of_others = concat(
    local.gcp.cloudAudit == "none" ? [] : [local.filter[local.gcp.cloudAudit]],
    [for filter in local.gcp.alsoRead : "${filter}\n"],
  )

  # By project, and of whatever is read as a whole by nothing.
  filters = { for project, clusters in merge(local.of_projects, { "" = "" }) : project => join("", [
    join(" OR ", concat(
      [clusters == "" ? "((${local.of_clusters})" : "(((${local.of_clusters}) AND (${clusters}))"],
      [for filter in local.of_others : "(\n${filter})"],
    )),
    ")\nAND NOT (\n${local.filter.own})",
  ]) }
}

resource "google_logging_organization_sink" "logs" {
  for_each         = toset(compact([try(local.gcp.organization, "")]))
  name             = local.name
  description      = "What Klaxon reads of every project"
  org_id           = each.key
  destination      = "pubsub.googleapis.com/${google_pubsub_topic.logs.id}"
  filter           = local.filters[""]
  include_children = true
}

resource "google_logging_folder_sink" "logs" {
  for_each         = toset(local.gcp.folders)
  name             = local.name
  description      = "What Klaxon reads of every project below"
  folder           = "folders/${each.key}"
  destination      = "pubsub.googleapis.com/${google_pubsub_topic.logs.id}"
  filter           = local.filters[""]
  include_children = true
}

resource "google_logging_project_sink" "logs" {
  for_each               = local.of_projects
  name                   = local.name
  description            = "What Klaxon reads"
  project                = each.key
  destination            = "pubsub.googleapis.com/${google_pubsub_topic.logs.id}"
  filter                 = local.filters[each.key]
  unique_writer_identity = true
}

locals {
  writers = merge(
    { for number, sink in google_logging_organization_sink.logs : "organizations/${number}" => sink.writer_identity },
    { for number, sink in google_logging_folder_sink.logs : "folders/${number}" => sink.writer_identity },
    { for project, sink in google_logging_project_sink.logs : "projects/${project}" => sink.writer_identity },
  )
}

resource "google_pubsub_topic" "logs" {
  name         = "${local.name}-logs"
  project      = local.project
  kms_key_name = local.key
  labels       = local.labels

  # Evidence stays where Klaxon is, whichever region a sink hands it over in.
  message_storage_policy {
    allowed_persistence_regions = [local.region]
  }

  lifecycle {
    precondition {
      condition     = length(local.of_projects) > 0 || local.is_aggregated || length(local.senders) > 0
      error_message = "Nothing of Google Cloud is read: name a cluster with cloud: gcp, or an organization, folders or projects below gcp."
    }
  }

  depends_on = [google_project_service.used, google_kms_crypto_key_iam_member.agents]
}

# A sink that is made anew has another identity, so the right is that of whoever the sink is now.
resource "google_pubsub_topic_iam_member" "writers" {
  for_each = local.writers
  project  = local.project
  topic    = google_pubsub_topic.logs.name
  role     = "roles/pubsub.publisher"
  member   = each.value
}

locals {
  # By its name, for the function is told of the subscription, and where it pushes the subscription of the function.
  subscription = "projects/${local.project}/subscriptions/${local.name}-deliveries"

  # Of what is pulled, whoever pulled it asks for more time while it needs it: leaseSeconds of shared/settings/environment.ts.
  lease_seconds = 60
}

resource "google_pubsub_subscription" "deliveries" {
  name    = "${local.name}-deliveries"
  project = local.project
  topic   = google_pubsub_topic.logs.id
  labels  = local.labels

  # Of what is pushed longer than the function may take, so that nothing is handed over again while it is dealt with.
  ack_deadline_seconds       = local.is_pushed ? local.delivery_seconds + 30 : local.lease_seconds
  message_retention_duration = "604800s"

  dynamic "push_config" {
    for_each = google_service_account.push
    content {
      push_endpoint = google_cloudfunctions2_function.klaxon["deliveries"].service_config[0].uri
      oidc_token {
        service_account_email = push_config.value.email
        audience              = google_cloudfunctions2_function.klaxon["deliveries"].service_config[0].uri
      }
    }
  }

  # What cannot be read is done with in the archive, so only what the function depends on can fail: it is tried again for
  # about six hours, at most every ten minutes, and then kept as failed.
  retry_policy {
    minimum_backoff = "10s"
    maximum_backoff = "600s"
  }
  dead_letter_policy {
    dead_letter_topic     = google_pubsub_topic.failed.id
    max_delivery_attempts = 40
  }

  # Without this a subscription that brings nothing for a month is removed.
  expiration_policy {
    ttl = ""
  }

  # Whoever is handed the first message must be let in, and be able to put it aside.
  depends_on = [
    google_cloud_run_v2_service_iam_member.push,
    google_pubsub_topic_iam_member.agent_failed,
  ]
}

# Who pushes, and nobody else, may call the function that reads deliveries.
resource "google_service_account" "push" {
  count        = local.is_pushed ? 1 : 0
  project      = local.project
  account_id   = "${local.name}-p"
  display_name = "Klaxon ${local.environment}: Pub/Sub, when it pushes logs"
}

resource "google_service_account_iam_member" "push" {
  count              = local.is_pushed ? 1 : 0
  service_account_id = google_service_account.push[0].name
  role               = "roles/iam.serviceAccountOpenIdTokenCreator"
  member             = local.agents.pubsub
}

resource "google_cloud_run_v2_service_iam_member" "push" {
  count    = local.is_pushed ? 1 : 0
  project  = local.project
  location = local.region
  name     = google_cloudfunctions2_function.klaxon["deliveries"].name
  role     = "roles/run.invoker"
  member   = google_service_account.push[0].member
}

# Where logs are pulled it is the clock that calls, every minute: a run goes on until nothing is left, and Cloud Scheduler begins
# none while the last one of the same job goes on. A run that failed is not repeated: the next one does what it could not.
resource "google_cloud_scheduler_job" "drain" {
  count            = local.is_pushed ? 0 : local.gcp.readers
  name             = "${local.name}-drain-${count.index + 1}"
  project          = local.project
  region           = local.region
  description      = "Asks for what has been delivered"
  schedule         = "* * * * *"
  time_zone        = "Etc/UTC"
  attempt_deadline = "${local.delivery_seconds + 15}s"

  http_target {
    http_method = "POST"
    uri         = "${google_cloudfunctions2_function.klaxon["deliveries"].service_config[0].uri}/tasks/drain"
    oidc_token {
      service_account_email = google_service_account.scheduler.email
      audience              = google_cloudfunctions2_function.klaxon["deliveries"].service_config[0].uri
    }
  }

  retry_config {
    retry_count = 0
  }

  depends_on = [
    google_cloud_run_v2_service_iam_member.drain,
    google_pubsub_subscription_iam_member.drain,
  ]
}

resource "google_cloud_run_v2_service_iam_member" "drain" {
  count    = local.is_pushed ? 0 : 1
  project  = local.project
  location = local.region
  name     = google_cloudfunctions2_function.klaxon["deliveries"].name
  role     = "roles/run.invoker"
  member   = google_service_account.scheduler.member
}

# What is pulled is read and acknowledged by the function itself, of this subscription and no other.
resource "google_pubsub_subscription_iam_member" "drain" {
  count        = local.is_pushed ? 0 : 1
  project      = local.project
  subscription = google_pubsub_subscription.deliveries.name
  role         = "roles/pubsub.subscriber"
  member       = google_service_account.function["deliveries"].member
}
