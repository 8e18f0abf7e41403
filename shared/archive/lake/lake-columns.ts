/** The classes of OCSF that a lake takes from an archive: the folders that each is in, and its columns. */
import type { EventKind } from '../../schema/audit-event.ts';
import { isObject, type JsonValue } from '../../schema/json.ts';

/** `json`: whatever it is, as a text. A list has one member here, the type of all of its members. */
export type Column = 'text' | 'int' | 'long' | 'boolean' | 'json' | readonly [Column] | Columns;

export interface Columns {
  readonly [name: string]: Column;
}

export interface LakeClass {
  readonly uid: number;
  readonly kinds: readonly EventKind[];
  readonly columns: Columns;
}

const user: Columns = {
  name: 'text',
  uid: 'text',
  uid_alt: 'text',
  type: 'text',
  type_id: 'int',
  groups: [{ name: 'text' }],
  account: { uid: 'text', type_id: 'int' },
};

const session: Columns = { uid: 'text', uid_alt: 'text', issuer: 'text', credential_uid: 'text' };

const service: Columns = { name: 'text', uid: 'text' };

/** What every class has. */
const event: Columns = {
  class_uid: 'int',
  class_name: 'text',
  category_uid: 'int',
  category_name: 'text',
  activity_id: 'int',
  activity_name: 'text',
  type_uid: 'long',
  type_name: 'text',
  severity_id: 'int',
  severity: 'text',
  status_id: 'int',
  status: 'text',
  status_code: 'text',
  status_detail: 'text',
  time: 'long',
  message: 'text',
  metadata: {
    version: 'text',
    profiles: ['text'],
    product: { name: 'text', vendor_name: 'text', version: 'text', feature: { name: 'text' } },
    uid: 'text',
    correlation_uid: 'text',
    original_time: 'text',
    log_name: 'text',
    log_level: 'text',
    labels: ['text'],
  },
  cloud: { provider: 'text', account: { uid: 'text', type_id: 'int' }, region: 'text' },
  src_endpoint: { ip: 'text', port: 'int', name: 'text', uid: 'text', intermediate_ips: ['text'] },
  dst_endpoint: { name: 'text', uid: 'text', svc_name: 'text' },
  http_request: {
    http_method: 'text',
    user_agent: 'text',
    url: { path: 'text', query_string: 'text' },
  },
  unmapped: 'json',
};

/** By the names that settings have for them. */
export const lakeClasses = {
  apiActivity: {
    uid: 6003,
    kinds: ['audit', 'cloud-api'],
    columns: {
      ...event,
      start_time: 'long',
      duration: 'long',
      action_id: 'int',
      actor: {
        user,
        session,
        idp: { name: 'text' },
        authorizations: [{ decision: 'text', policy: { name: 'text', desc: 'text' } }],
      },
      api: {
        operation: 'text',
        version: 'text',
        group: { name: 'text' },
        service,
        request: { uid: 'text', data: 'json' },
        response: { code: 'int', error: 'text', error_message: 'text', message: 'text', data: 'json' },
      },
      resources: [
        {
          uid: 'text',
          name: 'text',
          namespace: 'text',
          type: 'text',
          version: 'text',
          region: 'text',
          data: 'json',
        },
      ],
    },
  },
  authentication: {
    uid: 3002,
    kinds: ['authentication'],
    columns: {
      ...event,
      user,
      session,
      service,
      auth_protocol_id: 'int',
      auth_protocol: 'text',
      logon_type_id: 'int',
      logon_type: 'text',
      is_remote: 'boolean',
    },
  },
} as const satisfies Readonly<Record<string, LakeClass>>;

export type LakeClassName = keyof typeof lakeClasses;

/** A value of a column: what is not of its type is absent, so that no record can spoil a file. */
export type Cell = string | number | bigint | boolean | readonly Cell[] | Row | undefined;

export interface Row {
  readonly [name: string]: Cell;
}

export const rowOf = (columns: Columns, value: Readonly<Record<string, unknown>>): Row =>
  Object.fromEntries(
    Object.entries(columns).map(([name, column]) => [
      name,
      cellOf(column, value[name] as JsonValue | undefined),
    ]),
  );

const isWithin = (value: JsonValue, bound: number): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= -bound && value < bound;

const scalars: Readonly<Record<Extract<Column, string>, (value: JsonValue) => Cell>> = {
  text: (value) => (typeof value === 'string' ? value : undefined),
  int: (value) => (isWithin(value, 2 ** 31) ? value : undefined),
  long: (value) => (isWithin(value, Number.MAX_SAFE_INTEGER) ? BigInt(value) : undefined),
  boolean: (value) => (typeof value === 'boolean' ? value : undefined),
  json: (value) => JSON.stringify(value),
};

const isList = (column: Column): column is readonly [Column] => Array.isArray(column);

const cellOf = (column: Column, value: JsonValue | undefined): Cell => {
  if (value === undefined || value === null) return undefined;
  if (typeof column === 'string') return scalars[column](value);
  if (!isList(column)) return isObject(value) ? rowOf(column, value) : undefined;
  const [member] = column;
  if (!Array.isArray(value)) return undefined;
  return value.map((one: JsonValue) => cellOf(member, one)).filter((cell) => cell !== undefined);
};
