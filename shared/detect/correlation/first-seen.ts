/** Values that a group has not shown before: what is told to memory, and how its answer is read. */
import type { Entry, Member } from '../../ports.ts';
import { isObject } from '../../schema/json.ts';
import { Recent } from '../../schema/recent.ts';
import { hashOf } from '../hash.ts';
import type { Rule } from '../rule.ts';
import type { FirstSeen } from './correlation.ts';
import type { Occurrence } from './incident.ts';
import { spanText, wholeStretch } from './incident.ts';
import { distinctValues, type GroupValue, groupName, groupsOf, type Trigger } from './trigger.ts';
import { askedTogether, keyOf, namedValues, type Question, type Watch } from './watch.ts';
import type { Witness } from './witness.ts';

export const firstSeenWatch = (rule: Rule, correlation: FirstSeen): Watch => {
  const told: Told = new Recent(toldValues);
  let groups = new Map<string, FirstSeenGroup>();
  const groupNamed = (name: string, values: readonly GroupValue[]): FirstSeenGroup => {
    const known = groups.get(name);
    if (known) return known;
    const group: FirstSeenGroup = {
      name,
      values,
      since: Number.POSITIVE_INFINITY,
      watched: new Set(),
      sightings: new Map(),
    };
    groups.set(name, group);
    return group;
  };
  return {
    rule,
    take: (place, trigger) => {
      const isSign = place >= correlation.inputs.length;
      const input = isSign ? correlation.while[place - correlation.inputs.length] : correlation.inputs[place];
      if (!input) return;
      for (const values of groupsOf(trigger, input)) {
        const name = groupName(values);
        const tell = isSign ? watched : sight;
        tell(() => groupNamed(name, values), name, correlation, trigger, told);
      }
    },
    drain: () => {
      const taken = groups;
      groups = new Map();
      return askedTogether([...taken.values()].map((group) => questionOf(group, rule, correlation, told)));
    },
  };
};

const questionOf = (group: FirstSeenGroup, rule: Rule, correlation: FirstSeen, told: Told): Question => ({
  entries: sightingEntries(group, correlation, keyOf(rule, group.values)),
  read: (answers) => {
    // From here on memory has them.
    for (const { value, step } of group.sightings.values()) told.put(`${group.name} ${step} ${value}`, true);
    for (const step of group.watched) told.put(`${group.name} ${step}`, true);
    return newValues(group, correlation, answers).map(({ value, time, witness }): Occurrence => {
      const fields = correlation.fields.map(({ text }) => text);
      return {
        time,
        seen: wholeStretch([witness]),
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
  readonly step: number;
  time: number;
  witness: Witness;
}

interface FirstSeenGroup {
  readonly name: string;
  readonly values: readonly GroupValue[];
  /** The earliest that the group was seen in this delivery. */
  since: number;
  /** The steps of time in which a sign came that it is watched. */
  readonly watched: Set<number>;
  readonly sightings: Map<string, Sighting>;
}

/**
 * Sightings are remembered by steps of this part of the time that a value is remembered for: a value is new where it
 * has shown in none of the steps before, so it must have been away for at least that time and at most one step more.
 */
const stepsRemembered = 8;

/** What this process has told already need not be told again within the step. */
type Told = Recent<true>;
const toldValues = 50_000;

const stepOf = (correlation: FirstSeen, time: number): number =>
  Math.floor((time * stepsRemembered) / (correlation.seconds * 1000));

/** A trigger adds its values to its group, unless memory is known to have them. */
const sight = (
  group: () => FirstSeenGroup,
  name: string,
  correlation: FirstSeen,
  trigger: Trigger,
  told: Told,
): void => {
  const { time } = trigger;
  const step = stepOf(correlation, time);
  for (const value of distinctValues(trigger, correlation.fields)) {
    if (told.get(`${name} ${step} ${value}`)) continue;
    const { sightings } = touched(group(), time);
    const sighting = `${step} ${value}`;
    const known = sightings.get(sighting);
    if (!known) sightings.set(sighting, { value, step, time, witness: trigger.witness() });
    else if (time < known.time) {
      known.time = time;
      known.witness = trigger.witness();
    }
  }
};

/** A sign that the group is watched, though it brings no value. */
const watched = (
  group: () => FirstSeenGroup,
  name: string,
  correlation: FirstSeen,
  { time }: Trigger,
  told: Told,
): void => {
  const step = stepOf(correlation, time);
  if (!told.get(`${name} ${step}`)) touched(group(), time).watched.add(step);
};

const touched = (group: FirstSeenGroup, time: number): FirstSeenGroup => {
  group.since = Math.min(group.since, time);
  return group;
};

/** The first entry is the group itself, the others are its values in the order of the sightings. */
const sightingEntries = (group: FirstSeenGroup, correlation: FirstSeen, key: string): readonly Entry[] => [
  {
    key: `${key}/since`,
    members: [{ id: 'since', time: group.since }],
    ttlSeconds: 2 * correlation.seconds,
  },
  ...[...group.sightings.values()].map(
    ({ value, step, time, witness }): Entry => ({
      key: `${key}/${correlation.seconds}s/${hashOf(value)}`,
      members: [{ id: String(step), time, value: { event: witness.id } }],
      ttlSeconds: Math.ceil((correlation.seconds * (stepsRemembered + 2)) / stepsRemembered),
    }),
  ),
];

interface NewValue {
  readonly value: string;
  readonly time: number;
  readonly witness: Witness;
}

/** The values that memory did not have, once the group has been watched for long enough. */
const newValues = (
  group: FirstSeenGroup,
  correlation: FirstSeen,
  sets: readonly (readonly Member[])[],
): readonly NewValue[] => {
  const [since = [], ...values] = sets;
  const watchedFrom = since[0]?.time ?? Number.POSITIVE_INFINITY;
  return [...group.sightings.values()].filter(({ step, time, witness }, at) => {
    if (time - watchedFrom < correlation.learningSeconds * 1000) return false;
    const members = values[at] ?? [];
    const own = members.find(({ id }) => id === String(step));
    const isFirstOfStep = isObject(own?.value) && own.value.event === witness.id;
    return (
      isFirstOfStep && !members.some(({ id }) => Number(id) < step && Number(id) >= step - stepsRemembered)
    );
  });
};
