# Questions to the archive that are worth keeping, as views; each looks at the last day. What the guide to EKS asks CloudWatch,
# asked of the archive of GKE: the same nine as on the other clouds, by the same names, but for who may enter, which IAM decides.

locals {
  last_day = "date BETWEEN FORMAT_DATE('%F', DATE_SUB(CURRENT_DATE(), INTERVAL 1 DAY)) AND FORMAT_DATE('%F', DATE_ADD(CURRENT_DATE(), INTERVAL 1 DAY))"

  # Columns that say who did what, and when. Of the same event in two objects one is enough, and lists cannot be compared.
  told = "TIMESTAMP_MILLIS(time) AS happened, cluster, actor, cloud_identity, ARRAY_TO_STRING(ips, ' ') AS ips, verb, namespace, name, result"

  # What was created, changed or deleted, by the name of the view.
  changed = {
    "changes of admission webhooks"    = "resource IN ('validatingwebhookconfigurations', 'mutatingwebhookconfigurations')"
    "changes of roles"                 = "resource = 'roles'"
    "changes of role bindings"         = "resource = 'rolebindings'"
    "changes of cluster roles"         = "resource = 'clusterroles'"
    "changes of cluster role bindings" = "resource = 'clusterrolebindings'"
  }

  queries = merge(
    { for name, condition in local.changed : name => {
      description = "Who created, changed or deleted what: ${name}"
      sql         = <<-SQL
        SELECT DISTINCT id, ${local.told}
        FROM `${local.project}.${local.dataset}.audit`
        WHERE ${local.last_day}
          AND verb IN ('create', 'update', 'patch', 'delete', 'deletecollection')
          AND ${condition}
      SQL
    } },
    {
      "changes of access" = {
        description = "Who gave or took rights to clusters, by the policies of IAM"
        sql         = <<-SQL
          SELECT DISTINCT id, TIMESTAMP_MILLIS(time) AS happened, account, actor, ARRAY_TO_STRING(ips, ' ') AS ips,
            JSON_VALUE(delta, '$.action') AS action, JSON_VALUE(delta, '$.role') AS role, JSON_VALUE(delta, '$.member') AS member, result
          FROM `${local.project}.${local.dataset}.cloud_api`,
            UNNEST(JSON_QUERY_ARRAY(line, '$.protoPayload.serviceData.policyDelta.bindingDeltas')) AS delta
          WHERE ${local.last_day}
            AND STARTS_WITH(JSON_VALUE(delta, '$.role'), 'roles/container.')
        SQL
      }
      "refused reads of secrets a minute" = {
        description = "How many reads of Secrets were refused, minute by minute, by whom; where reads are logged"
        sql         = <<-SQL
          SELECT TIMESTAMP_TRUNC(TIMESTAMP_MILLIS(time), MINUTE) AS minute, cluster, actor, COUNT(DISTINCT id) AS refused
          FROM `${local.project}.${local.dataset}.audit`
          WHERE ${local.last_day}
            AND resource = 'secrets'
            AND verb IN ('get', 'list', 'watch')
            AND code IN (401, 403)
          GROUP BY minute, cluster, actor
        SQL
      }
      "failed anonymous requests" = {
        description = "What was asked for without a name, and refused"
        sql         = <<-SQL
          SELECT DISTINCT id, TIMESTAMP_MILLIS(time) AS happened, cluster, ARRAY_TO_STRING(ips, ' ') AS ips, user_agent, verb,
            JSON_VALUE(line, '$.protoPayload.resourceName') AS resource_name, code
          FROM `${local.project}.${local.dataset}.audit`
          WHERE ${local.last_day}
            AND actor = 'system:anonymous'
            AND code IN (401, 403)
        SQL
      }
      "failures by user" = {
        description = "Who gets answers of 400 and above, and how often each"
        sql         = <<-SQL
          SELECT cluster, actor, cloud_identity, code, COUNT(DISTINCT id) AS answers
          FROM `${local.project}.${local.dataset}.audit`
          WHERE ${local.last_day}
            AND code >= 400
          GROUP BY cluster, actor, cloud_identity, code
        SQL
      }
    },
  )
}

resource "google_bigquery_table" "query" {
  for_each            = local.has_tables ? local.queries : {}
  project             = local.project
  dataset_id          = google_bigquery_dataset.archive[local.dataset].dataset_id
  table_id            = replace(each.key, " ", "_")
  description         = each.value.description
  labels              = local.labels
  deletion_protection = false

  view {
    query          = each.value.sql
    use_legacy_sql = false
  }

  depends_on = [google_bigquery_table.kind]
}
