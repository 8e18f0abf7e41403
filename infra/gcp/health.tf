# Whether Klaxon itself is well: alarms that say what to do. infra/gcp/dashboard.tf shows where logs stop.

locals {
  # What a function counts is in the line that it prints for each delivery: `metrics` of shared/settings/environment.ts.
  counted = toset(["received", "rejected", "archived", "found", "alerted", "dead", "milliseconds"])

  # As PromQL calls them, and the sum of what the lines say. https://cloud.google.com/monitoring/promql/promql-mapping
  own = { for metric in local.counted : metric =>
    "logging_googleapis_com:user_${replace(local.name, "-", "_")}_${metric}_sum{monitored_resource=\"cloud_run_revision\"}"
  }
  backlog = { for subscription in [google_pubsub_subscription.deliveries.name, google_pubsub_subscription.kept["failed"].name, google_pubsub_subscription.kept["dead-letter"].name] :
    subscription => "{monitored_resource=\"pubsub_subscription\",subscription_id=\"${subscription}\"}"
  }
  requests = { for name, function in google_cloudfunctions2_function.klaxon : name =>
    "run_googleapis_com:request_count{monitored_resource=\"cloud_run_revision\",service_name=\"${function.name}\""
  }

  alarms = merge(
    { for name, requests in local.requests : "${name}-errors" => {
      todo    = "The function ${name} fails: its log says why. What fails is tried again; nothing is lost yet."
      query   = "sum(increase(${requests},response_code_class=\"5xx\"}[5m])) > 0"
      seconds = 300
    } },
    { for name, requests in local.requests : "${name}-throttles" => {
      todo    = "The function ${name} finds no room to run: raise gcp: instances, or the quota of Cloud Run."
      query   = "sum(increase(${requests},response_code=\"429\"}[5m])) > 0"
      seconds = 600
    } },
    {
      lag = {
        todo    = "Logs are read more slowly than they come: look for errors, then raise gcp: ${local.is_pushed ? "instances" : "readers"}."
        query   = "max(pubsub_googleapis_com:subscription_oldest_unacked_message_age${local.backlog[google_pubsub_subscription.deliveries.name]}) > 900"
        seconds = 600
      }
      failed = {
        todo    = "Deliveries failed for good: mend the cause, give them again. See \"Give failed deliveries again\" in docs/deploy/gcp.md."
        query   = "max(pubsub_googleapis_com:subscription_num_undelivered_messages${local.backlog[google_pubsub_subscription.kept["failed"].name]}) > 0"
        seconds = 0
      }
      dead-letter = {
        todo    = "Alerts were taken by no sink: read them from the subscription, mend the sink."
        query   = "max(pubsub_googleapis_com:subscription_num_undelivered_messages${local.backlog[google_pubsub_subscription.kept["dead-letter"].name]}) > 0"
        seconds = 0
      }
      silence = {
        todo    = "No log has come for an hour, from any cluster: see \"Logs do not arrive\" in docs/deploy/gcp.md."
        query   = "(sum(increase(${local.own.received}[1h])) or vector(0)) < 1"
        seconds = 300
      }
      rejected = {
        todo    = "More than one line in a hundred cannot be read: the archive has them below rejected/, with the reason."
        query   = "100 * sum(increase(${local.own.rejected}[15m])) / sum(increase(${local.own.received}[15m])) > 1"
        seconds = 300
      }
      # Beside the cluster's own day; and more than some, for a quiet cluster's habit is nothing.
      refused = {
        todo    = "Many more requests than usual are refused by a cluster (401, 403): somebody tries doors, or a workload lost its rights."
        query   = "sum by (gke_cluster) (increase(${local.refused}[10m])) > 50 and sum by (gke_cluster) (increase(${local.refused}[10m])) > 5 * sum by (gke_cluster) (increase(${local.refused}[24h])) / 144"
        seconds = 300
      }
    },
  )

  # One e-mail address is made a channel of; a channel is taken as it is.
  alarms_to   = try(local.gcp.alarms, "")
  alarms_mail = strcontains(local.alarms_to, "@") ? toset([local.alarms_to]) : toset([])
  channels = concat(
    [for channel in google_monitoring_notification_channel.mail : channel.id],
    startswith(local.alarms_to, "projects/") ? [local.alarms_to] : [],
  )
}

check "somebody_hears_alarms" {
  assert {
    condition     = local.alarms_to != ""
    error_message = "Nobody is told when Klaxon itself is not well: name an address or a channel as gcp: alarms."
  }
}

resource "google_logging_metric" "counted" {
  for_each        = local.counted
  project         = local.project
  name            = "${local.name}/${each.key}"
  description     = "What Klaxon counts of its deliveries: ${each.key}"
  filter          = "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=~\"^${local.name}-(deliveries|clock|receiver)$\" AND jsonPayload.message=\"delivery\" AND jsonPayload.environment=\"${local.environment}\""
  value_extractor = "EXTRACT(jsonPayload.${each.key})"

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "DISTRIBUTION"
  }

  # What is asked for are sums; how values are spread is of no interest but for milliseconds.
  bucket_options {
    exponential_buckets {
      num_finite_buckets = 16
      growth_factor      = 4
      scale              = 1
    }
  }

  depends_on = [google_project_service.used]
}

resource "google_monitoring_notification_channel" "mail" {
  for_each     = local.alarms_mail
  project      = local.project
  display_name = "${local.name} alarms"
  type         = "email"
  labels       = { email_address = each.key }

  depends_on = [google_project_service.used]
}

resource "google_monitoring_alert_policy" "alarm" {
  for_each              = local.alarms
  project               = local.project
  display_name          = "${local.name}-${each.key}"
  combiner              = "OR"
  notification_channels = local.channels
  user_labels           = local.labels

  documentation {
    content   = each.value.todo
    mime_type = "text/markdown"
  }

  conditions {
    display_name = each.key
    condition_prometheus_query_language {
      query               = each.value.query
      duration            = "${each.value.seconds}s"
      evaluation_interval = "60s"
      # Of what has not happened yet there is no metric.
      disable_metric_validation = true
    }
  }

  alert_strategy {
    auto_close = "86400s"
  }

  depends_on = [google_logging_metric.counted, google_logging_metric.refused]
}
