/** A JSON patch (RFC 6902) in, the part of an object that it writes out. */
import { isObject, type JsonObject, type JsonValue } from '../../schema/json.ts';

/** API servers refuse longer patches: https://github.com/kubernetes/kubernetes, `maxJSONPatchOperations`. */
const maxOperations = 10_000;
const maxDepth = 64;

/** Values that copies may repeat, each as often as it is repeated: API servers bound the size of copies too. */
const maxCopied = 10_000;

type Holder = { [key: string]: JsonValue | undefined };
type Writable = Holder | JsonValue[];

/** What `remove` and `test` do cannot be told from the patch alone, nor `move` and `copy` of what it did not write. */
export const patchedPart = (operations: readonly JsonValue[]): JsonObject => {
  const part = new PatchedPart();
  for (const operation of operations.slice(0, maxOperations)) {
    if (!isObject(operation) || typeof operation.path !== 'string') continue;
    const { op, path, from, value } = operation;
    if (op === 'add' || op === 'replace') part.write(path, value, op === 'add');
    else if ((op === 'move' || op === 'copy') && typeof from === 'string') part.copy(from, path);
  }
  return part.root;
};

class PatchedPart {
  root: Holder = {};
  /** Objects and lists that nobody else holds; all others are copied before they are written to. */
  #own = new WeakSet<object>([this.root]);
  /** Which place of the real list each member of a list stands for; undefined for one that was appended. */
  readonly #places = new WeakMap<readonly JsonValue[], (number | undefined)[]>();
  /** Lists that the patch wrote as a whole, so that their ends are known. */
  readonly #whole = new WeakSet<object>();
  readonly #copied = { left: maxCopied };

  copy(from: string, to: string): void {
    const value = this.#read(from);
    if (value === undefined || !isWithin(value, this.#copied)) return;
    // From here on all that was written is held twice, or could be.
    this.#own = new WeakSet();
    this.write(to, value, true);
  }

  #read(pointer: string): JsonValue | undefined {
    let current: JsonValue | undefined = this.root as JsonObject;
    for (const key of keysOf(pointer) ?? []) {
      if (!isObject(current) && !Array.isArray(current)) return undefined;
      current = this.#get(current as Writable, key);
    }
    return current;
  }

  write(pointer: string, value: JsonValue | undefined, isAdded: boolean): void {
    const keys = keysOf(pointer);
    if (!keys || value === undefined) return;
    if (!this.#own.has(this.root)) this.root = this.#made(this.root as JsonObject, false) as Holder;
    if (keys.length === 0) {
      if (isObject(value))
        for (const [key, member] of Object.entries(value)) this.#put(this.root, key, member, true);
      return;
    }
    let current: Writable = this.root;
    for (const [at, key] of keys.slice(0, -1).entries())
      current = this.#step(current, key, isPlace(keys[at + 1] ?? ''));
    this.#put(current, keys.at(-1) ?? '', value, isAdded);
  }

  #step(current: Writable, key: string, wantsList: boolean): Writable {
    const found = this.#get(current, key);
    if (typeof found === 'object' && found !== null && this.#own.has(found)) return found as Writable;
    const made = this.#made(found, wantsList);
    this.#put(current, key, made as JsonValue, false);
    return made;
  }

  #made(found: JsonValue | undefined, wantsList: boolean): Writable {
    const made: Writable = Array.isArray(found)
      ? [...found]
      : isObject(found)
        ? { ...found }
        : wantsList
          ? []
          : {};
    this.#own.add(made);
    if (Array.isArray(made)) this.#place(made, Array.isArray(found) ? found : undefined);
    return made;
  }

  /** A list is as well known as the one that it is a copy of; one of the event's own is known as a whole. */
  #place(made: JsonValue[], found: readonly JsonValue[] | undefined): void {
    const places = found && this.#places.get(found);
    this.#places.set(made, [...(places ?? made.keys())]);
    if (found && (!places || this.#whole.has(found))) this.#whole.add(made);
  }

  #get(current: Writable, key: string): JsonValue | undefined {
    if (!Array.isArray(current)) return Object.hasOwn(current, key) ? current[key] : undefined;
    const place = Number(key);
    return current[this.#places.get(current)?.indexOf(place) ?? place];
  }

  #put(current: Writable, key: string, value: JsonValue | undefined, isAdded: boolean): void {
    if (Array.isArray(current)) this.#putMember(current, key, value ?? null, isAdded);
    else Object.defineProperty(current, key, { value, enumerable: true, configurable: true, writable: true });
  }

  /** What is added to a list moves the members behind it; it takes nothing away. */
  #putMember(list: JsonValue[], key: string, value: JsonValue, isAdded: boolean): void {
    const places = this.#places.get(list) ?? [];
    const end = this.#whole.has(list) ? list.length : undefined;
    const place = key === '-' ? end : Number(key);
    const known = place === undefined ? -1 : places.indexOf(place);
    if (known >= 0 && !isAdded) {
      list[known] = value;
      return;
    }
    if (place !== undefined) shift(places, place);
    list.push(value);
    places.push(place);
    this.#places.set(list, places);
  }
}

const isWithin = (value: JsonValue, budget: { left: number }): boolean => {
  if (budget.left-- <= 0) return false;
  if (typeof value !== 'object' || value === null) return true;
  for (const member of Object.values(value)) if (!isWithin(member ?? null, budget)) return false;
  return true;
};

/** By index, since each of many operations may move all that was written before. */
const shift = (places: (number | undefined)[], from: number): void => {
  for (let at = 0; at < places.length; at++) {
    const place = places[at];
    if (place !== undefined && place >= from) places[at] = place + 1;
  }
};

/** The keys of a JSON pointer; undefined where it is none, or leads too deep. */
const keysOf = (pointer: string): readonly string[] | undefined => {
  if (pointer === '') return [];
  const [before, ...keys] = pointer.split('/');
  return before === '' && keys.length <= maxDepth ? keys.map(unescaped) : undefined;
};

const unescaped = (key: string): string => key.replaceAll('~1', '/').replaceAll('~0', '~');

const isPlace = (key: string): boolean => key === '-' || /^\d+$/.test(key);
