# What the archive is asked with.

mock_provider "azurerm" {
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  package  = "tests/none.config.yaml"
  location = "westeurope"
}

run "reads_objects_in_the_name_of_whoever_asks" {
  command = plan
  variables {
    config = "tests/least.config.yaml"
  }

  assert {
    condition     = azurerm_synapse_workspace.queries[0].azuread_authentication_only
    error_message = "no password opens it"
  }

  assert {
    condition     = strcontains(output.queries.views, "https://account.blob.core.windows.net/archive/audit/cloud=*/account=*/region=*/cluster=*/date=*/hour=*/*.ndjson.gz")
    error_message = "where evidence lies"
  }

  assert {
    condition     = strcontains(output.queries.views, "CREATE VIEW cloud_api AS")
    error_message = "a view for each kind of event"
  }

  assert {
    condition     = azurerm_storage_account.store["lake"].is_hns_enabled && azurerm_storage_account.store["lake"].shared_access_key_enabled == false
    error_message = "its own lake is closed as well"
  }
}
