# How logs come: which sinks there are, what they take, and the way from the topic to the function.

mock_provider "google" {
  mock_data "google_project" {
    defaults = { number = "123456789012" }
  }
}

variables {
  config  = "tests/full.config.yaml"
  package = "empty.ndjson.gz"
}

run "reads_projects" {
  expect_failures = [check.secrets_are_here]

  assert {
    condition     = toset(keys(google_logging_project_sink.logs)) == toset(["example-data", "example-shop"])
    error_message = "each project that is read has a sink, and no other"
  }
  assert {
    condition     = length(google_logging_organization_sink.logs) == 0 && length(google_logging_folder_sink.logs) == 0
    error_message = "nothing is read that is not named"
  }
  assert {
    condition = strcontains(google_logging_project_sink.logs["example-shop"].filter,
    "((resource.labels.cluster_name=\"web\" AND resource.labels.location=\"europe-west1\") OR (resource.labels.cluster_name=\"batch\" AND resource.labels.location=\"europe-west1-b\"))")
    error_message = "of a project of named clusters those are read"
  }
  assert {
    condition     = !strcontains(google_logging_project_sink.logs["example-data"].filter, "cluster_name")
    error_message = "of a project that is named every cluster is read"
  }
  assert {
    condition     = strcontains(google_logging_project_sink.logs["example-data"].filter, "log_id(\"stdout\") AND resource.labels.namespace_name=\"ingress\"")
    error_message = "what the settings ask for besides is read"
  }
  assert {
    condition = alltrue([for sink in google_logging_project_sink.logs :
      sink.unique_writer_identity && sink.destination == "pubsub.googleapis.com/${google_pubsub_topic.logs.id}" && length(sink.filter) < 20000
    ])
    error_message = "a sink writes to the topic as somebody of its own, and its filter is no longer than Cloud Logging takes"
  }
  assert {
    condition = alltrue([for project, sink in google_logging_project_sink.logs :
      google_pubsub_topic_iam_member.writers["projects/${project}"].member == sink.writer_identity
    ])
    error_message = "every sink may write"
  }
  assert {
    condition     = google_pubsub_topic.logs.kms_key_name == "projects/example-keys/locations/europe-west1/keyRings/klaxon/cryptoKeys/klaxon"
    error_message = "the topic is encrypted with the key of the settings"
  }
  assert {
    condition     = google_pubsub_topic.logs.message_storage_policy[0].allowed_persistence_regions == toset(["europe-west1"])
    error_message = "logs stay in the region"
  }
}

run "pulls_every_minute" {
  expect_failures = [check.secrets_are_here]

  assert {
    condition     = length(google_pubsub_subscription.deliveries.push_config) == 0 && length(google_service_account.push) == 0 && length(google_logging_project_exclusion.pushes) == 0
    error_message = "nobody pushes"
  }
  assert {
    condition = [for job in google_cloud_scheduler_job.drain : [job.name, job.schedule]] == [
      ["klaxon-staging-drain-1", "* * * * *"], ["klaxon-staging-drain-2", "* * * * *"],
    ]
    error_message = "each reader is asked every minute"
  }
  assert {
    condition = alltrue([for job in google_cloud_scheduler_job.drain :
      job.http_target[0].uri == "${google_cloudfunctions2_function.klaxon["deliveries"].service_config[0].uri}/tasks/drain"
      && job.http_target[0].oidc_token[0].service_account_email == google_service_account.scheduler.email
      && job.retry_config[0].retry_count == 0
      && tonumber(trimsuffix(job.attempt_deadline, "s")) > google_cloudfunctions2_function.klaxon["deliveries"].service_config[0].timeout_seconds
    ])
    error_message = "the function is asked by somebody whom it can know, for as long as it may take, and what failed is the next run's"
  }
  assert {
    condition     = google_pubsub_subscription.deliveries.ack_deadline_seconds == 60
    error_message = "what a run that died had pulled comes again soon"
  }
  assert {
    condition     = google_pubsub_subscription_iam_member.drain[0].subscription == google_pubsub_subscription.deliveries.name
    error_message = "the function may pull this subscription"
  }
  assert {
    condition     = strcontains(google_monitoring_alert_policy.alarm["lag"].documentation[0].content, "raise gcp: readers") && strcontains(google_monitoring_dashboard.klaxon.dashboard_json, "subscription_ack_message_count")
    error_message = "who looks after it is told of what is pulled"
  }
  assert {
    condition = (google_pubsub_subscription.deliveries.dead_letter_policy[0].dead_letter_topic == google_pubsub_topic.failed.id
    && google_pubsub_subscription.deliveries.dead_letter_policy[0].max_delivery_attempts == 40)
    error_message = "what fails for hours is kept aside"
  }
  assert {
    condition = (google_pubsub_subscription.deliveries.retry_policy[0].minimum_backoff == "10s"
    && google_pubsub_subscription.deliveries.retry_policy[0].maximum_backoff == "600s")
    error_message = "it is tried again at growing distances"
  }
  assert {
    condition     = google_pubsub_subscription.deliveries.message_retention_duration == "604800s" && google_pubsub_subscription.deliveries.expiration_policy[0].ttl == ""
    error_message = "a week without the function loses nothing, and a month without logs removes nothing"
  }
  assert {
    condition     = alltrue([for kept in google_pubsub_subscription.kept : kept.message_retention_duration == "2678400s" && kept.expiration_policy[0].ttl == ""])
    error_message = "what failed is kept for 31 days"
  }
  assert {
    condition     = toset(keys(google_pubsub_subscription.kept)) == toset(["dead-letter", "failed"])
    error_message = "both have somewhere to be kept"
  }
}

