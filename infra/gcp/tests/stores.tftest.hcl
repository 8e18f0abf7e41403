# What is kept: evidence, memory, alerts, packages; encrypted, closed, and for as long as the settings say.

mock_provider "google" {
  mock_data "google_project" {
    defaults = { number = "123456789012" }
  }
}

variables {
  config  = "tests/full.config.yaml"
  package = "empty.ndjson.gz"
}

run "keeps_evidence" {
  expect_failures = [check.secrets_are_here]

  assert {
    condition     = google_storage_bucket.archive.name == "klaxon-staging-archive-123456789012" && google_storage_bucket.archive.location == "europe-west1"
    error_message = "the archive is where Klaxon is"
  }
  assert {
    condition     = google_storage_bucket.archive.retention_policy[0].is_locked && google_storage_bucket.archive.retention_policy[0].retention_period == 30 * 86400
    error_message = "compliance locks the bucket for as long as the archive is kept"
  }
  assert {
    condition     = google_storage_bucket.archive.soft_delete_policy[0].retention_duration_seconds == 30 * 86400 && !google_storage_bucket.archive.force_destroy
    error_message = "what is removed can be had back, and Terraform removes nothing"
  }
  assert {
    condition     = google_storage_bucket.archive.autoclass[0].enabled && google_storage_bucket.archive.autoclass[0].terminal_storage_class == "ARCHIVE"
    error_message = "what nobody reads becomes cheaper"
  }
  assert {
    condition     = one([for rule in google_storage_bucket.archive.lifecycle_rule : one(rule.condition).age if one(rule.action).type == "Delete"]) == 31
    error_message = "it ends after the lock does"
  }
}

run "closes_every_bucket" {
  expect_failures = [check.secrets_are_here]

  assert {
    condition = alltrue([for bucket in concat([google_storage_bucket.archive, google_storage_bucket.packages], values(google_storage_bucket.alerts)) :
      bucket.uniform_bucket_level_access && bucket.public_access_prevention == "enforced"
    ])
    error_message = "nobody but whom IAM lets in, and never the public"
  }
  assert {
    condition = alltrue([for bucket in concat([google_storage_bucket.archive, google_storage_bucket.packages], values(google_storage_bucket.alerts)) :
      bucket.encryption[0].default_kms_key_name == "projects/example-keys/locations/europe-west1/keyRings/klaxon/cryptoKeys/klaxon"
    ])
    error_message = "encrypted with the key of the settings"
  }
  assert {
    condition     = one(google_storage_bucket.alerts["bucket"].lifecycle_rule[0].condition).age == 60
    error_message = "alerts are kept as long as the settings say"
  }
}

run "remembers" {
  expect_failures = [check.secrets_are_here]

  assert {
    condition = (google_firestore_database.state.type == "FIRESTORE_NATIVE" && google_firestore_database.state.name == "klaxon-staging"
    && google_firestore_database.state.location_id == "europe-west1")
    error_message = "a database of its own, where Klaxon is"
  }
  assert {
    condition = (google_firestore_database.state.delete_protection_state == "DELETE_PROTECTION_ENABLED"
      && google_firestore_database.state.deletion_policy == "ABANDON"
    && google_firestore_database.state.point_in_time_recovery_enablement == "POINT_IN_TIME_RECOVERY_ENABLED")
    error_message = "it cannot be lost by mistake"
  }
  assert {
    condition     = google_firestore_database.state.cmek_config[0].kms_key_name == "projects/example-keys/locations/europe-west1/keyRings/klaxon/cryptoKeys/klaxon"
    error_message = "encrypted with the key of the settings"
  }
  assert {
    condition     = length(google_firestore_field.expires.ttl_config) == 1 && length(google_firestore_field.expires.index_config[0].indexes) == 0
    error_message = "what has expired is removed, and nothing is indexed by it"
  }
  assert {
    condition     = google_firestore_field.unindexed.field == "*" && length(google_firestore_field.unindexed.index_config[0].indexes) == 0
    error_message = "what is only read by its name has no index"
  }
}

run "can_be_asked" {
  expect_failures = [check.secrets_are_here]

  assert {
    condition     = toset(keys(google_bigquery_table.kind)) == toset(["audit", "cloud-api", "kubernetes-event", "process"]) && length(google_bigquery_table.query) == 9
    error_message = "a table for each kind, and the nine questions"
  }
  assert {
    condition = alltrue([for kind, table in google_bigquery_table.kind :
      table.external_data_configuration[0].hive_partitioning_options[0].require_partition_filter
      && endswith(table.external_data_configuration[0].hive_partitioning_options[0].source_uri_prefix, "/${kind}/{cloud:STRING}/{account:STRING}/{region:STRING}/{cluster:STRING}/{date:STRING}/{hour:STRING}")
    ])
    error_message = "a question must name a part of the archive, by the parts of its paths"
  }
  assert {
    condition     = alltrue([for query in google_bigquery_table.query : strcontains(query.view[0].query, "date BETWEEN")])
    error_message = "each saved question does"
  }
}

run "keeps_less_where_less_is_asked" {
  command         = plan
  expect_failures = [check.somebody_is_told, check.somebody_hears_alarms]
  variables {
    config = "tests/reads.config.yaml"
  }

  assert {
    condition     = length(google_storage_bucket.archive.retention_policy) == 0 && length(google_storage_bucket.archive.encryption) == 0
    error_message = "no lock and no key where the settings name none"
  }
  assert {
    condition     = length(google_bigquery_table.kind) == 0 && length(google_bigquery_dataset.archive) == 0
    error_message = "an archive in OCSF has tables of its readers' own"
  }
}

run "locks_by_default_so_that_it_can_be_undone" {
  variables {
    config = "tests/least.config.yaml"
  }

  assert {
    condition     = !google_storage_bucket.archive.retention_policy[0].is_locked && google_storage_bucket.archive.retention_policy[0].retention_period == 400 * 86400
    error_message = "governance is the default, for 400 days"
  }
}
