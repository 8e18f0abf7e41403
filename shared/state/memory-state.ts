/** A clock in; a StateStore that lasts as long as the process, out. */
import type { Clock, Member, StateStore } from '../ports.ts';
import { type KeptMember, lastExpiry, membersOf, withEntry } from './member-set.ts';

interface Summary {
  /** JSON, so that nobody holds a part of what is remembered. */
  readonly text: string;
  readonly expires: number;
}

interface KeptSet {
  readonly kept: readonly KeptMember[];
  /** The same as it is answered. */
  readonly members: readonly Member[];
}

export const memoryState = (now: Clock): StateStore => {
  const sets = new Map<string, KeptSet>();
  const summaries = new Map<string, Summary>();
  let sweptAt = now();

  /** Now and then what has expired is let go, so that a process of any length holds only what lives. */
  const sweep = (time: number): void => {
    if (time - sweptAt < sweepMilliseconds) return;
    sweptAt = time;
    for (const [key, { kept }] of sets) if (lastExpiry(kept) <= time) sets.delete(key);
    for (const [key, summary] of summaries) if (summary.expires <= time) summaries.delete(key);
  };

  return {
    add: async (entries) => {
      const time = now();
      sweep(time);
      return entries.map((entry) => {
        const told = { ...entry, members: entry.members.map(held) };
        const earlier = sets.get(entry.key) ?? noMembers;
        const kept = withEntry(earlier.kept, told, time);
        if (kept === earlier.kept) return earlier.members;
        const members = Object.freeze(membersOf(kept));
        if (kept.length > 0) sets.set(entry.key, { kept, members });
        else sets.delete(entry.key);
        return members;
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

const noMembers: KeptSet = { kept: [], members: Object.freeze([]) };

const sweepMilliseconds = 60_000;

/** A copy that nobody can change: it is answered as it is, for copies of whole sets would cost more than all else. */
const held = (member: Member): Member =>
  typeof member.value === 'object' && !Object.isFrozen(member.value)
    ? { ...member, value: frozen(JSON.parse(JSON.stringify(member.value))) }
    : member;

const frozen = <T>(value: T): T => {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(frozen);
  return value;
};
