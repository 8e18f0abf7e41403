/** A clock in; a StateStore that lasts as long as the process, out. Members are held and answered as they were told: nobody changes them. */
import type { Clock, StateStore } from '../ports.ts';
import { type KeptMember, lastExpiry, membersOf, withEntry } from './member-set.ts';

interface Summary {
  /** JSON, so that nobody holds a part of what is remembered. */
  readonly text: string;
  readonly expires: number;
}

export const memoryState = (now: Clock): StateStore => {
  const sets = new Map<string, readonly KeptMember[]>();
  const summaries = new Map<string, Summary>();
  let sweptAt = now();

  /** Now and then what has expired is let go, so that a process of any length holds only what lives. */
  const sweep = (time: number): void => {
    if (time - sweptAt < sweepMilliseconds) return;
    sweptAt = time;
    for (const [key, kept] of sets) if (lastExpiry(kept) <= time) sets.delete(key);
    for (const [key, summary] of summaries) if (summary.expires <= time) summaries.delete(key);
  };

  return {
    add: async (entries) => {
      const time = now();
      sweep(time);
      return entries.map((entry) => {
        const kept = withEntry(sets.get(entry.key) ?? [], entry, time);
        if (kept.length > 0) sets.set(entry.key, kept);
        else sets.delete(entry.key);
        return membersOf(kept);
      });
    },
    update: async (key, change, ttlSeconds) => {
      const time = now();
      sweep(time);
      for (;;) {
        const found = summaries.get(key);
        const isLive = found !== undefined && found.expires > time;
        const next = change(isLive ? JSON.parse(found.text) : undefined);
        // A change that itself wrote the key is as good as another writer: read again.
        if (summaries.get(key) !== found) continue;
        summaries.set(key, { text: JSON.stringify(next), expires: time + ttlSeconds * 1000 });
        return next;
      }
    },
  };
};

const sweepMilliseconds = 60_000;
