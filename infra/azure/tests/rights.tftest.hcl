# Every right that is given: rights.expected.txt has them all.

mock_provider "azurerm" {
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  package  = "tests/none.config.yaml"
  location = "westeurope"
}

override_resource {
  target          = azurerm_storage_account.store["archive"]
  override_during = plan
  values          = { id = "archive", primary_blob_endpoint = "https://account.blob.core.windows.net/", primary_table_endpoint = "https://account.table.core.windows.net/" }
}

override_resource {
  target          = azurerm_storage_account.store["failed"]
  override_during = plan
  values          = { id = "failed", primary_blob_endpoint = "https://account.blob.core.windows.net/", primary_table_endpoint = "https://account.table.core.windows.net/" }
}

override_resource {
  target          = azurerm_storage_account.store["state"]
  override_during = plan
  values          = { id = "state", primary_blob_endpoint = "https://account.blob.core.windows.net/", primary_table_endpoint = "https://account.table.core.windows.net/" }
}

override_resource {
  target          = azurerm_storage_account.store["host"]
  override_during = plan
  values          = { id = "host", primary_blob_endpoint = "https://account.blob.core.windows.net/", primary_table_endpoint = "https://account.table.core.windows.net/" }
}

override_resource {
  target          = azurerm_storage_account.store["alerts"]
  override_during = plan
  values          = { id = "alerts", primary_blob_endpoint = "https://account.blob.core.windows.net/", primary_table_endpoint = "https://account.table.core.windows.net/" }
}

override_resource {
  target          = azurerm_storage_container.archive
  override_during = plan
  values          = { id = "archive/archive" }
}

override_resource {
  target          = azurerm_storage_container.dead_letter
  override_during = plan
  values          = { id = "failed/dead-letter" }
}

override_resource {
  target          = azurerm_storage_container.host["packages"]
  override_during = plan
  values          = { id = "host/packages" }
}

override_resource {
  target          = azurerm_storage_container.host["deployed"]
  override_during = plan
  values          = { id = "host/deployed" }
}

override_resource {
  target          = azurerm_storage_container.alerts["objects"]
  override_during = plan
  values          = { id = "alerts/alerts-objects" }
}

override_resource {
  target          = azurerm_eventhub.logs
  override_during = plan
  values          = { id = "hub/logs" }
}

override_resource {
  target          = azurerm_application_insights.function
  override_during = plan
  values          = { id = "insights" }
}

override_resource {
  target          = azurerm_eventgrid_topic.alerts["events"]
  override_during = plan
  values          = { id = "topic/events" }
}

override_resource {
  target          = azurerm_servicebus_queue.alerts["queue"]
  override_during = plan
  values          = { id = "bus/queue" }
}

override_resource {
  target          = azurerm_key_vault.receiver[0]
  override_during = plan
  values          = { id = "vault" }
}

run "gives_these_rights_and_no_other" {
  command = plan
  variables {
    config = "tests/full.config.yaml"
  }

  assert {
    condition = join("\n", sort([for right in concat(
      [azurerm_role_assignment.archive, azurerm_role_assignment.dead_letter, azurerm_role_assignment.deployer, azurerm_role_assignment.host],
      [azurerm_role_assignment.hub, azurerm_role_assignment.insights, azurerm_role_assignment.state],
      values(azurerm_role_assignment.container), values(azurerm_role_assignment.sink), values(azurerm_role_assignment.token),
      ) :
      "${right.principal_id} ${right.role_definition_name} on ${right.scope}"
    ])) == trimspace(file("tests/rights.expected.txt"))
    error_message = "rights.expected.txt says otherwise:\n${join("\n", sort([for right in concat(
      [azurerm_role_assignment.archive, azurerm_role_assignment.dead_letter, azurerm_role_assignment.deployer, azurerm_role_assignment.host],
      [azurerm_role_assignment.hub, azurerm_role_assignment.insights, azurerm_role_assignment.state],
      values(azurerm_role_assignment.container), values(azurerm_role_assignment.sink), values(azurerm_role_assignment.token),
      ) :
      "${right.principal_id} ${right.role_definition_name} on ${right.scope}"
    ]))}"
  }
  assert {
    condition     = length(azurerm_role_definition.writer.permissions) == 1 && length(coalesce(azurerm_role_definition.writer.permissions[0].actions, [])) == 0
    error_message = "WRITER may do nothing to Azure itself"
  }
  assert {
    condition = toset(azurerm_role_definition.writer.permissions[0].data_actions) == toset([
      "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/add/action",
      "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read",
    ])
    error_message = "WRITER adds blobs and reads them; it writes over none and deletes none"
  }
  assert {
    condition = azurerm_role_definition.writer.assignable_scopes == tolist([
      "/subscriptions/KLAXON/resourceGroups/klaxon-staging-westeurope",
      "/subscriptions/S/resourceGroups/soc",
    ])
    error_message = "and nowhere but here, and where a container of yours is"
  }
}
