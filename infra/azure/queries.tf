# What the archive is asked with: serverless SQL of Synapse, which reads the objects where they lie, in the name of whoever asks, and is
# paid by what a query reads. Its views and the saved queries are texts in queries/, for a database is no resource of Azure.

locals {
  # In OCSF the archive is for tools that bring tables of their own.
  synapse     = local.azure.queries == "synapse" && local.archive.form == "audit" ? 1 : 0
  archive_url = "${azurerm_storage_account.store["archive"].primary_blob_endpoint}${azurerm_storage_container.archive.name}"
}

resource "azurerm_storage_container" "lake" {
  count                 = local.synapse
  name                  = "synapse"
  storage_account_id    = azurerm_storage_account.store["lake"].id
  container_access_type = "private"
}

resource "azurerm_synapse_workspace" "queries" {
  count                                = local.synapse
  name                                 = "klaxon-${local.unique}"
  resource_group_name                  = azurerm_resource_group.klaxon.name
  location                             = var.location
  storage_data_lake_gen2_filesystem_id = "https://${azurerm_storage_account.store["lake"].name}.dfs.core.windows.net/${azurerm_storage_container.lake[0].name}"
  azuread_authentication_only          = true
  # No rule of a firewall is made: whoever asks adds the address that he asks from.
  public_network_access_enabled = local.network == null
  tags                          = local.tags

  identity {
    type = "SystemAssigned"
  }
}
