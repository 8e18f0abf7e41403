/** A stream of bytes in, compressed or not; the documents of its text, one after the other, out. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { StringDecoder } from 'node:string_decoder';
import { createGunzip } from 'node:zlib';
import { documentSplitter, type TextDocument } from '../shared/decode/documents.ts';
import { isGzip } from '../shared/decode/gunzip.ts';

/** So much is read and unfolded at a time. */
export const chunkBytes = 256 * 1024;

/**
 * Gives out the documents of a stream of bytes, and says how many bytes it read. Compressed input is told by its first bytes.
 * Only the document being read is held. The reader waits for `settle` after each part.
 */
export const readDocuments = async (
  source: AsyncIterable<Uint8Array>,
  maxLength: number,
  sink: (document: TextDocument) => void,
  onProgress: (bytes: number) => void,
  settle: () => Promise<void> = async () => undefined,
): Promise<void> => {
  const splitter = documentSplitter(sink, maxLength);
  const decoder = new StringDecoder('utf8');
  for await (const chunk of unzipped(source, onProgress)) {
    splitter.push(decoder.write(chunk));
    await settle();
  }
  splitter.push(decoder.end());
  splitter.end();
};

async function* unzipped(
  source: AsyncIterable<Uint8Array>,
  onProgress: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  const chunks = counted(source, onProgress);
  const first = await beginningOf(chunks);
  const whole = withFirst(first, chunks);
  if (!isGzip(first)) {
    yield* whole;
    return;
  }
  const gunzip = createGunzip({ chunkSize: chunkBytes });
  const done = pipeline(Readable.from(whole), gunzip);
  // A fault is thrown to whoever reads `gunzip` below; here it would only be said twice.
  done.catch(() => undefined);
  for await (const chunk of gunzip) yield chunk as Uint8Array;
}

/** Enough to tell gzip by, unless there is no more: a network may bring one byte alone. */
const beginningOf = async (chunks: AsyncGenerator<Uint8Array>): Promise<Uint8Array> => {
  let bytes: Uint8Array = new Uint8Array();
  while (bytes.length < 2) {
    const next = await chunks.next();
    if (next.done) return bytes;
    bytes = bytes.length === 0 ? next.value : Buffer.concat([bytes, next.value]);
  }
  return bytes;
};

async function* counted(
  source: AsyncIterable<Uint8Array>,
  onProgress: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  for await (const bytes of source) {
    onProgress(bytes.length);
    yield bytes;
  }
}

async function* withFirst(first: Uint8Array, rest: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first;
  yield* rest;
}
