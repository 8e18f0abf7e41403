output "archive" {
  description = "Where evidence lies: the URL of a container."
  value       = local.archive_url
}

output "dead_letter" {
  description = "What could not be dealt with, and alerts that no sink took: the URL of a container."
  value       = "${azurerm_storage_account.store["failed"].primary_blob_endpoint}${azurerm_storage_container.dead_letter.name}"
}

output "function" {
  description = "The name of the function app."
  value       = azurerm_function_app_flex_consumption.function.name
}

output "hub" {
  description = "The namespace and the name of the hub that logs are sent to, as `klaxon pull aks` takes them."
  value       = { namespace = "${azurerm_eventhub_namespace.logs.name}.servicebus.windows.net", name = azurerm_eventhub.logs.name }
}

output "identity" {
  description = "Who Klaxon is: the id of its service principal, for rights that you give it yourself."
  value       = azurerm_user_assigned_identity.function.principal_id
}

output "receiver" {
  description = "Where self-managed clusters send their audit log, followed by the cluster's name."
  value       = length(local.senders) == 0 ? null : "https://${azurerm_function_app_flex_consumption.function.default_hostname}/audit/"
}

output "queries" {
  description = "The serverless SQL endpoint that the archive is asked at, and the views to make there once."
  value = local.synapse == 0 ? null : {
    endpoint = "${azurerm_synapse_workspace.queries[0].name}-ondemand.sql.azuresynapse.net"
    views    = templatefile("${path.module}/queries/views.sql", { archive = local.archive_url })
  }
}
