/** An archive and the time in; one more manifest of its chain, that names what none before it names, out. Run every hour. */
import { KlaxonError } from '../errors.ts';
import type { ArchiveStore, ListedObject } from '../ports.ts';
import { archiveVersion } from '../schema/archived-line.ts';
import {
  digestOf,
  entryOf,
  hourOf,
  type Manifest,
  type ManifestEntry,
  manifestFolder,
  manifestIn,
  manifestName,
  manifestObjectOf,
  sequencesIn,
} from './manifest.ts';
import { unknown } from './partition.ts';

export interface ManifestOptions {
  /** The clock's time, epoch milliseconds. */
  readonly now: number;
  /**
   * Looks only into the days from so many before today on, which costs as much as was written in them, whatever the age of the
   * archive. What came later than that, or has no time, is named by the next run without this: let there be one a day.
   */
  readonly lookBackDays?: number | undefined;
}

export interface ManifestSummary {
  readonly manifests: number;
  readonly objects: number;
}

/** Others that write manifests as well make this one begin anew; so many in a row are no accident. */
const attempts = 10;
/** So that a manifest can be read at once. */
const mostObjects = 10_000;

/**
 * Writes nothing where this hour has its manifest and all is named. Dying at any point leaves a chain that is whole, and the next
 * run goes on from there. The chain cannot fork: its numbers are the names of objects, and a name is given once.
 * @throws KlaxonError of code `archive`.
 */
export const writeManifest = async (
  store: ArchiveStore,
  options: ManifestOptions,
): Promise<ManifestSummary> => {
  let manifests = 0;
  let objects = 0;
  for (let lost = 0; lost < attempts; ) {
    const next = await nextManifest(store, options);
    if (!next) return { manifests, objects };
    if (await store.put(manifestObjectOf(next))) {
      manifests++;
      objects += next.objects.length;
    } else lost++;
  }
  throw new KlaxonError('archive', `lost the race for the next manifest ${attempts} times`, {
    retryable: true,
  });
};

/** Undefined where there is nothing to say. */
const nextManifest = async (
  store: ArchiveStore,
  { now, lookBackDays }: ManifestOptions,
): Promise<Manifest | undefined> => {
  const hour = hourOf(now);
  const since = lookBackDays === undefined ? undefined : dayBefore(now, lookBackDays);
  const sequences = await sequencesIn(store);
  const last = sequences.at(-1) ?? 0;
  const named = await namedSince(
    store,
    sequences,
    since === undefined ? '' : dayBefore(now, (lookBackDays ?? 0) + 1),
  );
  const objects = await unnamedIn(store, since, named.objects);
  if (objects.length === 0 && named.lastHour !== undefined && named.lastHour >= hour) return undefined;
  const head = last === 0 ? undefined : await store.get(manifestName(last));
  return {
    klaxon: archiveVersion,
    kind: 'manifest',
    sequence: last + 1,
    hour,
    previous: head && digestOf(head),
    objects,
  };
};

const dayLength = 86_400_000;

/** `2026-03-14` */
const dayBefore = (now: number, days: number): string =>
  new Date(now - days * dayLength).toISOString().slice(0, 10);

interface Named {
  readonly objects: ReadonlySet<string>;
  /** The hour of the newest manifest, where it can be read. */
  readonly lastHour: string | undefined;
}

/**
 * What the manifests of a day and later name; nothing of that day is named by an earlier one. One that is gone or cannot be read
 * names nothing: what it named is named again, which does no harm, and `verify` tells the rest.
 */
const namedSince = async (
  store: ArchiveStore,
  sequences: readonly number[],
  since: string,
): Promise<Named> => {
  const objects = new Set<string>();
  let lastHour: string | undefined;
  for (const sequence of sequences.toReversed()) {
    const bytes = await store.get(manifestName(sequence));
    const manifest = bytes && manifestIn(bytes);
    if (sequence === sequences.at(-1)) lastHour = manifest?.hour;
    if (manifest && manifest.hour < since) break;
    for (const { name } of manifest?.objects ?? []) objects.add(name);
  }
  return { objects, lastHour };
};

const unnamedIn = async (
  store: ArchiveStore,
  since: string | undefined,
  named: ReadonlySet<string>,
): Promise<readonly ManifestEntry[]> => {
  const entries: ManifestEntry[] = [];
  for await (const object of since === undefined ? store.list('') : objectsSince(store, '', since)) {
    const entry = named.has(object.name) ? undefined : entryOf(object);
    if (entry) entries.push(entry);
    if (entries.length === mostObjects) break;
  }
  return entries;
};

async function* objectsSince(
  store: ArchiveStore,
  prefix: string,
  since: string,
): AsyncGenerator<ListedObject> {
  for await (const folder of store.folders(prefix)) {
    const date = /\/date=([^/]+)\/$/.exec(folder)?.[1];
    if (date !== undefined) {
      if (date !== unknown && date >= since) yield* store.list(folder);
    } else if (folder !== manifestFolder) yield* objectsSince(store, folder, since);
  }
}
