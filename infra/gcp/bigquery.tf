# The archive as tables that BigQuery reads where it lies, and questions that are worth keeping: infra/gcp/queries.tf.

locals {
  # In OCSF the archive is for tools that bring tables of their own.
  has_tables = local.archive.form == "audit"
  dataset    = replace(local.name, "-", "_")

  # Kinds of events that come on Google Cloud; each has a folder of its own in the archive.
  kinds = toset(["audit", "cloud-api", "process", "kubernetes-event"])

  # As a line of the archive has them: shared/schema/archived-line.ts.
  columns = {
    id             = "STRING"
    time           = "INT64"
    dialect        = "STRING"
    actor          = "STRING"
    cloud_identity = "STRING"
    ips            = "STRING"
    user_agent     = "STRING"
    verb           = "STRING"
    api_group      = "STRING"
    resource       = "STRING"
    subresource    = "STRING"
    namespace      = "STRING"
    name           = "STRING"
    result         = "STRING"
    code           = "INT64"
    truncated      = "BOOL"
    redacted       = "BOOL"
    line           = "STRING"
  }

  # The parts of an object's path, as shared/archive/partition.ts writes them.
  partition = ["cloud", "account", "region", "cluster", "date", "hour"]

  # An object of the archive that holds no event: BigQuery does not take a folder that is empty for a table.
  empty_object = "${join("/", [for part in local.partition : "${part}=unknown"])}/${sha256("")}-0.ndjson.gz"
}

resource "google_bigquery_dataset" "archive" {
  for_each    = local.has_tables ? toset([local.dataset]) : toset([])
  project     = local.project
  dataset_id  = each.key
  location    = local.region
  description = "The archive of Klaxon"
  labels      = local.labels

  dynamic "default_encryption_configuration" {
    for_each = local.key[*]
    content {
      kms_key_name = default_encryption_configuration.value
    }
  }

  depends_on = [google_project_service.used, google_kms_crypto_key_iam_member.agents]
}

resource "google_storage_bucket_object" "empty" {
  for_each     = local.has_tables ? local.kinds : toset([])
  bucket       = google_storage_bucket.archive.name
  name         = "${each.key}/${local.empty_object}"
  source       = "${path.module}/empty.ndjson.gz"
  content_type = "application/gzip"
  # It is evidence like the rest, and goes when that goes.
  deletion_policy = "ABANDON"

  lifecycle {
    ignore_changes = [source, detect_md5hash]
  }
}

resource "google_bigquery_table" "kind" {
  for_each            = google_storage_bucket_object.empty
  project             = local.project
  dataset_id          = google_bigquery_dataset.archive[local.dataset].dataset_id
  table_id            = replace(each.key, "-", "_")
  description         = "Events of the kind ${each.key}; what a line has is told in docs/archive.md"
  labels              = local.labels
  deletion_protection = false

  external_data_configuration {
    source_uris           = ["${google_storage_bucket.archive.url}/${each.key}/*"]
    source_format         = "NEWLINE_DELIMITED_JSON"
    compression           = "GZIP"
    autodetect            = false
    ignore_unknown_values = true
    # Beside hive_partitioning_options it stands here, or the parts of the path would be no columns.
    schema = jsonencode([
      for name, type in local.columns : { name = name, type = type, mode = name == "ips" ? "REPEATED" : "NULLABLE" }
    ])

    hive_partitioning_options {
      mode              = "CUSTOM"
      source_uri_prefix = "${google_storage_bucket.archive.url}/${each.key}/${join("/", [for part in local.partition : "{${part}:STRING}"])}"
      # BigQuery is paid by what it reads: a question without a date would read everything.
      require_partition_filter = true
    }
  }
}
