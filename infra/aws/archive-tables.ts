/** The form of the archive in; its tables, with the folders of each and the columns of their lines, out. */
import type { Settings } from '../../shared/settings/settings.ts';

export type ArchiveForm = Settings['archive']['form'];

/** Kinds of events that come on AWS; each has a folder of its own in the archive. */
type Kind = 'audit' | 'authentication' | 'cloud-api';

export interface ArchiveTable {
  readonly name: string;
  readonly description: string;
  /** The folders that it looks into. */
  readonly kinds: readonly Kind[];
  /** In Hive's types. */
  readonly columns: Readonly<Record<string, string>>;
}

/** As a line of the archive has them: shared/schema/archived-line.ts. */
const lineColumns = {
  id: 'string',
  time: 'bigint',
  dialect: 'string',
  actor: 'string',
  cloud_identity: 'string',
  ips: 'array<string>',
  user_agent: 'string',
  verb: 'string',
  api_group: 'string',
  resource: 'string',
  subresource: 'string',
  namespace: 'string',
  name: 'string',
  result: 'string',
  code: 'int',
  truncated: 'boolean',
  redacted: 'boolean',
  line: 'string',
};

const tableOfKind = (kind: Kind): ArchiveTable => ({
  name: kind.replaceAll('-', '_'),
  description: `Events of the kind ${kind}; what a line has is told in docs/archive.md`,
  kinds: [kind],
  columns: lineColumns,
});

const struct = (members: Readonly<Record<string, string>>): string =>
  `struct<${Object.entries(members)
    .map(([name, type]) => `${name}:${type}`)
    .join()}>`;

const user = struct({
  name: 'string',
  uid: 'string',
  uid_alt: 'string',
  type: 'string',
  type_id: 'int',
  groups: 'array<struct<name:string>>',
});

const session = struct({ uid: 'string', uid_alt: 'string', issuer: 'string', credential_uid: 'string' });

/** What every class has of OCSF, but for `cloud`: account and region are parts of a path. */
const eventColumns = {
  class_uid: 'int',
  class_name: 'string',
  activity_id: 'int',
  activity_name: 'string',
  type_uid: 'bigint',
  severity_id: 'int',
  severity: 'string',
  status_id: 'int',
  status: 'string',
  status_code: 'string',
  status_detail: 'string',
  time: 'bigint',
  message: 'string',
  metadata: struct({
    version: 'string',
    uid: 'string',
    correlation_uid: 'string',
    original_time: 'string',
    log_name: 'string',
    is_truncated: 'boolean',
    product: struct({ name: 'string', vendor_name: 'string' }),
  }),
  src_endpoint: struct({
    ip: 'string',
    port: 'int',
    name: 'string',
    uid: 'string',
    intermediate_ips: 'array<string>',
  }),
  dst_endpoint: struct({ name: 'string', uid: 'string', svc_name: 'string' }),
  http_request: struct({
    http_method: 'string',
    user_agent: 'string',
    url: struct({ path: 'string', query_string: 'string' }),
  }),
  // An object, of which the SerDe gives the text.
  unmapped: 'string',
};

const classTables: readonly ArchiveTable[] = [
  {
    name: 'api_activity',
    description: 'OCSF API Activity (6003): what was asked of clusters, and of EKS',
    kinds: ['audit', 'cloud-api'],
    columns: {
      ...eventColumns,
      start_time: 'bigint',
      duration: 'bigint',
      action_id: 'int',
      actor: struct({
        user,
        session,
        authorizations: `array<${struct({ decision: 'string', policy: struct({ name: 'string', type: 'string', desc: 'string' }) })}>`,
      }),
      api: struct({
        operation: 'string',
        version: 'string',
        group: 'struct<name:string>',
        service: struct({ name: 'string', uid: 'string' }),
        request: 'struct<uid:string>',
        response: struct({ code: 'int', error: 'string', error_message: 'string', message: 'string' }),
      }),
      resources: `array<${struct({ uid: 'string', uid_alt: 'string', name: 'string', namespace: 'string', type: 'string', version: 'string' })}>`,
    },
  },
  {
    name: 'authentication',
    description: 'OCSF Authentication (3002): who signed in to clusters',
    kinds: ['authentication'],
    columns: {
      ...eventColumns,
      user,
      session,
      service: struct({ name: 'string', uid: 'string' }),
      auth_protocol_id: 'int',
      auth_protocol: 'string',
      logon_type_id: 'int',
      is_remote: 'boolean',
    },
  },
];

const tables: Readonly<Record<ArchiveForm, readonly ArchiveTable[]>> = {
  audit: [tableOfKind('audit'), tableOfKind('authentication'), tableOfKind('cloud-api')],
  ocsf: classTables,
};

export const tablesOf = (form: ArchiveForm): readonly ArchiveTable[] => tables[form];
