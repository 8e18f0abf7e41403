/** Values that a group has not shown before: what is told to memory, and how its answer is read. */
import type { Entry, Member } from '../../ports.ts';
import { isObject } from '../../schema/json.ts';
import { Trie } from '../../schema/trie.ts';
import type { FieldPath } from '../field-path.ts';
import { hashOf } from '../hash.ts';
import type { Rule } from '../rule.ts';
import { type FirstSeen, heardBy } from './correlation.ts';
import { Groups } from './groups.ts';
import { type Occurrence, spanText, wholeStretch } from './incident.ts';
import { distinctValues, type GroupValue, plainPath, type Trigger } from './trigger.ts';
import { askedTogether, keyOf, namedValues, type Question, type Watch } from './watch.ts';

export const firstSeenWatch = (rule: Rule, correlation: FirstSeen): Watch => {
  const heard = heardBy(correlation);
  const { fields } = correlation;
  const groups = new Groups(
    (values): FirstSeenGroup => ({
      values,
      key: keyOf(rule, values),
      watchedIn: Number.NEGATIVE_INFINITY,
      seen: undefined,
    }),
  );
  const told: Told = new Trie();
  let toldCount = 0;
  return {
    rule,
    take: (place, trigger) => {
      const input = heard[place];
      if (!input) return;
      const isSign = place >= correlation.inputs.length;
      const step = stepOf(correlation, trigger.time);
      // Nearly every value is known, and is found so without putting a text together.
      const plain = isSign ? undefined : plainPath(trigger, input, fields);
      if (plain && told.get(plain) === step) return;
      for (const group of groups.of(trigger, input)) {
        const isNews = isSign
          ? isWatchedNow(group, step, trigger)
          : isSighted({ group, told, plain, step, trigger, fields });
        if (isNews) groups.touch(group);
      }
    },
    drain: () => {
      if (toldCount > toldValues) {
        told.clear();
        toldCount = 0;
      }
      const onTold = ({ path, step }: Sighting): void => {
        toldCount++;
        if (step > (told.get(path) ?? Number.NEGATIVE_INFINITY)) told.set(path, step);
      };
      return askedTogether(
        groups.drain().map((group) => {
          const { seen = nothingSeen() } = group;
          group.seen = undefined;
          return questionOf(group, seen, correlation, onTold);
        }),
      );
    },
  };
};

const questionOf = (
  group: FirstSeenGroup,
  seen: Seen,
  correlation: FirstSeen,
  onTold: (sighting: Sighting) => void,
): Question => ({
  entries: sightingEntries(group.key, seen, correlation),
  read: (answers) => {
    // From here on memory has them.
    for (const sighting of seen.sightings.values()) onTold(sighting);
    for (const step of seen.watched) group.watchedIn = Math.max(group.watchedIn, step);
    return newValues(seen, correlation, answers).map(({ value, time, trigger }): Occurrence => {
      const fields = correlation.fields.map(({ text }) => text);
      return {
        time,
        seen: wholeStretch([trigger.witness()]),
        values: new Map([
          ...namedValues(correlation.groupBy, group.values),
          ...fields.map((field) => [field, value] as const),
        ]),
        message: () => `${fields.join(' with ')}: ${value}, not seen for ${spanText(correlation.seconds)}`,
      };
    });
  },
});

/** The earliest sighting of a value within one step of time. */
interface Sighting {
  readonly value: string;
  /** By which it is known again: its group's values and its own. */
  readonly path: readonly GroupValue[];
  readonly step: number;
  readonly time: number;
  readonly trigger: Trigger;
}

/** What a delivery shows of a group. */
interface Seen {
  /** The earliest that the group was seen. */
  since: number;
  /** The steps of time in which a sign came that it is watched. */
  readonly watched: Set<number>;
  readonly sightings: Map<string, Sighting>;
}

const nothingSeen = (): Seen => ({
  since: Number.POSITIVE_INFINITY,
  watched: new Set(),
  sightings: new Map(),
});

