# Whether Klaxon itself is well: alarms that say what to do. dashboard.tf shows where logs stop.

resource "azurerm_log_analytics_workspace" "klaxon" {
  count                        = local.own_workspace == null ? 1 : 0
  name                         = "${local.name}-${var.location}"
  resource_group_name          = azurerm_resource_group.klaxon.name
  location                     = var.location
  sku                          = "PerGB2018"
  retention_in_days            = max(30, min(730, local.retention.logDays))
  local_authentication_enabled = false
  tags                         = local.tags
}

resource "azurerm_application_insights" "function" {
  name                          = local.name
  resource_group_name           = azurerm_resource_group.klaxon.name
  location                      = var.location
  application_type              = "Node.JS"
  workspace_id                  = local.workspace_id
  local_authentication_disabled = true
  sampling_percentage           = 100
  tags                          = local.tags
}

resource "azurerm_role_assignment" "insights" {
  scope                = azurerm_application_insights.function.id
  role_definition_name = "Monitoring Metrics Publisher"
  principal_id         = azurerm_user_assigned_identity.function.principal_id
  principal_type       = "ServicePrincipal"
  description          = "Writes its own log"
}

# How many messages went in and out of the hub, where queries can hold one beside the other.
resource "azurerm_monitor_diagnostic_setting" "hub" {
  name                       = local.name
  target_resource_id         = azurerm_eventhub_namespace.logs.id
  log_analytics_workspace_id = local.workspace_id

  enabled_metric {
    category = "AllMetrics"
  }
}

# Who read and wrote in the archive.
resource "azurerm_monitor_diagnostic_setting" "archive" {
  name                       = local.name
  target_resource_id         = "${azurerm_storage_account.store["archive"].id}/blobServices/default"
  log_analytics_workspace_id = local.workspace_id

  # Writing is the function's own, an object a delivery; who reads evidence or takes it away is of interest.
  enabled_log {
    category = "StorageRead"
  }
  enabled_log {
    category = "StorageDelete"
  }
}

locals {
  own_workspace = try(local.azure.workspace, null)
  workspace_id  = local.own_workspace != null ? local.own_workspace : azurerm_log_analytics_workspace.klaxon[0].id
  alarm_group   = try(local.azure.alarms, null) == null ? null : startswith(local.azure.alarms, "/") ? local.azure.alarms : null
  alarm_mail    = try(local.azure.alarms, null) == null ? null : startswith(local.azure.alarms, "/") ? null : local.azure.alarms

  app = azurerm_function_app_flex_consumption.function.name
  # What the function counts is in the line that it writes for each delivery: `metrics` of shared/settings/environment.ts.
  lines = "AppTraces | where AppRoleName =~ \"${local.app}\" | extend line = parse_json(Message) | where line.message == \"delivery\" and line.environment == \"${local.environment}\""

  # A query answers with a row where something is wrong, and with none where nothing is.
  alarms = {
    fails = {
      todo      = "A function fails: its log says why. What fails is tried again; nothing is lost yet."
      query     = "AppRequests | where AppRoleName =~ \"${local.app}\" and Success == false | summarize failed = count() by OperationName"
      by        = "OperationName"
      frequency = "PT5M"
      window    = "PT5M"
      periods   = 2
    }
    silence = {
      todo      = "No log has come for an hour, from any cluster: see \"Logs do not arrive\" in docs/deploy/azure.md."
      query     = "${local.lines} | summarize received = sum(tolong(line.received)) | where coalesce(received, 0) == 0"
      by        = null
      frequency = "PT15M"
      window    = "PT1H"
      periods   = 1
    }
    rejected = {
      todo      = "More than one line in a hundred cannot be read: the archive has them below rejected/, with the reason."
      query     = "${local.lines} | summarize rejected = sum(tolong(line.rejected)), received = sum(tolong(line.received)) | where rejected * 100 > received"
      by        = null
      frequency = "PT15M"
      window    = "PT15M"
      periods   = 1
    }
    undelivered = {
      todo      = "Alerts were taken by no sink: they are in the dead letter, with the reason. Mend the sink."
      query     = "${local.lines} | summarize dead = sum(tolong(line.dead)) | where dead > 0"
      by        = null
      frequency = "PT5M"
      window    = "PT5M"
      periods   = 1
    }
    # What is under way at either end of the hour is less than a tenth of it.
    lag = {
      todo      = "Logs are read more slowly than they come: look for errors, then raise azure: instances or memoryMegabytes."
      query     = "AzureMetrics | where ResourceId =~ \"${azurerm_eventhub_namespace.logs.id}\" and MetricName in (\"IncomingMessages\", \"OutgoingMessages\") | summarize incoming = sumif(Total, MetricName == \"IncomingMessages\"), outgoing = sumif(Total, MetricName == \"OutgoingMessages\") | where incoming > 100 and outgoing < incoming * 0.9"
      by        = null
      frequency = "PT15M"
      window    = "PT1H"
      periods   = 2
    }
    # Beside the habit of the last two days, in steps of ten minutes; and more than some, for a quiet place's habit is nothing.
    refused = {
      todo      = "Many more requests than usual are refused (401, 403): somebody tries doors, or a workload lost its rights."
      query     = "${local.lines} | make-series refused = sum(tolong(line.refused)) default = 0 on TimeGenerated from ago(2d) to now() step 10m | extend (anomaly, score, usual) = series_decompose_anomalies(refused, 4.0) | where toint(anomaly[-2]) == 1 and tolong(refused[-2]) > 50"
      by        = null
      frequency = "PT10M"
      window    = "P2D"
      periods   = 1
    }
  }
}

