/** The normalisers and one event of each dialect in, the page that says which field of a record fills which of ours out. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { decode } from '../shared/decode/decode.ts';
import { carried } from '../shared/detect/twin-carrier.ts';
import { isEvent, normalise } from '../shared/normalise/normalise.ts';
import type { AuditEvent } from '../shared/schema/audit-event.ts';
import { isObject, type JsonObject, type JsonValue, parsedJson } from '../shared/schema/json.ts';

/** A carrier and the event that is sent through it. */
const probes: readonly (readonly [string, string])[] = [
  ['eks', 'field-probe'],
  ['aks', 'field-probe'],
  ['gke', 'field-probe'],
  ['authenticator', 'field-probe-authenticator'],
  ['cloudtrail', 'field-probe-cloudtrail'],
  ['activity', 'field-probe-activity'],
  ['gcp', 'field-probe-gcp'],
  ['auditd', 'field-probe-auditd'],
  ['event', 'field-probe-event'],
  ['access', 'field-probe-access'],
  ['hubble', 'field-probe-hubble'],
];

const base = (name: string): JsonObject => {
  const text = readFileSync(new URL(`./probes/${name}.yml`, import.meta.url), 'utf8');
  const value: unknown = parse(text);
  if (!isObject(value)) throw new Error(`scripts/probes/${name}.yml holds no event`);
  return value;
};

const parts = ['time', 'timeText', 'origin', 'actor', 'client', 'action', 'target', 'outcome'] as const;

interface Column {
  readonly carrier: string;
  readonly dialect: string;
  readonly cells: ReadonlyMap<string, string>;
}

export const fieldMapPage = (): string => {
  const columns = probes.map(([carrier, name]) => columnOf(carrier, base(name)));
  const rows = [...new Set(columns.flatMap(({ cells }) => [...cells.keys()]))].toSorted();
  return [
    '# Where each field comes from',
    '',
    'Made by `npm run docs`: an event of each dialect goes through its normaliser, and each value of the result is looked up',
    'in the record as the provider wrote it. *derived* means that the value stands nowhere in the record as such.',
    '',
    `| field | ${columns.map(({ dialect }) => dialect).join(' | ')} |`,
    `|---|${columns.map(() => '---').join('|')}|`,
    ...rows.map((row) => `| \`${row}\` | ${columns.map(({ cells }) => cells.get(row) ?? '').join(' | ')} |`),
    '',
  ].join('\n');
};

const columnOf = (carrier: string, event: JsonObject): Column => {
  const delivery = carried(carrier, event) ?? null;
  const [record] = decode(delivery).records;
  const result = record && normalise(record);
  if (!result || !isEvent(result)) throw new Error(`the probe of ${carrier} gives no event`);
  const places = placesIn(delivery);
  const cells = new Map<string, string>();
  for (const [path, value] of leavesOf(result)) cells.set(path, placeOf(value, places));
  return { carrier, dialect: result.origin.dialect, cells };
};

/** Every value of a record with the paths it stands at; a text that holds JSON is looked into. */
const placesIn = (record: JsonValue): ReadonlyMap<string, string> => {
  const places = new Map<string, string>();
  const walk = (value: JsonValue, path: string): void => {
    const inner = typeof value === 'string' && value.startsWith('{') ? parsedJson(value) : undefined;
    if (inner !== undefined) walk(inner, '');
    else if (Array.isArray(value)) for (const member of value) walk(member as JsonValue, path);
    else if (isObject(value)) {
      for (const [key, member] of Object.entries(value))
        if (member !== undefined) walk(member, path === '' ? key : `${path}.${key}`);
    } else if (value !== null && !places.has(String(value))) places.set(String(value), path);
  };
  walk(record, typeof record === 'string' ? 'line' : '');
  return places;
};

const leavesOf = (event: AuditEvent): readonly (readonly [string, string])[] => {
  const leaves: (readonly [string, string])[] = [];
  const walk = (value: unknown, path: string): void => {
    if (Array.isArray(value)) walk(value[0], path);
    else if (isObject(value))
      for (const [key, member] of Object.entries(value)) walk(member, `${path}.${key}`);
    else if (value !== undefined) leaves.push([path, String(value)]);
  };
  for (const part of parts) walk(event[part], part);
  return leaves;
};

/** A value stands at a path, or as a part of the text at one, or nowhere. */
const placeOf = (value: string, places: ReadonlyMap<string, string>): string => {
  const exact = places.get(value);
  if (exact !== undefined && exact !== '') return `\`${exact}\``;
  if (value.length < 3) return '*derived*';
  for (const [text, path] of places)
    if (path !== '' && text.toLowerCase().includes(value.toLowerCase())) return `from \`${path}\``;
  return '*derived*';
};
