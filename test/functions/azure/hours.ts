/** What tests of an archive of diagnostic settings need: blobs of hours, and a run that reads them and remembers. */
import type { ContainerClient } from '@azure/storage-blob';
import { asking } from '../../../functions/azure/client.ts';
import type { BlobLimits } from '../../../functions/azure/pull/blob-lines.ts';
import { type ContainerRange, containerLog } from '../../../functions/azure/pull/container.ts';
import type { KlaxonError } from '../../../shared/errors.ts';
import { type Mark, type Portion, pullForward } from '../../../shared/pull/forward.ts';

export const hour = 3_600_000;
export const start = Date.UTC(2026, 2, 14, 9);

export const orders = 'ORDERS';
export const folderOf = (cluster: string): string =>
  `resourceId=/SUBSCRIPTIONS/00000000-0000-0000-0000-000000000000/RESOURCEGROUPS/SHOP/PROVIDERS/MICROSOFT.CONTAINERSERVICE/MANAGEDCLUSTERS/${cluster}/`;

/** The blob of a cluster's hour: 0 is that from `start` on. */
export const nameOf = (at: number, cluster = orders): string => {
  const [year, month, rest = ''] = new Date(start + at * hour).toISOString().split('-');
  return `${folderOf(cluster)}y=${year}/m=${month}/d=${rest.slice(0, 2)}/h=${rest.slice(3, 5)}/m=00/PT1H.json`;
};

export const append = async (container: ContainerClient, name: string, text: string): Promise<void> => {
  const blob = container.getAppendBlobClient(name);
  await blob.createIfNotExists();
  await blob.appendBlock(text, Buffer.byteLength(text));
};

export const line = (id: string): string => `{"category":"kube-audit","id":"${id}"}\n`;

export interface ReadOptions {
  readonly range?: Partial<ContainerRange>;
  readonly now?: () => number;
  readonly kept?: Map<string, Mark>;
  readonly limits?: BlobLimits;
  readonly deliver?: (portion: Portion) => Promise<void>;
  /** Each time it has looked, where it follows. */
  readonly onLook?: (stop: AbortController) => Promise<void>;
  readonly timeoutMs?: number;
}

/** All that is there, or all until it is stopped. Nothing is waited for. */
export const readArchive = async (
  container: ContainerClient,
  {
    range = {},
    now = () => start + 100 * hour,
    kept = new Map(),
    limits,
    deliver = async () => undefined,
    onLook = async () => undefined,
    timeoutMs = 5_000,
  }: ReadOptions = {},
) => {
  const lines: string[] = [];
  const missing: string[] = [];
  const faults: KlaxonError[] = [];
  const waits: string[] = [];
  const stop = new AbortController();
  const log = containerLog(
    container,
    { since: start, prefix: '', follow: false, ...range },
    {
      now,
      pause: () => onLook(stop),
      pollMs: 1,
      ask: asking({ pause: async () => undefined, random: () => 0, mostAttempts: 1, timeoutMs }),
      ...(limits && { limits }),
    },
  );
  await pullForward({
    logs: [log],
    checkpoints: {
      read: async (name) => kept.get(name),
      write: async (name, mark) => {
        kept.set(name, JSON.parse(JSON.stringify(mark)));
      },
    },
    deliver: async (_, portion) => {
      lines.push(...portion.lines.flatMap((text) => text.split('\n')));
      await deliver(portion);
    },
    pause: async () => undefined,
    signal: stop.signal,
    onWait: (_, { message }) => waits.push(message),
    onMissing: (_, text) => missing.push(text),
    onFault: (_, fault) => faults.push(fault),
  });
  return { ids: lines.map((text) => /"id":"(\w+)"/.exec(text)?.[1] ?? text), lines, missing, faults, waits };
};
