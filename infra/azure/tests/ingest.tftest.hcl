# How logs come: the hub, and which diagnostic settings are made on what.

mock_provider "azurerm" {
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  package  = "tests/none.config.yaml"
  location = "westeurope"
}

run "makes_a_hub_that_holds_what_is_not_yet_read" {
  command = plan
  variables {
    config = "tests/full.config.yaml"
  }

  assert {
    condition     = azurerm_eventhub_namespace.logs.sku == "Standard" && azurerm_eventhub_namespace.logs.capacity == 2 && azurerm_eventhub_namespace.logs.auto_inflate_enabled && azurerm_eventhub_namespace.logs.maximum_throughput_units == 40
    error_message = "it grows by itself as far as the settings say"
  }

  assert {
    condition     = azurerm_eventhub_namespace.logs.minimum_tls_version == "1.2"
    error_message = "TLS 1.2 or better"
  }

  assert {
    condition     = azurerm_eventhub_namespace.logs.public_network_access_enabled == false && azurerm_eventhub_namespace.logs.network_rulesets[0].default_action == "Deny" && azurerm_eventhub_namespace.logs.network_rulesets[0].trusted_service_access_enabled
    error_message = "where there is a network, the hub is in it, and Azure Monitor is let in"
  }

  assert {
    condition     = azurerm_eventhub.logs.partition_count == 32 && azurerm_eventhub.logs.message_retention == 3
    error_message = "partitions and days of the settings"
  }

  assert {
    condition     = azurerm_eventhub_namespace_authorization_rule.monitor.send && azurerm_eventhub_namespace_authorization_rule.monitor.listen == false && azurerm_eventhub_namespace_authorization_rule.monitor.manage == false
    error_message = "Azure Monitor may send and nothing else"
  }

  assert {
    condition     = length(azurerm_eventhub_namespace.logs.name) <= 50
    error_message = "names are such as Azure takes"
  }
}

run "asks_for_the_logs_of_its_own_location" {
  command = plan
  variables {
    config = "tests/full.config.yaml"
  }

  assert {
    condition     = keys(azurerm_monitor_diagnostic_setting.cluster) == ["00000000-0000-4000-8000-000000000001/shop/shop", "00000000-0000-4000-8000-000000000002/depot/depot"]
    error_message = "clusters of this location, whatever their subscription, and none of another"
  }

  assert {
    condition     = azurerm_monitor_diagnostic_setting.cluster["00000000-0000-4000-8000-000000000001/shop/shop"].target_resource_id == "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/shop/providers/Microsoft.ContainerService/managedClusters/Shop"
    error_message = "by the name that the cluster has"
  }

  assert {
    condition     = alltrue([for setting in values(azurerm_monitor_diagnostic_setting.cluster) : setting.name == "klaxon-staging" && setting.eventhub_name == "logs"])
    error_message = "under a name of our own, beside what others set"
  }

  assert {
    condition     = [for log in azurerm_monitor_diagnostic_setting.cluster["00000000-0000-4000-8000-000000000001/shop/shop"].enabled_log : log.category] == ["kube-audit-admin"]
    error_message = "a cluster may choose its logs"
  }

  assert {
    condition     = sort([for log in azurerm_monitor_diagnostic_setting.cluster["00000000-0000-4000-8000-000000000002/depot/depot"].enabled_log : log.category]) == tolist(["guard", "kube-audit"])
    error_message = "others have those of all"
  }
}

run "reads_changes_of_a_subscription_once" {
  command = plan
  variables {
    config = "tests/full.config.yaml"
  }

  assert {
    condition     = keys(azurerm_monitor_diagnostic_setting.subscription) == ["00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"]
    error_message = "here those whose first cluster is here"
  }

  assert {
    condition     = azurerm_monitor_diagnostic_setting.subscription["00000000-0000-4000-8000-000000000001"].target_resource_id == "/subscriptions/00000000-0000-4000-8000-000000000001"
    error_message = "of the subscription itself"
  }
}

run "reads_them_nowhere_twice" {
  command = plan
  variables {
    config   = "tests/full.config.yaml"
    location = "northeurope"
  }

  assert {
    condition     = keys(azurerm_monitor_diagnostic_setting.subscription) == ["00000000-0000-4000-8000-000000000003"]
    error_message = "in another location the others"
  }
}

run "leaves_subscriptions_alone_where_the_settings_say_so" {
  command = plan
  variables {
    config = "tests/open.config.yaml"
  }
  # Its only sink is of another cloud.
  expect_failures = [check.secrets_are_here, check.somebody_is_told]

  assert {
    condition     = length(azurerm_monitor_diagnostic_setting.subscription) == 0
    error_message = "none is none"
  }

  assert {
    condition     = azurerm_eventhub_namespace.logs.auto_inflate_enabled == false && azurerm_eventhub_namespace.logs.maximum_throughput_units == 0
    error_message = "a hub that is as large as it may be does not grow"
  }
}

run "refuses_settings_that_speak_of_nothing_here" {
  command = plan
  variables {
    config = "tests/none.config.yaml"
  }
  expect_failures = [azurerm_resource_group.klaxon, check.somebody_hears_alarms]
}
