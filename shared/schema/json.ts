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

export const numberOf = (value: JsonValue | undefined): number | undefined =>
  typeof value === 'number' ? value : undefined;

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

/** The value a JSON text holds, or undefined where it is not JSON. */
export const parsedJson = (text: string): JsonValue | undefined => {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
};
