/** Sources in; what is new in each, slice by slice and checkpoint by checkpoint, out. */
import { KlaxonError } from '../errors.ts';
import type { Clock } from '../ports.ts';
import type { CheckpointStore } from './checkpoint.ts';
import type { Patience } from './patience.ts';
import {
  type Advance,
  defaultTimes,
  nextStep,
  type Position,
  type PullTimes,
  positionAfter,
  positionWith,
  type Step,
  startingAt,
  withShorterSlice,
} from './position.ts';
import { defaultSliceLimits, readSlice, type Slice, type SliceLimits } from './slice.ts';
import type { LogEvent, LogSource } from './source.ts';
import { openTail, type Tail } from './tail.ts';

export interface PullOptions<E extends LogEvent> extends Patience {
  /** Of one store, which is asked one page at a time: a limit on calls holds for all of them together. */
  readonly sources: readonly LogSource<E>[];
  /** Where a source begins that has no checkpoint; epoch milliseconds. */
  readonly since: number;
  /** Without it the pull goes on until the signal aborts, and sources that have a tail are tailed. */
  readonly until?: number | undefined;
  readonly checkpoints: CheckpointStore;
  /** Takes what was not given before, in the order of time, never nothing. What it throws ends the pull. */
  readonly deliver: (sourceName: string, events: readonly E[]) => Promise<void>;
  readonly now: Clock;
  /** Between two looks at what is new. */
  readonly pollMs?: number | undefined;
  readonly times?: PullTimes | undefined;
  readonly limits?: SliceLimits | undefined;
  readonly onStart?: ((sourceName: string, position: Position) => void) | undefined;
  readonly onProgress?: ((sourceName: string, position: Position) => void) | undefined;
  /** Why a tail does not give everything. It is looked for, now or at the last look. */
  readonly onGap?: ((sourceName: string, reason: string) => void) | undefined;
  /** The source cannot be read, and is left out from here on. */
  readonly onFault: (sourceName: string, fault: KlaxonError) => void;
}

/**
 * A slice is delivered, then its checkpoint is written. Who dies between the two delivers that slice again, with the same
 * ids; at any other step nothing is given twice. What arrives no later than the overlap is never missed: a tail only gives
 * it earlier, and saves the looks at new time while it gives everything.
 * @throws KlaxonError of code `state` where a checkpoint cannot be kept.
 */
export const pull = async <E extends LogEvent>(options: PullOptions<E>): Promise<void> => {
  const under: Underway<E>[] = [];
  try {
    for (const source of options.sources) under.push(await begun(source, options));
    await rounds(under, options);
  } finally {
    for (const { close } of under) close.abort();
    await Promise.all(under.map(({ tail }) => tail?.closed));
  }
};

export const defaultPollMs = 10_000;

interface Underway<E extends LogEvent> {
  readonly source: LogSource<E>;
  position: Position;
  tail: Tail<E> | undefined;
  /** Closes the tail. */
  readonly close: AbortController;
  /** The tail may have missed something since `lookedAt`, epoch milliseconds. */
  hasGap: boolean;
  lookedAt: number;
  /** New time is not looked at in this round: only last looks are due. */
  isTailed: boolean;
}

const begun = async <E extends LogEvent>(
  source: LogSource<E>,
  { checkpoints, since, onStart }: PullOptions<E>,
): Promise<Underway<E>> => {
  const position = (await checkpoints.read(source.name)) ?? startingAt(since);
  onStart?.(source.name, position);
  return {
    source,
    position,
    tail: undefined,
    close: new AbortController(),
    hasGap: true,
    lookedAt: Number.NEGATIVE_INFINITY,
    isTailed: false,
  };
};

const rounds = async <E extends LogEvent>(
  all: readonly Underway<E>[],
  options: PullOptions<E>,
): Promise<void> => {
  const { until, now, signal } = options;
  let under = all;
  let wake = (): void => undefined;
  for (;;) {
    const round = { now: now(), until };
    for (const pulled of under) await takeTail(pulled, round.now, options);
    for (let next = dueFirst(under, round, options); next; next = dueFirst(under, round, options)) {
      if (signal?.aborted) return;
      const { pulled, step } = next;
      try {
        await take(pulled, step, options);
      } catch (thrown) {
        if (!(thrown instanceof KlaxonError && thrown.code === 'source')) throw thrown;
        options.onFault(pulled.source.name, thrown);
        pulled.close.abort();
        under = under.filter((other) => other !== pulled);
      }
    }
    if (until !== undefined || under.length === 0 || signal?.aborted) return;
    // Only now: while the past was read, what came meanwhile would have had to wait in memory.
    for (const pulled of under) pulled.tail ??= tailOf(pulled, options, () => wake());
    await rest(under, options, (call) => {
      wake = call;
    });
  }
};

