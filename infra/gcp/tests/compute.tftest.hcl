# The functions, what they are told, and what alerts need; whether anybody hears of faults.

mock_provider "google" {
  mock_data "google_project" {
    defaults = { number = "123456789012" }
  }
}

variables {
  config  = "tests/full.config.yaml"
  package = "empty.ndjson.gz"
}

run "runs_three_functions" {
  expect_failures = [check.secrets_are_here]

  assert {
    condition     = toset(keys(google_cloudfunctions2_function.klaxon)) == toset(["clock", "deliveries", "receiver"])
    error_message = "deliveries, clock, and a receiver where a cluster sends its log"
  }
  assert {
    condition     = { for name, function in google_cloudfunctions2_function.klaxon : name => function.service_config[0].ingress_settings } == { clock = "ALLOW_INTERNAL_ONLY", deliveries = "ALLOW_INTERNAL_ONLY", receiver = "ALLOW_ALL" }
    error_message = "only the receiver can be reached from outside"
  }
  assert {
    condition = alltrue([for name, function in google_cloudfunctions2_function.klaxon :
      function.build_config[0].runtime == "nodejs24" && function.service_config[0].service_account_email == google_service_account.function[name].email
      && function.build_config[0].service_account == google_service_account.build.id
    ])
    error_message = "each runs as somebody of its own, and so does who builds it"
  }
  assert {
    condition = (google_cloudfunctions2_function.klaxon["deliveries"].service_config[0].available_memory == "1024Mi"
      && google_cloudfunctions2_function.klaxon["deliveries"].service_config[0].max_instance_request_concurrency == 1
    && google_cloudfunctions2_function.klaxon["deliveries"].service_config[0].max_instance_count == 7)
    error_message = "as large as the settings say"
  }
  assert {
    condition     = strcontains(google_storage_bucket_object.package.name, filesha256("empty.ndjson.gz"))
    error_message = "another package is another object, and so another revision"
  }
}

run "pays_for_no_log_of_pushes" {
  variables {
    config = "tests/push.config.yaml"
  }

  assert {
    condition = (strcontains(google_logging_project_exclusion.pushes[0].filter, "service_name=\"klaxon-production-deliveries\"")
    && strcontains(google_logging_project_exclusion.pushes[0].filter, "httpRequest.status<400"))
    error_message = "of Klaxon's own service alone, and never of what fails"
  }
}

run "notices_other_settings_than_were_packed" {
  expect_failures = [check.secrets_are_here, check.packed_with_these_settings]
  variables {
    package = "tests/packed.zip"
  }
}

run "tells_functions_where_things_are" {
  expect_failures = [check.secrets_are_here]

  assert {
    condition = ({ for name, function in google_cloudfunctions2_function.klaxon : name => lookup(function.service_config[0].environment_variables, "KLAXON_SUBSCRIPTION", "") }
    == { clock = "", deliveries = "projects/example-security/subscriptions/${google_pubsub_subscription.deliveries.name}", receiver = "" })
    error_message = "only who reads deliveries is told of the subscription"
  }

  assert {
    condition = alltrue([for name, function in google_cloudfunctions2_function.klaxon :
      function.service_config[0].environment_variables["KLAXON_STATE"] == google_firestore_database.state.id
      && function.service_config[0].environment_variables["KLAXON_ARCHIVE"] == google_storage_bucket.archive.name
      && function.service_config[0].environment_variables["KLAXON_DEAD_LETTER"] == google_pubsub_topic.dead_letter.id
    ])
    error_message = "by the variables of shared/settings/environment.ts"
  }
  assert {
    condition = jsondecode(google_cloudfunctions2_function.klaxon["clock"].service_config[0].environment_variables["KLAXON_SINKS"]) == {
      topic  = google_pubsub_topic.alerts["topic"].id
      log    = "klaxon-staging-log"
      bucket = google_storage_bucket.alerts["bucket"].name
    }
    error_message = "of each sink that names nothing of yours, what was made for it"
  }
  assert {
    condition = ({ for name, function in google_cloudfunctions2_function.klaxon : name => lookup(function.service_config[0].environment_variables, "KLAXON_RECEIVER", "") }
    == { clock = "", deliveries = "", receiver = "gcp:secretmanager:projects/example-security/secrets/klaxon-staging-receiver-" })
    error_message = "only the receiver is told of tokens"
  }
  assert {
    condition     = google_secret_manager_secret.receiver["edge"].secret_id == "klaxon-staging-receiver-edge"
    error_message = "each cluster that sends has a token of its own"
  }
}

run "tells_a_person_of_faults" {
  expect_failures = [check.secrets_are_here]

  assert {
    condition = toset(keys(google_monitoring_alert_policy.alarm)) == toset([
      "clock-errors", "clock-throttles", "dead-letter", "deliveries-errors", "deliveries-throttles", "failed",
      "lag", "receiver-errors", "receiver-throttles", "refused", "rejected", "silence",
    ])
    error_message = "every way in which Klaxon can fail has an alarm"
  }
  assert {
    condition = alltrue([for alarm in google_monitoring_alert_policy.alarm :
      alarm.notification_channels == tolist([google_monitoring_notification_channel.mail["on-call@example.com"].id]) && length(alarm.documentation[0].content) > 40
    ])
    error_message = "each says what to do, to the address of the settings"
  }
  assert {
    condition     = alltrue([for name in ["lag", "failed", "dead-letter"] : strcontains(google_monitoring_alert_policy.alarm[name].conditions[0].condition_prometheus_query_language[0].query, "klaxon-staging-")])
    error_message = "of Klaxon's own subscriptions"
  }
  assert {
    condition     = length(jsondecode(google_monitoring_dashboard.klaxon.dashboard_json).mosaicLayout.tiles) == 9
    error_message = "the dashboard has a heading and eight graphs"
  }
  assert {
    condition     = google_logging_metric.refused.bucket_name == google_logging_project_bucket_config.refused.id && keys(google_logging_project_sink.refused) == keys(google_logging_project_sink.logs)
    error_message = "what clusters refuse is counted wherever they are"
  }
}

run "takes_a_channel_as_it_is" {
  variables {
    config = "tests/least.config.yaml"
  }

  assert {
    condition     = google_monitoring_alert_policy.alarm["silence"].notification_channels == tolist(["projects/example-security/notificationChannels/42"]) && length(google_monitoring_notification_channel.mail) == 0
    error_message = "a channel of yours is told, and none is made"
  }
}
