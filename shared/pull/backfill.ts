/** A source and a stretch of the past in; as much of it as time allows, and how far that was, out. */
import type { Clock, Pause, StateStore } from '../ports.ts';
import { checkpointsIn } from './checkpoint.ts';
import { defaultTimes } from './position.ts';
import { pull } from './pull.ts';
import type { SliceLimits } from './slice.ts';
import type { LogEvent, LogSource } from './source.ts';

/** Epoch milliseconds. A backfill of the same source and times goes on where the one before it stopped. */
export interface BackfillTimes {
  readonly since: number;
  readonly until: number;
}

export interface BackfillPorts {
  readonly state: StateStore;
  readonly now: Clock;
  readonly pause: Pause;
  /** Aborts some time before the function is ended: `backfillReserveMs` is enough. */
  readonly signal: AbortSignal;
  /** What is held at a time; the same for all calls of a backfill. */
  readonly limits?: SliceLimits | undefined;
}

/** For a slice that has been read when the signal comes: to be archived, searched and told. */
export const backfillReserveMs = 60_000;

/** What stood before `settled` has been taken; what is younger than the overlap is left for a later call. */
export interface BackfillReport {
  readonly isDone: boolean;
  readonly settled: number;
  /** Of this call. */
  readonly events: number;
}

const ttlSeconds = 30 * 24 * 60 * 60;

/**
 * Only what is older than the overlap is read, once and for all, so a checkpoint is a few numbers. Where `until` is older
 * than the overlap too, a slice that has to be repeated is the same to the byte, under the same names in an archive.
 * @throws KlaxonError where the source cannot be read, or `deliver` fails.
 */
export const backfill = async <E extends LogEvent>(
  source: LogSource<E>,
  { since, until }: BackfillTimes,
  { state, now, pause, signal, limits }: BackfillPorts,
  deliver: (events: readonly E[]) => Promise<void>,
): Promise<BackfillReport> => {
  let settled = since;
  let events = 0;
  await pull({
    sources: [{ name: `${source.name}/${since}-${until}`, page: source.page }],
    since,
    until: Math.min(until, now() - defaultTimes.overlapMs),
    checkpoints: checkpointsIn(state, ttlSeconds),
    deliver: async (_, slice) => {
      await deliver(slice);
      events += slice.length;
    },
    now,
    pause,
    signal,
    limits,
    onStart: (_, position) => {
      settled = position.settled;
    },
    onProgress: (_, position) => {
      settled = position.settled;
    },
    onFault: (_, fault) => {
      throw fault;
    },
  });
  return { isDone: settled >= until, settled, events };
};
