/** Paths on the command line in; the documents of every file below them, one after the other, out. */
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { StringDecoder } from 'node:string_decoder';
import { createGunzip } from 'node:zlib';
import { documentSplitter, type TextDocument } from '../../shared/decode/documents.ts';
import { isGzip } from '../../shared/decode/gunzip.ts';
import { messageOf } from '../../shared/errors.ts';

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
    faults.push({ path, message: messageOf(thrown) });
  }
}

const chunkBytes = 256 * 1024;

const fileInput = (path: string): Input => ({
  path,
  open: () => createReadStream(path, { highWaterMark: chunkBytes }),
});

/**
 * Gives out the documents of one input, and says how many bytes it read. Compressed input is told by its first bytes.
 * Only the document being read is held. The reader waits for `settle` after each part.
 */
export const readDocuments = async (
  input: Input,
  maxLength: number,
  sink: (document: TextDocument) => void,
  onProgress: (bytes: number) => void,
  settle: () => Promise<void> = async () => undefined,
): Promise<void> => {
  const splitter = documentSplitter(sink, maxLength);
  const decoder = new StringDecoder('utf8');
  for await (const chunk of unzipped(input.open(), onProgress)) {
    splitter.push(decoder.write(chunk));
    await settle();
  }
  splitter.push(decoder.end());
  splitter.end();
};

async function* unzipped(source: Readable, onProgress: (bytes: number) => void): AsyncGenerator<Buffer> {
  const chunks = counted(source, onProgress);
  const first = await chunks.next();
  if (first.done) return;
  const whole = withFirst(first.value, chunks);
  if (!isGzip(first.value)) {
    yield* whole;
    return;
  }
  const gunzip = createGunzip({ chunkSize: chunkBytes });
  const done = pipeline(Readable.from(whole), gunzip);
  // A fault is thrown to whoever reads `gunzip` below; here it would only be said twice.
  done.catch(() => undefined);
  for await (const chunk of gunzip) yield chunk as Buffer;
}

async function* counted(source: Readable, onProgress: (bytes: number) => void): AsyncGenerator<Buffer> {
  for await (const chunk of source) {
    const bytes = chunk as Buffer;
    onProgress(bytes.length);
    yield bytes;
  }
}

async function* withFirst(first: Buffer, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  yield* rest;
}
