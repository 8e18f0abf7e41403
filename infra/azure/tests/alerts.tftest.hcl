# Where alerts go: what is made for a sink, closed to keys, and how the function is told of it.

mock_provider "azurerm" {
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  package  = "tests/none.config.yaml"
  location = "westeurope"
}

run "makes_what_sinks_name_nothing_of" {
  command = plan
  variables {
    config = "tests/full.config.yaml"
  }

  assert {
    condition     = keys(azurerm_eventgrid_topic.alerts) == ["events"] && azurerm_eventgrid_topic.alerts["events"].local_auth_enabled == false && azurerm_eventgrid_topic.alerts["events"].public_network_access_enabled == false && azurerm_eventgrid_topic.alerts["events"].input_schema == "CloudEventSchemaV1_0"
    error_message = "a topic of CloudEvents without keys"
  }

  assert {
    condition     = keys(azurerm_servicebus_queue.alerts) == ["queue"] && azurerm_servicebus_queue.alerts["queue"].requires_duplicate_detection && azurerm_servicebus_namespace.alerts[0].local_auth_enabled == false && azurerm_servicebus_namespace.alerts[0].minimum_tls_version == "1.2"
    error_message = "a queue without keys that knows what it had"
  }

  assert {
    condition     = azurerm_storage_container.alerts["objects"].name == "alerts-objects"
    error_message = "a container"
  }

  assert {
    condition     = length(azurerm_log_analytics_workspace_table_custom_log.alerts) == 2 && alltrue([for table in values(azurerm_log_analytics_workspace_table_custom_log.alerts) : table.name == "KlaxonAlerts_CL" && table.retention_in_days == 90])
    error_message = "a table for each workspace, kept as long as alerts"
  }

  assert {
    condition     = alltrue([for table in values(azurerm_log_analytics_workspace_table_custom_log.alerts) : [for column in table.column : column.name] == [for column in jsondecode(file("../../shared/settings/alert-columns.json")) : column.name]])
    error_message = "with the columns that the function writes"
  }

  assert {
    condition     = alltrue([for rule in values(azurerm_monitor_data_collection_rule.alerts) : rule.data_flow[0].streams == tolist(["Custom-KlaxonAlerts_CL"]) && rule.data_flow[0].output_stream == "Custom-KlaxonAlerts_CL"])
    error_message = "and a way into it"
  }

  assert {
    condition     = alltrue([for table, rule in azurerm_monitor_data_collection_rule.alerts : rule.location == "northeurope" && azurerm_monitor_data_collection_endpoint.alerts[table].location == "northeurope"])
    error_message = "where the workspace is, and not where Klaxon is"
  }

  assert {
    condition = toset([for found in values(azurerm_resource_group_template_deployment.workspace) : jsondecode(found.template_content).outputs.location.value]) == toset([
      "[reference('/subscriptions/S/resourceGroups/soc/providers/Microsoft.OperationalInsights/workspaces/other', '2022-10-01', 'Full').location]",
      "[reference('/subscriptions/S/resourceGroups/soc/providers/Microsoft.OperationalInsights/workspaces/sentinel', '2022-10-01', 'Full').location]",
    ])
    error_message = "which Azure is asked for"
  }
}

run "tells_the_function_of_every_sink_of_azure" {
  command = plan
  variables {
    config = "tests/full.config.yaml"
  }

  assert {
    condition     = keys(local.places) == ["events", "objects", "queue", "soc-events", "soc-objects", "soc-queue", "soc-table", "table"]
    error_message = "and of no other"
  }

  assert {
    condition     = local.places["events"] == "https://klaxon.westeurope-1.eventgrid.azure.net/api/events" && local.places["soc-events"] == "https://soc.westeurope-1.eventgrid.azure.net/api/events"
    error_message = "topics"
  }

  assert {
    condition     = can(regex("^https://klaxon-staging-alerts-[0-9a-f]{8}.servicebus.windows.net/queue$", local.places["queue"])) && local.places["soc-queue"] == "https://soc.servicebus.windows.net/alerts"
    error_message = "queues"
  }

  assert {
    condition     = local.places["objects"] == "https://account.blob.core.windows.net/alerts-objects" && local.places["soc-objects"] == "https://example.blob.core.windows.net/alerts"
    error_message = "containers"
  }

  assert {
    condition     = alltrue([for sink in ["table", "soc-table"] : can(regex("^https://klaxon.ingest.monitor.azure.com/dataCollectionRules/[^/]+/streams/Custom-KlaxonAlerts_CL$", local.places[sink]))])
    error_message = "tables"
  }

  assert {
    condition     = jsondecode(azurerm_function_app_flex_consumption.function.app_settings["KLAXON_SINKS"]) == local.places
    error_message = "in its surroundings"
  }
}

run "makes_one_table_for_two_sinks_of_one_workspace" {
  command = plan
  variables {
    config = "tests/least.config.yaml"
  }

  assert {
    condition     = keys(azurerm_log_analytics_workspace_table_custom_log.alerts) == ["klaxon"] && azurerm_log_analytics_workspace_table_custom_log.alerts["klaxon"].retention_in_days == 400
    error_message = "in the workspace that is made"
  }
  assert {
    condition     = length(azurerm_resource_group_template_deployment.workspace) == 0 && azurerm_monitor_data_collection_rule.alerts["klaxon"].location == "westeurope"
    error_message = "which is where Klaxon is"
  }
}

run "refuses_a_vault_that_is_not_there" {
  command = plan
  variables {
    config = "tests/full.config.yaml"
  }
  override_data {
    target = data.azurerm_resources.vault["example-vault"]
    values = { resources = [] }
  }
  expect_failures = [data.azurerm_resources.vault["example-vault"]]
}

run "makes_names_that_azure_takes_of_whatever_settings_say" {
  command = plan
  variables {
    config   = "tests/names.config.yaml"
    location = "germanywestcentral"
  }

  assert {
    condition     = alltrue([for topic in values(azurerm_eventgrid_topic.alerts) : can(regex("^[A-Za-z0-9-]{3,50}$", topic.name))])
    error_message = "of a topic"
  }

  assert {
    condition     = alltrue([for container in values(azurerm_storage_container.alerts) : length(container.name) <= 63 && can(regex("^[a-z0-9]+(-[a-z0-9]+)*$", container.name))])
    error_message = "of a container"
  }

  assert {
    condition     = can(regex("^[A-Za-z][A-Za-z0-9-]{4,48}[A-Za-z0-9]$", azurerm_eventhub_namespace.logs.name))
    error_message = "of the namespace"
  }
}
