# What holds for every storage account here: no key opens it, nobody is anonymous, TLS 1.2, encrypted twice.

locals {
  redundancy = { zones = "ZRS", datacentre = "LRS", regions = "GZRS" }

  stores = merge(
    {
      # Written once and seldom read. A later move to a cheaper tier is a request for each object, which costs more than it saves.
      archive = { copies = local.redundancy[local.azure.copies], tier = "Cool" }
      failed  = { copies = local.redundancy[local.azure.copies], tier = "Hot" }
      state   = { copies = local.azure.copies == "datacentre" ? "LRS" : "ZRS", tier = "Hot" }
      # What the host of the function needs for itself: its package, its leases, how far it has read.
      host = { copies = local.azure.copies == "datacentre" ? "LRS" : "ZRS", tier = "Hot" }
    },
    # A workspace of Synapse has a lake of its own, in which nothing of Klaxon's lies.
    local.synapse == 1 ? { lake = { copies = "LRS", tier = "Hot" } } : {},
    length(local.made.blob) > 0 ? { alerts = { copies = local.redundancy[local.azure.copies], tier = "Hot" } } : {},
  )
}

resource "azurerm_storage_account" "store" {
  for_each                          = local.stores
  name                              = "klaxon${each.key}${local.unique}"
  resource_group_name               = azurerm_resource_group.klaxon.name
  location                          = var.location
  account_kind                      = "StorageV2"
  account_tier                      = "Standard"
  account_replication_type          = each.value.copies
  access_tier                       = each.value.tier
  is_hns_enabled                    = each.key == "lake"
  shared_access_key_enabled         = false
  default_to_oauth_authentication   = true
  local_user_enabled                = false
  allow_nested_items_to_be_public   = false
  cross_tenant_replication_enabled  = false
  https_traffic_only_enabled        = true
  min_tls_version                   = "TLS1_2"
  infrastructure_encryption_enabled = true
  public_network_access_enabled     = local.network == null
  tags                              = local.tags

  blob_properties {
    versioning_enabled = each.key == "archive"
    container_delete_retention_policy {
      days = 30
    }
    dynamic "delete_retention_policy" {
      for_each = each.key == "host" ? [] : [30]
      content {
        days = delete_retention_policy.value
      }
    }
  }

  lifecycle {
    # Evidence does not go with the infrastructure: docs/deploy/azure.md says how to leave.
    prevent_destroy = true
  }
}

# Who has this may write an object whose name is free, and read: not write over one, and not delete.
resource "azurerm_role_definition" "writer" {
  name  = "${local.name}-${var.location}-writer-${local.unique}"
  scope = local.group_id
  # A role can be given within these alone, so the groups of containers of yours are among them.
  assignable_scopes = concat([local.group_id], sort(distinct([
    for id in values(local.own.blob) : regex("^/subscriptions/[^/]+/resourceGroups/[^/]+", id) if !startswith(lower(id), lower("${local.group_id}/"))
  ])))
  description = "Klaxon: adds blobs and reads them; changes and deletes none"

  permissions {
    data_actions = [
      "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/add/action",
      "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read",
    ]
  }

  depends_on = [azurerm_resource_group.klaxon]
}
