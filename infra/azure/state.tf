# Klaxon's memory: one table. What it remembers can be lost at the price of alerts given twice.

locals {
  state_table = "state"
}

# `azurerm_storage_table` asks the table service for its access policies, which answers to a key alone, and there is none:
# https://github.com/hashicorp/terraform-provider-azurerm/issues/32249
resource "azurerm_resource_group_template_deployment" "state" {
  name                = "${local.name}-state"
  resource_group_name = azurerm_resource_group.klaxon.name
  deployment_mode     = "Incremental"
  tags                = local.tags
  template_content = jsonencode({
    "$schema"      = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
    contentVersion = "1.0.0.0"
    resources = [{
      type       = "Microsoft.Storage/storageAccounts/tableServices/tables"
      apiVersion = "2023-05-01"
      name       = "${azurerm_storage_account.store["state"].name}/default/${local.state_table}"
      properties = {}
    }]
  })
}

resource "azurerm_role_assignment" "state" {
  scope                = "${azurerm_storage_account.store["state"].id}/tableServices/default/tables/${local.state_table}"
  role_definition_name = "Storage Table Data Contributor"
  principal_id         = azurerm_user_assigned_identity.function.principal_id
  principal_type       = "ServicePrincipal"
  description          = "Remembers"
  depends_on           = [azurerm_resource_group_template_deployment.state]
}
