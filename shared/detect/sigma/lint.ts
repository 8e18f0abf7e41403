/** Rule files in; remarks on what loads but is probably not what its author meant, each with its place, out. */
import type { RuleProblem } from '../../errors.ts';
import { otherReadingOf } from '../../schema/bare-scalar.ts';
import { isObject, type JsonObject, type JsonValue, textOf, textsOf } from '../../schema/json.ts';
import type { YamlDocument, YamlPath } from '../../schema/yaml.ts';
import { fieldKinds, type KindOf } from '../field-kind.ts';
import { dialectsFor } from '../log-source.ts';
import { collected } from './collection.ts';
import { logSourceOf, type SigmaDocument } from './document.ts';
import type { RuleFile } from './facts.ts';
import { conditionRemarks } from './lint-conditions.ts';
import { patternOf } from './pattern.ts';
import type { Placeholders } from './placeholder.ts';
import { Problems } from './problems.ts';
import { readingOf, ruleSetOf } from './rule-set.ts';

/** Every remark of every file; a file that does not load gets its faults from the loader instead. */
export const lintOf = (
  files: readonly RuleFile[],
  placeholders: Placeholders = new Map(),
): readonly RuleProblem[] => {
  const reading = readingOf(files, placeholders);
  const silent = ruleSetOf(files, placeholders).rules.filter(({ isSilent }) => isSilent);
  return [...documentRemarks(files), ...conditionRemarks(reading, new Set(silent.map(({ id }) => id)))];
};

const documentRemarks = (files: readonly RuleFile[]): readonly RuleProblem[] => {
  const remarks: RuleProblem[] = [];
  const seen = new Map<string, string>();
  for (const file of files) {
    for (const document of collected(file.documents, [])) {
      const problems = new Problems(document.yaml);
      for (const look of looks) look(document, problems);
      lookForTwins(document, file, seen, problems);
      remarks.push(...problems.found);
    }
  }
  return remarks;
};

type Look = (document: SigmaDocument, problems: Problems) => void;

/** What stands below another document in its file, with a name and no level: nobody meets it but the correlation above. */
const isPart = ({ body, kind, yaml }: SigmaDocument): boolean =>
  kind !== 'filter' && yaml.positionOf([]).line > 1 && body.name !== undefined && body.level === undefined;

/** Titles and file names are what people find a rule by. */
const lookForTwins = (
  document: SigmaDocument,
  { path }: RuleFile,
  seen: Map<string, string>,
  problems: Problems,
): void => {
  const { body, yaml } = document;
  const { line } = yaml.positionOf([]);
  const place = `${path}:${line}`;
  const title = isPart(document) ? undefined : textOf(body.title);
  const fileName = path.split('/').at(-1) ?? path;
  const names = [
    ...(title === undefined ? [] : [`title "${title}"`]),
    ...(line === 1 ? [`file name "${fileName}"`] : []),
  ];
  for (const name of names) {
    const earlier = seen.get(name.toLowerCase());
    if (earlier !== undefined) problems.add(['title'], `the same ${name} stands at ${earlier}`);
    else seen.set(name.toLowerCase(), place);
  }
};

const misspelt: Readonly<Record<string, string>> = {
  realted: 'related',
  reference: 'references',
  falsepositive: 'falsepositives',
  false_positives: 'falsepositives',
  tag: 'tags',
  severity: 'level',
  log_source: 'logsource',
  detections: 'detection',
  desciption: 'description',
  correlations: 'correlation',
};

const lookAtKeys: Look = ({ body }, problems) => {
  for (const key of Object.keys(body)) {
    const right = Object.hasOwn(misspelt, key) ? misspelt[key] : undefined;
    if (right !== undefined) problems.add([key], `"${key}" is not read: did you mean "${right}"?`);
  }
};

