# The function: one app, from one zip, on Flex Consumption, which is paid while it runs.

locals {
  sizes = [for size in [512, 2048, 4096] : size if size >= local.azure.memoryMegabytes]
}

resource "azurerm_storage_container" "host" {
  # `packages` is what is put there to be deployed, `deployed` where the host keeps what it runs.
  for_each              = toset(["packages", "deployed"])
  name                  = each.key
  storage_account_id    = azurerm_storage_account.store["host"].id
  container_access_type = "private"
}

# The host keeps its leases and how far each partition was read in blobs whose names it chooses, and changes them:
# https://learn.microsoft.com/azure/azure-functions/functions-reference#connecting-to-host-storage-with-an-identity
resource "azurerm_role_assignment" "host" {
  scope                = azurerm_storage_account.store["host"].id
  role_definition_name = "Storage Blob Data Owner"
  principal_id         = azurerm_user_assigned_identity.function.principal_id
  principal_type       = "ServicePrincipal"
  description          = "The host's own account, in which no log and no alert lies"
}

resource "azurerm_service_plan" "function" {
  name                = local.name
  resource_group_name = azurerm_resource_group.klaxon.name
  location            = var.location
  os_type             = "Linux"
  sku_name            = "FC1"
  tags                = local.tags
}

resource "azurerm_function_app_flex_consumption" "function" {
  # The host takes the first 32 characters for its own, which must not be those of another.
  name                              = "klaxon-${local.unique}"
  resource_group_name               = azurerm_resource_group.klaxon.name
  location                          = var.location
  service_plan_id                   = azurerm_service_plan.function.id
  storage_container_type            = "blobContainer"
  storage_container_endpoint        = "${azurerm_storage_account.store["host"].primary_blob_endpoint}${azurerm_storage_container.host["deployed"].name}"
  storage_authentication_type       = "UserAssignedIdentity"
  storage_user_assigned_identity_id = azurerm_user_assigned_identity.function.id
  runtime_name                      = "node"
  runtime_version                   = "24"
  instance_memory_in_mb             = local.sizes[0]
  maximum_instance_count            = local.azure.instances
  https_only                        = true
  public_network_access_enabled     = local.network == null
  virtual_network_subnet_id         = try(local.network.functions, null)
  tags                              = local.tags
  # Nobody signs in by password to deploy.
  webdeploy_publish_basic_authentication_enabled = false

  identity {
    type         = "UserAssigned"
    identity_ids = [azurerm_user_assigned_identity.function.id]
  }

  site_config {
    minimum_tls_version                    = "1.2"
    scm_minimum_tls_version                = "1.2"
    application_insights_connection_string = azurerm_application_insights.function.connection_string
    vnet_route_all_enabled                 = local.network != null
    # Where no cluster sends anything by HTTP, nobody has anything to ask.
    ip_restriction_default_action = length(local.senders) > 0 ? "Allow" : "Deny"
  }

  app_settings = merge(
    {
      # The provider adds an empty AzureWebJobsStorage of its own. By the name of the account, and by no other way, the host
      # passes over it: https://github.com/Azure/azure-functions-host/issues/11787
      AzureWebJobsStorage__accountName          = azurerm_storage_account.store["host"].name
      AzureWebJobsStorage__credential           = "managedidentity"
      AzureWebJobsStorage__clientId             = azurerm_user_assigned_identity.function.client_id
      APPLICATIONINSIGHTS_AUTHENTICATION_STRING = "ClientId=${azurerm_user_assigned_identity.function.client_id};Authorization=AAD"
      AZURE_CLIENT_ID                           = azurerm_user_assigned_identity.function.client_id
      AZURE_TOKEN_CREDENTIALS                   = "ManagedIdentityCredential"

      # `variables` of shared/settings/environment.ts.
      KLAXON_STATE                        = "${azurerm_storage_account.store["state"].primary_table_endpoint}${local.state_table}"
      KLAXON_ARCHIVE                      = "${azurerm_storage_account.store["archive"].primary_blob_endpoint}${azurerm_storage_container.archive.name}"
      KLAXON_DEAD_LETTER                  = "${azurerm_storage_account.store["failed"].primary_blob_endpoint}${azurerm_storage_container.dead_letter.name}"
      KLAXON_SINKS                        = jsonencode(local.places)
      KLAXON_HUB__fullyQualifiedNamespace = "${azurerm_eventhub_namespace.logs.name}.servicebus.windows.net"
      KLAXON_HUB__credential              = "managedidentity"
      KLAXON_HUB__clientId                = azurerm_user_assigned_identity.function.client_id
      KLAXON_HUB_NAME                     = azurerm_eventhub.logs.name
      KLAXON_HUB_CONSUMERS                = azurerm_eventhub_consumer_group.function.name
    },
    local.tokens == "" ? {} : {
      KLAXON_RECEIVER = local.tokens
      # What the receiver takes at most, `mostPostedBytes`: more is not even read, whoever sends it.
      FUNCTIONS_REQUEST_BODY_SIZE_LIMIT = 10 * 1024 * 1024
    },
  )

  # A right is of use some minutes after it is given: the function starts once all are.
  depends_on = [
    azurerm_role_assignment.archive,
    azurerm_role_assignment.container,
    azurerm_role_assignment.dead_letter,
    azurerm_role_assignment.host,
    azurerm_role_assignment.hub,
    azurerm_role_assignment.insights,
    azurerm_role_assignment.sink,
    azurerm_role_assignment.state,
    azurerm_role_assignment.token,
  ]
}

