/** How a store of logs is asked again, after a while, where it is only busy. */
import { KlaxonError } from '../errors.ts';
import type { Pause } from '../ports.ts';

export interface Patience {
  readonly pause: Pause;
  readonly signal?: AbortSignal | undefined;
  /** Told before each wait. */
  readonly onWait?: ((sourceName: string, fault: Error, milliseconds: number) => void) | undefined;
}

/**
 * Waits after an attempt that failed, the first of them being 1. Answers false, and has not waited, where another is not
 * worth while: it would fail as well, there were enough, or nobody waits for it any more.
 */
export const isWorthAnother = async (
  sourceName: string,
  attempt: number,
  thrown: unknown,
  { pause, signal, onWait }: Patience,
): Promise<boolean> => {
  const isPassing = thrown instanceof KlaxonError && thrown.retryable;
  if (!isPassing || signal?.aborted || attempt >= attempts) return false;
  const milliseconds = Math.min(longestWaitMs, firstWaitMs * 2 ** (attempt - 1));
  onWait?.(sourceName, thrown, milliseconds);
  await pause(milliseconds, signal);
  return true;
};

/** 1, 2, 4 ... 30 seconds, beside what a client itself waits: some four minutes. */
const attempts = 12;
const firstWaitMs = 1_000;
const longestWaitMs = 30_000;
