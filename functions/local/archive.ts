/** The path of a folder in, an ArchiveStore that keeps its objects as files below it, out. */
import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { KlaxonError, messageOf } from '../../shared/errors.ts';
import { type ArchiveStore, checkObjectName, isObjectName, type ListedObject } from '../../shared/ports.ts';

/**
 * Objects are files that nobody may write to; any number of processes may use the folder. A file is written under a name
 * of its own in `.pending/`, and linked to its place once it is on the disk: a link is made at once and never replaces.
 */
export const folderArchive = (folder: string): ArchiveStore => storeIn(resolve(folder));

const storeIn = (root: string): ArchiveStore => ({
  put: (object) =>
    within(root, async () => {
      const path = pathOf(root, object.name);
      const pending = join(root, pendingFolder, randomUUID());
      await madeFolder(dirname(path));
      await mkdir(dirname(pending), { recursive: true, mode: 0o700 });
      try {
        await writtenFile(pending, object.bytes);
        return await linked(pending, path);
      } finally {
        await rm(pending, { force: true });
      }
    }),
  get: (name) =>
    within(root, async () => {
      const path = pathOf(root, name);
      return absentWhere(['ENOENT', 'EISDIR', 'ENOTDIR'], () => readFile(path));
    }),
  list: (prefix) => objectsBelow(root, prefix),
  folders: async function* (prefix) {
    for (const entry of await entriesOf(root, prefix)) if (entry.endsWith('/')) yield `${prefix}${entry}`;
  },
});

/** No object's name begins with a dot, so nothing in here is one. What a crash leaves behind may be deleted. */
const pendingFolder = '.pending';

const pathOf = (root: string, name: string): string => {
  checkObjectName(name);
  return join(root, name);
};

async function* objectsBelow(root: string, prefix: string): AsyncGenerator<ListedObject> {
  for (const entry of await entriesOf(root, prefix)) {
    const name = `${prefix}${entry}`;
    if (entry.endsWith('/')) yield* objectsBelow(root, name);
    else yield { name, bytes: await within(root, async () => (await stat(join(root, name))).size) };
  }
}

/** A folder's entries, folders with a slash at their end: so they sort as the names of the objects below them do. */
const entriesOf = (root: string, prefix: string): Promise<readonly string[]> =>
  within(root, async () => {
    const entries = await absentWhere(['ENOENT', 'ENOTDIR'], () =>
      readdir(join(root, prefix), { withFileTypes: true }),
    );
    return (entries ?? [])
      .filter((entry) => isObjectName(entry.name) && (entry.isFile() || entry.isDirectory()))
      .map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name))
      .toSorted((left, right) => (left < right ? -1 : 1));
  });

/** Makes a folder and those above it, and sees to it that they are on the disk. */
const madeFolder = async (folder: string): Promise<void> => {
  const first = await mkdir(folder, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let made = folder; made.length >= first.length; made = dirname(made)) await synced(dirname(made));
};

const writtenFile = async (path: string, bytes: Uint8Array): Promise<void> => {
  const file = await open(path, 'wx', 0o400);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
};

const linked = async (from: string, to: string): Promise<boolean> => {
  try {
    await link(from, to);
  } catch (thrown) {
    if (codeOf(thrown) === 'EEXIST') return false;
    throw thrown;
  }
  await synced(dirname(to));
  return true;
};

/** What a folder holds is on the disk only once the folder is. Windows opens no folder, and needs none of this. */
const synced = async (folder: string): Promise<void> => {
  const handle = await absentWhere(['EISDIR', 'EPERM', 'EACCES'], () => open(folder, 'r'));
  if (!handle) return;
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

const absentWhere = async <T>(codes: readonly string[], work: () => Promise<T>): Promise<T | undefined> => {
  try {
    return await work();
  } catch (thrown) {
    if (codes.includes(codeOf(thrown) ?? '')) return undefined;
    throw thrown;
  }
};

const codeOf = (thrown: unknown): string | undefined =>
  thrown instanceof Error && 'code' in thrown ? String(thrown.code) : undefined;

/** A full disk, too many open files, an interrupted or a busy file system: later it may go well. */
const passing = new Set(['ENOSPC', 'EDQUOT', 'EMFILE', 'ENFILE', 'EAGAIN', 'EBUSY', 'EINTR', 'EIO']);

const within = async <T>(root: string, work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (thrown) {
    const code = codeOf(thrown);
    if (code === undefined || thrown instanceof KlaxonError) throw thrown;
    throw new KlaxonError('archive', `the archive ${root} cannot be used: ${messageOf(thrown)}`, {
      cause: thrown,
      retryable: passing.has(code),
    });
  }
};
