/** Paths on the command line in; every file below them, one after the other, out. */
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Readable } from 'node:stream';
import { chunkBytes } from '../documents.ts';
import { systemFaultText } from '../system-fault.ts';

export interface Input {
  /** As given on the command line, joined with the path below it. */
  readonly path: string;
  readonly open: () => Readable;
}

export interface ReadFault {
  readonly path: string;
  readonly message: string;
}

/** In a folder, hidden files and pages of text about the logs are passed over; a file that is named is always read. */
const isLog = (name: string): boolean => !name.startsWith('.') && !name.endsWith('.md');

/** Files of a folder come in the order of their names. Links to folders are not followed, for they may lead in a circle. */
export async function* inputsOf(paths: readonly string[], faults: ReadFault[]): AsyncGenerator<Input> {
  for (const path of paths) {
    if (path === '-') yield { path: '-', open: () => process.stdin };
    else yield* inputsAt(path, faults);
  }
}

async function* inputsAt(path: string, faults: ReadFault[]): AsyncGenerator<Input> {
  try {
    const found = await stat(path);
    if (!found.isDirectory()) {
      yield fileInput(path);
      return;
    }
    const entries = await readdir(path, { withFileTypes: true });
    for (const entry of entries.toSorted((left, right) => (left.name < right.name ? -1 : 1))) {
      const below = join(path, entry.name);
      if (!isLog(basename(below))) continue;
      if (entry.isDirectory()) yield* inputsAt(below, faults);
      else if (entry.isFile() || (entry.isSymbolicLink() && (await stat(below)).isFile()))
        yield fileInput(below);
    }
  } catch (thrown) {
    faults.push({ path, message: systemFaultText(thrown) });
  }
}

const fileInput = (path: string): Input => ({
  path,
  open: () => createReadStream(path, { highWaterMark: chunkBytes }),
});
