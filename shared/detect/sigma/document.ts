/** One YAML document in, the Sigma document it is, its known fields checked, out. */
import { isObject, type JsonObject } from '../../schema/json.ts';
import type { YamlDocument } from '../../schema/yaml.ts';
import type { LogSource } from '../rule.ts';
import type { Problems } from './problems.ts';

export type SigmaKind = 'rule' | 'correlation' | 'filter';

export interface SigmaDocument {
  readonly kind: SigmaKind;
  readonly body: JsonObject;
  readonly yaml: YamlDocument;
}

/** Which kind a map is goes by its keys, in this order. */
export const kindOf = (body: JsonObject): SigmaKind => {
  if ('correlation' in body) return 'correlation';
  return 'filter' in body ? 'filter' : 'rule';
};

const required: Readonly<Record<SigmaKind, readonly string[]>> = {
  rule: ['title', 'logsource', 'detection'],
  correlation: ['title', 'correlation'],
  filter: ['title', 'logsource', 'filter'],
};

const uuid = /^\{?[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}\}?$/i;
const tagForm = /^[a-z0-9_-]+\.[a-z0-9._-]+$/;
const dateForm = /^\d{4}[-/]\d{1,2}[-/]\d{1,2}$/;
const statuses = ['stable', 'test', 'experimental', 'deprecated', 'unsupported'];
const levels = ['informational', 'low', 'medium', 'high', 'critical'];

type Check = (value: unknown) => string | undefined;

const text =
  (most: number): Check =>
  (value) =>
    typeof value === 'string' && value !== '' && value.length <= most
      ? undefined
      : `expected a text of at most ${most} characters`;

const anyText =
  (most: number): Check =>
  (value) =>
    value === '' ? undefined : text(most)(value);

const texts: Check = (value) =>
  Array.isArray(value) && value.every((item) => typeof item === 'string')
    ? undefined
    : 'expected a list of texts';

const oneOf =
  (words: readonly string[]): Check =>
  (value) =>
    typeof value === 'string' && words.includes(value.toLowerCase())
      ? undefined
      : `expected one of ${words.join(', ')}`;

/** Fields of the specification; any other is the author's own and stays as it is. */
const checks: Readonly<Record<string, Check>> = {
  title: text(256),
  id: (value) => (typeof value === 'string' && uuid.test(value) ? undefined : 'expected a UUID'),
  name: text(256),
  taxonomy: text(256),
  status: oneOf(statuses),
  description: anyText(65_535),
  license: anyText(256),
  author: anyText(65_535),
  references: texts,
  fields: texts,
  falsepositives: texts,
  scope: texts,
  level: oneOf(levels),
  tags: (value) =>
    texts(value) ??
    ((value as string[]).every((tag) => tagForm.test(tag))
      ? undefined
      : 'expected tags such as attack.t1609'),
  date: (value) =>
    typeof value === 'string' && dateForm.test(value) ? undefined : 'expected a date, YYYY-MM-DD',
  modified: (value) =>
    typeof value === 'string' && dateForm.test(value) ? undefined : 'expected a date, YYYY-MM-DD',
  related: (value) =>
    Array.isArray(value) &&
    value.every((item) => isObject(item) && typeof item.id === 'string' && typeof item.type === 'string')
      ? undefined
      : 'expected a list of {id, type}',
  logsource: (value) => (isObject(value) ? undefined : 'expected a map of category, product and service'),
};

export const checkFields = (document: SigmaDocument, problems: Problems): void => {
  for (const key of required[document.kind]) {
    if (document.body[key] === undefined || document.body[key] === null)
      problems.add([], `"${key}" is missing`);
  }
  for (const [key, check] of Object.entries(checks)) {
    const value = document.body[key];
    if (value === undefined || value === null) continue;
    const fault = check(value);
    if (fault !== undefined) problems.add([key], `"${key}": ${fault}`);
  }
};

/** At least one of the three keys must be there; values are compared without regard to case. */
export const logSourceOf = (body: JsonObject, problems: Problems): LogSource => {
  const source = isObject(body.logsource) ? body.logsource : {};
  const read = (key: 'category' | 'product' | 'service'): string | undefined => {
    const value = source[key];
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'string') problems.add(['logsource', key], 'expected a text');
    return String(value).toLowerCase();
  };
  const result = { category: read('category'), product: read('product'), service: read('service') };
  if (isObject(body.logsource) && !result.category && !result.product && !result.service) {
    problems.add(['logsource'], 'none of category, product and service is set');
  }
  return result;
};

/** Both forms in which a rule may be named: UUIDs without regard to case, dashes and braces, names exactly. */
export const referenceOf = (value: string): string =>
  uuid.test(value) ? value.replace(/[{}-]/g, '').toLowerCase() : value;
