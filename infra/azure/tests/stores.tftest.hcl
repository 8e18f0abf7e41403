# What is kept: evidence, memory, what failed; closed to keys and to the public, encrypted twice, for as long as the settings say.

mock_provider "azurerm" {
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  package  = "tests/none.config.yaml"
  location = "westeurope"
}

run "closes_every_store" {
  command = plan
  variables {
    config = "tests/full.config.yaml"
  }

  assert {
    condition     = alltrue([for account in values(azurerm_storage_account.store) : account.shared_access_key_enabled == false && account.local_user_enabled == false])
    error_message = "no key and no local user opens a store"
  }

  assert {
    condition     = alltrue([for account in values(azurerm_storage_account.store) : account.allow_nested_items_to_be_public == false && account.cross_tenant_replication_enabled == false])
    error_message = "nobody is anonymous, and nothing is copied to another tenant"
  }

  assert {
    condition     = alltrue([for account in values(azurerm_storage_account.store) : account.min_tls_version == "TLS1_2" && account.https_traffic_only_enabled])
    error_message = "TLS 1.2 or better"
  }

  assert {
    condition     = alltrue([for account in values(azurerm_storage_account.store) : account.infrastructure_encryption_enabled])
    error_message = "encrypted twice"
  }

  assert {
    condition     = alltrue([for account in values(azurerm_storage_account.store) : account.public_network_access_enabled == false])
    error_message = "where there is a network, no store is outside it"
  }

  assert {
    condition     = alltrue([for container in concat([azurerm_storage_container.archive, azurerm_storage_container.dead_letter], values(azurerm_storage_container.host), values(azurerm_storage_container.alerts), azurerm_storage_container.lake) : container.container_access_type == "private"])
    error_message = "every container is private"
  }

  assert {
    condition     = alltrue([for account in values(azurerm_storage_account.store) : length(account.name) <= 24 && can(regex("^[a-z0-9]+$", account.name))])
    error_message = "names are such as Azure takes"
  }

  assert {
    condition     = keys(azurerm_storage_account.store) == ["alerts", "archive", "failed", "host", "lake", "state"]
    error_message = "a store for each purpose"
  }
}

run "locks_evidence_for_good" {
  command = plan
  variables {
    config = "tests/full.config.yaml"
  }

  assert {
    condition     = azurerm_storage_container_immutability_policy.archive[0].locked && azurerm_storage_container_immutability_policy.archive[0].immutability_period_in_days == 1000
    error_message = "compliance locks the container for as long as the archive is kept"
  }

  assert {
    condition     = azurerm_storage_container_immutability_policy.archive[0].protected_append_writes_enabled == false && azurerm_storage_container_immutability_policy.archive[0].protected_append_writes_all_enabled == false
    error_message = "nothing is added to an object"
  }

  assert {
    condition     = azurerm_storage_management_policy.archive.rule[0].actions[0].base_blob[0].delete_after_days_since_modification_greater_than == 1001 && azurerm_storage_management_policy.archive.rule[0].actions[0].version[0].delete_after_days_since_creation == 1001
    error_message = "it ends after the lock does"
  }

  assert {
    condition     = azurerm_storage_account.store["archive"].account_replication_type == "GZRS" && azurerm_storage_account.store["archive"].access_tier == "Cool"
    error_message = "copies where the settings say, in the tier of what is seldom read"
  }

  assert {
    condition     = azurerm_storage_account.store["archive"].blob_properties[0].versioning_enabled
    error_message = "what is written over can be had back"
  }

  assert {
    condition     = azurerm_storage_management_policy.dead_letter.rule[0].actions[0].base_blob[0].delete_after_days_since_modification_greater_than == 90 && azurerm_storage_management_policy.alerts[0].rule[0].actions[0].base_blob[0].delete_after_days_since_modification_greater_than == 90
    error_message = "alerts and what failed are kept as long as alerts"
  }

  assert {
    condition     = one([for log in azurerm_monitor_diagnostic_setting.archive.enabled_log : log.category if log.category == "StorageRead"]) == "StorageRead" && one([for log in azurerm_monitor_diagnostic_setting.archive.enabled_log : log.category if log.category == "StorageDelete"]) == "StorageDelete"
    error_message = "who reads evidence, or takes it away, is noted"
  }
}

run "locks_evidence_so_that_the_few_can_take_it_back" {
  command = plan
  variables {
    config = "tests/least.config.yaml"
  }

  assert {
    condition     = azurerm_storage_container_immutability_policy.archive[0].locked == false && azurerm_storage_container_immutability_policy.archive[0].immutability_period_in_days == 400
    error_message = "governance does not lock the policy itself"
  }

  assert {
    condition     = azurerm_storage_account.store["archive"].account_replication_type == "ZRS" && azurerm_storage_account.store["state"].account_replication_type == "ZRS"
    error_message = "three zones"
  }

  assert {
    condition     = alltrue([for account in values(azurerm_storage_account.store) : account.public_network_access_enabled])
    error_message = "without a network stores are reached by name, and opened by identity alone"
  }
}

run "locks_nothing_where_the_settings_say_so" {
  command = plan
  variables {
    config = "tests/open.config.yaml"
  }
  # Its only sink is of another cloud.
  expect_failures = [check.secrets_are_here, check.somebody_is_told]

  assert {
    condition     = length(azurerm_storage_container_immutability_policy.archive) == 0
    error_message = "none is none"
  }

  assert {
    condition     = alltrue([for account in values(azurerm_storage_account.store) : account.account_replication_type == "LRS"])
    error_message = "a location without zones"
  }

  assert {
    condition     = length(azurerm_synapse_workspace.queries) == 0 && output.queries == null
    error_message = "OCSF is for tools that bring tables of their own"
  }
}

run "remembers_in_a_table" {
  command = plan
  variables {
    config = "tests/least.config.yaml"
  }

  assert {
    condition     = jsondecode(azurerm_resource_group_template_deployment.state.template_content).resources[0].type == "Microsoft.Storage/storageAccounts/tableServices/tables"
    error_message = "one table"
  }

  assert {
    condition     = jsondecode(azurerm_resource_group_template_deployment.state.template_content).resources[0].name == "${azurerm_storage_account.store["state"].name}/default/state"
    error_message = "in the account of the state"
  }
}
