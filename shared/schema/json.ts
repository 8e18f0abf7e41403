/** JSON values as they come from a parser, and the few safe ways to look into them. */

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: JsonValue | undefined;
}

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const objectOf = (value: JsonValue | undefined): JsonObject | undefined =>
  isObject(value) ? value : undefined;

export const textOf = (value: JsonValue | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined;

/** A text that says something: the empty string counts as absent. */
export const someTextOf = (value: JsonValue | undefined): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** JSON's grammar knows `1e999`, which parses to Infinity and cannot be written again: that is no number to us. */
export const numberOf = (value: JsonValue | undefined): number | undefined =>
  Number.isFinite(value) ? (value as number) : undefined;

const none: readonly never[] = Object.freeze([]);

export const listOf = (value: JsonValue | undefined): readonly JsonValue[] =>
  Array.isArray(value) ? (value as readonly JsonValue[]) : none;

/** The texts of a list; anything else in it is left out. */
export const textsOf = (value: JsonValue | undefined): readonly string[] => {
  const list = listOf(value);
  return list.every((item) => typeof item === 'string')
    ? (list as readonly string[])
    : list.filter((item) => typeof item === 'string');
};

/** Own properties only, so that `constructor` and `__proto__` in a hostile path meet nothing inherited. */
export const propertyOf = (value: JsonValue | undefined, key: string): JsonValue | undefined =>
  isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;

/** Follows own properties from one object to the next. */
export const pathOf = (value: JsonValue | undefined, ...keys: readonly string[]): JsonValue | undefined => {
  let current = value;
  for (const key of keys) current = propertyOf(current, key);
  return current;
};

/** Whether two values are equal in all their parts. Parts that are undefined and parts that are not there are two things. */
export const isSame = (left: JsonValue | undefined, right: JsonValue | undefined): boolean => {
  if (left === right) return true;
  if (!isTree(left) || !isTree(right) || Array.isArray(left) !== Array.isArray(right)) return false;
  const keys = Object.keys(left);
  if (keys.length !== Object.keys(right).length) return false;
  for (const key of keys) if (!Object.hasOwn(right, key) || !isSame(left[key], right[key])) return false;
  return true;
};

const isTree = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null;

/** The value a JSON text holds, never deeper than can be written again, or undefined where it is not JSON. */
export const parsedJson = (text: string): JsonValue | undefined => {
  let value: JsonValue;
  try {
    value = JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
  return text.length > harmlessLength ? withinDepth(value) : value;
};

/** Parsing has no limit, but writing has one: JSON.stringify overflows the stack between 2,000 and 5,000 levels. */
const deepest = 1000;
/** A level takes two characters at least, so a shorter text need not be looked at. */
const harmlessLength = 4000;
const tooDeep = '[nested too deep]';

/** The same value, or where it is nested too deep a copy whose deepest parts are left out (see `isShortened`). */
export const withinDepth = <T>(value: T): T =>
  isDeeperThan(value, deepest) ? (cutBelow(value, deepest) as T) : value;

const isLeaf = (value: unknown): boolean =>
  typeof value !== 'object' || value === null || ArrayBuffer.isView(value);

/** Plain loops: this looks at every value of every large record. */
const isDeeperThan = (value: unknown, levels: number): boolean => {
  if (isLeaf(value)) return false;
  if (levels === 0) return true;
  if (Array.isArray(value)) {
    for (const member of value) {
      if (typeof member === 'object' && isDeeperThan(member, levels - 1)) return true;
    }
    return false;
  }
  const object = value as JsonObject;
  for (const key in object) {
    const member = object[key];
    if (typeof member === 'object' && isDeeperThan(member, levels - 1)) return true;
  }
  return false;
};

/** Whether something in this value was nested too deep and is left out. */
export const isShortened = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && shortened.has(value);

const shortened = new WeakSet<object>();

const cutBelow = (value: unknown, levels: number): unknown => {
  if (isLeaf(value)) return value;
  if (levels === 0) return tooDeep;
  const isList = Array.isArray(value);
  const copy: unknown[] | Record<string, unknown> = isList ? [] : Object.create(null);
  let isCut = false;
  for (const [key, member] of Object.entries(value as JsonObject)) {
    const kept = cutBelow(member, levels - 1);
    if (Array.isArray(copy)) copy.push(kept);
    else copy[key] = kept;
    isCut ||= isLeaf(member) ? false : kept === tooDeep || isShortened(kept);
  }
  const result = isList ? copy : { ...copy };
  if (isCut) shortened.add(result);
  return result;
};
