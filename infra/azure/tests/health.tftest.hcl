# Whether Klaxon is well: alarms that ring somewhere, and a workbook on which to see where logs stop.

mock_provider "azurerm" {
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  package  = "tests/none.config.yaml"
  location = "westeurope"
}

run "rings_an_alarm_for_every_way_to_fail" {
  command = plan
  variables {
    config = "tests/least.config.yaml"
  }

  assert {
    condition     = keys(azurerm_monitor_scheduled_query_rules_alert_v2.alarm) == ["fails", "lag", "refused", "rejected", "silence", "undelivered"]
    error_message = "an alarm for each"
  }

  assert {
    condition     = alltrue([for alarm in values(azurerm_monitor_scheduled_query_rules_alert_v2.alarm) : length(alarm.action[0].action_groups) == 1 && alarm.severity == 1 && alarm.auto_mitigation_enabled])
    error_message = "each tells somebody"
  }

  assert {
    condition     = alltrue([for alarm in values(azurerm_monitor_scheduled_query_rules_alert_v2.alarm) : length(alarm.description) > 40])
    error_message = "and says what to do"
  }

  assert {
    condition     = azurerm_monitor_scheduled_query_rules_alert_v2.alarm["silence"].window_duration == "PT1H" && strcontains(azurerm_monitor_scheduled_query_rules_alert_v2.alarm["silence"].criteria[0].query, "coalesce(received, 0) == 0")
    error_message = "an hour without a line"
  }

  assert {
    condition     = azurerm_monitor_scheduled_query_rules_alert_v2.alarm["fails"].criteria[0].dimension[0].name == "OperationName" && azurerm_monitor_scheduled_query_rules_alert_v2.alarm["fails"].criteria[0].failing_periods[0].minimum_failing_periods_to_trigger_alert == 2
    error_message = "a function that fails twice in a row, by its name"
  }

  assert {
    condition     = alltrue([for alarm in ["silence", "rejected", "undelivered", "refused"] : strcontains(azurerm_monitor_scheduled_query_rules_alert_v2.alarm[alarm].criteria[0].query, "line.environment == \"production\"")])
    error_message = "by the lines of this installation"
  }

  assert {
    condition     = azurerm_monitor_metric_alert.throttled.criteria[0].metric_name == "ThrottledRequests" && azurerm_monitor_metric_alert.throttled.criteria[0].threshold == 0
    error_message = "a hub that turns messages away"
  }

  assert {
    condition     = azurerm_monitor_metric_alert.dead_letter.criteria[0].metric_name == "Transactions" && azurerm_monitor_metric_alert.dead_letter.criteria[0].dimension[0].values == tolist(["PutBlob"])
    error_message = "a dead letter, by the store itself"
  }
}

run "tells_whom_the_settings_name" {
  command = plan
  variables {
    config = "tests/full.config.yaml"
  }

  assert {
    condition     = azurerm_monitor_action_group.alarms[0].email_receiver[0].email_address == "on-call@example.com"
    error_message = "an address"
  }

  assert {
    condition     = length(azurerm_log_analytics_workspace.klaxon) == 0 && endswith(azurerm_application_insights.function.workspace_id, "/workspaces/sentinel")
    error_message = "in the workspace that is there"
  }
}

run "tells_the_action_group_that_is_there" {
  command = plan
  variables {
    config = "tests/open.config.yaml"
  }
  # Its only sink is of another cloud.
  expect_failures = [check.secrets_are_here, check.somebody_is_told]

  assert {
    condition     = length(azurerm_monitor_action_group.alarms) == 0 && alltrue([for alarm in values(azurerm_monitor_scheduled_query_rules_alert_v2.alarm) : endswith(tolist(alarm.action[0].action_groups)[0], "/actionGroups/on-call")])
    error_message = "and makes none"
  }
}

run "keeps_its_own_log_as_long_as_the_settings_say" {
  command = plan
  variables {
    config = "tests/least.config.yaml"
  }

  assert {
    condition     = azurerm_log_analytics_workspace.klaxon[0].retention_in_days == 30 && azurerm_log_analytics_workspace.klaxon[0].local_authentication_enabled == false
    error_message = "without a key"
  }
}

run "shows_the_way_of_a_line" {
  command = plan
  variables {
    config = "tests/least.config.yaml"
  }

  assert {
    condition     = [for item in jsondecode(azurerm_application_insights_workbook.klaxon.data_json).items : item.name if item.type == 3] == ["1. Messages that AKS sent", "2. Handed over", "3. Read", "4. Alerts", "Calls", "Errors", "Milliseconds", "Dead letter and refusals"]
    error_message = "panels from left to right"
  }
}
