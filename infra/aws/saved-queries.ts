/** Questions to the archive that are worth keeping, in Athena's SQL; each looks at the last day. */

export interface SavedQuery {
  readonly name: string;
  readonly description: string;
  readonly sql: string;
}

/** A table that does not know the names of the clusters wants one named. */
const whereFor = (needsCluster: boolean): string =>
  needsCluster ? `cluster = 'NAME'\n  AND ${lastDay}` : lastDay;

const lastDay = `"date" >= date_format(current_date - interval '1' day, '%Y-%m-%d')`;

/** Columns that say who did what, and when. */
const told = `from_unixtime("time" / 1000e0) AS at, cluster, actor, cloud_identity, ips, verb, namespace, name, "result"`;

const writes = `verb IN ('create', 'update', 'patch', 'delete', 'deletecollection')`;

const changesOf = (where: string, what: string, condition: string): SavedQuery => ({
  name: `changes of ${what}`,
  description: `Who created, changed or deleted ${what}`,
  sql: `SELECT DISTINCT id, ${told}
FROM audit
WHERE ${where}
  AND ${writes}
  AND ${condition}
ORDER BY at DESC`,
});

/**
 * What the guide to EKS asks CloudWatch, asked of the archive, and who is refused most:
 * https://docs.aws.amazon.com/eks/latest/best-practices/auditing-and-logging.html
 */
export const savedQueries = (needsCluster: boolean): readonly SavedQuery[] => {
  const where = whereFor(needsCluster);
  return [
    changesOf(
      where,
      'aws-auth',
      `resource = 'configmaps' AND namespace = 'kube-system' AND name = 'aws-auth'`,
    ),
    changesOf(
      where,
      'admission webhooks',
      `resource IN ('validatingwebhookconfigurations', 'mutatingwebhookconfigurations')`,
    ),
    changesOf(where, 'roles', `resource = 'roles'`),
    changesOf(where, 'role bindings', `resource = 'rolebindings'`),
    changesOf(where, 'cluster roles', `resource = 'clusterroles'`),
    changesOf(where, 'cluster role bindings', `resource = 'clusterrolebindings'`),
    {
      name: 'refused reads of secrets a minute',
      description: 'How many reads of Secrets were refused, minute by minute, by whom',
      sql: `SELECT date_trunc('minute', from_unixtime("time" / 1000e0)) AS minute, cluster, actor, count(DISTINCT id) AS refused
FROM audit
WHERE ${where}
  AND resource = 'secrets'
  AND verb IN ('get', 'list', 'watch')
  AND code IN (401, 403)
GROUP BY 1, 2, 3
ORDER BY 1, refused DESC`,
    },
    {
      name: 'failed anonymous requests',
      description: 'What was asked for without a name, and refused',
      sql: `SELECT DISTINCT id, from_unixtime("time" / 1000e0) AS at, cluster, ips, user_agent, verb,
  json_extract_scalar(line, '$.requestURI') AS uri, code
FROM audit
WHERE ${where}
  AND actor = 'system:anonymous'
  AND code IN (401, 403)
ORDER BY at DESC`,
    },
    {
      name: 'failures by user',
      description: 'Who gets answers of 400 and above, and how often each',
      sql: `SELECT cluster, actor, cloud_identity, code, count(DISTINCT id) AS answers
FROM audit
WHERE ${where}
  AND code >= 400
GROUP BY 1, 2, 3, 4
ORDER BY answers DESC`,
    },
  ];
};
