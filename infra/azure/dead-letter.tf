# What could not be dealt with, and alerts that no sink took. Whatever is written here is a fault, so writing rings an alarm (health.tf).

resource "azurerm_storage_container" "dead_letter" {
  name                  = "dead-letter"
  storage_account_id    = azurerm_storage_account.store["failed"].id
  container_access_type = "private"
}

resource "azurerm_storage_management_policy" "dead_letter" {
  storage_account_id = azurerm_storage_account.store["failed"].id

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

resource "azurerm_role_assignment" "dead_letter" {
  scope              = azurerm_storage_container.dead_letter.id
  role_definition_id = azurerm_role_definition.writer.role_definition_resource_id
  principal_id       = azurerm_user_assigned_identity.function.principal_id
  principal_type     = "ServicePrincipal"
  description        = "Keeps what failed, with its reason"
}
