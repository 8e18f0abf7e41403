/** A JSON patch (RFC 6902) in, the part of an object that it writes out. */
import { isObject, type JsonObject, type JsonValue } from '../../schema/json.ts';

/** Patches longer or deeper than this are no patch that a client of the API server sends. */
const maxOperations = 1000;
const maxDepth = 64;

type Writable = { [key: string]: JsonValue | undefined } | JsonValue[];

/** What `remove`, `test`, `move` and `copy` do cannot be told from the patch alone, so only `add` and `replace` count. */
export const patchedPart = (operations: readonly JsonValue[]): JsonObject => {
  const root: Record<string, JsonValue | undefined> = {};
  for (const operation of operations.slice(0, maxOperations)) {
    if (!isObject(operation) || (operation.op !== 'add' && operation.op !== 'replace')) continue;
    if (typeof operation.path === 'string' && operation.value !== undefined)
      write(root, operation.path, operation.value);
  }
  return root;
};

const write = (root: Writable, pointer: string, value: JsonValue): void => {
  const keys = pointer.split('/').slice(1).map(unescaped);
  if (keys.length === 0 || keys.length > maxDepth) {
    if (keys.length === 0 && isObject(value)) Object.assign(root, value);
    return;
  }
  let current = root;
  for (const [at, key] of keys.slice(0, -1).entries())
    current = step(current, key, isPlace(keys[at + 1] ?? ''));
  put(current, keys.at(-1) ?? '', value);
};

const unescaped = (key: string): string => key.replaceAll('~1', '/').replaceAll('~0', '~');

const isPlace = (key: string): boolean => key === '-' || /^\d+$/.test(key);

/** Places in the real list are not known: members that one patch writes to the same place meet, others follow. */
const step = (current: Writable, key: string, wantsList: boolean): Writable => {
  const found = get(current, key);
  if (Array.isArray(found) || isObject(found)) return found as Writable;
  const made: Writable = wantsList ? [] : {};
  put(current, key, made as JsonValue);
  return made;
};

/** `places` remembers which place of the real list each written member stands for. */
const places = new WeakMap<JsonValue[], string[]>();

const get = (current: Writable, key: string): JsonValue | undefined => {
  if (!Array.isArray(current)) return Object.hasOwn(current, key) ? current[key] : undefined;
  const at = key === '-' ? -1 : (places.get(current)?.indexOf(key) ?? -1);
  return at < 0 ? undefined : current[at];
};

const put = (current: Writable, key: string, value: JsonValue): void => {
  if (!Array.isArray(current)) {
    Object.defineProperty(current, key, { value, enumerable: true, configurable: true, writable: true });
    return;
  }
  const known = places.get(current) ?? [];
  const at = key === '-' ? -1 : known.indexOf(key);
  if (at >= 0) current[at] = value;
  else {
    current.push(value);
    places.set(current, [...known, key]);
  }
};
