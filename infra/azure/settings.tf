# klaxon.config.yaml as the function reads it. `npm run build`, which packs it, has told every fault in it by line and column.

locals {
  # The same as `defaults` and `azureDefaults` in shared/settings; test/infra/azure/agreed.test.ts compares them.
  defaults = {
    environment = "production"
    archive     = { form = "audit", lock = "governance" }
    retention   = { archiveDays = 400, alertDays = 400, logDays = 30 }
    azure = {
      categories          = ["kube-audit", "guard"]
      activityLog         = "changes"
      memoryMegabytes     = 2048
      instances           = 40
      partitions          = 8
      throughputUnits     = 1
      mostThroughputUnits = 20
      hubDays             = 7
      copies              = "zones"
      queries             = "synapse"
    }
  }

  # A section whose lines are all comments is absent, and so is a key without a value.
  file = { for key, value in merge({}, yamldecode(file(var.config))) : key => value if value != null }
  section = {
    for name in ["archive", "retention", "azure"] : name => merge(
      local.defaults[name],
      { for key, value in try(local.file[name], {}) : key => value if value != null },
    )
  }

  environment = try(local.file.environment, local.defaults.environment)
  archive     = local.section.archive
  retention   = local.section.retention
  azure       = local.section.azure
  network     = try(local.azure.network, null)

  # In the name of every resource.
  name = "klaxon-${local.environment}"

  listed   = try([for cluster in local.file.clusters : cluster], [])
  ofAzure  = [for cluster in local.listed : cluster if cluster.cloud == "azure"]
  clusters = [for cluster in local.ofAzure : cluster if cluster.location == var.location]
  sinks    = try({ for name, sink in local.file.alerts.sinks : name => sink }, {})

  # Self-managed clusters that send their audit log here, by name.
  receiver = try(local.file.receiver, { cloud = "none" })
  senders = toset(try(local.receiver.cloud == "azure" && local.receiver.location == var.location, false) ? [
    for cluster in local.listed : cluster.name if cluster.cloud == "self-managed"
  ] : [])
}
