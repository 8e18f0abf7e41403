/** Questions to the archive that are worth keeping, in Athena's SQL; each looks at the last day. */
import type { ArchiveForm } from './archive-tables.ts';

export interface SavedQuery {
  readonly name: string;
  readonly description: string;
  readonly sql: string;
}

/** How a form of the archive says what is asked for. */
interface Vocabulary {
  readonly table: string;
  /** Conditions that leave the requests to API servers. */
  readonly where: readonly string[];
  readonly id: string;
  readonly actor: string;
  readonly cloudIdentity: string;
  readonly ips: string;
  readonly userAgent: string;
  readonly verb: string;
  readonly namespace: string;
  readonly name: string;
  readonly result: string;
  readonly code: string;
  readonly uri: string;
  /** A condition: it is about one of these resources, or what lies below it. */
  readonly resourceIn: (...names: readonly string[]) => string;
}

const listed = (values: readonly string[]): string => values.map((value) => `'${value}'`).join(', ');

const oneOf = (values: readonly string[]): string =>
  values.length === 1 ? `= ${listed(values)}` : `IN (${listed(values)})`;

/** A request names one resource. */
const resource = 'element_at(resources, 1)';

const vocabularies: Readonly<Record<ArchiveForm, Vocabulary>> = {
  audit: {
    table: 'audit',
    where: [],
    id: 'id',
    actor: 'actor',
    cloudIdentity: 'cloud_identity',
    ips: 'ips',
    userAgent: 'user_agent',
    verb: 'verb',
    namespace: 'namespace',
    name: 'name',
    result: '"result"',
    code: 'code',
    uri: `json_extract_scalar(line, '$.requestURI')`,
    resourceIn: (...names) => `resource ${oneOf(names)}`,
  },
  ocsf: {
    table: 'api_activity',
    where: [`kind = 'audit'`],
    id: 'metadata.uid',
    actor: 'actor.user.name',
    cloudIdentity: `coalesce(actor.session.uid_alt, json_extract_scalar(unmapped, '$.klaxon.cloudIdentity'))`,
    ips: 'concat(ARRAY[src_endpoint.ip], coalesce(src_endpoint.intermediate_ips, ARRAY[]))',
    userAgent: 'http_request.user_agent',
    verb: 'api.operation',
    namespace: `${resource}.namespace`,
    name: `${resource}.name`,
    result: 'status',
    code: 'api.response.code',
    uri: `json_extract_scalar(unmapped, '$.k8s.requestURI')`,
    // What is asked of a part of an object is of the type `pods/exec`.
    resourceIn: (...names) => `split_part(${resource}.type, '/', 1) ${oneOf(names)}`,
  },
};

/** A column that has its own name need not be given one. */
const as = (expression: string, name: string): string =>
  expression.replaceAll('"', '') === name ? expression : `${expression} AS ${name}`;

const lastDay = `"date" >= date_format(current_date - interval '1' day, '%Y-%m-%d')`;

const at = (expression: string): string => `from_unixtime(${expression} / 1000e0)`;

const writes = `('create', 'update', 'patch', 'delete', 'deletecollection')`;

/**
 * What the guide to EKS asks CloudWatch, asked of the archive, and who is refused most:
 * https://docs.aws.amazon.com/eks/latest/best-practices/auditing-and-logging.html
 *
 * @param needsCluster A table that does not know the names of the clusters wants one named.
 */
export const savedQueries = (needsCluster: boolean, form: ArchiveForm = 'audit'): readonly SavedQuery[] => {
  const words = vocabularies[form];
  const time = at('"time"');
  const given = [...(needsCluster ? [`cluster = 'NAME'`] : []), lastDay, ...words.where];
  const from = (...conditions: readonly string[]): string =>
    `FROM ${words.table}\nWHERE ${[...given, ...conditions].join('\n  AND ')}`;
  const id = as(words.id, 'id');
  const actor = as(words.actor, 'actor');
  const cloudIdentity = as(words.cloudIdentity, 'cloud_identity');

  /** Columns that say who did what, and when. */
  const told = [
    `${time} AS at`,
    'cluster',
    actor,
    cloudIdentity,
    as(words.ips, 'ips'),
    as(words.verb, 'verb'),
    as(words.namespace, 'namespace'),
    as(words.name, 'name'),
    as(words.result, 'result'),
  ].join(', ');

  const changesOf = (what: string, ...conditions: readonly string[]): SavedQuery => ({
    name: `changes of ${what}`,
    description: `Who created, changed or deleted ${what}`,
    sql: `SELECT DISTINCT ${id}, ${told}
${from(`${words.verb} IN ${writes}`, ...conditions)}
ORDER BY at DESC`,
  });

  return [
    changesOf(
      'aws-auth',
      words.resourceIn('configmaps'),
      `${words.namespace} = 'kube-system'`,
      `${words.name} = 'aws-auth'`,
    ),
    changesOf(
      'admission webhooks',
      words.resourceIn('validatingwebhookconfigurations', 'mutatingwebhookconfigurations'),
    ),
    changesOf('roles', words.resourceIn('roles')),
    changesOf('role bindings', words.resourceIn('rolebindings')),
    changesOf('cluster roles', words.resourceIn('clusterroles')),
    changesOf('cluster role bindings', words.resourceIn('clusterrolebindings')),
    {
      name: 'refused reads of secrets a minute',
      description: 'How many reads of Secrets were refused, minute by minute, by whom',
      sql: `SELECT date_trunc('minute', ${time}) AS minute, cluster, ${actor}, count(DISTINCT ${words.id}) AS refused
${from(words.resourceIn('secrets'), `${words.verb} IN ('get', 'list', 'watch')`, `${words.code} IN (401, 403)`)}
GROUP BY 1, 2, 3
ORDER BY 1, refused DESC`,
    },
    {
      name: 'failed anonymous requests',
      description: 'What was asked for without a name, and refused',
      sql: `SELECT DISTINCT ${id}, ${time} AS at, cluster, ${as(words.ips, 'ips')}, ${as(words.userAgent, 'user_agent')}, ${as(words.verb, 'verb')},
  ${words.uri} AS uri, ${as(words.code, 'code')}
${from(`${words.actor} = 'system:anonymous'`, `${words.code} IN (401, 403)`)}
ORDER BY at DESC`,
    },
    {
      name: 'failures by user',
      description: 'Who gets answers of 400 and above, and how often each',
      sql: `SELECT cluster, ${actor}, ${cloudIdentity}, ${as(words.code, 'code')}, count(DISTINCT ${words.id}) AS answers
${from(`${words.code} >= 400`)}
GROUP BY 1, 2, 3, 4
ORDER BY answers DESC`,
    },
  ];
};
