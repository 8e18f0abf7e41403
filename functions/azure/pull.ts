/** An event hub in; the messages of its partitions, as logs that are read forward, out. */
import { isUtf8 } from 'node:buffer';
import {
  EventHubConsumerClient,
  type EventHubConsumerClientOptions,
  type EventPosition,
  type PartitionProperties,
  type ReceivedEventData,
  type TokenCredential,
} from '@azure/event-hubs';
import { KlaxonError } from '../../shared/errors.ts';
import type { Pause } from '../../shared/ports.ts';
import type { ForwardLog, Mark, Portion } from '../../shared/pull/forward.ts';
import { numberOf, textOf } from '../../shared/schema/json.ts';
import { type Place, pullFault } from './pull/faults.ts';
import { received } from './pull/reception.ts';

export interface HubName {
  /** `orders.servicebus.windows.net` */
  readonly namespace: string;
  readonly hub: string;
  readonly consumerGroup: string;
}

/** Times are epoch milliseconds, by the clock of the hub. */
export interface HubRange {
  readonly from: 'earliest' | 'latest' | { readonly since: number };
  /** Events that came to the hub from here on are left out. */
  readonly until?: number | undefined;
  /** Without it a partition ends where it ended when it was first looked at. */
  readonly follow: boolean;
}

export interface HubPorts {
  readonly pause: Pause;
  /** @see ReceptionOptions */
  readonly gatherMs: number;
  readonly silenceMs?: number;
  readonly limits?: HubLimits;
}

/** Of all partitions of a hub together, shared out evenly. */
export interface HubLimits {
  /** How many messages are asked for ahead of who reads them. */
  readonly ahead: number;
  /** What is held of those that have come, before no more are taken. */
  readonly bytes: number;
}

/** Messages have at most 1 MB, and those of Azure Monitor a quarter of it. */
const defaultLimits: HubLimits = { ahead: 64, bytes: 8 * 1024 * 1024 };

/** What it throws at once is tried again by whoever reads, with a pause that can be seen. */
export const hubClient = (
  { namespace, hub, consumerGroup }: HubName,
  access: TokenCredential | { readonly connectionString: string },
  more: EventHubConsumerClientOptions = {},
): EventHubConsumerClient => {
  const options = { retryOptions: { maxRetries: 0, timeoutInMs: 30_000 }, ...more };
  return 'connectionString' in access
    ? new EventHubConsumerClient(consumerGroup, access.connectionString, hub, options)
    : new EventHubConsumerClient(consumerGroup, namespace, hub, access, options);
};

/**
 * One log a partition; what is held of all of them is bounded.
 * @throws KlaxonError of code `source` that says what is missing: credentials, a role, the hub or its consumer group.
 */
export const hubLogs = async (
  client: EventHubConsumerClient,
  name: HubName,
  range: HubRange,
  ports: HubPorts,
): Promise<readonly ForwardLog[]> => {
  const place: Place = {
    what: `event hub ${name.hub} with consumer group ${name.consumerGroup}`,
    where: name.namespace,
    role: 'Azure Event Hubs Data Receiver',
  };
  try {
    const ids = await client.getPartitionIds();
    const partitions = await Promise.all(ids.map((id) => client.getPartitionProperties(id)));
    const { ahead, bytes } = ports.limits ?? defaultLimits;
    const share = { ahead: shareOf(ahead, ids.length), maxBytes: shareOf(bytes, ids.length) };
    return partitions.map((partition) =>
      partitionLog({ client, name, place, partition, range, ports, share }),
    );
  } catch (thrown) {
    throw pullFault(thrown, place);
  }
};

const shareOf = (all: number, partitions: number): number => Math.max(2, Math.floor(all / partitions));

interface Partition {
  readonly client: EventHubConsumerClient;
  readonly name: HubName;
  readonly place: Place;
  /** As it was when the pull began. */
  readonly partition: PartitionProperties;
  readonly range: HubRange;
  readonly ports: HubPorts;
  readonly share: { readonly ahead: number; readonly maxBytes: number };
}

/** How far a partition has been read: after an event, or nothing yet, of what came since a time. */
type Reached =
  | { readonly sequenceNumber: number; readonly offset: string }
  | { readonly since: number | undefined };

const partitionLog = (of: Partition): ForwardLog => {
  const { name, partition, place } = of;
  const logName = `aks/${name.namespace}/${name.hub}/${partition.partitionId}`;
  let isFirst = true;
  return {
    name: logName,
    portions: async function* (mark, signal) {
      try {
        const reached = mark === undefined ? startOf(of) : reachedOf(mark, logName);
        const begun = mark === undefined ? markOf(reached) : undefined;
        // So that who is killed before the first event comes goes on from the same place.
        if (begun !== undefined) yield { lines: [], events: 0, time: 0, mark: begun };
        if (isFirst) refuseAhead(of, reached);
        isFirst = false;
        yield* portionsAfter(of, reached, signal);
      } catch (thrown) {
        throw pullFault(thrown, place);
      }
    },
  };
};

const startOf = ({ range: { from }, partition }: Partition): Reached => {
  if (from === 'earliest') return { since: undefined };
  if (from !== 'latest') return from;
  const { lastEnqueuedSequenceNumber: sequenceNumber, lastEnqueuedOffset, isEmpty } = partition;
  return { sequenceNumber, offset: isEmpty && sequenceNumber < 0 ? beforeAll : lastEnqueuedOffset };
};

/** https://learn.microsoft.com/azure/event-hubs/event-hubs-features#stream-offsets */
const beforeAll = '-1';

const version = 1;

/** The event after which a partition is read on. */
export const hubMark = (sequenceNumber: number, offset: string): Mark => ({
  version,
  sequenceNumber,
  offset,
});

