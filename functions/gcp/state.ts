/** A Firestore database in, a StateStore that keeps its documents there, out. */
import { KlaxonError } from '../../shared/errors.ts';
import type { Clock, Pause, Random, StateStore } from '../../shared/ports.ts';
import {
  type JsonObject,
  type JsonValue,
  listOf,
  objectOf,
  pathOf,
  textOf,
} from '../../shared/schema/json.ts';
import type { Item, ItemStore } from '../../shared/state/item.ts';
import { itemState } from '../../shared/state/item-state.ts';
import { type AskApi, jsonIn, nameOf, within } from './client.ts';

export interface DatabaseStateOptions {
  /** projects/PROJECT/databases/NAME, in native mode. `expires` is the field that the TTL policy of its collection `state` goes by. */
  readonly database: string;
  readonly ask: AskApi;
  /** Where Firestore is: `originOf('firestore', ...)`. */
  readonly origin: string;
  readonly now: Clock;
  readonly pause: Pause;
  readonly random: Random;
}

/**
 * One document a key (docs/decisions/0020, 0028). `add` sends a batchGet for each 100 keys and a commit for each key that
 * changes; `update` sends one of each. Each time that another writer came between adds one of each, and so does each 960 KB
 * of a set that is larger. The function needs datastore.entities.get, create, update and delete on the database.
 */
export const databaseState = (options: DatabaseStateOptions): StateStore =>
  itemState({ ...options, items: itemsOf(options) });

/** A document may have 1 MiB, its id and the names of its fields included: https://firebase.google.com/docs/firestore/quotas */
const maxBytes = 960 * 1024;
const mostRead = 100;
/** A commit was bounded at 500 once; what it may have now is 10 MiB. */
const mostRemoved = 500;

const itemsOf = ({ database, ask, origin }: DatabaseStateOptions): ItemStore => {
  const inDatabase = within('state', `the database ${database} cannot be used`);
  /** By which Firestore tells whether an item is still what was read. */
  const updateTimes = new WeakMap<Item, string>();

  const call = async (method: 'batchGet' | 'commit', body: object): Promise<JsonValue> =>
    jsonIn(await ask({ method: 'POST', url: `${origin}/v1/${database}/documents:${method}`, body }));

  const documentOf = (name: string): string => `${database}/documents/state/${idOf(name)}`;

  const readInto = async (found: Map<string, Item>, names: readonly string[]): Promise<void> => {
    const nameOfDocument = new Map(names.map((name) => [documentOf(name), name]));
    // They come in any order, and those that are not there are told of as well.
    for (const answer of listOf(await call('batchGet', { documents: [...nameOfDocument.keys()] }))) {
      const document = objectOf(pathOf(answer, 'found'));
      const name = nameOfDocument.get(textOf(document?.['name']) ?? '');
      if (document === undefined || name === undefined) continue;
      const item = itemIn(objectOf(document['fields']) ?? {});
      updateTimes.set(item, textOf(document['updateTime']) ?? '');
      found.set(name, item);
    }
  };

  const conditionOf = (replaced: Item | undefined) => {
    if (!replaced) return { exists: false };
    const updateTime = updateTimes.get(replaced);
    if (updateTime === undefined) throw new KlaxonError('state', 'only what was read here can be replaced');
    return { updateTime };
  };

  return {
    maxBytes,
    namesAtATime: mostRead,
    read: (names) =>
      inDatabase(async () => {
        const found = new Map<string, Item>();
        for (let at = 0; at < names.length; at += mostRead)
          await readInto(found, names.slice(at, at + mostRead));
        return found;
      }),
    write: (name, item, replaced) =>
      inDatabase(async () => {
        const update = { name: documentOf(name), fields: fieldsOf(item) };
        try {
          await call('commit', { writes: [{ update, currentDocument: conditionOf(replaced) }] });
          return true;
        } catch (thrown) {
          if ((replaced ? changed : taken).has(nameOf(thrown))) return false;
          throw thrown;
        }
      }),
    remove: (names) =>
      inDatabase(async () => {
        const writes = names.map((name) => ({ delete: documentOf(name) }));
        for (let at = 0; at < writes.length; at += mostRemoved)
          await call('commit', { writes: writes.slice(at, at + mostRemoved) });
      }),
  };
};

/** Another was first, or several meet at the document just now. */
const taken: ReadonlySet<string> = new Set(['ALREADY_EXISTS', 'ABORTED']);
/** What was read is gone as well where it has expired since. A database that is none is found out when it is read again. */
const changed: ReadonlySet<string> = new Set(['FAILED_PRECONDITION', 'NOT_FOUND', 'ABORTED']);

/**
 * An id has no slash: it stands as in a JSON Pointer (RFC 6901), which at most doubles a name, and an id may have 1,500 bytes.
 * Those that Firestore keeps for itself (`.`, `..`, `__x__`) no name is like, for each begins with what it is.
 */
const idOf = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');

const fieldsOf = ({ content, version, expires }: Item) => ({
  content:
    typeof content === 'string'
      ? { stringValue: content }
      : { bytesValue: Buffer.from(content.buffer, content.byteOffset, content.length).toString('base64') },
  version: { stringValue: version },
  expires: { timestampValue: new Date(Math.min(Math.ceil(expires), endOfTime)).toISOString() },
});

/** Of Firestore: the year 9999. */
const endOfTime = Date.UTC(9999, 11, 31);

/** What this module has written, so its form is known; what is not of that form has no content, which is a fault. */
const itemIn = ({ content, version, expires }: JsonObject): Item => {
  const bytes = textOf(pathOf(content, 'bytesValue'));
  return {
    content:
      bytes === undefined ? (textOf(pathOf(content, 'stringValue')) ?? '') : Buffer.from(bytes, 'base64'),
    version: textOf(pathOf(version, 'stringValue')) ?? '',
    expires: Date.parse(textOf(pathOf(expires, 'timestampValue')) ?? ''),
  };
};
