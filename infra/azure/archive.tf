# Where evidence lies: a container that nothing is removed from before its time.

resource "azurerm_storage_container" "archive" {
  name                  = "archive"
  storage_account_id    = azurerm_storage_account.store["archive"].id
  container_access_type = "private"

  lifecycle {
    prevent_destroy = true
  }
}

resource "azurerm_storage_container_immutability_policy" "archive" {
  count                                 = local.archive.lock == "none" ? 0 : 1
  storage_container_resource_manager_id = azurerm_storage_container.archive.id
  immutability_period_in_days           = local.retention.archiveDays
  protected_append_writes_enabled       = false
  protected_append_writes_all_enabled   = false
  # Once it is locked nobody can shorten it or take it back, the owner of the subscription included.
  locked = local.archive.lock == "compliance"
}

resource "azurerm_storage_management_policy" "archive" {
  storage_account_id = azurerm_storage_account.store["archive"].id

  rule {
    name    = "end"
    enabled = true
    filters {
      blob_types = ["blockBlob"]
    }
    actions {
      base_blob {
        # Once the lock has ended: before that Azure would keep the object whatever stands here.
        delete_after_days_since_modification_greater_than = local.retention.archiveDays + 1
      }
      version {
        delete_after_days_since_creation = local.retention.archiveDays + 1
      }
    }
  }
}

resource "azurerm_role_assignment" "archive" {
  scope              = azurerm_storage_container.archive.id
  role_definition_id = azurerm_role_definition.writer.role_definition_resource_id
  principal_id       = azurerm_user_assigned_identity.function.principal_id
  principal_type     = "ServicePrincipal"
  description        = "Keeps events and manifests, and lists what a manifest is made of"
}
