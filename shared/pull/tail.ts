/** The tail of a source in; what it has given since it was last asked, and whether that is all that came, out. */
import { KlaxonError, messageOf } from '../errors.ts';
import type { Clock, Pause } from '../ports.ts';
import type { SliceLimits } from './slice.ts';
import type { Batch, LogEvent, LogSource } from './source.ts';

export interface Tail<E extends LogEvent> {
  readonly hasNews: () => boolean;
  /** @throws what the source threw, where that was no fault of the store. */
  readonly taken: () => Taken<E>;
  /** Resolves once the tail is closed, after the signal aborted. */
  readonly closed: Promise<void>;
}

/** What has come since the last call. */
export interface Taken<E extends LogEvent> {
  readonly events: readonly E[];
  /** Nothing is known to be missing: all that arrived came, or came before the last call. */
  readonly isWhole: boolean;
  /** Why something is, where the store says so. */
  readonly leftOut: string | undefined;
}

export interface TailPorts {
  readonly now: Clock;
  readonly pause: Pause;
  /** Closes the tail. */
  readonly signal: AbortSignal;
  /** What may wait to be taken. */
  readonly limits: SliceLimits;
  /** How long it takes, at most, until a tail that was asked for gives all that arrives. */
  readonly openingMs: number;
  /** Called when something has come. */
  readonly wake: () => void;
  /** Told once why there is no tail for now. */
  readonly onBreak: (sourceName: string, reason: string) => void;
}

/** Opens it again when it ends, at growing distances where it does not last. */
export const openTail = <E extends LogEvent>(
  source: LogSource<E>,
  tail: NonNullable<LogSource<E>['tail']>,
  { now, pause, signal, limits, openingMs, wake, onBreak }: TailPorts,
): Tail<E> => {
  let held: E[] = [];
  let bytes = 0;
  let hasGap = true;
  let leftOut: string | undefined;
  let wholeFrom = Number.POSITIVE_INFINITY;
  let failure: { readonly thrown: unknown } | undefined;

  const take = (batch: Batch<E>): void => {
    const isTooMuch =
      held.length + batch.events.length > limits.maxEvents || bytes + batch.bytes > limits.maxBytes;
    const missing = isTooMuch ? 'it gives more than can be held' : batch.leftOut;
    if (!isTooMuch) {
      for (const event of batch.events) held.push(event);
      bytes += batch.bytes;
    }
    leftOut = missing ?? leftOut;
    if (batch.events.length > 0) wake();
  };

  const opened = async (): Promise<unknown> => {
    try {
      await tail(take, signal);
      return undefined;
    } catch (thrown) {
      return thrown;
    }
  };

  const keptOpen = async (): Promise<void> => {
    for (let attempt = 0; !signal.aborted; ) {
      const begun = now();
      wholeFrom = begun + openingMs;
      const thrown = await opened();
      wholeFrom = Number.POSITIVE_INFINITY;
      hasGap = true;
      if (signal.aborted) return;
      attempt = now() - begun > lastingMs ? 0 : attempt + 1;
      if (thrown !== undefined && !(thrown instanceof KlaxonError && thrown.code === 'source')) throw thrown;
      if (thrown !== undefined && attempt <= 1) onBreak(source.name, messageOf(thrown));
      if (thrown instanceof KlaxonError && !thrown.retryable) return;
      if (attempt > 0) await pause(Math.min(longestWaitMs, firstWaitMs * 2 ** (attempt - 1)), signal);
    }
  };

  const closed = keptOpen().catch((thrown) => {
    failure = { thrown };
    wake();
  });

  return {
    closed,
    hasNews: () => held.length > 0 || failure !== undefined,
    taken: () => {
      if (failure) throw failure.thrown;
      const isOpen = now() >= wholeFrom;
      const taken = { events: held, isWhole: isOpen && !hasGap && leftOut === undefined, leftOut };
      held = [];
      bytes = 0;
      leftOut = undefined;
      // Whoever is told of a gap looks for what is missing; a gap that opens from now on is another one.
      if (isOpen) hasGap = false;
      return taken;
    },
  };
};

/** A tail that lasted so long was no failure: stores end them after some time, Cloud Logging after an hour. */
const lastingMs = 60_000;
const firstWaitMs = 1_000;
const longestWaitMs = 60_000;
