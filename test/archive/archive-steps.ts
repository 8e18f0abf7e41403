/** The steps of an archive's life for tests: deliveries kept, manifests written, what is in it, and whether all is well. */
import { archiveBatch } from '../../shared/archive/archive-batch.ts';
import { keepObjects } from '../../shared/archive/keep.ts';
import { type Manifest, manifestIn } from '../../shared/archive/manifest.ts';
import { type ArchiveProblem, type ArchiveSummary, verifyArchive } from '../../shared/archive/verify.ts';
import { writeManifest } from '../../shared/archive/write-manifest.ts';
import { decode } from '../../shared/decode/decode.ts';
import { gunzip } from '../../shared/decode/gunzip.ts';
import { emptyAccount, nothingSeen, processDelivery } from '../../shared/pipeline.ts';
import type { ArchiveStore } from '../../shared/ports.ts';
import { auditEvent } from '../decode/specimens.ts';

export const hour = 3_600_000;
export const start = Date.UTC(2026, 2, 14, 9, 30);

/** Events of these names, each in an hour of its own; and a line that cannot be read. */
export const deliveryOf = (...names: readonly string[]): unknown => [
  ...names.map((auditID, at) => ({
    ...auditEvent,
    auditID,
    stageTimestamp: new Date(start + at * hour).toISOString(),
  })),
  `unreadable ${names.join(' ')}`,
];

export const keepDelivery = async (store: ArchiveStore, delivery: unknown): Promise<void> => {
  const batch = archiveBatch({ form: 'audit' });
  processDelivery(decode(delivery), nothingSeen(), emptyAccount(), {
    onEvent: batch.add,
    onRejection: batch.reject,
  });
  await keepObjects(store, batch.takeAll());
};

export const tick = (store: ArchiveStore, now = start, lookBackDays?: number) =>
  writeManifest(store, { now, lookBackDays });

export const namesIn = async (store: ArchiveStore, prefix = ''): Promise<readonly string[]> => {
  const names: string[] = [];
  for await (const { name } of store.list(prefix)) names.push(name);
  return names;
};

export const manifestsIn = async (store: ArchiveStore): Promise<readonly (Manifest | undefined)[]> => {
  const manifests: (Manifest | undefined)[] = [];
  for (const name of await namesIn(store, 'manifests/'))
    manifests.push(manifestIn((await store.get(name)) ?? new Uint8Array()));
  return manifests;
};

/** Every line of every object, the same line as often as it is there. */
export const linesIn = async (store: ArchiveStore): Promise<readonly string[]> => {
  const lines: string[] = [];
  for (const name of await namesIn(store)) {
    if (name.startsWith('manifests/')) continue;
    const text = gunzip((await store.get(name)) ?? new Uint8Array(), 10_000_000).toString('utf8');
    lines.push(...text.split('\n').filter((line) => line !== ''));
  }
  return lines.toSorted();
};

export interface Verified {
  readonly summary: ArchiveSummary;
  readonly problems: readonly ArchiveProblem[];
}

export const verified = async (store: ArchiveStore, head?: string): Promise<Verified> => {
  const problems: ArchiveProblem[] = [];
  const summary = await verifyArchive(store, { onProblem: (problem) => problems.push(problem), head });
  return { summary, problems };
};
