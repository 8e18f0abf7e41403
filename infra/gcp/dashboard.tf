# From left to right the way of a line: where a graph falls to nothing, there it stops.

locals {
  # Pushes by how they were answered; of pulls what was acknowledged.
  handed_over = (local.is_pushed
    ? "sum by (response_class) (rate(pubsub_googleapis_com:subscription_push_request_count${local.backlog[google_pubsub_subscription.deliveries.name]}[5m]))"
    : "sum(rate(pubsub_googleapis_com:subscription_ack_message_count${local.backlog[google_pubsub_subscription.deliveries.name]}[5m]))"
  )

  graphs = [
    {
      title = "1. Lines that sinks brought"
      lines = ["sum(rate(pubsub_googleapis_com:topic_send_message_operation_count{monitored_resource=\"pubsub_topic\",topic_id=\"${google_pubsub_topic.logs.name}\"}[5m]))"]
    },
    {
      title = "2. Handed over"
      lines = [
        local.handed_over,
        "max(pubsub_googleapis_com:subscription_num_undelivered_messages${local.backlog[google_pubsub_subscription.deliveries.name]})",
      ]
    },
    { title = "3. Read", lines = [for metric in ["received", "rejected"] : "sum(increase(${local.own[metric]}[5m]))"] },
    { title = "4. Alerts", lines = [for metric in ["found", "alerted", "dead"] : "sum(increase(${local.own[metric]}[5m]))"] },
    { title = "Calls", lines = [for requests in values(local.requests) : "sum(increase(${requests}}[5m]))"] },
    {
      title = "Errors and throttles"
      lines = flatten([for requests in values(local.requests) : [
        "sum(increase(${requests},response_code_class=\"5xx\"}[5m]))",
        "sum(increase(${requests},response_code=\"429\"}[5m]))",
      ]])
    },
    {
      title = "Milliseconds"
      lines = [for function in google_cloudfunctions2_function.klaxon :
        "histogram_quantile(0.99, sum by (le) (rate(run_googleapis_com:request_latencies_bucket{monitored_resource=\"cloud_run_revision\",service_name=\"${function.name}\"}[5m])))"
      ]
    },
    {
      title = "Dead letter"
      lines = [for kept in google_pubsub_subscription.kept : "max(pubsub_googleapis_com:subscription_num_undelivered_messages${local.backlog[kept.name]})"]
    },
  ]

  # The grid of a dashboard has 48 columns.
  tiles = concat(
    [{
      width = 48, height = 4, xPos = 0, yPos = 0
      widget = {
        title = ""
        text = {
          format  = "MARKDOWN"
          content = "# ${local.name}\nThe way of a line, from left to right: sink, function, archive, alerts. Settings: ${local.environment}."
        }
      }
    }],
    [for at, graph in local.graphs : {
      width = 12, height = 16, xPos = at % 4 * 12, yPos = 4 + floor(at / 4) * 16
      widget = {
        title = graph.title
        xyChart = {
          dataSets = [for line in graph.lines : { plotType = "LINE", timeSeriesQuery = { prometheusQuery = line } }]
        }
      }
    }],
  )
}

resource "google_monitoring_dashboard" "klaxon" {
  project        = local.project
  dashboard_json = jsonencode({ displayName = local.name, mosaicLayout = { columns = 48, tiles = local.tiles } })

  depends_on = [google_project_service.used]
}
