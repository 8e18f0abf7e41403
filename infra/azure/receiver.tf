# The tokens that API servers of self-managed clusters show, one for each, so that none can speak for another.

resource "azurerm_key_vault" "receiver" {
  count                         = length(local.senders) > 0 ? 1 : 0
  name                          = "klaxon-${local.unique}"
  resource_group_name           = azurerm_resource_group.klaxon.name
  location                      = var.location
  tenant_id                     = data.azurerm_client_config.deployer.tenant_id
  sku_name                      = "standard"
  rbac_authorization_enabled    = true
  purge_protection_enabled      = true
  soft_delete_retention_days    = 90
  public_network_access_enabled = local.network == null
  tags                          = local.tags

  network_acls {
    bypass         = "AzureServices"
    default_action = local.network == null ? "Allow" : "Deny"
  }
}

locals {
  # A reference but for its last part, as the function takes it.
  tokens = length(local.senders) > 0 ? "azure:keyvault:klaxon-${local.unique}/${local.name}-receiver-" : ""
}

# Azure thinks the token up, so that neither Terraform nor its state ever holds it. Deployed once for each cluster: again, and
# there would be another.
resource "azurerm_resource_group_template_deployment" "token" {
  for_each            = local.senders
  name                = "${local.name}-token-${each.key}"
  resource_group_name = azurerm_resource_group.klaxon.name
  deployment_mode     = "Incremental"
  template_content = jsonencode({
    "$schema"      = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
    contentVersion = "1.0.0.0"
    parameters = {
      one   = { type = "securestring", defaultValue = "[newGuid()]" }
      other = { type = "securestring", defaultValue = "[newGuid()]" }
    }
    resources = [{
      type       = "Microsoft.KeyVault/vaults/secrets"
      apiVersion = "2023-07-01"
      name       = "${azurerm_key_vault.receiver[0].name}/${local.name}-receiver-${each.key}"
      properties = {
        contentType = "What the API server of ${each.key} shows when it sends its audit log"
        value       = "[replace(concat(parameters('one'), parameters('other')), '-', '')]"
      }
    }]
  })

  lifecycle {
    ignore_changes = all

    precondition {
      condition     = can(regex("^[A-Za-z0-9-]{1,80}$", each.key))
      error_message = "A cluster that sends its logs to Azure is named by letters, digits and -: \"${each.key}\"."
    }
  }
}

resource "azurerm_role_assignment" "token" {
  for_each             = local.senders
  scope                = "${azurerm_key_vault.receiver[0].id}/secrets/${local.name}-receiver-${each.key}"
  role_definition_name = "Key Vault Secrets User"
  principal_id         = azurerm_user_assigned_identity.function.principal_id
  principal_type       = "ServicePrincipal"
  description          = "Compares what ${each.key} shows"
  depends_on           = [azurerm_resource_group_template_deployment.token]
}
