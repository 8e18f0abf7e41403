/** A container that diagnostic settings write to, in; the lines of its blobs, as a log that is read forward, out. */
import type { ContainerClient } from '@azure/storage-blob';
import { KlaxonError } from '../../../shared/errors.ts';
import type { Clock, Pause } from '../../../shared/ports.ts';
import type { ForwardLog, Mark, Portion } from '../../../shared/pull/forward.ts';
import { isObject, numberOf } from '../../../shared/schema/json.ts';
import { type Ask, nameOf } from '../client.ts';
import { type BlobLimits, defaultBlobLimits, piecesOf } from './blob-lines.ts';
import { type Place, pullFault } from './faults.ts';
import { blobsOfDay, dayMs, type HourBlob, hourMs, hourOf, placesBelow } from './hour-blobs.ts';

/** Times are epoch milliseconds; hours are read whole. */
export interface ContainerRange {
  readonly since: number;
  readonly until?: number | undefined;
  /** Empty, or the beginning of names: it ends in a slash. */
  readonly prefix: string;
  readonly follow: boolean;
}

export interface ContainerPorts {
  readonly now: Clock;
  readonly pause: Pause;
  /** Between two looks at what is new. */
  readonly pollMs: number;
  /** How the container is asked: a chunk may take its time. */
  readonly ask: Ask;
  readonly limits?: BlobLimits;
}

/** A blob is no longer looked at when its hour has been over for so long. */
export const settlingMs = 3 * hourMs;

/** Places are looked for again after so long: a new cluster has one of its own. */
const placesMs = 5 * 60_000;

/** How far a container has been read. */
interface Reached {
  /** All blobs of hours before this one have been read for the last time. */
  readonly settled: number;
  /** By the name of each blob from there on, how many of its bytes have been given. */
  readonly read: ReadonlyMap<string, number>;
}

export const containerLog = (
  client: ContainerClient,
  range: ContainerRange,
  ports: ContainerPorts,
): ForwardLog => {
  const { host, pathname } = new URL(client.url);
  const place: Place = {
    what: `container ${client.containerName}`,
    where: host,
    role: 'Storage Blob Data Reader',
  };
  const name = ['aks', host, ...`${pathname}/${range.prefix}`.split('/')]
    .filter((part) => part !== '')
    .join('/');
  return {
    name,
    portions: async function* (mark, signal) {
      const reached = mark ? reachedOf(mark, name) : { settled: floor(range.since, hourMs), read: new Map() };
      try {
        // So that who is killed before the first line comes goes on from the same hour.
        if (!mark) yield { lines: [], events: 0, time: 0, mark: markOf(reached) };
        const ask: Ask = (request) =>
          ports.ask((abortSignal) => {
            signal.throwIfAborted();
            return request(AbortSignal.any([abortSignal, signal]));
          });
        yield* portionsFrom({ client, range, ports: { ...ports, ask } }, reached, signal);
      } catch (thrown) {
        throw pullFault(thrown, place);
      }
    },
  };
};

const floor = (time: number, unit: number): number => Math.floor(time / unit) * unit;

const version = 1;

const markOf = ({ settled, read }: Reached): Mark => ({ version, settled, read: Object.fromEntries(read) });

/** @throws KlaxonError of code `state` */
const reachedOf = (mark: Mark, name: string): Reached => {
  const settled = numberOf(mark.settled);
  if (mark.version !== version || settled === undefined || !isObject(mark.read))
    throw new KlaxonError('state', `the checkpoint of ${name} is none of version ${version}`);
  const read = Object.entries(mark.read).map(([blob, bytes]) => [blob, numberOf(bytes) ?? 0] as const);
  return { settled, read: new Map(read) };
};

interface Container {
  readonly client: ContainerClient;
  readonly range: ContainerRange;
  readonly ports: ContainerPorts;
}

async function* portionsFrom(
  container: Container,
  start: Reached,
  signal: AbortSignal,
): AsyncGenerator<Portion> {
  const { client, range, ports } = container;
  const sizes = new Map<string, number>();
  let reached = start;
  let places: readonly string[] = [];
  let placed = Number.NEGATIVE_INFINITY;
  for (;;) {
    const now = ports.now();
    if (now - placed >= placesMs) {
      places = await placesBelow(client, range.prefix, ports.ask);
      placed = now;
    }
    for await (const portion of lookAt(container, places, reached, now, sizes)) {
      reached = portion.reached;
      yield portion;
    }
    for (const name of sizes.keys()) if ((hourOf(name) ?? 0) < reached.settled) sizes.delete(name);
    if (!range.follow) return;
    await ports.pause(ports.pollMs, signal);
    signal.throwIfAborted();
  }
}

type Step = Portion & { readonly reached: Reached };

/** One look at all blobs that may have grown. `sizes` are those that they had when they were last looked at. */
async function* lookAt(
  { client, range, ports }: Container,
  places: readonly string[],
  start: Reached,
  now: number,
  sizes: Map<string, number>,
): AsyncGenerator<Step> {
  const end = Math.min(range.until ?? now, now);
  const horizon = floor(now - settlingMs, hourMs);
  let reached = start;
  for (let day = floor(reached.settled, dayMs); day < end; day += dayMs) {
    for (const blob of await blobsOfDay(client, places, day, ports.ask)) {
      if (blob.hour < reached.settled || blob.hour >= end) continue;
      reached = settledTo(reached, Math.min(blob.hour, horizon));
      const isFinal = blob.hour < horizon;
      if (sizes.get(blob.name) === blob.bytes && !isFinal) continue;
      for await (const step of stepsOf(client, blob, reached, isFinal, ports)) {
        reached = step.reached;
        yield step;
      }
      sizes.set(blob.name, blob.bytes);
    }
    reached = settledTo(reached, Math.min(day + dayMs, horizon, end));
  }
  if (reached.settled > start.settled)
    yield { lines: [], events: 0, time: reached.settled, mark: markOf(reached), reached };
}

const settledTo = (reached: Reached, settled: number): Reached => {
  if (settled <= reached.settled) return reached;
  const later = [...reached.read].filter(([name]) => (hourOf(name) ?? 0) >= settled);
  return { settled, read: new Map(later) };
};

async function* stepsOf(
  client: ContainerClient,
  blob: HourBlob,
  before: Reached,
  isFinal: boolean,
  { ask, limits = defaultBlobLimits }: ContainerPorts,
): AsyncGenerator<Step> {
  let reached = before;
  const step = (lines: readonly string[], events: number, to: number, missing?: string): Step => {
    reached = { ...reached, read: new Map([...reached.read, [blob.name, to]]) };
    return { lines, events, time: blob.hour, mark: markOf(reached), reached, missing };
  };
  const read = reached.read.get(blob.name) ?? 0;
  // Only what is appended to keeps what was there: this one was written anew.
  const from = read > blob.bytes ? 0 : read;
  try {
    for await (const { text, lines, to, missing } of piecesOf(client, blob, from, isFinal, limits, ask))
      yield step(text === '' ? [] : [text], lines, to, missing);
  } catch (thrown) {
    if (nameOf(thrown) !== 'BlobNotFound') throw thrown;
    yield step([], 0, blob.bytes, `${blob.name} was removed before it was read`);
  }
}
