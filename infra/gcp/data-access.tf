# The log of reads, in the projects that the settings list. Without it GKE logs writes alone, and nobody hears of a secret that
# is read. https://cloud.google.com/kubernetes-engine/docs/how-to/audit-logging

# This resource is all that a project says of one service, so it must never say less than the project does: it names every kind of
# read, of nobody to be left out, and of one service only. `k8s.io` is what entries of clusters say; they are logged by what
# stands here for GKE.
resource "google_project_iam_audit_config" "reads" {
  for_each = toset(local.gcp.dataAccess)
  project  = each.key
  service  = "container.googleapis.com"

  audit_log_config {
    log_type = "ADMIN_READ"
  }
  audit_log_config {
    log_type = "DATA_READ"
  }
  audit_log_config {
    log_type = "DATA_WRITE"
  }

  lifecycle {
    # To destroy it is to turn the log off, which is for a person to do: `terraform state rm` forgets it and leaves it on.
    prevent_destroy = true
  }
}
