# From left to right the way of a line: where a graph falls to nothing, there it stops.

locals {
  hub_metrics = "AzureMetrics | where ResourceId =~ \"${azurerm_eventhub_namespace.logs.id}\""
  requests    = "AppRequests | where AppRoleName =~ \"${local.app}\""

  panels = [
    { title = "1. Messages that AKS sent", query = "${local.hub_metrics} and MetricName == \"IncomingMessages\" | summarize sent = sum(Total) by bin(TimeGenerated, 5m)" },
    { title = "2. Handed over", query = "${local.hub_metrics} and MetricName in (\"OutgoingMessages\", \"ThrottledRequests\") | summarize sum(Total) by MetricName, bin(TimeGenerated, 5m)" },
    { title = "3. Read", query = "${local.lines} | summarize received = sum(tolong(line.received)), rejected = sum(tolong(line.rejected)) by bin(TimeGenerated, 5m)" },
    { title = "4. Alerts", query = "${local.lines} | summarize found = sum(tolong(line.found)), alerted = sum(tolong(line.alerted)), dead = sum(tolong(line.dead)) by bin(TimeGenerated, 5m)" },
    { title = "Calls", query = "${local.requests} | summarize calls = sum(ItemCount) by OperationName, bin(TimeGenerated, 5m)" },
    { title = "Errors", query = "${local.requests} and Success == false | summarize failed = sum(ItemCount) by OperationName, bin(TimeGenerated, 5m)" },
    { title = "Milliseconds", query = "${local.requests} | summarize percentile(DurationMs, 99) by OperationName, bin(TimeGenerated, 5m)" },
    { title = "Dead letter and refusals", query = "${local.lines} | summarize dead = sum(tolong(line.dead)), refused = sum(tolong(line.refused)) by bin(TimeGenerated, 5m)" },
  ]
}

resource "azurerm_application_insights_workbook" "klaxon" {
  # Azure wants the name of a workbook to be a UUID.
  name                = uuidv5("url", "${local.group_id}/workbook")
  resource_group_name = azurerm_resource_group.klaxon.name
  location            = var.location
  display_name        = "${local.name}-${var.location}"
  source_id           = lower(local.workspace_id)
  tags                = local.tags
  data_json = jsonencode({
    version = "Notebook/1.0"
    items = concat(
      [{
        type    = 1
        name    = "head"
        content = { json = "# ${local.name}\nThe way of a line, from left to right: hub, function, archive, alerts. Location: ${var.location}." }
      }],
      [for panel in local.panels : {
        type        = 3
        name        = panel.title
        customWidth = "25"
        content = {
          version                 = "KqlItem/1.0"
          title                   = panel.title
          query                   = panel.query
          size                    = 0
          queryType               = 0
          resourceType            = "microsoft.operationalinsights/workspaces"
          crossComponentResources = [local.workspace_id]
          visualization           = "timechart"
          timeContext             = { durationMs = 86400000 }
        }
      }],
    )
  })
}
