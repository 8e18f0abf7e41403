/** Objects in; the same objects in the archive, each once, however often they are brought. */
import { KlaxonError } from '../errors.ts';
import type { ArchiveObject, ArchiveStore } from '../ports.ts';
import { contentIn, contentNamed } from './event-object.ts';

/** How many objects are written at a time. */
const atATime = 8;

/**
 * Writes every object that is not there yet. Where some cannot be written the others still are, and the whole may be repeated.
 * @throws KlaxonError of code `archive`; not retryable where an object's name is taken by something else.
 */
export const keepObjects = async (store: ArchiveStore, objects: readonly ArchiveObject[]): Promise<void> => {
  const faults: unknown[] = [];
  for (let at = 0; at < objects.length; at += atATime) {
    const some = objects.slice(at, at + atATime).map((object) => keep(store, object));
    for (const result of await Promise.allSettled(some))
      if (result.status === 'rejected') faults.push(result.reason);
  }
  if (faults.length > 0) throw faults[0];
};

const keep = async (store: ArchiveStore, object: ArchiveObject): Promise<void> => {
  if (await store.put(object)) return;
  const present = await store.get(object.name);
  if (!present) {
    const message = `${object.name} was taken, and then it was not there`;
    throw new KlaxonError('archive', message, { retryable: true });
  }
  if (Buffer.compare(present, object.bytes) === 0) return;
  if (await holdsWhatItsNameSays(object.name, present)) return;
  throw new KlaxonError('archive', `${object.name} is in the archive with another content`);
};

/** The same content may have been compressed by another version of zlib. */
const holdsWhatItsNameSays = async (name: string, bytes: Uint8Array): Promise<boolean> => {
  const named = contentNamed(name);
  return named !== undefined && named.sha256 === (await contentIn(bytes))?.sha256;
};