# The settings that the function carries are in the package, and beside it where it was made.
check "packed_with_these_settings" {
  assert {
    condition = try(
      jsonencode(jsondecode(file("${trimsuffix(var.package, ".zip")}/pack.json")).settings.documents[0].value),
      jsonencode(yamldecode(file(var.config))),
    ) == jsonencode(yamldecode(file(var.config)))
    error_message = "The function was packed with other settings than ${var.config}: npm run build -- --only azure"
  }
}

# Whoever deploys puts the package there, and so has to be let.
resource "azurerm_role_assignment" "deployer" {
  scope                = azurerm_storage_container.host["packages"].id
  role_definition_name = "Storage Blob Data Contributor"
  principal_id         = data.azurerm_client_config.deployer.object_id
  description          = "Uploads the function"
}

resource "azurerm_storage_blob" "package" {
  # The last part is the only name that a package may have.
  name                   = "${filesha256(var.package)}/released-package.zip"
  storage_account_name   = azurerm_storage_account.store["host"].name
  storage_container_name = azurerm_storage_container.host["packages"].name
  type                   = "Block"
  source                 = var.package
  content_type           = "application/zip"
  depends_on             = [azurerm_role_assignment.deployer]
}

# `zip_deploy_file` asks an address that Flex Consumption has not: https://github.com/hashicorp/terraform-provider-azurerm/issues/29630
# This is what it has: https://learn.microsoft.com/azure/azure-functions/functions-infrastructure-as-code
resource "azurerm_resource_group_template_deployment" "package" {
  name                = "${local.name}-package"
  resource_group_name = azurerm_resource_group.klaxon.name
  deployment_mode     = "Incremental"
  tags                = local.tags
  template_content = jsonencode({
    "$schema"      = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
    contentVersion = "1.0.0.0"
    resources = [{
      type       = "Microsoft.Web/sites/extensions"
      apiVersion = "2022-09-01"
      name       = "${azurerm_function_app_flex_consumption.function.name}/onedeploy"
      properties = {
        packageUri  = "${azurerm_storage_account.store["host"].primary_blob_endpoint}packages/${azurerm_storage_blob.package.name}"
        remoteBuild = false
      }
    }]
  })
}
