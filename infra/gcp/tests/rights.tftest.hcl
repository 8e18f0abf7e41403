# Every right that is given, to whom, on what and under which condition: rights.expected.txt has them all.

mock_provider "google" {
  mock_data "google_project" {
    defaults = { number = "123456789012" }
  }
  mock_resource "google_logging_project_sink" {
    defaults = { writer_identity = "SINK" }
  }
}

override_resource {
  target = google_service_account.function["deliveries"]
  values = { member = "DELIVERIES" }
}
override_resource {
  target = google_service_account.function["clock"]
  values = { member = "CLOCK" }
}
override_resource {
  target = google_service_account.function["receiver"]
  values = { member = "RECEIVER" }
}
override_resource {
  target = google_service_account.build
  values = { member = "BUILD" }
}
override_resource {
  target = google_service_account.push[0]
  values = { member = "PUSH", name = "PUSH" }
}
override_resource {
  target = google_service_account.scheduler
  values = { member = "SCHEDULER" }
}

override_resource {
  target = google_artifact_registry_repository.images
  values = { name = "klaxon-staging" }
}

variables {
  config  = "tests/full.config.yaml"
  package = "empty.ndjson.gz"
}

run "gives_these_rights_and_no_other" {
  expect_failures = [check.secrets_are_here]

  assert {
    condition = join("\n", sort(flatten([
      [for right in concat(
        [google_project_iam_member.build_logs, google_project_iam_member.build_source],
        values(google_project_iam_member.state), values(google_project_iam_member.alerts_log), values(google_project_iam_member.refused),
      ) : "${right.member} ${right.role} on ${right.project}${length(right.condition) == 0 ? "" : " if ${one(right.condition).expression}"}"],
      [for right in concat(
        values(google_storage_bucket_iam_member.archive_write), values(google_storage_bucket_iam_member.archive_get),
        [google_storage_bucket_iam_member.archive_list], values(google_storage_bucket_iam_member.alerts),
      ) : "${right.member} ${right.role} on ${right.bucket}${length(right.condition) == 0 ? "" : " if ${one(right.condition).expression}"}"],
      [for right in concat(
        values(google_pubsub_topic_iam_member.writers), values(google_pubsub_topic_iam_member.alerts), [google_pubsub_topic_iam_member.agent_failed],
      ) : "${right.member} ${right.role} on ${right.project}/${right.topic}"],
      [for right in concat([google_pubsub_subscription_iam_member.agent_deliveries], google_pubsub_subscription_iam_member.drain) : "${right.member} ${right.role} on ${right.subscription}"],
      [for right in concat(values(google_secret_manager_secret_iam_member.receiver), values(google_secret_manager_secret_iam_member.alerts)) :
      "${right.member} ${right.role} on ${right.project}/${right.secret_id}"],
      [for right in concat(google_cloud_run_v2_service_iam_member.push, google_cloud_run_v2_service_iam_member.drain, [google_cloud_run_v2_service_iam_member.scheduler], values(google_cloud_run_v2_service_iam_member.anybody)) :
      "${right.member} ${right.role} on ${right.name}"],
      [for right in google_service_account_iam_member.push : "${right.member} ${right.role} on ${right.service_account_id}"],
      [for right in values(google_scc_v2_organization_source_iam_member.alerts) : "${right.member} ${right.role} on organizations/${right.organization}/sources/${right.source}"],
      [for right in [google_artifact_registry_repository_iam_member.build] : "${right.member} ${right.role} on ${right.repository}"],
      [for right in values(google_kms_crypto_key_iam_member.agents) : "${right.member} ${right.role} on ${right.crypto_key_id}"],
    ]))) == trimspace(file("tests/rights.expected.txt"))
    error_message = "a right was given or taken: look at it, then write it down in rights.expected.txt"
  }
}

run "gives_two_rights_to_push_in_place_of_those_to_pull" {
  variables {
    config = "tests/push.config.yaml"
  }

  assert {
    condition = [for right in concat(google_cloud_run_v2_service_iam_member.push, google_cloud_run_v2_service_iam_member.drain) : "${right.member} ${right.role} on ${right.name}"] == [
      "PUSH roles/run.invoker on klaxon-production-deliveries",
    ]
    error_message = "only who pushes may call the function"
  }
  assert {
    condition = [for right in google_service_account_iam_member.push : "${right.member} ${right.role} on ${right.service_account_id}"] == [
      "serviceAccount:service-123456789012@gcp-sa-pubsub.iam.gserviceaccount.com roles/iam.serviceAccountOpenIdTokenCreator on PUSH",
    ]
    error_message = "only Pub/Sub may say that it is who pushes"
  }
  assert {
    condition     = length(google_pubsub_subscription_iam_member.drain) == 0
    error_message = "the function may pull nothing"
  }
}
