/** A Falco rule file in, its items in order, each with where its parts stand, out. */
import type { RuleProblem, TextPosition } from '../../errors.ts';
import { isObject, type JsonObject, type JsonValue } from '../../schema/json.ts';
import type { YamlDocument, YamlFile, YamlPath } from '../../schema/yaml.ts';

/** In this order: the first of these keys that an item has decides what it is. */
export const itemKinds = [
  'required_engine_version',
  'required_plugin_versions',
  'list',
  'macro',
  'rule',
] as const;
export type ItemKind = (typeof itemKinds)[number];

export interface Item {
  readonly kind: ItemKind;
  readonly body: JsonObject;
  /** Its file says that it was written for an engine that still compared lists as texts. */
  readonly isForOldEngine: boolean;
  /** Where a part of it begins. */
  readonly positionOf: (path: YamlPath) => TextPosition;
}

/** What was found wrong while files were loaded. */
export interface Report {
  readonly problems: RuleProblem[];
  /** Remarks on what is loaded all the same, or skipped on purpose. */
  readonly warnings: RuleProblem[];
}

/** Which keys an item may have; Falco warns of any other. */
const knownKeys: Readonly<Record<ItemKind, readonly string[]>> = {
  required_engine_version: [],
  required_plugin_versions: [],
  list: ['items', 'append', 'override'],
  macro: ['condition', 'append', 'override'],
  rule: [
    'condition',
    'output',
    'desc',
    'priority',
    'source',
    'enabled',
    'tags',
    'exceptions',
    'warn_evttypes',
    'skip-if-unknown-filter',
    'capture',
    'capture_duration',
    'append',
    'override',
  ],
};

/** Of a file whose scalars were read as texts. */
export const itemsOf = (file: YamlFile, report: Report): readonly Item[] => {
  report.problems.push(...file.problems);
  const items = file.documents.flatMap((document) => itemsIn(document, report));
  const isForOldEngine = items.some(({ body }) => isOldEngine(body.required_engine_version));
  return isForOldEngine ? items.map((item) => ({ ...item, isForOldEngine })) : items;
};

/** Rules for Falco's Kubernetes plugin ask for engine 12 or later; before it, lists were compared as texts. */
const isOldEngine = (version: JsonValue | undefined): boolean =>
  typeof version === 'string' && /^\d+$/.test(version) && Number(version) < 12;

const itemsIn = (document: YamlDocument, report: Report): readonly Item[] => {
  const { value, positionOf } = document;
  if (isNull(value)) return [];
  if (!Array.isArray(value)) {
    report.problems.push({ ...positionOf([]), message: 'expected a list of rules, macros and lists' });
    return [];
  }
  return value.flatMap((body: JsonValue, place) => {
    const at = (path: YamlPath): TextPosition => positionOf([place, ...path]);
    if (isNull(body)) return [];
    if (!isObject(body)) {
      report.problems.push({ ...at([]), message: 'expected a map: a rule, a macro or a list' });
      return [];
    }
    const kind = itemKinds.find((key) => body[key] !== undefined);
    if (kind === undefined) {
      report.warnings.push({
        ...at([]),
        message: `an item of "${Object.keys(body)[0] ?? ''}" is not known and is skipped`,
      });
      return [];
    }
    for (const key of Object.keys(body)) {
      if (key === kind || knownKeys[kind].includes(key)) continue;
      report.warnings.push({ ...at([key]), message: `the key "${key}" of a ${kind} is not known` });
    }
    return [{ kind, body, isForOldEngine: false, positionOf: at }];
  });
};

/** Scalars are texts, so what YAML calls null comes as one of these. */
const isNull = (value: unknown): boolean =>
  value === '' || value === '~' || value === null || /^null$/i.test(String(value));

/** Reads the parts of an item, and reports those that are not what they have to be. */
export interface ItemReader {
  readonly item: Item;
  readonly report: Report;
}

export const complain = (reader: ItemReader, path: YamlPath, message: string): undefined => {
  reader.report.problems.push({ ...reader.item.positionOf(path), message });
};

export const warn = (reader: ItemReader, path: YamlPath, message: string): undefined => {
  reader.report.warnings.push({ ...reader.item.positionOf(path), message });
};

/** The text of a key; reported where it is none, or missing. */
export const requiredText = (reader: ItemReader, key: string): string | undefined => {
  const value = reader.item.body[key];
  if (value === undefined) return complain(reader, [], `"${key}" is missing`);
  if (typeof value !== 'string') return complain(reader, [key], `"${key}" has to be a text`);
  return value.trim();
};

/** A name, which may not be empty. */
export const requiredName = (reader: ItemReader): string | undefined => {
  const name = requiredText(reader, reader.item.kind);
  return name === '' ? complain(reader, [], `the name of a ${reader.item.kind} is empty`) : name;
};

/** A list of texts; reported where it is none. */
export const requiredTexts = (reader: ItemReader, key: string): readonly string[] | undefined => {
  const value = reader.item.body[key];
  if (value === undefined) return complain(reader, [], `"${key}" is missing`);
  if (value === '') return [];
  if (!Array.isArray(value)) return complain(reader, [key], `"${key}" has to be a list of texts`);
  const place = value.findIndex((member) => typeof member !== 'string');
  if (place >= 0) return complain(reader, [key, place], `"${key}" has to be a list of texts`);
  return value as readonly string[];
};

const truths: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  y: true,
  on: true,
  false: false,
  no: false,
  n: false,
  off: false,
};

/** A yes or no, as YAML 1.1 spells them; `otherwise` where the key is absent. */
export const truthOf = (reader: ItemReader, key: string, otherwise: boolean): boolean | undefined => {
  const value = reader.item.body[key];
  if (value === undefined) return otherwise;
  const word = typeof value === 'string' ? value.toLowerCase() : '';
  return Object.hasOwn(truths, word)
    ? truths[word]
    : complain(reader, [key], `"${key}" has to be true or false`);
};
