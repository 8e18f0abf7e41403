/** The port for waiting, by the clock of the machine. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Pause } from '../shared/ports.ts';

/** Node takes longer waits than this for one millisecond. */
const longestMs = 2 ** 31 - 1;

export const pause: Pause = async (milliseconds, signal) => {
  // An abort is how a wait ends early, no fault: it is the only thing that can be thrown.
  await wait(Math.min(longestMs, Math.max(0, milliseconds)), undefined, { signal }).catch(() => undefined);
};

/** Waits for the work, but no longer than that: what is not done by then is left to itself. Rejects where the work does. */
export const atMost = async (milliseconds: number, work: Promise<unknown>): Promise<void> => {
  const isDone = new AbortController();
  try {
    await Promise.race([work, pause(milliseconds, isDone.signal)]);
  } finally {
    isDone.abort();
  }
};
