/** How far a source has been pulled, in; what to read next, and where that leads, out. */
import type { Slice, SliceLimits } from './slice.ts';
import type { LogEvent, TimeRange } from './source.ts';

/** All times are epoch milliseconds, as the store files its events. */
export interface Position {
  /** Where pulling began. */
  readonly from: number;
  /** Everything before has been read for the last time. */
  readonly settled: number;
  /** Everything before has been read in this run, but from `settled` on some may still arrive. Never before `settled`. */
  readonly read: number;
  /** The time of each event that has been given, by id, from `settled` on, and from a little before where it is tailed. */
  readonly given: ReadonlyMap<string, number>;
  /** How long the next slice may be. Kept with the rest, so that who repeats a slice repeats the same one. */
  readonly lengthMs: number;
}

export const startingAt = (from: number): Position => ({
  from,
  settled: from,
  read: from,
  given: new Map(),
  lengthMs: firstLengthMs,
});

const firstLengthMs = 5 * 60_000;
const longestMs = 24 * 60 * 60_000;

export interface PullTimes {
  /** An event that arrives later than this after its own time may be missed. */
  readonly overlapMs: number;
  /** What is read again at each look at what is new, so that most that comes late is found soon. */
  readonly recentMs: number;
}

export const defaultTimes: PullTimes = { overlapMs: 15 * 60_000, recentMs: 60_000 };

/** A slice to read. After the last look at a stretch of time it is settled. */
export interface Step extends TimeRange {
  readonly isLastLook: boolean;
}

/**
 * A stretch of time is read when it is new, and once more when it is older than the overlap. Undefined: nothing is due.
 * Without `until` there is no end.
 */
export const nextStep = (
  position: Position,
  { now, until = Number.POSITIVE_INFINITY }: { readonly now: number; readonly until?: number | undefined },
  { overlapMs, recentMs }: PullTimes,
): Step | undefined => {
  const { settled, read, lengthMs } = position;
  const settling = Math.min(until, now - overlapMs);
  const isDue = settling === until || settling - settled >= settlingMs;
  if (settling > settled && isDue)
    return { from: settled, to: Math.min(settled + lengthMs, settling), isLastLook: true };
  const end = Math.min(until, now);
  if (read >= end) return undefined;
  const from = Math.max(settled, read - Math.min(recentMs, lengthMs));
  return { from, to: Math.min(read + lengthMs, end), isLastLook: false };
};

/** The last look is taken a minute at a time, not a second at a time. */
const settlingMs = 60_000;

/** What has not been given before, in the order of time, and the position once it has been. */
export interface Advance<E extends LogEvent> {
  readonly fresh: readonly E[];
  readonly position: Position;
}

/**
 * Of a slice that was looked at. `keptMs`: for how long before `settled` it stays known what was given, since what was
 * found by the last look may still come from the tail.
 */
export const positionAfter = <E extends LogEvent>(
  position: Position,
  step: Step,
  slice: Slice<E>,
  limits: SliceLimits,
  keptMs = 0,
): Advance<E> => {
  const fresh = freshOf(slice.events, position);
  const read = Math.max(position.read, step.to);
  const lengthMs = lengthAfter(position.lengthMs, step, slice, limits);
  const given = givenWith(position, fresh);
  if (!step.isLastLook) return { fresh, position: { ...position, read, lengthMs, given } };
  const later = new Map([...given].filter(([, time]) => time >= step.to - keptMs));
  return { fresh, position: { ...position, settled: step.to, read, lengthMs, given: later } };
};

/** Of what a tail gave: it says nothing of how far anything has been read. */
export const positionWith = <E extends LogEvent>(position: Position, events: readonly E[]): Advance<E> => {
  const fresh = freshOf([...new Map(events.map((event) => [event.id, event])).values()], position);
  return { fresh, position: { ...position, given: givenWith(position, fresh) } };
};

const freshOf = <E extends LogEvent>(events: readonly E[], { given }: Position): readonly E[] =>
  events
    .filter(({ id }) => !given.has(id))
    .toSorted((left, right) => left.time - right.time || (left.id < right.id ? -1 : 1));

const givenWith = ({ given }: Position, fresh: readonly LogEvent[]): ReadonlyMap<string, number> =>
  fresh.length === 0 ? given : new Map([...given, ...fresh.map(({ id, time }) => [id, time] as const)]);

/** What a quiet cluster writes in a day, a busy one writes in seconds. */
const lengthAfter = (
  lengthMs: number,
  step: Step,
  { events, bytes }: Slice<LogEvent>,
  { maxEvents, maxBytes }: SliceLimits,
): number => {
  const wasWhole = step.to - step.from >= lengthMs;
  const isSmall = events.length < maxEvents / 4 && bytes < maxBytes / 4;
  return wasWhole && isSmall ? Math.min(longestMs, lengthMs * 2) : lengthMs;
};

/** The position after a slice that was too full: the next is at most half as long, and shorter where what came says so. */
export const withShorterSlice = (position: Position, step: Step, { events }: Slice<LogEvent>): Position => {
  // Stores answer in the order of time, more or less: this tells how far it came, but not that nothing is missing.
  const latest = events.reduce((time, event) => Math.max(time, event.time), step.from);
  const lengthMs = Math.max(1, Math.floor(Math.min(position.lengthMs / 2, latest - step.from)));
  return { ...position, lengthMs };
};
