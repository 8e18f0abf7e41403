# What Azure would answer, where something of the module is made of it.

mock_data "azurerm_client_config" {
  defaults = { subscription_id = "KLAXON", tenant_id = "00000000-0000-4000-8000-00000000000a", object_id = "DEPLOYER" }
}

mock_data "azurerm_resources" {
  defaults = {
    resources = [{ id = "example-vault", location = "westeurope", name = "example-vault", resource_group_name = "example", tags = {}, type = "Microsoft.KeyVault/vaults" }]
  }
}

mock_data "azurerm_eventgrid_topic" {
  defaults = { endpoint = "https://soc.westeurope-1.eventgrid.azure.net/api/events" }
}

mock_resource "azurerm_application_insights" {
  defaults = { id = "insights", connection_string = "InstrumentationKey=00000000-0000-4000-8000-00000000000b" }
}

mock_resource "azurerm_eventgrid_topic" {
  defaults = { id = "topic", endpoint = "https://klaxon.westeurope-1.eventgrid.azure.net/api/events" }
}

mock_resource "azurerm_eventhub" {
  defaults = { id = "hub/logs" }
}

mock_resource "azurerm_eventhub_namespace" {
  defaults = { id = "hub" }
}

mock_resource "azurerm_function_app_flex_consumption" {
  defaults = { id = "function", default_hostname = "klaxon.azurewebsites.net" }
}

mock_resource "azurerm_key_vault" {
  defaults = { id = "vault" }
}

mock_resource "azurerm_log_analytics_workspace" {
  defaults = { id = "workspace" }
}

mock_resource "azurerm_monitor_action_group" {
  defaults = { id = "alarms" }
}

mock_resource "azurerm_monitor_data_collection_endpoint" {
  defaults = { id = "ingestion", logs_ingestion_endpoint = "https://klaxon.ingest.monitor.azure.com" }
}

mock_resource "azurerm_monitor_data_collection_rule" {
  defaults = { id = "rule", immutable_id = "dcr-0" }
}

# Of a workspace of yours, which is in another location than Klaxon.
mock_resource "azurerm_resource_group_template_deployment" {
  defaults = { output_content = "{\"location\":{\"type\":\"String\",\"value\":\"northeurope\"}}" }
}

# Where a role is given by its id it is the only one that is ours.
mock_resource "azurerm_role_assignment" {
  defaults = { role_definition_name = "WRITER" }
}

mock_resource "azurerm_role_definition" {
  defaults = { role_definition_resource_id = "writer" }
}

mock_resource "azurerm_servicebus_queue" {
  defaults = { id = "queue" }
}

mock_resource "azurerm_storage_account" {
  defaults = {
    id                     = "account"
    primary_blob_endpoint  = "https://account.blob.core.windows.net/"
    primary_table_endpoint = "https://account.table.core.windows.net/"
  }
}

mock_resource "azurerm_storage_container" {
  defaults = { id = "container" }
}

mock_resource "azurerm_user_assigned_identity" {
  defaults = { id = "IDENTITY", principal_id = "FUNCTION", client_id = "CLIENT" }
}
