# Where alerts go: what is made for the sinks of the settings, and the right to use each. Sinks of other clouds are left to them.

locals {
  # By kind, the sinks that name nothing of yours, so that something is made; and what the others name.
  own = {
    eventGrid    = { for name, sink in local.sinks : name => sink.topic if sink.type == "eventGrid" && try(sink.topic, null) != null }
    serviceBus   = { for name, sink in local.sinks : name => sink.entity if sink.type == "serviceBus" && try(sink.entity, null) != null }
    logAnalytics = { for name, sink in local.sinks : name => sink.workspace if sink.type == "logAnalytics" && try(sink.workspace, null) != null }
    blob         = { for name, sink in local.sinks : name => sink.container if sink.type == "blob" && try(sink.container, null) != null }
  }
  made = { for type, own in local.own : type => toset([
    for name, sink in local.sinks : name if sink.type == type && !contains(keys(own), name)
  ]) }

  # A table for each workspace, however many sinks write into it. What is only known once it is made cannot be its key.
  own_table = local.own_workspace == null ? "klaxon" : substr(sha256(lower(local.own_workspace)), 0, 8)
  table_of = merge(
    { for name in local.made.logAnalytics : name => local.own_table },
    { for name, id in local.own.logAnalytics : name => substr(sha256(lower(id)), 0, 8) },
  )
  tables = merge(
    { for name, id in local.own.logAnalytics : local.table_of[name] => id... },
    length(local.made.logAnalytics) == 0 ? {} : { (local.own_table) = [local.workspace_id] },
  )
  table_location = { for table in keys(local.tables) : table => (
    table == "klaxon" ? var.location : jsondecode(azurerm_resource_group_template_deployment.workspace[table].output_content).location.value
  ) }

  # /subscriptions/ID/resourceGroups/GROUP/providers/TYPE/NAME...: what stands at 4 is the group, at 8 the name.
  part = { for id in concat(values(local.own.eventGrid), values(local.own.serviceBus), values(local.own.blob)) : id => split("/", id) }

  # By the name of a sink, where the function writes: `variables.sinks` of shared/settings/environment.ts.
  places = merge(
    { for name in local.made.eventGrid : name => azurerm_eventgrid_topic.alerts[name].endpoint },
    { for name, id in local.own.eventGrid : name => data.azurerm_eventgrid_topic.own[name].endpoint },
    { for name in local.made.serviceBus : name => "https://${azurerm_servicebus_namespace.alerts[0].name}.servicebus.windows.net/${azurerm_servicebus_queue.alerts[name].name}" },
    { for name, id in local.own.serviceBus : name => "https://${local.part[id][8]}.servicebus.windows.net/${local.part[id][10]}" },
    { for name in local.made.blob : name => "${azurerm_storage_account.store["alerts"].primary_blob_endpoint}${azurerm_storage_container.alerts[name].name}" },
    { for name, id in local.own.blob : name => "https://${local.part[id][8]}.blob.core.windows.net/${local.part[id][12]}" },
    { for name, table in local.table_of : name => join("", [
      azurerm_monitor_data_collection_endpoint.alerts[table].logs_ingestion_endpoint,
      "/dataCollectionRules/${azurerm_monitor_data_collection_rule.alerts[table].immutable_id}",
      "/streams/Custom-KlaxonAlerts_CL",
    ]) },
  )

  # By the name of a sink, the role that its place is written with, and where.
  writers = merge(
    { for name in local.made.eventGrid : name => { role = "EventGrid Data Sender", scope = azurerm_eventgrid_topic.alerts[name].id } },
    { for name, id in local.own.eventGrid : name => { role = "EventGrid Data Sender", scope = id } },
    { for name in local.made.serviceBus : name => { role = "Azure Service Bus Data Sender", scope = azurerm_servicebus_queue.alerts[name].id } },
    { for name, id in local.own.serviceBus : name => { role = "Azure Service Bus Data Sender", scope = id } },
    { for table in keys(local.tables) : "table-${table}" => { role = "Monitoring Metrics Publisher", scope = azurerm_monitor_data_collection_rule.alerts[table].id } },
    { for name, reference in local.secrets : name => { role = "Key Vault Secrets User", scope = "${try(data.azurerm_resources.vault[reference.vault].resources[0].id, "")}/secrets/${reference.secret}" } },
  )
  columns = jsondecode(file("${path.module}/../../shared/settings/alert-columns.json"))

  # azure:keyvault:VAULT/NAME
  secrets = { for name, sink in local.sinks : name => {
    vault  = regex("^azure:keyvault:([^/]+)/", sink.secret)[0]
    secret = regex("/(.+)$", sink.secret)[0]
  } if startswith(try(sink.secret, ""), "azure:keyvault:") }
  secrets_elsewhere = [for name, sink in local.sinks : name if try(sink.secret, "") != "" && !contains(keys(local.secrets), name)]
}

