# How often clusters refuse, counted by Cloud Logging itself, so that it holds while Klaxon is down: what they refused is sent
# beside everything else to a log bucket here, for metrics are made of logs only where they lie.

locals {
  # PERMISSION_DENIED and UNAUTHENTICATED, as https://cloud.google.com/logging/docs/reference/audit/auditlog/rest/Shared.Types/AuditLog has them.
  refused_filter = "resource.type=\"k8s_cluster\" AND protoPayload.serviceName=\"k8s.io\" AND protoPayload.status.code=(7 OR 16)"
  refused_to     = "logging.googleapis.com/${google_logging_project_bucket_config.refused.id}"
  refused        = "logging_googleapis_com:user_${replace(local.name, "-", "_")}_refused"
}

resource "google_logging_project_bucket_config" "refused" {
  project        = local.project
  location       = local.region
  bucket_id      = "${local.name}-refused"
  description    = "Requests that clusters refused, to be counted"
  retention_days = 1

  depends_on = [google_project_service.used]
}

resource "google_logging_metric" "refused" {
  project          = local.project
  name             = "${local.name}/refused"
  description      = "Requests that clusters refused (401, 403)"
  bucket_name      = google_logging_project_bucket_config.refused.id
  filter           = local.refused_filter
  label_extractors = { gke_cluster = "EXTRACT(resource.labels.cluster_name)" }

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"
    labels {
      key         = "gke_cluster"
      value_type  = "STRING"
      description = "The cluster that refused"
    }
  }
}

resource "google_logging_organization_sink" "refused" {
  for_each         = google_logging_organization_sink.logs
  name             = "${local.name}-refused"
  description      = "What clusters refused, to be counted"
  org_id           = each.key
  destination      = local.refused_to
  filter           = local.refused_filter
  include_children = true
}

resource "google_logging_folder_sink" "refused" {
  for_each         = google_logging_folder_sink.logs
  name             = "${local.name}-refused"
  description      = "What clusters refused, to be counted"
  folder           = "folders/${each.key}"
  destination      = local.refused_to
  filter           = local.refused_filter
  include_children = true
}

resource "google_logging_project_sink" "refused" {
  for_each               = local.of_projects
  name                   = "${local.name}-refused"
  description            = "What clusters refused, to be counted"
  project                = each.key
  destination            = local.refused_to
  filter                 = each.value == "" ? local.refused_filter : "${local.refused_filter} AND (${each.value})"
  unique_writer_identity = true
}

resource "google_project_iam_member" "refused" {
  for_each = merge(
    { for number, sink in google_logging_organization_sink.refused : "organizations/${number}" => sink.writer_identity },
    { for number, sink in google_logging_folder_sink.refused : "folders/${number}" => sink.writer_identity },
    # Within its own project a sink may write without being let.
    { for project, sink in google_logging_project_sink.refused : "projects/${project}" => sink.writer_identity if project != local.project },
  )
  project = local.project
  role    = "roles/logging.bucketWriter"
  member  = each.value

  condition {
    title      = "${local.name}-refused"
    expression = "resource.name.endsWith(\"locations/${local.region}/buckets/${local.name}-refused\")"
  }
}