const lookAtIdentity: Look = ({ body, kind, yaml }, problems) => {
  // The parts of a correlation have names, and are nobody else's to name.
  if (body.id === undefined && !isPart({ body, kind, yaml }))
    problems.add([], 'without an "id" other documents cannot name it for good');
  if (kind === 'filter') {
    for (const key of ['level', 'status']) if (key in body) problems.add([key], `a filter has no ${key}`);
  }
  for (const key of ['level', 'status']) {
    const value = textOf(body[key]);
    if (value !== undefined && value !== value.toLowerCase())
      problems.add([key], `write "${value.toLowerCase()}"`);
  }
  if (body.status === 'deprecated' && body.related === undefined) {
    problems.add(['status'], 'a deprecated rule says in "related" what took its place');
  }
  const [date, modified] = [textOf(body.date), textOf(body.modified)];
  if (date !== undefined && modified !== undefined && dateOf(modified) < dateOf(date)) {
    problems.add(['modified'], 'modified before it was written');
  }
};

/** `2026/1/2` and `2026-01-02` alike, in an order that texts can be compared in. */
const dateOf = (text: string): string =>
  text
    .split(/[-/]/)
    .map((part) => part.padStart(2, '0'))
    .join('-');

const lookAtLogSource: Look = ({ body, kind }, problems) => {
  const { logsource } = body;
  if (!isObject(logsource)) return;
  for (const [key, value] of Object.entries(logsource)) {
    if (!['category', 'product', 'service', 'definition'].includes(key)) {
      problems.add(['logsource', key], `"${key}" is not evaluated`);
    } else if (key !== 'definition' && typeof value === 'string' && value !== value.toLowerCase()) {
      problems.add(['logsource', key], `write "${value.toLowerCase()}"`);
    }
  }
  if (kind === 'rule' && dialectsFor(logSourceOf(body, new Problems(nowhere))).length === 0) {
    problems.add(['logsource'], 'no log that Klaxon reads is of this source: the rule never meets an event');
  }
};

/** Faults of the log source are the loader's to report. */
const nowhere = {
  value: undefined,
  positionOf: () => ({ path: '', line: 1, column: 1 }),
  bareAt: () => undefined,
};

const namespaces = new Set(['attack', 'car', 'cve', 'd3fend', 'detection', 'stp', 'tlp']);
const attackTag = /^attack\.(?:[tgsma]\d{4}(?:\.\d{3})?|ds\d{4}|[a-z]+(?:-[a-z]+)*)$/;

const lookAtTags: Look = ({ body }, problems) => {
  const tags = textsOf(body.tags);
  for (const [at, tag] of tags.entries()) {
    const namespace = tag.split('.')[0] ?? '';
    if (!namespaces.has(namespace)) problems.add(['tags', at], `"${namespace}" is no namespace of tags`);
    else if (namespace === 'attack' && !attackTag.test(tag))
      problems.add(['tags', at], `"${tag}" is no tag of ATT&CK`);
    if (tags.indexOf(tag) < at) problems.add(['tags', at], `"${tag}" stands twice`);
  }
};

const lookAtSearches: Look = ({ body, kind, yaml }, problems) => {
  const key = kind === 'filter' ? 'filter' : 'detection';
  const searches = body[key];
  if (!isObject(searches)) return;
  lookAtCondition(searches, kind, [key, 'condition'], problems);
  const kindOf = fieldKinds(logSourceOf(body, new Problems(nowhere)));
  for (const [name, definition] of Object.entries(searches)) {
    if (name === 'condition' || name === 'rules') continue;
    lookAtScalars(definition ?? null, [key, name], yaml, problems);
    lookInto(definition ?? null, [key, name], kindOf, problems);
  }
};

/** What other tools, which read YAML as it was before 1.2, take a value for. */
const lookAtScalars = (value: JsonValue, path: YamlPath, yaml: YamlDocument, problems: Problems): void => {
  if (typeof value === 'object' && value !== null) {
    const members = Array.isArray(value) ? value.entries() : Object.entries(value);
    for (const [key, member] of members) lookAtScalars(member ?? null, [...path, key], yaml, problems);
    return;
  }
  const bare = yaml.bareAt(path) ?? '';
  const reading = otherReadingOf(bare);
  if (reading !== undefined) problems.add(path, `other tools read ${bare} as ${reading}: put it in quotes`);
};