run "pushes_within_seconds" {
  variables {
    config = "tests/push.config.yaml"
  }

  assert {
    condition = (google_pubsub_subscription.deliveries.push_config[0].push_endpoint == google_cloudfunctions2_function.klaxon["deliveries"].service_config[0].uri
    && google_pubsub_subscription.deliveries.push_config[0].oidc_token[0].service_account_email == google_service_account.push[0].email)
    error_message = "the function is called by somebody whom it can know"
  }
  assert {
    condition     = google_pubsub_subscription.deliveries.ack_deadline_seconds > google_cloudfunctions2_function.klaxon["deliveries"].service_config[0].timeout_seconds
    error_message = "nothing is handed over again while it is dealt with"
  }
  assert {
    condition = (google_cloudfunctions2_function.klaxon["deliveries"].service_config[0].max_instance_request_concurrency == 500
    && google_cloudfunctions2_function.klaxon["deliveries"].service_config[0].max_instance_count == 10)
    error_message = "an instance is handed as many as the settings say"
  }
  assert {
    condition     = !contains(keys(google_cloudfunctions2_function.klaxon["deliveries"].service_config[0].environment_variables), "KLAXON_SUBSCRIPTION") && length(google_cloud_scheduler_job.drain) == 0 && length(google_pubsub_subscription_iam_member.drain) == 0
    error_message = "nobody pulls, nor may"
  }
  assert {
    condition     = strcontains(google_monitoring_alert_policy.alarm["lag"].documentation[0].content, "raise gcp: instances") && strcontains(google_monitoring_dashboard.klaxon.dashboard_json, "subscription_push_request_count")
    error_message = "who looks after it is told of what is pushed"
  }
}

run "asks_the_clock" {
  expect_failures = [check.secrets_are_here]

  assert {
    condition     = { for task, job in google_cloud_scheduler_job.clock : task => job.schedule } == { manifest = "10 * * * *", tick = "*/5 * * * *", whole-manifest = "40 3 * * *" }
    error_message = "every task has its time"
  }
  assert {
    condition = alltrue([for task, job in google_cloud_scheduler_job.clock :
      job.http_target[0].uri == "${google_cloudfunctions2_function.klaxon["clock"].service_config[0].uri}/tasks/${task}"
      && job.http_target[0].oidc_token[0].service_account_email == google_service_account.scheduler.email
    ])
    error_message = "the clock is asked by somebody whom it can know"
  }
}

run "reads_an_organisation" {
  variables {
    config = "tests/least.config.yaml"
  }

  assert {
    condition     = google_logging_organization_sink.logs["123456789012"].include_children && length(google_logging_project_sink.logs) == 0
    error_message = "one sink reads all that is below"
  }
  assert {
    condition     = google_logging_organization_sink.logs["123456789012"].intercept_children != true
    error_message = "nothing is taken away from the projects themselves"
  }
  assert {
    condition     = google_pubsub_topic_iam_member.writers["organizations/123456789012"].member == google_logging_organization_sink.logs["123456789012"].writer_identity
    error_message = "it may write"
  }
  assert {
    condition     = !contains(keys(google_cloudfunctions2_function.klaxon), "receiver") && length(google_cloud_run_v2_service_iam_member.anybody) == 0
    error_message = "nothing is open where nobody sends anything"
  }
}

run "turns_reads_on_and_never_off" {
  command         = plan
  expect_failures = [check.somebody_is_told, check.somebody_hears_alarms]
  variables {
    config = "tests/reads.config.yaml"
  }

  assert {
    condition     = { for project, reads in google_project_iam_audit_config.reads : project => reads.service } == { example-shop = "container.googleapis.com" }
    error_message = "only where the settings say so, and of no other service"
  }
  assert {
    condition     = toset(google_project_iam_audit_config.reads["example-shop"].audit_log_config[*].log_type) == toset(["ADMIN_READ", "DATA_READ", "DATA_WRITE"])
    error_message = "it says no less than a project may already say"
  }
  assert {
    condition     = alltrue([for each in google_project_iam_audit_config.reads["example-shop"].audit_log_config : try(length(each.exempted_members), 0) == 0])
    error_message = "nobody is left out"
  }
  assert {
    condition     = !strcontains(google_logging_project_sink.logs["example-shop"].filter, "SetIamPolicy")
    error_message = "cloudAudit: none reads clusters alone"
  }
}

run "has_to_be_somewhere" {
  command = plan
  variables {
    config = "tests/nowhere.config.yaml"
  }
  expect_failures = [google_project_service.used, check.somebody_is_told, check.somebody_hears_alarms]
}

run "has_to_read_something" {
  command = plan
  variables {
    config = "tests/nothing.config.yaml"
  }
  expect_failures = [google_pubsub_topic.logs, check.somebody_is_told, check.somebody_hears_alarms]
}
