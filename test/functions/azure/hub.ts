/** What tests of an event hub's partitions need: a hub that is filled, and a run that reads it and remembers. */
import type { EventHubConsumerClient } from '@azure/event-hubs';
import {
  type HubLimits,
  type HubName,
  type HubRange,
  hubClient,
  hubLogs,
} from '../../../functions/azure/pull.ts';
import { pause } from '../../../functions/pause.ts';
import type { KlaxonError } from '../../../shared/errors.ts';
import type { CheckpointStore } from '../../../shared/pull/checkpoint.ts';
import { type Mark, type Portion, pullForward } from '../../../shared/pull/forward.ts';
import type { FakeEventHubs } from '../../stand-ins/event-hubs.ts';

export const hubName: HubName = { namespace: 'localhost', hub: 'klaxon', consumerGroup: '$Default' };

/** A message as Azure Monitor sends them. */
export const messageOf = (id: string): string =>
  JSON.stringify({ records: [{ category: 'kube-audit', properties: { log: id } }] });

export const idOf = (line: string): string => {
  const { records } = JSON.parse(line) as {
    readonly records: readonly [{ readonly properties: { readonly log: string } }];
  };
  return records[0].properties.log;
};

export interface HubRun {
  readonly hubs: FakeEventHubs;
  readonly range: HubRange;
  /** What is remembered between runs. */
  readonly kept?: Map<string, Mark>;
  /** In the place of `kept`. */
  readonly store?: CheckpointStore<Mark>;
  readonly deliver?: (portion: Portion) => Promise<void>;
  readonly stop?: AbortController;
  readonly name?: HubName;
  readonly silenceMs?: number;
  readonly gatherMs?: number;
  readonly limits?: HubLimits;
}

export interface HubOutcome {
  readonly lines: readonly string[];
  readonly portions: readonly Portion[];
  readonly missing: readonly string[];
  readonly faults: readonly KlaxonError[];
  readonly waits: readonly string[];
}

const keptIn = (kept: Map<string, Mark>): CheckpointStore<Mark> => ({
  read: async (log) => kept.get(log),
  write: async (log, mark) => {
    kept.set(log, mark);
  },
});

/** Reads to the end, or until it is stopped. Waits between attempts take no time. */
export const read = async ({
  hubs,
  range,
  kept = new Map(),
  deliver = async () => undefined,
  stop = new AbortController(),
  name = hubName,
  silenceMs = 5_000,
  gatherMs = 0,
  limits,
  store = keptIn(kept),
}: HubRun): Promise<HubOutcome> => {
  const portions: Portion[] = [];
  const missing: string[] = [];
  const faults: KlaxonError[] = [];
  const waits: string[] = [];
  const client: EventHubConsumerClient = hubClient(name, { connectionString: hubs.connectionString });
  try {
    const logs = await hubLogs(client, name, range, {
      pause,
      gatherMs,
      silenceMs,
      ...(limits && { limits }),
    });
    await pullForward({
      logs,
      checkpoints: store,
      deliver: async (_, portion) => {
        portions.push(portion);
        await deliver(portion);
      },
      pause: async () => undefined,
      signal: stop.signal,
      onWait: (_, { message }) => waits.push(message),
      onMissing: (_, text) => missing.push(text),
      onFault: (_, fault) => faults.push(fault),
    });
  } finally {
    await client.close();
  }
  return { lines: portions.flatMap(({ lines }) => lines), portions, missing, faults, waits };
};

/** Resolves once it is so: the client and the hub go on meanwhile. */
export const until = async (isSo: () => boolean): Promise<void> => {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
};
