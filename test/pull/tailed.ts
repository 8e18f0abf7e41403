/** A store of logs in memory that gives out what arrives while it arrives, as Cloud Logging does, and is no more to be relied on. */
import { KlaxonError } from '../../shared/errors.ts';
import type { Pause } from '../../shared/ports.ts';
import type { Batch, LogSource } from '../../shared/pull/source.ts';
import { type StoredEvent, type StoreOptions, storeOf } from './store.ts';
import type { World } from './world.ts';

export interface TailedOptions extends Omit<StoreOptions, 'now'> {
  readonly world: World;
  /** How long after it was asked for a tail begins to give. */
  readonly opensAfterMs?: number;
  /** What it keeps to itself: and says so, or does not. */
  readonly leavesOut?: (event: StoredEvent) => 'told' | 'untold' | undefined;
  /** How the tail of this number, from 0, ends after how long; for ever if undefined. */
  readonly ends?: (tail: number) => { readonly afterMs: number; readonly fault?: Error } | undefined;
}

export interface Tailed {
  readonly source: LogSource<StoredEvent>;
  /** Goes on with time, a second at a time, until a signal aborts. */
  readonly pause: Pause;
  /** What lists were asked for, milliseconds altogether. */
  readonly looked: () => number;
  /** How many tails have been opened. */
  readonly opened: () => number;
  readonly open: () => number;
}

interface Session {
  readonly number: number;
  readonly begun: number;
  told: number;
  readonly take: (batch: Batch<StoredEvent>) => void;
  readonly end: (fault?: Error) => void;
}

export const tailedStore = ({
  world,
  opensAfterMs = 0,
  leavesOut = () => undefined,
  ends = () => undefined,
  ...rest
}: TailedOptions): Tailed => {
  const listed = storeOf({ ...rest, now: () => world.now });
  const sessions = new Set<Session>();
  let opened = 0;
  let looked = 0;
  const give = (session: Session): void => {
    const from = Math.max(session.told, session.begun + opensAfterMs);
    const arrived = rest.events.filter(({ arrives }) => arrives > from && arrives <= world.now);
    session.told = Math.max(from, world.now);
    if (arrived.length === 0) return;
    const events = arrived.filter((event) => leavesOut(event) === undefined);
    const isTold = arrived.some((event) => leavesOut(event) === 'told');
    session.take({ events, bytes: events.length * 100, ...(isTold && { leftOut: 'it left some out' }) });
  };
  const tick = (): void => {
    for (const session of sessions) {
      give(session);
      const end = ends(session.number);
      if (end && world.now >= session.begun + end.afterMs) session.end(end.fault);
    }
  };
  return {
    source: {
      ...listed,
      page: (range, token, signal) => {
        if (token === undefined) looked += range.to - range.from;
        return listed.page(range, token, signal);
      },
      tail: (take, signal) =>
        new Promise((resolve, reject) => {
          const end = (fault?: Error): void => {
            sessions.delete(session);
            if (fault) reject(fault);
            else resolve();
          };
          const session: Session = { number: opened++, begun: world.now, told: world.now, take, end };
          sessions.add(session);
          signal.addEventListener('abort', () => end());
        }),
    },
    pause: async (milliseconds, signal) => {
      const until = world.now + milliseconds;
      while (world.now < until && !signal?.aborted) {
        world.now = Math.min(until, world.now + 1000);
        tick();
        await Promise.resolve();
      }
    },
    looked: () => looked,
    opened: () => opened,
    open: () => sessions.size,
  };
};

export const gone = (): KlaxonError => new KlaxonError('source', 'the stream broke', { retryable: true });
