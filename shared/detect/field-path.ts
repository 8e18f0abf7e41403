/** A dotted field name in; the values it leads to, through objects and lists alike, out. */
import type { AuditEvent } from '../schema/audit-event.ts';
import { isObject, type JsonObject, type JsonValue } from '../schema/json.ts';

/** Several values, where a path led through a list; one value stands for itself. */
export class Many {
  readonly values: readonly JsonValue[];
  constructor(values: readonly JsonValue[]) {
    this.values = values;
  }
}

/** What a path led to: undefined where it led nowhere. */
export type Collected = JsonValue | Many | undefined;

/** One step of a path as a rule writes it. */
export interface Step {
  readonly name: string;
  /** From `name[3]` or `name[-1]`: that member only. */
  readonly index?: number | undefined;
}

export interface Segment extends Step {
  /** The name is one that every object inherits: only an own property counts. */
  readonly inherited: boolean;
  /** Keys that hold dots: this name joined with the next, the next two, and so on. */
  readonly joined: readonly Step[];
}

export interface FieldPath {
  readonly text: string;
  /** Equal for paths that lead to the same, and only for them. */
  readonly key: string;
  readonly segments: readonly Segment[];
  /** Equal for paths of the same text that lead to the same: small numbers, from 0. */
  readonly number: number;
  /** How it is read from events, kept by who worked it out: paths live as long as their rules. */
  reader: EventReader | undefined;
}

/** Tells what is at a path of an event. Views are made by who asks. */
export type EventReader = (
  event: AuditEvent,
  viewNamed: (name: string) => JsonObject | undefined,
) => Collected;

/** Keys with more dots than this are not looked for. */
const maxJoined = 16;
/** Lists in lists are opened this many times. */
const maxNesting = 16;

export const fieldPathOf = (text: string, steps: readonly Step[] = stepsOf(text)): FieldPath => {
  const key = JSON.stringify(steps.map(({ name, index }) => (index === undefined ? name : [name, index])));
  return {
    text,
    key,
    segments: steps.map((_, at) => segmentOf(steps, at)),
    number: numberOf(`${text} ${key}`),
    reader: undefined,
  };
};

const segmentOf = (steps: readonly Step[], at: number): Segment => {
  const { name = '', index } = steps[at] ?? {};
  let joined: readonly Step[] | undefined;
  return {
    name: asKey(name),
    index,
    inherited: name in Object.prototype,
    // Most paths are never walked so far.
    get joined() {
      joined ??= joinedFrom(steps, at);
      return joined;
    },
  };
};

/** There are as many as rules name fields. */
const numbers = new Map<string, number>();

const numberOf = (name: string): number => {
  const known = numbers.get(name) ?? numbers.size;
  numbers.set(name, known);
  return known;
};

/** The same text as V8 keeps the keys of objects: a look-up by it needs no search for the key first. */
const asKey = (name: string): string => {
  const known = keys.get(name);
  if (known !== undefined) return known;
  const key = Object.keys({ [name]: true })[0] ?? name;
  keys.set(key, key);
  return key;
};

/** There are as many as rules name steps of fields. */
const keys = new Map<string, string>();

const stepsOf = (text: string): readonly Step[] => text.split('.').map((name) => ({ name }));

/** Annotation keys such as `authorization.k8s.io/decision` are one key written as several steps. */
const joinedFrom = (steps: readonly Step[], at: number): readonly Step[] => {
  const joined: Step[] = [];
  let [last, name] = [steps[at], steps[at]?.name ?? ''];
  for (const next of steps.slice(at + 1, at + maxJoined)) {
    if (last?.index !== undefined) break;
    name = `${name}.${next.name}`;
    joined.push({ name: asKey(name), index: next.index });
    last = next;
  }
  return joined;
};

/**
 * Walks from `value` along the segments from `place` on. A list on the way stands for each of its members, and a list
 * at the end for its members too. Where the walk ends early, keys that hold dots themselves are tried at each step.
 */
export const collect = (
  value: JsonValue | undefined,
  segments: readonly Segment[],
  place: number,
  nesting = 0,
): Collected => {
  const segment = segments[place];
  if (segment === undefined) return Array.isArray(value) ? flattened(value) : value;
  if (Array.isArray(value))
    return nesting > maxNesting ? undefined : membersAt(value, segments, place, nesting);
  if (!isObject(value)) return undefined;
  const next = own(value, segment);
  const found = next === undefined ? undefined : collect(chosen(next, segment), segments, place + 1);
  if (found !== undefined || segment.joined.length === 0) return found;
  return collectJoined(value, segments, place);
};

/** The same from a record whose own keys are known to hold no dots: only below them is one looked for. */
export const collectBelow = (record: JsonObject, segments: readonly Segment[]): Collected => {
  const [first] = segments;
  if (first === undefined) return record;
  const next = own(record, first);
  return next === undefined ? undefined : collect(chosen(next, first), segments, 1);
};

const own = (object: JsonObject, segment: Segment): JsonValue | undefined =>
  !segment.inherited || Object.hasOwn(object, segment.name) ? object[segment.name] : undefined;

const chosen = (value: JsonValue | undefined, { index }: Step): JsonValue | undefined => {
  if (index === undefined) return value;
  return Array.isArray(value) ? (value.at(index) as JsonValue | undefined) : undefined;
};

const collectJoined = (object: JsonObject, segments: readonly Segment[], place: number): Collected => {
  const joined = segments[place]?.joined ?? [];
  for (let more = 0; more < joined.length; more++) {
    const step = joined[more];
    // No property that every object inherits has a dot in its name.
    const value = step === undefined ? undefined : object[step.name];
    if (step === undefined || value === undefined) continue;
    const found = collect(chosen(value, step), segments, place + more + 2);
    if (found !== undefined) return found;
  }
  return undefined;
};

/** A list whose members the path leads into counts as reached, even where all that it leads to is empty. */
const membersAt = (
  list: readonly JsonValue[],
  segments: readonly Segment[],
  place: number,
  nesting: number,
): Collected => {
  const values: JsonValue[] = [];
  let isReached = false;
  for (const member of list) {
    const found = collect(member, segments, place, nesting + 1);
    if (found === undefined) continue;
    isReached = true;
    append(values, found);
  }
  return isReached ? new Many(values) : undefined;
};

const flattened = (list: readonly JsonValue[]): Many => {
  const values: JsonValue[] = [];
  flattenInto(values, list, 0);
  return new Many(values);
};

const flattenInto = (values: JsonValue[], list: readonly JsonValue[], nesting: number): void => {
  for (const member of list) {
    if (Array.isArray(member) && nesting < maxNesting) flattenInto(values, member, nesting + 1);
    else values.push(member);
  }
};

/** Member by member: a list of an event may hold more values than a call takes arguments. */
const append = (values: JsonValue[], found: JsonValue | Many): void => {
  if (!(found instanceof Many)) values.push(found);
  else for (const value of found.values) values.push(value);
};

/** Every value that was found, one or many. */
export const valuesIn = (found: Collected): readonly JsonValue[] => {
  if (found === undefined) return [];
  return found instanceof Many ? found.values : [found];
};
