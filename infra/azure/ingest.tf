# How logs come: AKS sends them to a hub in its own location, by a diagnostic setting of our own beside those that are there.

resource "azurerm_eventhub_namespace" "logs" {
  # At most 50 characters.
  name                     = "${substr("${local.name}-${var.location}", 0, 41)}-${local.unique}"
  resource_group_name      = azurerm_resource_group.klaxon.name
  location                 = var.location
  sku                      = "Standard"
  capacity                 = local.azure.throughputUnits
  auto_inflate_enabled     = local.azure.mostThroughputUnits > local.azure.throughputUnits
  maximum_throughput_units = local.azure.mostThroughputUnits > local.azure.throughputUnits ? local.azure.mostThroughputUnits : 0
  minimum_tls_version      = "1.2"
  # Azure Monitor, which writes into the hub, signs in with a key and in no other way:
  # https://github.com/MicrosoftDocs/azure-docs/issues/119932. The function uses none.
  local_authentication_enabled  = true
  public_network_access_enabled = local.network == null
  tags                          = local.tags

  network_rulesets {
    default_action                = local.network == null ? "Allow" : "Deny"
    public_network_access_enabled = local.network == null
    # Azure Monitor is one of them.
    trusted_service_access_enabled = true
  }
}

resource "azurerm_eventhub" "logs" {
  name              = "logs"
  namespace_id      = azurerm_eventhub_namespace.logs.id
  partition_count   = local.azure.partitions
  message_retention = local.azure.hubDays
}

resource "azurerm_eventhub_consumer_group" "function" {
  name                = "klaxon"
  namespace_name      = azurerm_eventhub_namespace.logs.name
  eventhub_name       = azurerm_eventhub.logs.name
  resource_group_name = azurerm_resource_group.klaxon.name
}

# Whose key Azure Monitor takes. It may send and nothing else: more is asked for only where a setting leaves the hub's name out
# (https://github.com/Azure/azure-cli/issues/24425), and only a namespace's rule will do.
resource "azurerm_eventhub_namespace_authorization_rule" "monitor" {
  name                = "azure-monitor"
  namespace_name      = azurerm_eventhub_namespace.logs.name
  resource_group_name = azurerm_resource_group.klaxon.name
  send                = true
  listen              = false
  manage              = false
}

resource "azurerm_role_assignment" "hub" {
  scope                = azurerm_eventhub.logs.id
  role_definition_name = "Azure Event Hubs Data Receiver"
  principal_id         = azurerm_user_assigned_identity.function.principal_id
  principal_type       = "ServicePrincipal"
  description          = "Reads the logs"
}

locals {
  # By subscription, group and name, for a name alone may stand twice.
  sources = { for cluster in local.clusters : lower("${cluster.subscription}/${cluster.resourceGroup}/${cluster.name}") => {
    id         = "/subscriptions/${cluster.subscription}/resourceGroups/${cluster.resourceGroup}/providers/Microsoft.ContainerService/managedClusters/${cluster.name}"
    categories = try(coalesce(cluster.categories, null), local.azure.categories)
  } }

  # Changes in a subscription are read in one location, that of its first cluster, so that they come once.
  subscriptions = distinct([for cluster in local.ofAzure : lower(cluster.subscription)])
  changed = toset(local.azure.activityLog == "none" ? [] : [
    for subscription in local.subscriptions : subscription
    if try([for cluster in local.ofAzure : cluster.location if lower(cluster.subscription) == subscription][0], "") == var.location
  ])
}

# A cluster takes five such settings. What others send, to whom, is left as it is.
resource "azurerm_monitor_diagnostic_setting" "cluster" {
  for_each                       = local.sources
  name                           = local.name
  target_resource_id             = each.value.id
  eventhub_name                  = azurerm_eventhub.logs.name
  eventhub_authorization_rule_id = azurerm_eventhub_namespace_authorization_rule.monitor.id

  dynamic "enabled_log" {
    for_each = toset(each.value.categories)
    content {
      category = enabled_log.value
    }
  }
}

# Who asked for a cluster's administrator, who turned its logs off: what is done to Azure and not to Kubernetes.
resource "azurerm_monitor_diagnostic_setting" "subscription" {
  for_each                       = local.changed
  name                           = local.name
  target_resource_id             = "/subscriptions/${each.key}"
  eventhub_name                  = azurerm_eventhub.logs.name
  eventhub_authorization_rule_id = azurerm_eventhub_namespace_authorization_rule.monitor.id

  enabled_log {
    category = "Administrative"
  }
}
