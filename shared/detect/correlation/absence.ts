/** What used to come and comes no more, as long as something else shows that its source still lives. */
import type { Entry, Member } from '../../ports.ts';
import { isObject } from '../../schema/json.ts';
import type { Rule } from '../rule.ts';
import { bucketAt, bucketEntries, mirrored } from './bucket.ts';
import { type Absence, forgottenAfterSeconds, heardBy } from './correlation.ts';
import { Groups } from './groups.ts';
import { spanText, wholeStretch } from './incident.ts';
import type { GroupValue, Trigger } from './trigger.ts';
import { askedTogether, keyOf, namedValues, type Question, type Watch } from './watch.ts';
import type { Witness } from './witness.ts';

interface AbsenceGroup {
  readonly values: readonly GroupValue[];
  readonly key: string;
  /** The latest of the inputs that was told of, whenever that was. */
  toldUntil: number;
  /** What this delivery shows; made anew for each, so that what is long-lived holds nothing of an event. */
  gathered: Gathered | undefined;
}

/** What a delivery shows of a group. */
interface Gathered {
  /** The latest of the inputs that has come. */
  seen: Trigger | undefined;
  /** What shows that the source lives: events by bucket and id, the latest of them. */
  readonly signs: Map<number, Map<string, Trigger>>;
}

const nothingGathered = (): Gathered => ({ seen: undefined, signs: new Map() });

export const absenceWatch = (rule: Rule, correlation: Absence): Watch => {
  const heard = heardBy(correlation);
  const groups = new Groups(
    (values): AbsenceGroup => ({
      values,
      key: keyOf(rule, values),
      toldUntil: Number.NEGATIVE_INFINITY,
      gathered: undefined,
    }),
  );
  return {
    rule,
    take: (place, trigger) => {
      const input = heard[place];
      if (!input) return;
      const isSign = place >= correlation.inputs.length;
      for (const group of groups.of(trigger, input)) {
        if (isSign) addSign(gatheredIn(group), correlation, trigger);
        else if (isNear(group, trigger.time, correlation)) continue;
        else addSeen(group, trigger);
        groups.touch(group);
      }
    },
    drain: () =>
      askedTogether(
        groups.drain().map((group) => {
          const { gathered = nothingGathered() } = group;
          group.gathered = undefined;
          return questionOf(group, gathered, rule, correlation);
        }),
      ),
  };
};

/** Of what should come, sightings closer together than this part of the silence that counts are one. */
const sightingsPerSilence = 64;

const isNear = ({ toldUntil }: AbsenceGroup, time: number, { seconds }: Absence): boolean =>
  time >= toldUntil && time - toldUntil < (seconds * 1000) / sightingsPerSilence;

const gatheredIn = (group: AbsenceGroup): Gathered => {
  group.gathered ??= nothingGathered();
  return group.gathered;
};

const addSeen = (group: AbsenceGroup, trigger: Trigger): void => {
  const gathered = gatheredIn(group);
  group.toldUntil = Math.max(group.toldUntil, trigger.time);
  if (!gathered.seen || gathered.seen.time < trigger.time) gathered.seen = trigger;
};

const addSign = ({ signs }: Gathered, { seconds, atLeast }: Absence, trigger: Trigger): void => {
  const bucket = bucketAt(trigger.time, seconds);
  let events = signs.get(bucket);
  if (!events) {
    events = new Map();
    signs.set(bucket, events);
  }
  events.set(trigger.event, trigger);
  if (events.size >= mostSigns(atLeast)) signs.set(bucket, latestOf(events, stagesOfRequest * atLeast));
};

/** The stages of one request are one sign, but its events are several. */
const stagesOfRequest = 4;

/** So many are held that those which are of no use are seldom looked for. */
const mostSigns = (atLeast: number): number => 64 + 4 * stagesOfRequest * atLeast;

const latestOf = (events: ReadonlyMap<string, Trigger>, count: number): Map<string, Trigger> =>
  new Map([...events].toSorted(([, left], [, right]) => right.time - left.time).slice(0, count));

/** The latest signs of a bucket, each request once. */
const signMembers = (events: ReadonlyMap<string, Trigger>, { atLeast }: Absence): readonly Member[] => {
  const members = new Map<string, Member>();
  for (const trigger of latestOf(events, stagesOfRequest * atLeast).values()) {
    if (members.size === atLeast) break;
    if (!members.has(trigger.id)) members.set(trigger.id, memberOf(trigger.id, trigger));
  }
  return [...members.values()];
};

const memberOf = (id: string, trigger: Trigger): Member => ({
  id,
  time: mirrored(trigger.time),
  value: trigger.witness() as never,
});

/** Asks when the group, and all that it is known by, were seen last; and for the signs of life since. */
const questionOf = (
  { key, values }: AbsenceGroup,
  gathered: Gathered,
  rule: Rule,
  correlation: Absence,
): Question => {
  const { groupBy, knownBy, seconds, atLeast } = correlation;
  const knownValues = groupBy.map((name, at) => (knownBy.includes(name) ? (values[at] ?? null) : null));
  const seen = gathered.seen ? [memberOf('seen', gathered.seen)] : [];
  const told = new Map(
    [...gathered.signs].map(([bucket, events]) => [bucket, signMembers(events, correlation)] as const),
  );
  const signs = bucketEntries(told, { key, seconds, maxMembers: 2 * atLeast, reach: [-1] });
  const entries: readonly Entry[] = [
    { key: `${key}/seen`, members: seen, ttlSeconds: forgottenAfterSeconds },
    { key: `${keyOf(rule, knownValues)}/known`, members: seen, ttlSeconds: forgottenAfterSeconds },
    ...signs,
  ];
  return {
    entries,
    read: ([own = [], known = [], ...signSets]) => {
      if (known.length === 0) return [];
      const lastSeen = own[0] && mirrored(own[0].time);
      const silence = silenceIn([...told.values()].flat(), correlation, lastSeen, signSets.flat());
      if (!silence) return [];
      const since = silence.since === undefined ? 'never seen' : `not seen since ${timeText(silence.since)}`;
      return [
        {
          time: silence.time,
          seen: wholeStretch(silence.witnesses),
          values: namedValues(groupBy, values),
          message: () =>
            `${since}, while at least ${silence.witnesses.length} signs of life came within ${spanText(seconds)}`,
        },
      ];
    },
  };
};

const timeText = (epoch: number): string => new Date(epoch).toISOString();

interface Silence {
  readonly time: number;
  readonly since: number | undefined;
  readonly witnesses: readonly Witness[];
}

/** Whether enough signs of life have come, over as long as counts, without what should come. */
const silenceIn = (
  told: readonly Member[],
  { seconds, atLeast }: Absence,
  lastSeen: number | undefined,
  signs: readonly Member[],
): Silence | undefined => {
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
