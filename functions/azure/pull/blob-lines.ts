/** A blob that grows and how far it was read, in; its whole lines from there on, a few megabytes at a time, out. */
import type { ContainerClient } from '@azure/storage-blob';
import { parsedJson } from '../../../shared/schema/json.ts';
import type { Ask } from '../client.ts';
import type { HourBlob } from './hour-blobs.ts';

export interface BlobPiece {
  /** Whole lines, without the break after the last. */
  readonly text: string;
  readonly lines: number;
  /** Where the next piece begins. */
  readonly to: number;
  /** What is left out before it, and why. */
  readonly missing?: string | undefined;
}

export interface BlobLimits {
  /** What is asked for at a time. */
  readonly chunkBytes: number;
  /** A longer line is left out, so that it cannot fill the memory. */
  readonly maxLineBytes: number;
}

export const defaultBlobLimits: BlobLimits = { chunkBytes: 4 * 1024 * 1024, maxLineBytes: 32 * 1024 * 1024 };

const newline = 10;

/**
 * Of the last line, where no break ends it, whatever is a whole JSON document is a whole line; else it waits for its rest,
 * unless `isFinal` says that there will be none. Throws what the client does.
 */
export async function* piecesOf(
  client: ContainerClient,
  { name, bytes }: HourBlob,
  from: number,
  isFinal: boolean,
  { chunkBytes, maxLineBytes }: BlobLimits,
  ask: Ask,
): AsyncGenerator<BlobPiece> {
  const blob = client.getBlobClient(name);
  let begun = from;
  let held: Buffer[] = [];
  let missing: string | undefined;
  for (let at = from; at < bytes; ) {
    const count = Math.min(chunkBytes, bytes - at);
    const offset = at;
    const chunk = await ask((abortSignal) =>
      blob.downloadToBuffer(offset, count, { blockSize: chunkBytes, concurrency: 1, abortSignal }),
    );
    at += chunk.length;
    const end = chunk.lastIndexOf(newline) + 1;
    if (end === 0) held.push(chunk);
    else {
      const to = at - chunk.length + end;
      const whole = Buffer.concat([...held, chunk.subarray(0, end)]);
      // Of a line that is left out no more than its end is held.
      const lines = missing === undefined ? whole : whole.subarray(whole.indexOf(newline) + 1);
      yield { ...linesIn(lines), to, missing };
      missing = undefined;
      begun = to;
      held = [chunk.subarray(end)];
    }
    if (at - begun > maxLineBytes) {
      missing = `a line of more than ${maxLineBytes} bytes at byte ${begun} of ${name} is left out`;
      held = [];
    }
  }
  const rest = Buffer.concat(held);
  if (missing !== undefined && isFinal) yield { text: '', lines: 0, to: bytes, missing };
  else if (missing === undefined && rest.length > 0 && (isFinal || isWhole(rest)))
    yield { ...linesIn(rest), to: bytes };
}

const linesIn = (bytes: Buffer): Pick<BlobPiece, 'text' | 'lines'> => {
  const text = bytes.toString('utf8').trim();
  if (text === '') return { text, lines: 0 };
  let lines = 1;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines++;
  return { text, lines };
};

/** A document that is closed cannot go on. */
const isWhole = (line: Buffer): boolean => {
  const text = line.toString('utf8').trim();
  return text.endsWith('}') && parsedJson(text) !== undefined;
};
