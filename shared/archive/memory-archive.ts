/** An ArchiveStore that lasts as long as the process: for tests, and for measuring without a disk. */
import { type ArchiveStore, checkObjectName, type ListedObject } from '../ports.ts';

export const memoryArchive = (): ArchiveStore => {
  const objects = new Map<string, Uint8Array>();
  const namesBelow = (prefix: string): readonly string[] =>
    [...objects.keys()].filter((name) => name.startsWith(prefix)).toSorted(byBytes);
  return {
    put: async ({ name, bytes }) => {
      checkObjectName(name);
      if (objects.has(name)) return false;
      objects.set(name, Uint8Array.from(bytes));
      return true;
    },
    get: async (name) => {
      const bytes = objects.get(name);
      return bytes && Uint8Array.from(bytes);
    },
    list: async function* (prefix): AsyncGenerator<ListedObject> {
      for (const name of namesBelow(prefix)) yield { name, bytes: objects.get(name)?.length ?? 0 };
    },
    folders: async function* (prefix) {
      const folders = namesBelow(prefix).map((name) => name.slice(0, name.indexOf('/', prefix.length) + 1));
      yield* new Set(folders.filter((folder) => folder.length > prefix.length));
    },
  };
};

/** Names are ASCII, so the order of their characters is that of their bytes. */
const byBytes = (left: string, right: string): number => (left < right ? -1 : 1);
