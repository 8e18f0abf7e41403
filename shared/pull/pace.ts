/** How many calls in how long, in; a wait before each call that keeps to it, out. */
import type { Clock, Pause } from '../ports.ts';

export interface PaceOptions {
  readonly calls: number;
  readonly perMs: number;
  readonly now: Clock;
  readonly pause: Pause;
}

/** Resolves when the next call may be made, or as soon as the signal aborts: at once, while there were few. */
export type Pace = (signal?: AbortSignal) => Promise<void>;

/** In no stretch of `perMs` are there more than so many, wherever it begins. */
export const paceOf = ({ calls, perMs, now, pause }: PaceOptions): Pace => {
  /** When the latest calls may be made, in their order. */
  const turns: number[] = [];
  return async (signal) => {
    const earlier = turns.length < calls ? undefined : turns.shift();
    const turn = Math.max(now(), earlier === undefined ? 0 : earlier + perMs);
    turns.push(turn);
    if (turn > now()) await pause(turn - now(), signal);
  };
};