check "somebody_hears_alarms" {
  assert {
    condition     = local.alarm_group != null || local.alarm_mail != null
    error_message = "Nobody is told when Klaxon itself is not well: name an address or an action group as azure: alarms."
  }
}

resource "azurerm_monitor_action_group" "alarms" {
  count               = local.alarm_group == null ? 1 : 0
  name                = "${local.name}-alarms"
  resource_group_name = azurerm_resource_group.klaxon.name
  short_name          = "klaxon"
  tags                = local.tags

  dynamic "email_receiver" {
    for_each = local.alarm_mail == null ? [] : [local.alarm_mail]
    content {
      name                    = "on-call"
      email_address           = email_receiver.value
      use_common_alert_schema = true
    }
  }
}

locals {
  alarm_group_id = local.alarm_group != null ? local.alarm_group : azurerm_monitor_action_group.alarms[0].id
}

resource "azurerm_monitor_scheduled_query_rules_alert_v2" "alarm" {
  for_each                = local.alarms
  name                    = "${local.name}-${each.key}"
  resource_group_name     = azurerm_resource_group.klaxon.name
  location                = var.location
  description             = each.value.todo
  scopes                  = [local.workspace_id]
  severity                = 1
  evaluation_frequency    = each.value.frequency
  window_duration         = each.value.window
  auto_mitigation_enabled = true
  # Tables of the function's log are there with its first line.
  skip_query_validation = true
  tags                  = local.tags

  criteria {
    query                   = each.value.query
    time_aggregation_method = "Count"
    operator                = "GreaterThan"
    threshold               = 0

    dynamic "dimension" {
      for_each = each.value.by == null ? [] : [each.value.by]
      content {
        name     = dimension.value
        operator = "Include"
        values   = ["*"]
      }
    }

    failing_periods {
      minimum_failing_periods_to_trigger_alert = each.value.periods
      number_of_evaluation_periods             = each.value.periods
    }
  }

  action {
    action_groups = [local.alarm_group_id]
  }
}

resource "azurerm_monitor_metric_alert" "throttled" {
  name                = "${local.name}-throttled"
  resource_group_name = azurerm_resource_group.klaxon.name
  description         = "The hub turns messages away: raise azure: mostThroughputUnits. Azure Monitor tries again for a while, then drops them."
  scopes              = [azurerm_eventhub_namespace.logs.id]
  severity            = 1
  frequency           = "PT1M"
  window_size         = "PT5M"
  tags                = local.tags

  criteria {
    metric_namespace = "Microsoft.EventHub/namespaces"
    metric_name      = "ThrottledRequests"
    aggregation      = "Total"
    operator         = "GreaterThan"
    threshold        = 0
  }

  action {
    action_group_id = local.alarm_group_id
  }
}

# By the store itself: it holds where Klaxon cannot say anything any more.
resource "azurerm_monitor_metric_alert" "dead_letter" {
  name                = "${local.name}-dead-letter"
  resource_group_name = azurerm_resource_group.klaxon.name
  description         = "Alerts were taken by no sink, or logs could not be dealt with: read the container dead-letter, mend the cause, give them again."
  scopes              = ["${azurerm_storage_account.store["failed"].id}/blobServices/default"]
  severity            = 1
  frequency           = "PT1M"
  window_size         = "PT5M"
  tags                = local.tags

  criteria {
    metric_namespace = "Microsoft.Storage/storageAccounts/blobServices"
    metric_name      = "Transactions"
    aggregation      = "Total"
    operator         = "GreaterThan"
    threshold        = 0

    dimension {
      name     = "ApiName"
      operator = "Include"
      values   = ["PutBlob"]
    }
  }

  action {
    action_group_id = local.alarm_group_id
  }
}