const lookAtCondition = (
  searches: JsonObject,
  kind: SigmaDocument['kind'],
  path: YamlPath,
  problems: Problems,
): void => {
  const condition = textOf(searches.condition);
  if (condition === undefined) return;
  const names = Object.keys(searches).filter((name) => name !== 'condition' && name !== 'rules');
  if (/\bof\s+them\b/.test(condition) && names.length === 1)
    problems.add(path, '"them" is one identifier: name it');
  if (kind === 'filter' && names.includes(condition.trim())) {
    problems.add(
      path,
      `this keeps only what "${condition.trim()}" matches: to leave that out, write "not ${condition.trim()}"`,
    );
  }
};

/** Depth is bounded by the loader. */
const lookInto = (definition: JsonValue, path: YamlPath, kindOf: KindOf, problems: Problems): void => {
  if (Array.isArray(definition)) {
    for (const [at, member] of definition.entries())
      lookInto(member as JsonValue, [...path, at], kindOf, problems);
  } else if (isObject(definition)) {
    for (const [key, value] of Object.entries(definition)) {
      // Fields of a block are a member's, whatever an event has under the same name.
      if (isObject(value)) lookInto(value, [...path, key], () => undefined, problems);
      else lookAtItem(key, value ?? null, [...path, key], kindOf, problems);
    }
  }
};

const lookAtItem = (
  key: string,
  value: JsonValue,
  path: YamlPath,
  kindOf: KindOf,
  problems: Problems,
): void => {
  const [field = '', ...modifiers] = key.split('|');
  if (new Set(modifiers).size < modifiers.filter((modifier) => modifier !== 'base64').length) {
    problems.add(path, `"${key}" says a modifier twice`);
  }
  const values = Array.isArray(value) ? (value as readonly JsonValue[]) : [value];
  // What follows is about texts that are compared as patterns.
  if (modifiers.some((modifier) => ['re', 'expand', 'cidr', 'fieldref'].includes(modifier))) return;
  for (const one of values) if (typeof one === 'string') lookAtText(one, path, problems);
  const quoted = values.find((one) => typeof one === 'string' && /^(?:0|[1-9]\d*)$/.test(one));
  if (quoted !== undefined && modifiers.length === 0 && kindOf(field)?.type === 'number')
    problems.add(path, `"${field}" is a number: write ${quoted} without quotes`);
  const forms = new Set(values.map((one) => (typeof one === 'string' ? plainFormOf(one) : undefined)));
  const [form] = forms;
  // Values of several forms in one list cannot all be said by one modifier.
  if (modifiers.length === 0 && forms.size === 1 && form !== undefined)
    problems.add(path, `use "|${form}" instead of wildcards`);
};

const lookAtText = (text: string, path: YamlPath, problems: Problems): void => {
  if (hasControlCharacter.test(text)) problems.add(path, 'a control character in a value');
  if (/(?<!\\)\*\*/.test(text)) problems.add(path, `"${text}": one * is as good as two`);
};

/** The modifier that says the same as the wildcards of a text. */
const plainFormOf = (text: string): 'exists' | 'contains' | 'startswith' | 'endswith' | undefined => {
  if (text === '*') return 'exists';
  const [first, second, third, ...more] = patternOf(text);
  if (more.length > 0) return undefined;
  if (first === 'many' && typeof second === 'object') {
    if (third === undefined) return 'endswith';
    return third === 'many' ? 'contains' : undefined;
  }
  return typeof first === 'object' && second === 'many' && third === undefined ? 'startswith' : undefined;
};

const hasControlCharacter = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;

const looks: readonly Look[] = [lookAtKeys, lookAtIdentity, lookAtLogSource, lookAtTags, lookAtSearches];