check "somebody_is_told" {
  assert {
    condition     = length(local.secrets) + length(local.places) > 0
    error_message = "No sink of the settings is for Azure: nobody is told of alerts. Add one below alerts: sinks:, and a route to it."
  }
}

check "secrets_are_here" {
  assert {
    condition     = length(local.secrets_elsewhere) == 0
    error_message = "The secrets of these sinks are in no Key Vault, so here the sinks take nothing: ${join(", ", local.secrets_elsewhere)}."
  }
}

resource "azurerm_role_assignment" "sink" {
  for_each             = local.writers
  scope                = each.value.scope
  role_definition_name = each.value.role
  principal_id         = azurerm_user_assigned_identity.function.principal_id
  principal_type       = "ServicePrincipal"
  description          = "Gives alerts to the sink ${each.key}"
}

resource "azurerm_eventgrid_topic" "alerts" {
  for_each = local.made.eventGrid
  # At most 50 letters, digits and -, of which Azure has no second.
  name                          = "${substr("${local.name}-${replace(each.key, "_", "-")}", 0, 41)}-${substr(sha256("${local.unique}/${each.key}"), 0, 8)}"
  resource_group_name           = azurerm_resource_group.klaxon.name
  location                      = var.location
  input_schema                  = "CloudEventSchemaV1_0"
  local_auth_enabled            = false
  public_network_access_enabled = local.network == null
  tags                          = local.tags
}

data "azurerm_eventgrid_topic" "own" {
  for_each            = local.own.eventGrid
  name                = local.part[each.value][8]
  resource_group_name = local.part[each.value][4]
}

resource "azurerm_servicebus_namespace" "alerts" {
  count               = length(local.made.serviceBus) > 0 ? 1 : 0
  name                = "${local.name}-alerts-${local.unique}"
  resource_group_name = azurerm_resource_group.klaxon.name
  location            = var.location
  sku                 = "Standard"
  local_auth_enabled  = false
  minimum_tls_version = "1.2"
  tags                = local.tags
}

resource "azurerm_servicebus_queue" "alerts" {
  for_each     = local.made.serviceBus
  name         = each.key
  namespace_id = azurerm_servicebus_namespace.alerts[0].id
  # An alert that is given twice has one id.
  requires_duplicate_detection            = true
  duplicate_detection_history_time_window = "P1D"
  default_message_ttl                     = "P14D"
  dead_lettering_on_message_expiration    = true
}

resource "azurerm_storage_container" "alerts" {
  for_each = local.made.blob
  # At most 63 small letters, digits and single -.
  name                  = "alerts-${trim(substr(replace(lower(each.key), "/[^a-z0-9]+/", "-"), 0, 56), "-")}"
  storage_account_id    = azurerm_storage_account.store["alerts"].id
  container_access_type = "private"
}

