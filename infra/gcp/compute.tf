# The functions: one reads deliveries, one keeps the clock, one takes what self-managed clusters send. All run the same code.

locals {
  # Longer than the largest delivery takes, with a sink that does not answer.
  delivery_seconds = 300

  functions = merge(
    {
      deliveries = {
        letter      = "d"
        description = "Reads deliveries of logs"
        seconds     = local.delivery_seconds
        # A run that pulls fills its instance by itself.
        instances   = local.is_pushed ? local.gcp.instances : max(local.gcp.instances, local.gcp.readers)
        concurrency = local.is_pushed ? local.gcp.concurrency : 1
        ingress     = "ALLOW_INTERNAL_ONLY"
        environment = local.is_pushed ? {} : { KLAXON_SUBSCRIPTION = local.subscription }
      }
      clock = {
        letter      = "c"
        description = "Notices what has fallen silent, and chains the archive"
        # The daily manifest lists the whole archive.
        seconds     = 1800
        instances   = 3
        concurrency = 1
        ingress     = "ALLOW_INTERNAL_ONLY"
        environment = {}
      }
    },
    length(local.senders) == 0 ? {} : {
      receiver = {
        letter      = "r"
        description = "Takes the audit logs of self-managed clusters"
        seconds     = 60
        # A flood here finds no more room than this, and takes none from the others.
        instances   = 5
        concurrency = 20
        ingress     = "ALLOW_ALL"
        environment = { KLAXON_RECEIVER = "gcp:secretmanager:${local.receiver_secret}" }
      }
    },
  )

  # What shared/settings/environment.ts names.
  variables = {
    KLAXON_STATE       = google_firestore_database.state.id
    KLAXON_ARCHIVE     = google_storage_bucket.archive.name
    KLAXON_DEAD_LETTER = google_pubsub_topic.dead_letter.id
    KLAXON_SINKS       = jsonencode(local.made)
  }
}

resource "google_cloudfunctions2_function" "klaxon" {
  for_each     = local.functions
  name         = "${local.name}-${each.key}"
  project      = local.project
  location     = local.region
  description  = each.value.description
  labels       = local.labels
  kms_key_name = null

  build_config {
    runtime           = "nodejs24"
    entry_point       = "handler"
    service_account   = google_service_account.build.id
    docker_repository = google_artifact_registry_repository.images.id
    source {
      storage_source {
        bucket = google_storage_bucket.packages.name
        object = google_storage_bucket_object.package.name
      }
    }
  }

  service_config {
    service_account_email            = google_service_account.function[each.key].email
    ingress_settings                 = each.value.ingress
    timeout_seconds                  = each.value.seconds
    min_instance_count               = 0
    max_instance_count               = each.value.instances
    max_instance_request_concurrency = each.value.concurrency
    available_memory                 = "${local.gcp.memoryMegabytes}Mi"
    available_cpu                    = "1"
    all_traffic_on_latest_revision   = true
    environment_variables            = merge(local.variables, each.value.environment)
  }

  depends_on = [
    google_project_service.used,
    google_project_iam_member.build_logs,
    google_project_iam_member.build_source,
    google_artifact_registry_repository_iam_member.build,
  ]
}

# A push is a request, and of each request Cloud Run writes an entry about half as large as what was pushed. What is told of
# deliveries stands in the function's own log; requests that fail are kept, and all are counted.
resource "google_logging_project_exclusion" "pushes" {
  count       = local.is_pushed ? 1 : 0
  project     = local.project
  name        = "${local.name}-pushes"
  description = "Of Klaxon's own service: a request for each line that is read"
  filter      = "log_id(\"run.googleapis.com/requests\") AND resource.type=\"cloud_run_revision\" AND resource.labels.service_name=\"${local.name}-deliveries\" AND httpRequest.status<400"

  depends_on = [google_project_service.used]
}

# Each function is somebody of its own, so that what one may do is not what all may do.
resource "google_service_account" "function" {
  for_each     = local.functions
  project      = local.project
  account_id   = "${local.name}-${each.value.letter}"
  display_name = "Klaxon ${local.environment}: the function ${each.key}"
}

# The packed functions, which hold the settings and the rules.
resource "google_storage_bucket" "packages" {
  name                        = "${local.name}-packages-${local.number}"
  project                     = local.project
  location                    = local.region
  labels                      = local.labels
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  # What is in it can be packed again.
  force_destroy = true

  dynamic "encryption" {
    for_each = local.key[*]
    content {
      default_kms_key_name = encryption.value
    }
  }

  lifecycle_rule {
    action {
      type = "Delete"
    }
    condition {
      age                = 90
      num_newer_versions = 1
    }
  }

  depends_on = [google_project_service.used, google_kms_crypto_key_iam_member.agents]
}

# The settings that the functions carry are in the package, and beside it where it was made.
check "packed_with_these_settings" {
  assert {
    condition = try(
      jsonencode(jsondecode(file("${trimsuffix(var.package, ".zip")}/pack.json")).settings.documents[0].value),
      jsonencode(yamldecode(file(var.config))),
    ) == jsonencode(yamldecode(file(var.config)))
    error_message = "The functions were packed with other settings than ${var.config}: npm run build -- --only gcp"
  }
}

# Named by what is in it: another package is another object, and so another revision.
resource "google_storage_bucket_object" "package" {
  bucket = google_storage_bucket.packages.name
  name   = "klaxon-${filesha256(var.package)}.zip"
  source = var.package
}

resource "google_artifact_registry_repository" "images" {
  project       = local.project
  location      = local.region
  repository_id = local.name
  description   = "What Cloud Build makes of the functions of Klaxon"
  format        = "DOCKER"
  kms_key_name  = null
  labels        = local.labels

  cleanup_policies {
    id     = "keep-some"
    action = "KEEP"
    most_recent_versions {
      keep_count = 3
    }
  }
  cleanup_policies {
    id     = "drop-old"
    action = "DELETE"
    condition {
      older_than = "2592000s"
    }
  }

  depends_on = [google_project_service.used]
}

# Who builds. By default it would be an account that may do most things in the project.
resource "google_service_account" "build" {
  project      = local.project
  account_id   = "${local.name}-b"
  display_name = "Klaxon ${local.environment}: Cloud Build, when it builds the functions"
}

resource "google_project_iam_member" "build_logs" {
  project = local.project
  role    = "roles/logging.logWriter"
  member  = google_service_account.build.member
}

# Cloud Functions copies the package into a bucket of its own, which there is not before the first build.
resource "google_project_iam_member" "build_source" {
  project = local.project
  role    = "roles/storage.objectViewer"
  member  = google_service_account.build.member

  condition {
    title      = "${local.name}-build"
    expression = "resource.name.startsWith(\"projects/_/buckets/gcf-v2-sources-${local.number}-\") || resource.name.startsWith(\"projects/_/buckets/${google_storage_bucket.packages.name}\")"
  }
}

resource "google_artifact_registry_repository_iam_member" "build" {
  project    = local.project
  location   = local.region
  repository = google_artifact_registry_repository.images.name
  role       = "roles/artifactregistry.writer"
  member     = google_service_account.build.member
}
