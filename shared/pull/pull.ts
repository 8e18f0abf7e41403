/** Sources in; what is new in each, slice by slice and checkpoint by checkpoint, out. */
import { KlaxonError } from '../errors.ts';
import type { Clock } from '../ports.ts';
import type { CheckpointStore } from './checkpoint.ts';
import type { Patience } from './patience.ts';
import {
  defaultTimes,
  nextStep,
  type Position,
  type PullTimes,
  positionAfter,
  type Step,
  startingAt,
  withShorterSlice,
} from './position.ts';
import { defaultSliceLimits, readSlice, type Slice, type SliceLimits } from './slice.ts';
import type { LogEvent, LogSource } from './source.ts';

export interface PullOptions<E extends LogEvent> extends Patience {
  /** Of one store, which is asked one page at a time: a limit on calls holds for all of them together. */
  readonly sources: readonly LogSource<E>[];
  /** Where a source begins that has no checkpoint; epoch milliseconds. */
  readonly since: number;
  /** Without it the pull goes on until the signal aborts. */
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
  /** The source cannot be read, and is left out from here on. */
  readonly onFault: (sourceName: string, fault: KlaxonError) => void;
}

/**
 * A slice is delivered, then its checkpoint is written. Who dies between the two delivers that slice again, with the same
 * ids; at any other step nothing is given twice. What arrives no later than the overlap is never missed.
 * @throws KlaxonError of code `state` where a checkpoint cannot be kept.
 */
export const pull = async <E extends LogEvent>(options: PullOptions<E>): Promise<void> => {
  const { sources, until, now, pause, signal, onFault } = options;
  let under: Underway<E>[] = [];
  for (const source of sources) under.push(await begun(source, options));
  for (;;) {
    const round = { now: now(), until };
    for (let next = dueFirst(under, round, options); next; next = dueFirst(under, round, options)) {
      if (signal?.aborted) return;
      const { pulled, step } = next;
      try {
        await take(pulled, step, options);
      } catch (thrown) {
        if (!(thrown instanceof KlaxonError && thrown.code === 'source')) throw thrown;
        onFault(pulled.source.name, thrown);
        under = under.filter((other) => other !== pulled);
      }
    }
    if (until !== undefined || under.length === 0 || signal?.aborted) return;
    await pause(options.pollMs ?? defaultPollMs, signal);
  }
};

export const defaultPollMs = 10_000;

interface Underway<E extends LogEvent> {
  readonly source: LogSource<E>;
  position: Position;
}

const begun = async <E extends LogEvent>(
  source: LogSource<E>,
  { checkpoints, since, onStart }: PullOptions<E>,
): Promise<Underway<E>> => {
  const position = (await checkpoints.read(source.name)) ?? startingAt(since);
  onStart?.(source.name, position);
  return { source, position };
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
  const { fresh, position } = positionAfter(before, step, slice, limits);
  if (fresh.length > 0) await options.deliver(source.name, fresh);
  await options.checkpoints.write(source.name, position);
  pulled.position = position;
  options.onProgress?.(source.name, position);
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