resource "azurerm_storage_management_policy" "alerts" {
  count              = length(local.made.blob) > 0 ? 1 : 0
  storage_account_id = azurerm_storage_account.store["alerts"].id

  rule {
    name    = "end"
    enabled = true
    filters {
      blob_types = ["blockBlob"]
    }
    actions {
      base_blob {
        delete_after_days_since_modification_greater_than = local.retention.alertDays
      }
    }
  }
}

resource "azurerm_role_assignment" "container" {
  for_each           = merge(local.own.blob, { for name in local.made.blob : name => azurerm_storage_container.alerts[name].id })
  scope              = each.value
  role_definition_id = azurerm_role_definition.writer.role_definition_resource_id
  principal_id       = azurerm_user_assigned_identity.function.principal_id
  principal_type     = "ServicePrincipal"
  description        = "Gives alerts to the sink ${each.key}"
}

# A table that Sentinel reads, and the way into it.

resource "azurerm_log_analytics_workspace_table_custom_log" "alerts" {
  for_each                = local.tables
  name                    = "KlaxonAlerts_CL"
  workspace_id            = each.value[0]
  description             = "Alerts of Klaxon; what a column holds is told in docs/alerts.md"
  plan                    = "Analytics"
  retention_in_days       = max(30, min(730, local.retention.alertDays))
  total_retention_in_days = max(30, min(730, local.retention.alertDays))

  dynamic "column" {
    for_each = local.columns
    content {
      name = column.value.name
      type = column.value.type
    }
  }
}

# Rows are taken in the workspace's own location, which may be another than Klaxon's. A template of no resources finds it out, in
# whatever subscription it is: https://learn.microsoft.com/azure/azure-monitor/essentials/data-collection-endpoint-overview
resource "azurerm_resource_group_template_deployment" "workspace" {
  for_each            = { for table, ids in local.tables : table => ids[0] if table != "klaxon" }
  name                = "${local.name}-workspace-${each.key}"
  resource_group_name = azurerm_resource_group.klaxon.name
  deployment_mode     = "Incremental"
  tags                = local.tags
  template_content = jsonencode({
    "$schema"      = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
    contentVersion = "1.0.0.0"
    resources      = []
    outputs = {
      location = { type = "string", value = "[reference('${each.value}', '2022-10-01', 'Full').location]" }
    }
  })
}

resource "azurerm_monitor_data_collection_endpoint" "alerts" {
  for_each                      = local.tables
  name                          = "${local.name}-${each.key}"
  resource_group_name           = azurerm_resource_group.klaxon.name
  location                      = local.table_location[each.key]
  public_network_access_enabled = true
  tags                          = local.tags
}

resource "azurerm_monitor_data_collection_rule" "alerts" {
  for_each                    = local.tables
  name                        = "${local.name}-${each.key}"
  resource_group_name         = azurerm_resource_group.klaxon.name
  location                    = local.table_location[each.key]
  data_collection_endpoint_id = azurerm_monitor_data_collection_endpoint.alerts[each.key].id
  tags                        = local.tags

  stream_declaration {
    stream_name = "Custom-KlaxonAlerts_CL"
    dynamic "column" {
      for_each = local.columns
      content {
        name = column.value.name
        type = column.value.type
      }
    }
  }

  destinations {
    log_analytics {
      name                  = "workspace"
      workspace_resource_id = each.value[0]
    }
  }

  data_flow {
    streams       = ["Custom-KlaxonAlerts_CL"]
    destinations  = ["workspace"]
    output_stream = "Custom-KlaxonAlerts_CL"
    transform_kql = "source"
  }

  depends_on = [azurerm_log_analytics_workspace_table_custom_log.alerts]
}

# Vaults are named in the settings by what they are called; they lie in Klaxon's own subscription.
data "azurerm_resources" "vault" {
  for_each = toset([for reference in local.secrets : reference.vault])
  type     = "Microsoft.KeyVault/vaults"
  name     = each.key

  lifecycle {
    postcondition {
      condition     = length(self.resources) == 1
      error_message = "The settings name the vault \"${each.key}\", and there is none of that name in this subscription."
    }
  }
}
