# Where evidence lies: a bucket that nothing is removed from before its time, and who may write and read it.

locals {
  day = 86400
}

resource "google_storage_bucket" "archive" {
  name                        = "${local.name}-archive-${local.number}"
  project                     = local.project
  location                    = local.region
  labels                      = local.labels
  storage_class               = "STANDARD"
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  # Terraform removes no evidence: a bucket that holds something stays.
  force_destroy = false

  # Governance: whoever may change the bucket can shorten it. Compliance: it is locked, and nobody can, Google's owner of the
  # project included, until the last object has come of age.
  dynamic "retention_policy" {
    for_each = local.archive.lock == "none" ? [] : [local.archive.lock]
    content {
      retention_period = local.retention.archiveDays * local.day
      is_locked        = retention_policy.value == "compliance"
    }
  }

  # What is removed all the same can be had back for a month.
  soft_delete_policy {
    retention_duration_seconds = 30 * local.day
  }

  # Objects that nobody reads become cheaper by themselves. Unlike a lifecycle rule this costs nothing for each object, and
  # leaves those below 128 KB, for which the change would cost more than it saves, where they are.
  autoclass {
    enabled                = true
    terminal_storage_class = "ARCHIVE"
  }

  lifecycle_rule {
    action {
      type = "Delete"
    }
    condition {
      # Once the lock has ended: before that Cloud Storage would keep the object whatever stands here.
      age = local.retention.archiveDays + 1
    }
  }
  lifecycle_rule {
    action {
      type = "AbortIncompleteMultipartUpload"
    }
    condition {
      age = 1
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

# Neither overwrites: that would take the right to delete.
resource "google_storage_bucket_iam_member" "archive_write" {
  for_each = local.functions
  bucket   = google_storage_bucket.archive.name
  role     = "roles/storage.objectCreator"
  member   = google_service_account.function[each.key].member
}

# Who finds a name taken compares what is there.
resource "google_storage_bucket_iam_member" "archive_get" {
  for_each = local.functions
  bucket   = google_storage_bucket.archive.name
  role     = "roles/storage.legacyObjectReader"
  member   = google_service_account.function[each.key].member
}

# To list as well: what a manifest is made from.
resource "google_storage_bucket_iam_member" "archive_list" {
  bucket = google_storage_bucket.archive.name
  role   = "roles/storage.objectViewer"
  member = google_service_account.function["clock"].member
}
