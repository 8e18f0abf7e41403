# klaxon.config.yaml as the functions read it. `npm run build`, which packs them, has told every fault in it by line and column.

locals {
  # The same as `defaults` and `gcpDefaults` in shared/settings; test/infra/gcp/settings.test.ts compares them.
  defaults = {
    environment = "production"
    archive     = { form = "audit", lock = "governance" }
    retention   = { archiveDays = 400, alertDays = 400, logDays = 30 }
    gcp = {
      folders         = []
      projects        = []
      dataAccess      = []
      cloudAudit      = "changes"
      alsoRead        = []
      ingest          = "pull"
      readers         = 1
      memoryMegabytes = 512
      concurrency     = 1000
      instances       = 10
    }
  }

  # A section whose lines are all comments is absent, and so is a key without a value.
  file = { for key, value in merge({}, yamldecode(file(var.config))) : key => value if value != null }
  section = {
    for name in ["archive", "retention", "gcp"] : name => merge(
      local.defaults[name],
      { for key, value in try(local.file[name], {}) : key => value if value != null },
    )
  }

  environment = try(local.file.environment, local.defaults.environment)
  archive     = local.section.archive
  retention   = local.section.retention
  gcp         = local.section.gcp
  project     = try(local.gcp.project, "")
  region      = try(local.gcp.region, "")
  key         = try(local.gcp.key, null)

  # Whether Pub/Sub brings what is delivered, or the function comes for it.
  is_pushed = local.gcp.ingest == "push"

  listed   = try([for cluster in local.file.clusters : cluster], [])
  clusters = [for cluster in local.listed : cluster if cluster.cloud == "gcp"]
  sinks    = try({ for name, sink in local.file.alerts.sinks : name => sink }, {})

  # Self-managed clusters that send their audit log here, by name.
  senders = toset(try(local.file.receiver.cloud, "") == "gcp" ? [
    for cluster in local.listed : cluster.name if cluster.cloud == "self-managed"
  ] : [])

  # In the name of every resource.
  name = "klaxon-${local.environment}"
}