/** What memory is known to have, and need not be told again: the latest step of time of each value, below its group's values. */
type Told = Trie<GroupValue, number>;

interface FirstSeenGroup {
  readonly values: readonly GroupValue[];
  readonly key: string;
  /** The latest step of time in which memory is known to have a sign that the group is watched. */
  watchedIn: number;
  /** What this delivery shows; made anew for each, so that what is long-lived holds nothing of an event. */
  seen: Seen | undefined;
}

/** What all groups of a rule together are known to have told. */
const toldValues = 20_000;

/**
 * Sightings are remembered by steps of this part of the time that a value is remembered for: a value is new where it
 * has shown in none of the steps before, so it must have been away for at least that time and at most one step more.
 */
const stepsRemembered = 8;

const stepOf = (correlation: FirstSeen, time: number): number =>
  Math.floor((time * stepsRemembered) / (correlation.seconds * 1000));

const seenIn = (group: FirstSeenGroup): Seen => {
  group.seen ??= nothingSeen();
  return group.seen;
};

/** A trigger that may show something new. */
interface Shown {
  readonly group: FirstSeenGroup;
  readonly told: Told;
  /** Where it is of one group, and has one value of each field. */
  readonly plain: readonly GroupValue[] | undefined;
  readonly step: number;
  readonly trigger: Trigger;
  readonly fields: readonly FieldPath[];
}

/** Whether a trigger shows a value that memory is not known to have. */
const isSighted = ({ group, told, plain, step, trigger, fields }: Shown): boolean => {
  const { time } = trigger;
  let isNews = false;
  for (const value of distinctValues(trigger, fields)) {
    const path = plain ?? [...group.values, value];
    if (told.get(path) === step) continue;
    isNews = true;
    const seen = seenIn(group);
    seen.since = Math.min(seen.since, time);
    const sighting = `${step} ${value}`;
    const known = seen.sightings.get(sighting);
    if (!known || time < known.time) seen.sightings.set(sighting, { value, path, step, time, trigger });
  }
  return isNews;
};

/** A sign that the group is watched, though it brings no value. */
const isWatchedNow = (group: FirstSeenGroup, step: number, { time }: Trigger): boolean => {
  if (group.watchedIn === step) return false;
  const seen = seenIn(group);
  seen.since = Math.min(seen.since, time);
  seen.watched.add(step);
  return true;
};

/** The first entry is the group itself, the others are its values in the order of the sightings. */
const sightingEntries = (key: string, seen: Seen, correlation: FirstSeen): readonly Entry[] => [
  {
    key: `${key}/since`,
    members: [{ id: 'since', time: seen.since }],
    ttlSeconds: 2 * correlation.seconds,
  },
  ...[...seen.sightings.values()].map(
    ({ value, step, time, trigger }): Entry => ({
      key: `${key}/${correlation.seconds}s/${hashOf(value)}`,
      members: [{ id: String(step), time, value: Object.freeze({ event: trigger.event }) }],
      ttlSeconds: Math.ceil((correlation.seconds * (stepsRemembered + 2)) / stepsRemembered),
    }),
  ),
];

/** The values that memory did not have, once the group has been watched for long enough. */
const newValues = (
  { sightings }: Seen,
  correlation: FirstSeen,
  sets: readonly (readonly Member[])[],
): readonly Sighting[] => {
  const [since = [], ...values] = sets;
  const watchedFrom = since[0]?.time ?? Number.POSITIVE_INFINITY;
  return [...sightings.values()].filter(({ step, time, trigger }, at) => {
    if (time - watchedFrom < correlation.learningSeconds * 1000) return false;
    const members = values[at] ?? [];
    const own = members.find(({ id }) => id === String(step));
    const isFirstOfStep = isObject(own?.value) && own.value.event === trigger.event;
    return (
      isFirstOfStep && !members.some(({ id }) => Number(id) < step && Number(id) >= step - stepsRemembered)
    );
  });
};
