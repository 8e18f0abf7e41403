/** The text of a YAML file in, its documents as plain values, each able to say where a part of it stands, out. */
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseAllDocuments,
  visit,
  type YAMLMap,
} from 'yaml';
import type { RuleProblem, TextPosition } from '../errors.ts';

/** A step into a document: a key of a map, or a place in a list. */
export type YamlPath = readonly (string | number)[];

export interface YamlDocument {
  readonly value: unknown;
  /** Where the part at a path begins; of its nearest parent where the path leads nowhere. */
  readonly positionOf: (path: YamlPath) => TextPosition;
  /** What is written at a path without quotes, for whoever asks how other readers take it; undefined for all else. */
  readonly bareAt: (path: YamlPath) => string | undefined;
}

/** What was read of a file; whoever needs no more than this need not know how it is written. */
export interface YamlFile {
  readonly path: string;
  readonly documents: readonly YamlDocument[];
  readonly problems: readonly RuleProblem[];
}

/** A rule file is a page or two; past these bounds it is not read. */
const maxLength = 1024 * 1024;
const maxDepth = 64;
const maxAliases = 100;
/** Every value counts, as often as aliases repeat it. */
const maxValues = 300_000;
/** Of one file; who has more will not read them. */
const maxProblems = 100;

/** YAML 1.2 core whatever the file says of itself: dates are texts, `yes` is a text, tags are refused. */
const options = {
  schema: 'core',
  resolveKnownTags: false,
  merge: false,
  // Keys that stand twice are looked for here, for the library compares each with each.
  uniqueKeys: false,
  prettyErrors: false,
} as const;

/** With `texts` every scalar is the text that was written: `true`, `2` and `~` are texts. */
export type Scalars = 'typed' | 'texts';

/** Keys that stand twice in a map are an error, for the first would be lost silently. */
export const yamlOf = (path: string, text: string, scalars: Scalars = 'typed'): YamlFile => {
  if (text.length > maxLength) return refused(path, `the file is longer than ${maxLength} characters`);
  const lines = new LineCounter();
  const documents: YamlDocument[] = [];
  const problems: RuleProblem[] = [];
  const at = (offset: number): TextPosition => {
    const { line, col } = lines.linePos(offset);
    return { path, line: Math.max(1, line), column: Math.max(1, col) };
  };
  for (const parsed of parseAllDocuments(text, {
    ...options,
    schema: scalars === 'texts' ? 'failsafe' : options.schema,
    lineCounter: lines,
  })) {
    if (problems.length >= maxProblems) break;
    const faults: readonly Fault[] = [...parsed.errors.slice(0, maxProblems), ...parsed.warnings].map(
      ({ pos, message }) => ({ offset: pos[0], message }),
    );
    const root = parsed.contents as Node | null;
    const found = faults.length > 0 || !root ? faults : faultsIn(root);
    for (const { offset, message } of found.slice(0, maxProblems - problems.length))
      problems.push({ ...at(offset), message });
    if (found.length > 0) continue;
    const value = plainOf(parsed);
    if (value instanceof Error) problems.push({ ...at(root?.range?.[0] ?? 0), message: value.message });
    else {
      documents.push({
        value,
        positionOf: (steps) => at(placeOf(root, steps).offset),
        bareAt: (steps) => bareTextOf(placeOf(root, steps, true).node),
      });
    }
  }
  return { path, documents, problems };
};

const refused = (path: string, message: string): YamlFile => ({
  path,
  documents: [],
  problems: [{ path, line: 1, column: 1, message }],
});

/** The document as a plain value, or why it is none. */
const plainOf = (parsed: Document.Parsed): unknown => {
  try {
    const value: unknown = parsed.toJS({ maxAliasCount: maxAliases });
    return isWithin(value, { left: maxValues })
      ? value
      : new Error(`aliases make the document longer than ${maxValues} values`);
  } catch (thrown) {
    // The library throws plain errors for aliases without an anchor and for too many of them.
    return thrown instanceof Error ? thrown : new Error(String(thrown));
  }
};

const isWithin = (value: unknown, budget: { left: number }): boolean => {
  if (budget.left-- <= 0) return false;
  if (typeof value !== 'object' || value === null) return true;
  for (const member of Object.values(value)) if (!isWithin(member, budget)) return false;
  return true;
};

interface Fault {
  readonly offset: number;
  readonly message: string;
}

/** Depth is bounded, keys are single, and an alias may not stand inside what it names. */
const faultsIn = (root: Node): readonly Fault[] => {
  const faults: Fault[] = [];
  visit(root, {
    Node: (_, node, parents) => {
      const offset = node.range?.[0] ?? 0;
      if (parents.length > maxDepth) faults.push({ offset, message: `nested deeper than ${maxDepth}` });
      else if (isAlias(node) && parents.some((above) => 'anchor' in above && above.anchor === node.source))
        faults.push({ offset, message: `the alias *${node.source} stands inside what it names` });
      else if (isMap(node)) faults.push(...keyFaults(node));
      return parents.length > maxDepth || faults.length >= maxProblems ? visit.BREAK : undefined;
    },
  });
  return faults;
};

const keyFaults = (map: YAMLMap): readonly Fault[] => {
  const seen = new Set<string>();
  const faults: Fault[] = [];
  for (const { key } of map.items) {
    const offset = (key as Node | null)?.range?.[0] ?? map.range?.[0] ?? 0;
    const name = isScalar(key) ? String(key.value) : undefined;
    if (name === undefined) faults.push({ offset, message: 'a key must be a text' });
    else if (seen.has(name)) faults.push({ offset, message: `the key "${name.slice(0, 80)}" stands twice` });
    else seen.add(name);
    if (faults.length >= maxProblems) break;
  }
  return faults;
};

interface Place {
  readonly node: unknown;
  readonly offset: number;
}

/** Where a path leads; its nearest parent where it leads nowhere, or with `whole` no node. */
const placeOf = (root: Node | null, steps: YamlPath, whole = false): Place => {
  let place: Place = { node: root, offset: root?.range?.[0] ?? 0 };
  for (const step of steps) {
    const next = childOf(place.node, step);
    if (!next) return whole ? { ...place, node: undefined } : place;
    place = next;
  }
  return place;
};

const bareTextOf = (node: unknown): string | undefined =>
  isScalar(node) && node.type === 'PLAIN' ? node.source : undefined;

/** A member of a map begins at its key. */
const childOf = (node: unknown, step: string | number): Place | undefined => {
  if (isMap(node)) {
    const pair = pairsOf(node).get(String(step));
    const offset = isScalar(pair?.key) ? pair.key.range?.[0] : undefined;
    return pair && offset !== undefined ? { node: pair.value, offset } : undefined;
  }
  if (isSeq(node) && typeof step === 'number') {
    const member = node.items[step] as Node | undefined;
    return member?.range ? { node: member, offset: member.range[0] } : undefined;
  }
  return undefined;
};

/** By key, once a map: asking for every value of a long map would else walk it as often as it is long. */
const pairs = new WeakMap<YAMLMap, ReadonlyMap<string, Pair>>();

const pairsOf = (map: YAMLMap): ReadonlyMap<string, Pair> => {
  const known = pairs.get(map);
  if (known) return known;
  const made = new Map<string, Pair>();
  for (const pair of map.items) if (isScalar(pair.key)) made.set(String(pair.key.value), pair);
  pairs.set(map, made);
  return made;
};