const tailOf = <E extends LogEvent>(
  { source, close }: Underway<E>,
  { now, pause, pollMs = defaultPollMs, limits = defaultSliceLimits, onGap }: PullOptions<E>,
  wake: () => void,
): Tail<E> | undefined =>
  source.tail &&
  openTail(source, source.tail, {
    now,
    pause,
    signal: close.signal,
    limits,
    openingMs: pollMs,
    wake,
    onBreak: (name, reason) => onGap?.(name, `no stream: ${reason}`),
  });

/** Until it is time for a look, or something has come: then a little longer, for what comes with it. */
const rest = async <E extends LogEvent>(
  under: readonly Underway<E>[],
  { pause, signal, pollMs = defaultPollMs }: PullOptions<E>,
  onWake: (call: () => void) => void,
): Promise<void> => {
  const hasNews = (): boolean => under.some(({ tail }) => tail?.hasNews());
  const early = new AbortController();
  onWake(() => early.abort());
  const either = signal ? AbortSignal.any([signal, early.signal]) : early.signal;
  if (!hasNews()) await pause(pollMs, either);
  if (hasNews()) await pause(Math.min(gatheringMs, pollMs), signal);
};

/** A checkpoint is written for all that is given at once. */
const gatheringMs = 1_000;

/** Gives what the tail has brought, and decides whether new time has to be looked at besides. */
const takeTail = async <E extends LogEvent>(
  pulled: Underway<E>,
  now: number,
  options: PullOptions<E>,
): Promise<void> => {
  if (!pulled.tail) return;
  const { times = defaultTimes, pollMs = defaultPollMs } = options;
  const { events, isWhole, leftOut } = pulled.tail.taken();
  const { fresh, position } = positionWith(pulled.position, events);
  if (leftOut !== undefined && !pulled.hasGap) options.onGap?.(pulled.source.name, leftOut);
  pulled.hasGap ||= !isWhole;
  // A store that leaves out much would else be looked at each time that it gives something.
  pulled.isTailed = !pulled.hasGap || now - pulled.lookedAt < pollMs;
  const read = pulled.hasGap ? position.read : Math.max(position.read, now - times.recentMs);
  if (!pulled.isTailed) {
    pulled.hasGap = false;
    pulled.lookedAt = now;
  }
  await give(pulled, { fresh, position: { ...position, read } }, options, events.length > 0);
};

/** The source that is furthest behind, so that what belongs together in time comes out together. */
const dueFirst = <E extends LogEvent>(
  under: readonly Underway<E>[],
  round: { readonly now: number; readonly until: number | undefined },
  { times = defaultTimes }: PullOptions<E>,
): { readonly pulled: Underway<E>; readonly step: Step } | undefined => {
  let first: { readonly pulled: Underway<E>; readonly step: Step } | undefined;
  for (const pulled of under) {
    const step = nextStep(pulled.position, round, times);
    if (step && pulled.isTailed && !step.isLastLook) continue;
    if (step && (!first || step.from < first.step.from)) first = { pulled, step };
  }
  return first;
};

const take = async <E extends LogEvent>(
  pulled: Underway<E>,
  step: Step,
  options: PullOptions<E>,
): Promise<void> => {
  const { source, position: before } = pulled;
  const limits = options.limits ?? defaultSliceLimits;
  const slice = await sliceUnlessAborted(source, step, before.lengthMs > 1 ? limits : noLimits, options);
  if (!slice) return;
  if (slice.isOverfull) {
    pulled.position = withShorterSlice(before, step, slice);
    await options.checkpoints.write(source.name, pulled.position);
    return;
  }
  const keptMs = pulled.tail ? (options.times ?? defaultTimes).recentMs : 0;
  await give(pulled, positionAfter(before, step, slice, limits, keptMs), options);
};

const give = async <E extends LogEvent>(
  pulled: Underway<E>,
  { fresh, position }: Advance<E>,
  { deliver, checkpoints, onProgress }: PullOptions<E>,
  isNews = true,
): Promise<void> => {
  const { name } = pulled.source;
  if (fresh.length > 0) await deliver(name, fresh);
  if (isNews) await checkpoints.write(name, position);
  pulled.position = position;
  if (isNews) onProgress?.(name, position);
};

/** A millisecond cannot be cut. */
const noLimits: SliceLimits = {
  maxEvents: Number.POSITIVE_INFINITY,
  maxBytes: Number.POSITIVE_INFINITY,
};

/** Of a slice that is read halfway nothing has been given, so it may be dropped at any moment. */
const sliceUnlessAborted = async <E extends LogEvent>(
  source: LogSource<E>,
  step: Step,
  limits: SliceLimits,
  patience: Patience,
): Promise<Slice<E> | undefined> => {
  try {
    return await readSlice(source, step, limits, patience);
  } catch (thrown) {
    if (patience.signal?.aborted) return undefined;
    throw thrown;
  }
};