/** From the earliest on needs no mark: it is the earliest again. */
const markOf = (reached: Reached): Mark | undefined => {
  if ('since' in reached) return reached.since === undefined ? undefined : { version, since: reached.since };
  return hubMark(reached.sequenceNumber, reached.offset);
};

/** @throws KlaxonError of code `state` */
const reachedOf = (mark: Mark, logName: string): Reached => {
  const sequenceNumber = numberOf(mark.sequenceNumber);
  const offset = textOf(mark.offset);
  const since = numberOf(mark.since);
  if (mark.version === version && sequenceNumber !== undefined && offset !== undefined)
    return { sequenceNumber, offset };
  if (mark.version === version && since !== undefined) return { since };
  throw new KlaxonError('state', `the checkpoint of ${logName} is none of version ${version}`);
};

/** A hub that was made anew counts from the beginning: nothing would come for a long time, or ever. */
const refuseAhead = ({ name, partition }: Partition, reached: Reached): void => {
  const last = partition.lastEnqueuedSequenceNumber;
  if ('since' in reached || reached.sequenceNumber <= last) return;
  throw new KlaxonError(
    'source',
    `partition ${partition.partitionId} of event hub ${name.hub} in ${name.namespace} was read up to event ${reached.sequenceNumber}, and has none after ${last}: was the hub made anew? Another --checkpoint begins anew as well`,
  );
};

const positionOf = (reached: Reached): EventPosition => {
  if ('since' in reached)
    // Only what came later than that time is given.
    return reached.since === undefined ? { offset: beforeAll } : { enqueuedOn: reached.since - 1 };
  return { offset: reached.offset };
};

async function* portionsAfter(of: Partition, start: Reached, signal: AbortSignal): AsyncGenerator<Portion> {
  const { client, partition, range, ports, share } = of;
  const target = range.follow ? Number.POSITIVE_INFINITY : partition.lastEnqueuedSequenceNumber;
  const silenceMs = ports.silenceMs ?? (range.follow ? 60_000 : 5_000);
  let reached = start;
  let silences = 0;
  while (!isAtEnd(of, reached, target)) {
    const options = { ...share, silenceMs, gatherMs: ports.gatherMs, pause: ports.pause, signal };
    for await (const events of received(client, partition.partitionId, positionOf(reached), options)) {
      const fresh = events.filter((event) => isAfter(event, reached) && event.sequenceNumber <= target);
      const wanted = fresh.filter(
        ({ enqueuedTimeUtc }) => enqueuedTimeUtc.getTime() < (range.until ?? never),
      );
      if (wanted.length > 0) {
        const portion = portionOf(wanted, reached);
        reached = portion.reached;
        silences = 0;
        yield portion;
      }
      if (wanted.length < fresh.length || isAtEnd(of, reached, target)) return;
      if (events.length > 0 || range.follow) continue;
      if (await isGone(of, target)) return;
      silences++;
      if (silences === patientSilences) throw silent(of, target);
    }
  }
}

const never = Number.POSITIVE_INFINITY;
const patientSilences = 6;

const isAfter = ({ sequenceNumber }: ReceivedEventData, reached: Reached): boolean =>
  'since' in reached || sequenceNumber > reached.sequenceNumber;

const isAtEnd = ({ partition, range }: Partition, reached: Reached, target: number): boolean => {
  if (range.follow) return false;
  if (!('since' in reached)) return reached.sequenceNumber >= target;
  return partition.isEmpty || partition.lastEnqueuedOnUtc.getTime() < (reached.since ?? 0);
};

/** What was there when the pull began may have grown too old to be kept since. */
const isGone = async ({ client, partition }: Partition, target: number): Promise<boolean> => {
  const now = await client.getPartitionProperties(partition.partitionId);
  return now.isEmpty || now.beginningSequenceNumber > target;
};

const silent = ({ name, partition }: Partition, target: number): KlaxonError =>
  new KlaxonError(
    'source',
    `partition ${partition.partitionId} of event hub ${name.hub} in ${name.namespace} holds events up to ${target}, and gives none`,
    { retryable: true },
  );

const portionOf = (
  events: readonly ReceivedEventData[],
  before: Reached,
): Portion & { readonly reached: Reached } => {
  const [first = nowhere] = events;
  const { sequenceNumber, offset } = events.at(-1) ?? nowhere;
  const reached = { sequenceNumber, offset };
  const skipped = 'since' in before ? 0 : first.sequenceNumber - before.sequenceNumber - 1;
  return {
    lines: events.flatMap(({ body }) => lineOf(body) ?? []),
    events: events.length,
    time: first.enqueuedTimeUtc.getTime(),
    mark: hubMark(sequenceNumber, offset),
    reached,
    ...(skipped > 0 && {
      missing: `${skipped} events before event ${first.sequenceNumber} are gone: the hub kept them no longer`,
    }),
  };
};

const nowhere = { sequenceNumber: -1, offset: beforeAll, enqueuedTimeUtc: new Date(0) };

/**
 * The body as it was sent, on one line: what is more than a line stands in `log`, what is no text is base64. Undefined
 * where it is empty.
 */
const lineOf = (body: unknown): string | undefined => {
  if (body === undefined || body === null) return undefined;
  if (body instanceof Uint8Array && !isUtf8(body)) return Buffer.from(body).toString('base64');
  const text = textOfBody(body).trim();
  if (text === '') return undefined;
  return /[\n\r]/.test(text) ? JSON.stringify({ log: text }) : text;
};

const textOfBody = (body: unknown): string => {
  if (body instanceof Uint8Array)
    return Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
  return typeof body === 'string' ? body : JSON.stringify(body);
};
