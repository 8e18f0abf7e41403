/** A dotted field name in; the values it leads to, through objects and lists alike, out. */
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

export interface Segment {
  readonly name: string;
  /** From `name[3]` or `name[-1]`: that member only. */
  readonly index?: number | undefined;
  /** The name is one that every object inherits: only an own property counts. */
  readonly inherited: boolean;
}

export interface FieldPath {
  readonly text: string;
  readonly segments: readonly Segment[];
}

export const fieldPathOf = (text: string, segments: readonly Segment[] = segmentsOf(text)): FieldPath => ({
  text,
  segments,
});

const segmentsOf = (text: string): readonly Segment[] => text.split('.').map((name) => segmentOf(name));

export const segmentOf = (name: string, index?: number): Segment => ({
  name,
  index,
  inherited: name in Object.prototype,
});

/**
 * Walks from `value` along the segments from `at` on. A list on the way stands for each of its members, and a list at
 * the end for its members too. Keys that hold dots themselves are found by joining segments.
 */
export const collect = (
  value: JsonValue | undefined,
  segments: readonly Segment[],
  at: number,
): Collected => {
  let current = value;
  for (let place = at; place < segments.length; place++) {
    if (Array.isArray(current)) return collectMembers(current, segments, place);
    if (!isObject(current)) return undefined;
    const segment = segments[place];
    if (segment === undefined) return undefined;
    const next = own(current, segment);
    if (next === undefined)
      return place + 1 < segments.length ? collectJoined(current, segments, place) : undefined;
    current = segment.index === undefined ? next : memberOf(next, segment.index);
  }
  return Array.isArray(current) ? flattened(current) : current;
};

const own = (object: JsonObject, segment: Segment): JsonValue | undefined =>
  !segment.inherited || Object.hasOwn(object, segment.name) ? object[segment.name] : undefined;

const memberOf = (list: JsonValue, index: number): JsonValue | undefined =>
  Array.isArray(list) ? (list.at(index) as JsonValue | undefined) : undefined;

/** Annotation keys such as `authorization.k8s.io/decision` are one key written as several segments. */
const collectJoined = (object: JsonObject, segments: readonly Segment[], at: number): Collected => {
  let name = segments[at]?.name ?? '';
  for (let end = at + 1; end < segments.length; end++) {
    const segment = segments[end];
    if (segment === undefined) break;
    name = `${name}.${segment.name}`;
    if (!Object.hasOwn(object, name)) continue;
    const next = segment.index === undefined ? object[name] : memberOf(object[name] ?? null, segment.index);
    const found = collect(next, segments, end + 1);
    if (found !== undefined) return found;
  }
  return undefined;
};

const collectMembers = (list: readonly JsonValue[], segments: readonly Segment[], at: number): Collected => {
  const values: JsonValue[] = [];
  for (const member of list) append(values, collect(member, segments, at));
  return values.length === 0 ? undefined : new Many(values);
};

/** Lists in a list are opened as well, a bounded number of times. */
const flattened = (list: readonly JsonValue[], depth = 0): Collected => {
  const values: JsonValue[] = [];
  for (const member of list) {
    if (Array.isArray(member) && depth < maxNesting) append(values, flattened(member, depth + 1));
    else values.push(member);
  }
  return new Many(values);
};

const maxNesting = 16;

const append = (values: JsonValue[], found: Collected): void => {
  if (found instanceof Many) values.push(...found.values);
  else if (found !== undefined) values.push(found);
};

/** Every value that was found, one or many. */
export const valuesIn = (found: Collected): readonly JsonValue[] => {
  if (found === undefined) return [];
  return found instanceof Many ? found.values : [found];
};
