/** What used to come and comes no more, as long as something else shows that its source still lives. */
import type { Entry, Member } from '../../ports.ts';
import { isObject } from '../../schema/json.ts';
import { Recent } from '../../schema/recent.ts';
import type { Rule } from '../rule.ts';
import type { Absence } from './correlation.ts';
import { spanText, wholeStretch } from './incident.ts';
import { type GroupValue, groupName, groupsOf, type Trigger } from './trigger.ts';
import { askedTogether, keyOf, namedValues, type Question, type Watch } from './watch.ts';
import type { Witness } from './witness.ts';

interface AbsenceGroup {
  readonly values: readonly GroupValue[];
  /** The latest of the inputs that has come. */
  seen: Sighting | undefined;
  /** What shows that the source lives, by bucket and id. */
  readonly signs: Map<number, Map<string, Member>>;
}

interface Sighting {
  readonly time: number;
  readonly witness: Witness;
}

/** What has been gone for so long is given up: it was taken away on purpose. */
const forgottenAfterSeconds = 30 * 86_400;
const lateSeconds = 86_400;

export const absenceWatch = (rule: Rule, correlation: Absence): Watch => {
  let groups = new Map<string, AbsenceGroup>();
  const lastTold = new Recent<number>(rememberedGroups);
  return {
    rule,
    take: (place, trigger) => {
      const isSign = place >= correlation.inputs.length;
      const input = isSign ? correlation.while[place - correlation.inputs.length] : correlation.inputs[place];
      if (!input) return;
      for (const values of groupsOf(trigger, input)) {
        const name = groupName(values);
        if (!isSign && isNear(lastTold, name, trigger.time, correlation)) continue;
        const group: AbsenceGroup = groups.get(name) ?? { values, seen: undefined, signs: new Map() };
        groups.set(name, group);
        if (isSign) addSign(group, correlation, trigger);
        else if (!group.seen || group.seen.time < trigger.time) {
          group.seen = { time: trigger.time, witness: trigger.witness() };
        }
      }
    },
    drain: () => {
      const taken = groups;
      groups = new Map();
      return askedTogether([...taken.values()].map((group) => questionOf(group, rule, correlation)));
    },
  };
};

/** Groups whose last sightings this process knows. */
const rememberedGroups = 10_000;

/** Of what should come, sightings closer together than this part of the silence that counts are one. */
const sightingsPerSilence = 64;

const isNear = (told: Recent<number>, name: string, time: number, { seconds }: Absence): boolean => {
  const last = told.get(name);
  if (last !== undefined && time >= last && time - last < (seconds * 1000) / sightingsPerSilence) return true;
  told.put(name, time);
  return false;
};

const addSign = (group: AbsenceGroup, { seconds, atLeast }: Absence, trigger: Trigger): void => {
  const bucket = Math.floor(trigger.time / (seconds * 1000));
  const members = group.signs.get(bucket) ?? new Map<string, Member>();
  group.signs.set(bucket, members);
  members.set(trigger.id, mirrored(trigger.id, trigger.time, trigger.witness()));
  if (members.size <= 4 * atLeast) return;
  const kept = [...members.values()].toSorted((left, right) => left.time - right.time).slice(0, atLeast);
  group.signs.set(bucket, new Map(kept.map((member) => [member.id, member])));
};

/** A set keeps the earliest; with the time mirrored at zero it keeps the latest, which is what silence is measured from. */
const mirrored = (id: string, time: number, witness: Witness): Member => ({
  id,
  time: -time,
  value: witness as never,
});

/** Asks when the group, and all that it is known by, were seen last; and for the signs of life since. */
const questionOf = (group: AbsenceGroup, rule: Rule, correlation: Absence): Question => {
  const { groupBy, knownBy, seconds, atLeast } = correlation;
  const key = keyOf(rule, group.values);
  const knownValues = groupBy.map((name, at) => (knownBy.includes(name) ? (group.values[at] ?? null) : null));
  const seen = group.seen ? [mirrored('seen', group.seen.time, group.seen.witness)] : [];
  const signs = signEntries(group, correlation, key);
  const entries: readonly Entry[] = [
    { key: `${key}/seen`, members: seen, ttlSeconds: forgottenAfterSeconds },
    { key: `${keyOf(rule, knownValues)}/known`, members: seen, ttlSeconds: forgottenAfterSeconds },
    ...signs,
  ];
  return {
    entries,
    read: ([own = [], known = [], ...signSets]) => {
      if (known.length === 0) return [];
      const silence = silenceIn(group, correlation, own[0] ? -own[0].time : undefined, signSets.flat());
      if (!silence) return [];
      const since = silence.since === undefined ? 'never seen' : `not seen since ${timeText(silence.since)}`;
      return [
        {
          time: silence.time,
          seen: wholeStretch(silence.witnesses),
          values: namedValues(groupBy, group.values),
          message: () =>
            `${since}, while ${silence.witnesses.length < atLeast ? '' : 'at least '}${silence.witnesses.length} signs of life came within ${spanText(seconds)}`,
        },
      ];
    },
  };
};

const timeText = (epoch: number): string => new Date(epoch).toISOString();

/** The group's signs, and the bucket before each, which a silence may reach back into. */
const signEntries = (group: AbsenceGroup, { seconds, atLeast }: Absence, key: string): readonly Entry[] => {
  const buckets = new Map<number, readonly Member[]>();
  for (const [bucket, members] of group.signs) {
    if (!buckets.has(bucket - 1)) buckets.set(bucket - 1, []);
    buckets.set(bucket, [...members.values()]);
  }
  return [...buckets].map(([bucket, members]) => ({
    key: `${key}/${seconds}s/${bucket}`,
    members,
    ttlSeconds: 2 * seconds + lateSeconds,
    maxMembers: 2 * atLeast,
  }));
};

interface Silence {
  readonly time: number;
  readonly since: number | undefined;
  readonly witnesses: readonly Witness[];
}

/** Whether enough signs of life have come, over as long as counts, without what should come. */
const silenceIn = (
  group: AbsenceGroup,
  { seconds, atLeast }: Absence,
  lastSeen: number | undefined,
  signs: readonly Member[],
): Silence | undefined => {
  const told = [...group.signs.values()].flatMap((members) => [...members.values()]);
  if (told.length === 0) return undefined;
  const latest = told.reduce((most, { time }) => Math.max(most, -time), Number.NEGATIVE_INFINITY);
  if (lastSeen !== undefined && latest - lastSeen < seconds * 1000) return undefined;
  // Where nothing came ever, the signs must have gone on for a while: lines of two streams do not arrive in step.
  const oldest = signs.reduce((least, { time }) => Math.min(least, -time), latest);
  if (lastSeen === undefined && latest - oldest < seconds * 500) return undefined;
  const witnesses = signs
    .filter(({ time, value }) => -time >= latest - seconds * 1000 && -time <= latest && isObject(value))
    .toSorted((left, right) => right.time - left.time)
    .map(({ value }) => value as unknown as Witness);
  return witnesses.length < atLeast ? undefined : { time: latest, since: lastSeen, witnesses };
};
