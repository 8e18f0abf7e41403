/** What was written in an hour in, the manifest that vouches for it out; and a manifest's bytes in, what it says out. */
import type { ArchiveObject, ArchiveStore, ListedObject } from '../ports.ts';
import { archiveVersion } from '../schema/archived-line.ts';
import { isObject, type JsonObject, type JsonValue, listOf, parsedJson, textOf } from '../schema/json.ts';
import { contentNamed, sha256Of } from './event-object.ts';

export interface ManifestEntry {
  readonly name: string;
  /** Of what the object holds, before compression. */
  readonly sha256: string;
  /** As stored. */
  readonly bytes: number;
  readonly events: number;
}

/** Nothing in it depends on who writes it, so those who see the same archive in the same hour write the same manifest. */
export interface Manifest {
  readonly klaxon: typeof archiveVersion;
  readonly kind: 'manifest';
  /** From 1; no number is left out. */
  readonly sequence: number;
  /** The hour in which it was written, UTC: `2026-03-14T09`. */
  readonly hour: string;
  /** SHA-256 of the bytes of the manifest before; the first has none. */
  readonly previous?: string | undefined;
  readonly objects: readonly ManifestEntry[];
}

export const manifestFolder = 'manifests/';

const nameForm = /^manifests\/(\d{10})\.json$/;

export const manifestName = (sequence: number): string =>
  `${manifestFolder}${String(sequence).padStart(10, '0')}.json`;

/** Undefined for a name that is no manifest's. */
export const sequenceNamed = (name: string): number | undefined => {
  const digits = nameForm.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
};

/** The numbers of the manifests that are there, rising. */
export const sequencesIn = async (store: ArchiveStore): Promise<readonly number[]> => {
  const sequences: number[] = [];
  for await (const { name } of store.list(manifestFolder)) {
    const sequence = sequenceNamed(name);
    if (sequence !== undefined) sequences.push(sequence);
  }
  return sequences;
};

export const manifestObjectOf = (manifest: Manifest): ArchiveObject => ({
  name: manifestName(manifest.sequence),
  contentType: 'application/json',
  bytes: Buffer.from(`${JSON.stringify(manifest)}\n`, 'utf8'),
});

export const digestOf = (manifest: Uint8Array): string => sha256Of(manifest);

/** `2026-03-14T09` */
export const hourOf = (now: number): string => new Date(now).toISOString().slice(0, 13);

/** Undefined for an object that Klaxon did not write: nobody vouches for that. */
export const entryOf = ({ name, bytes }: ListedObject): ManifestEntry | undefined => {
  const content = contentNamed(name);
  return content && { name, sha256: content.sha256, bytes, events: content.events };
};

/** Undefined where the bytes are no manifest: somebody may have changed them. */
export const manifestIn = (bytes: Uint8Array): Manifest | undefined => {
  const value = parsedJson(Buffer.from(bytes).toString('utf8'));
  if (!isObject(value) || value.klaxon !== archiveVersion || value.kind !== 'manifest') return undefined;
  const { sequence, hour } = value;
  if (typeof sequence !== 'number' || typeof hour !== 'string' || !Array.isArray(value.objects))
    return undefined;
  const objects = listOf(value.objects).map(entryIn);
  if (!objects.every((entry) => entry !== undefined)) return undefined;
  return {
    klaxon: archiveVersion,
    kind: 'manifest',
    sequence,
    hour,
    previous: textOf(value.previous),
    objects,
  };
};

const entryIn = (value: JsonValue): ManifestEntry | undefined =>
  isObject(value) ? entryFrom(value) : undefined;

const entryFrom = ({ name, sha256, bytes, events }: JsonObject): ManifestEntry | undefined =>
  typeof name === 'string' &&
  typeof sha256 === 'string' &&
  typeof bytes === 'number' &&
  typeof events === 'number'
    ? { name, sha256, bytes, events }
    : undefined;
