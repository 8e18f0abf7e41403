/** A folder in, a CheckpointStore that keeps one file a source in it, out. */
import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { KlaxonError, messageOf } from '../../shared/errors.ts';
import type { CheckpointForm, CheckpointStore } from '../../shared/pull/checkpoint.ts';
import { parsedJson } from '../../shared/schema/json.ts';

/**
 * A file is written beside its place and renamed, once it is on the disk: it is always a whole one. Of two that pull the
 * same source into the same folder the last to write wins; either gives what it read, so nothing is lost.
 */
export const checkpointFolder = <P>(folder: string, form: CheckpointForm<P>): CheckpointStore<P> => {
  const pathOf = (sourceName: string): string => join(folder, `${encodeURIComponent(sourceName)}.json`);
  return {
    read: (sourceName) =>
      within(folder, async () => {
        const path = pathOf(sourceName);
        const text = await textAt(path);
        return text === undefined ? undefined : form.read(parsedJson(text), path);
      }),
    write: (sourceName, position) =>
      within(folder, async () => {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        const pending = join(folder, `.${randomUUID()}`);
        try {
          await writeDurably(pending, JSON.stringify(form.written(position)));
          await rename(pending, pathOf(sourceName));
        } finally {
          await rm(pending, { force: true });
        }
      }),
  };
};

const textAt = async (path: string): Promise<string | undefined> => {
  try {
    return await readFile(path, 'utf8');
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return undefined;
    throw thrown;
  }
};

const writeDurably = async (path: string, text: string): Promise<void> => {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
};

const within = async <T>(folder: string, work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (thrown) {
    if (thrown instanceof KlaxonError) throw thrown;
    throw new KlaxonError('state', `checkpoints cannot be kept in ${folder}: ${messageOf(thrown)}`, {
      cause: thrown,
    });
  }
};
