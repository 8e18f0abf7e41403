/** The members of a key and some more in, the members it then has, out: the arithmetic that every StateStore shares. */
import { defaultMaxMembers, type Entry, type Member } from '../ports.ts';
import { isSame } from '../schema/json.ts';

/** A member as a store keeps it. */
export interface KeptMember extends Member {
  /** Epoch milliseconds; from then on the member is not there. */
  readonly expires: number;
}

/** Whatever the order in which entries come, and however often, they leave the same members. */
export const withEntry = (kept: readonly KeptMember[], entry: Entry, now: number): readonly KeptMember[] => {
  if (entry.members.length === 0 && kept.every(({ expires }) => expires > now)) return kept;
  const expires = now + entry.ttlSeconds * 1000;
  const byId = new Map<string, KeptMember>();
  for (const member of kept) if (member.expires > now) byId.set(member.id, member);
  for (const member of entry.members) {
    const known = byId.get(member.id);
    byId.set(member.id, known ? joined(known, { ...member, expires }) : { ...member, expires });
  }
  return [...byId.values()].toSorted(byTime).slice(0, entry.maxMembers ?? defaultMaxMembers);
};

/** What the port answers. */
export const membersOf = (kept: readonly KeptMember[]): readonly Member[] =>
  kept.map(({ id, time, value }) => (value === undefined ? { id, time } : { id, time, value }));

/** When the last of them expires. */
export const lastExpiry = (kept: readonly KeptMember[]): number =>
  kept.reduce((latest, { expires }) => Math.max(latest, expires), 0);

const joined = (left: KeptMember, right: KeptMember): KeptMember => ({
  ...(isBefore(right, left) ? right : left),
  expires: Math.max(left.expires, right.expires),
});

/** The earlier one; at the same time the one whose value is less as text, so that order of arrival does not decide. */
const isBefore = (left: Member, right: Member): boolean => {
  if (left.time !== right.time) return left.time < right.time;
  // What comes again is nearly always the same, and to see that takes no text.
  return !isSame(left.value, right.value) && valueText(left) < valueText(right);
};

const valueText = ({ value }: Member): string => (value === undefined ? '' : JSON.stringify(value));

/** The order of a set's members: by event time, then by id. */
export const byTime = (left: Pick<Member, 'id' | 'time'>, right: Pick<Member, 'id' | 'time'>): number =>
  left.time - right.time || (left.id < right.id ? -1 : 1);
