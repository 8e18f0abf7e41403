/** Lines of one partition in; the object that holds them, compressed and named by its content, out. And its name back. */
import { createHash } from 'node:crypto';
import { createGunzip, gzipSync } from 'node:zlib';
import type { ArchiveObject } from '../ports.ts';

/** What an object's name says of it: nobody need read it to know. */
export interface NamedContent {
  /** Of what it holds, before compression: how far the same lines are compressed depends on who does it. */
  readonly sha256: string;
  readonly events: number;
}

/** `lines` end in a line break each. The same lines in the same order have the same name, whoever writes them and whenever. */
export const eventObjectOf = (partition: string, lines: string, count: number): ArchiveObject => {
  const content = Buffer.from(lines, 'utf8');
  return {
    name: `${partition}${sha256Of(content)}-${count}${suffix}`,
    contentType: 'application/gzip',
    bytes: gzip(content),
  };
};

const suffix = '.ndjson.gz';
const nameForm = /\/([0-9a-f]{64})-(\d{1,9})\.ndjson\.gz$/;

/** Undefined for a name that is none of ours. */
export const contentNamed = (name: string): NamedContent | undefined => {
  const [, sha256, events] = nameForm.exec(name) ?? [];
  return sha256 === undefined ? undefined : { sha256, events: Number(events) };
};

/** What an object holds, read piece by piece, so that no content is too large; undefined where it is no gzip. */
export const contentIn = async (bytes: Uint8Array): Promise<NamedContent | undefined> => {
  const hash = createHash('sha256');
  const gunzip = createGunzip();
  let events = 0;
  gunzip.end(bytes);
  try {
    for await (const chunk of gunzip) {
      hash.update(chunk);
      events += lineBreaksIn(chunk);
    }
  } catch {
    // Nothing but the bytes can be at fault here.
    return undefined;
  }
  return { sha256: hash.digest('hex'), events };
};

const newline = 10;

const lineBreaksIn = (chunk: Uint8Array): number => {
  let count = 0;
  for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, at + 1)) count++;
  return count;
};

export const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** The byte of the header in which zlib writes the operating system that it was built for, and "unknown" (RFC 1952). */
const systemAt = 9;
const unknownSystem = 255;

const gzip = (content: Uint8Array): Uint8Array => {
  const bytes = gzipSync(content, { level });
  bytes[systemAt] = unknownSystem;
  return bytes;
};

/** See docs/decisions/0014: what a higher level saves in storage it does not cost in time. */
const level = 6;
