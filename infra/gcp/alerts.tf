# Where alerts go: what is made for the sinks of the settings, and the right to use each.

locals {
  # By type, the sinks that are for Google Cloud; those of other clouds are left to them.
  of_type = { for type in ["pubsub", "cloudLogging", "securityCommandCenter", "gcs"] : type => {
    for name, sink in local.sinks : name => sink if sink.type == type
  } }

  own_topics  = { for name, sink in local.of_type.pubsub : name => sink.topic if try(sink.topic, null) != null }
  own_buckets = { for name, sink in local.of_type.gcs : name => sink.bucket if try(sink.bucket, null) != null }

  made = merge(
    { for name, topic in google_pubsub_topic.alerts : name => topic.id },
    { for name, bucket in google_storage_bucket.alerts : name => bucket.name },
    { for name, sink in local.of_type.cloudLogging : name => "${local.name}-${name}" if try(sink.log, null) == null },
  )

  # Secrets of web sinks that lie in Secret Manager: by the name of the sink, the project and the secret.
  secrets = {
    for name, sink in local.sinks : name => regex("^gcp:secretmanager:(?:projects/(?P<project>[^/]+)/secrets/)?(?P<secret>.+)$", sink.secret)
    if startswith(try(sink.secret, ""), "gcp:secretmanager:")
  }
  secrets_elsewhere = [
    for name, sink in local.sinks : name if contains(keys(sink), "secret") && !contains(keys(local.secrets), name)
  ]

  # Each function may give alerts: for each of them and each target a right.
  givers = keys(local.functions)
}

check "somebody_is_told" {
  assert {
    condition     = length(local.secrets) + length(merge(values(local.of_type)...)) > 0
    error_message = "No sink of the settings is for Google Cloud: nobody is told of alerts. Add one below alerts: sinks:, and a route to it."
  }
}

check "secrets_are_here" {
  assert {
    condition     = length(local.secrets_elsewhere) == 0
    error_message = "The secrets of these sinks are not in Secret Manager, so here the sinks take nothing: ${join(", ", local.secrets_elsewhere)}."
  }
}

resource "google_pubsub_topic" "alerts" {
  for_each     = { for name, sink in local.of_type.pubsub : name => sink if try(sink.topic, null) == null }
  name         = "${local.name}-${each.key}"
  project      = local.project
  kms_key_name = local.key
  labels       = local.labels

  message_storage_policy {
    allowed_persistence_regions = [local.region]
  }

  depends_on = [google_project_service.used, google_kms_crypto_key_iam_member.agents]
}

resource "google_storage_bucket" "alerts" {
  for_each                    = { for name, sink in local.of_type.gcs : name => sink if try(sink.bucket, null) == null }
  name                        = "${local.name}-${substr(sha256(each.key), 0, 8)}-${local.number}"
  project                     = local.project
  location                    = local.region
  labels                      = local.labels
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = false

  lifecycle_rule {
    action {
      type = "Delete"
    }
    condition {
      age = local.retention.alertDays
    }
  }

  dynamic "encryption" {
    for_each = local.key[*]
    content {
      default_kms_key_name = encryption.value
    }
  }

  depends_on = [google_project_service.used, google_kms_crypto_key_iam_member.agents]
}

# By "function sink", so that a right names who has it and for what.
resource "google_pubsub_topic_iam_member" "alerts" {
  for_each = { for pair in setproduct(local.givers, concat(
    [for name, topic in google_pubsub_topic.alerts : { sink = name, project = local.project, topic = topic.name }],
    [for name, topic in local.own_topics : { sink = name, project = split("/", topic)[1], topic = split("/", topic)[3] }],
    [{ sink = "dead-letter", project = local.project, topic = google_pubsub_topic.dead_letter.name }],
  )) : "${pair[0]} ${pair[1].sink}" => merge(pair[1], { function = pair[0] }) }
  project = each.value.project
  topic   = each.value.topic
  role    = "roles/pubsub.publisher"
  member  = google_service_account.function[each.value.function].member
}

# To write, and to see whether what is refused is there already. Only below the prefix that shared/alert/sinks/object-sink.ts
# writes to: the condition also takes the right to list from objectViewer, which is one on the bucket itself.
resource "google_storage_bucket_iam_member" "alerts" {
  for_each = { for pair in setproduct(local.givers, concat(
    [for name, bucket in google_storage_bucket.alerts : { sink = name, bucket = bucket.name }],
    [for name, bucket in local.own_buckets : { sink = name, bucket = bucket }],
  ), ["objectCreator", "objectViewer"]) : "${pair[0]} ${pair[1].sink} ${pair[2]}" => merge(pair[1], { function = pair[0], role = pair[2] }) }
  bucket = each.value.bucket
  role   = "roles/storage.${each.value.role}"
  member = google_service_account.function[each.value.function].member

  condition {
    title      = "${local.name}-alerts"
    expression = "resource.name.startsWith(\"projects/_/buckets/${each.value.bucket}/objects/alerts/\")"
  }
}

# There is no narrower right than to write any log of the project. What a function prints needs none.
resource "google_project_iam_member" "alerts_log" {
  for_each = length(local.of_type.cloudLogging) == 0 ? toset([]) : toset(local.givers)
  project  = local.project
  role     = "roles/logging.logWriter"
  member   = google_service_account.function[each.key].member
}

resource "google_scc_v2_organization_source_iam_member" "alerts" {
  for_each = { for pair in setproduct(local.givers, [
    for name, sink in local.of_type.securityCommandCenter : { sink = name, organization = split("/", sink.source)[1], source = split("/", sink.source)[3] }
  ]) : "${pair[0]} ${pair[1].sink}" => merge(pair[1], { function = pair[0] }) }
  organization = each.value.organization
  source       = each.value.source
  role         = "roles/securitycenter.findingsEditor"
  member       = google_service_account.function[each.value.function].member
}

resource "google_secret_manager_secret_iam_member" "alerts" {
  for_each = { for pair in setproduct(local.givers, keys(local.secrets)) : "${pair[0]} ${pair[1]}" => {
    function = pair[0]
    project  = try(coalesce(local.secrets[pair[1]].project), local.project)
    secret   = local.secrets[pair[1]].secret
  } }
  project   = each.value.project
  secret_id = each.value.secret
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.function[each.value.function].member
}
