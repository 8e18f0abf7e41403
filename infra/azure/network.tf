# Where the settings name a network, stores, hub and vault can be reached from within it alone.

locals {
  private = local.network == null ? {} : merge(
    { for store in keys(local.stores) : "${store}-blob" => { id = azurerm_storage_account.store[store].id, part = "blob" } if store != "state" },
    {
      state-table = { id = azurerm_storage_account.store["state"].id, part = "table" }
      hub         = { id = azurerm_eventhub_namespace.logs.id, part = "namespace" }
    },
    length(local.senders) == 0 ? {} : {
      receiver = { id = azurerm_function_app_flex_consumption.function.id, part = "sites" }
      vault    = { id = azurerm_key_vault.receiver[0].id, part = "vault" }
    },
    { for name in local.made.eventGrid : "topic-${name}" => { id = azurerm_eventgrid_topic.alerts[name].id, part = "topic" } },
  )

  # https://learn.microsoft.com/azure/private-link/private-endpoint-dns
  zones = {
    blob      = "privatelink.blob.core.windows.net"
    table     = "privatelink.table.core.windows.net"
    namespace = "privatelink.servicebus.windows.net"
    sites     = "privatelink.azurewebsites.net"
    vault     = "privatelink.vaultcore.azure.net"
    topic     = "privatelink.eventgrid.azure.net"
  }
  parts      = toset([for endpoint in local.private : endpoint.part])
  made_zones = local.network != null && try(local.network.zones, "made") != "yours" ? local.parts : toset([])
  network_id = local.network == null ? null : regex("^(.+)/subnets/", local.network.endpoints)[0]
}

resource "azurerm_private_endpoint" "store" {
  for_each            = local.private
  name                = "${local.name}-${each.key}"
  resource_group_name = azurerm_resource_group.klaxon.name
  location            = var.location
  subnet_id           = local.network.endpoints
  tags                = local.tags

  private_service_connection {
    name                           = each.key
    private_connection_resource_id = each.value.id
    subresource_names              = [each.value.part]
    is_manual_connection           = false
  }

  dynamic "private_dns_zone_group" {
    for_each = contains(local.made_zones, each.value.part) ? [each.value.part] : []
    content {
      name                 = "default"
      private_dns_zone_ids = [azurerm_private_dns_zone.made[private_dns_zone_group.value].id]
    }
  }
}

resource "azurerm_private_dns_zone" "made" {
  for_each            = local.made_zones
  name                = local.zones[each.key]
  resource_group_name = azurerm_resource_group.klaxon.name
  tags                = local.tags
}

resource "azurerm_private_dns_zone_virtual_network_link" "made" {
  for_each              = local.made_zones
  name                  = local.name
  resource_group_name   = azurerm_resource_group.klaxon.name
  private_dns_zone_name = azurerm_private_dns_zone.made[each.key].name
  virtual_network_id    = local.network_id
  tags                  = local.tags
}
