/** Correlations over sliding windows: what is told to memory, and how its answer is read. */
import type { Entry, Member } from '../../ports.ts';
import { isObject } from '../../schema/json.ts';
import { hashOf } from '../hash.ts';
import type { Rule } from '../rule.ts';
import { numberForm } from '../sigma/term.ts';
import type { WindowCorrelation } from './correlation.ts';
import { measuredText, type Occurrence } from './incident.ts';
import { distinctValues, type GroupValue, groupName, groupsOf, type Trigger, valuesAt } from './trigger.ts';
import { askedTogether, keyOf, namedValues, type Question, type Watch } from './watch.ts';
import { type Firing, firingsIn, inOrder, type Observation } from './window.ts';
import type { Witness } from './witness.ts';

export const windowWatch = (rule: Rule, correlation: WindowCorrelation): Watch => {
  let groups = new Map<string, WindowGroup>();
  return {
    rule,
    take: (place, trigger) => {
      const input = correlation.inputs[place];
      if (!input) return;
      for (const values of groupsOf(trigger, input)) {
        const name = groupName(values);
        let group = groups.get(name);
        if (!group) {
          group = { values, buckets: new Map() };
          groups.set(name, group);
        }
        observe(group, correlation, place, trigger);
      }
    },
    drain: () => {
      const taken = groups;
      groups = new Map();
      return askedTogether([...taken.values()].map((group) => questionOf(group, rule, correlation)));
    },
  };
};

const questionOf = (group: WindowGroup, rule: Rule, correlation: WindowCorrelation): Question => ({
  entries: entriesOf(group, correlation, keyOf(rule, group.values)),
  read: (answers) => {
    const { ordered, firings } = firingsOf(group, correlation, answers);
    return firings.map(
      ({ time, measured, from, to }): Occurrence => ({
        time,
        seen: { among: ordered, from, to },
        values: namedValues(correlation.groupBy, group.values),
        message: () => {
          const slots = ordered.slice(from, to + 1).map(({ slot }) => slot);
          return measuredText(correlation, measured, slots);
        },
      }),
    );
  },
});

/**
 * A group's memory lies in buckets as long as the window, so a window touches two of them. A bucket keeps the first
 * members by time: as many as the condition asks for, so that a bucket that is full has met it by itself.
 */
interface WindowGroup {
  readonly values: readonly GroupValue[];
  readonly buckets: Map<number, Map<string, Member>>;
}

/** A late line finds its window for a day after the window has passed. */
const lateSeconds = 86_400;
/** Alerts tell more than the condition needs, where there is more. */
const leastKept = 100;
const mostKept = 1000;
/** A sequence is followed in steps of this part of its window; two events of one rule within a step are the step's ends. */
const stepsPerWindow = 32;

/** What a condition must be able to tell: one more than the highest number it names. */
const neededBy = ({ comparisons, inputs }: WindowCorrelation): number =>
  comparisons.reduce((most, { value }) => Math.max(most, Math.ceil(value) + 1), inputs.length);

const keptIn = (correlation: WindowCorrelation): number => {
  const needed = neededBy(correlation);
  switch (correlation.type) {
    case 'event_count':
      return Math.max(needed, Math.min(mostKept, Math.max(2 * needed, leastKept)));
    case 'value_count':
    case 'temporal':
      return 2 * Math.max(needed, Math.min(mostKept / 2, Math.max(2 * needed, leastKept)));
    case 'temporal_ordered':
      return 2 * stepsPerWindow * correlation.inputs.length;
    default:
      return mostKept;
  }
};

/** Adds what a trigger shows to its group. */
const observe = (
  group: WindowGroup,
  correlation: WindowCorrelation,
  input: number,
  trigger: Trigger,
): void => {
  const bucket = Math.floor(trigger.time / (correlation.seconds * 1000));
  let members = group.buckets.get(bucket);
  if (!members) {
    members = new Map();
    group.buckets.set(bucket, members);
  }
  for (const told of sightingsOf(correlation, input, trigger)) {
    const known = members.get(told.id);
    // Most of a flood is told already: an event is looked at only where it is to be remembered.
    if (!known || told.time < known.time) members.set(told.id, memberOf(told, input, trigger));
  }
  if (members.size > 4 * keptIn(correlation))
    group.buckets.set(bucket, firstOf(members, keptIn(correlation)));
};

const firstOf = (members: ReadonlyMap<string, Member>, count: number): Map<string, Member> =>
  new Map(
    [...members.values()]
      .toSorted((left, right) => left.time - right.time || (left.id < right.id ? -1 : 1))
      .slice(0, count)
      .map((member) => [member.id, member]),
  );

/** A member before its event is looked at. */
interface Sighting {
  readonly id: string;
  readonly time: number;
  readonly number?: number | undefined;
}

const sightingsOf = (
  correlation: WindowCorrelation,
  input: number,
  trigger: Trigger,
): readonly Sighting[] => {
  const { time } = trigger;
  switch (correlation.type) {
    case 'event_count':
      return [{ id: `${input} ${trigger.id}`, time }];
    case 'value_count':
      return distinctValues(trigger, correlation.fields).flatMap((value) => bothEnds(slotOf(value), time));
    case 'temporal':
      return bothEnds(String(input), time);
    case 'temporal_ordered': {
      const step = Math.floor((time * stepsPerWindow) / (correlation.seconds * 1000));
      return bothEnds(`${input} ${step}`, time);
    }
    default: {
      const [field] = correlation.fields;
      const [text] = field ? valuesAt(trigger, field) : [];
      const number = numberForm(text ?? null);
      return number === undefined ? [] : [{ id: `${input} ${trigger.id}`, time, number }];
    }
  }
};

/** A caller chooses what it asks for: none of it may make a set large. */
const slotOf = (value: string): string =>
  value.length > longestSlot ? `${value.slice(0, longestSlot / 2)}...${hashOf(value)}` : value;

const longestSlot = 128;

/**
 * The first and the last time that something showed. A set keeps the earliest of each member; told with its time
 * mirrored at zero, it keeps the latest.
 */
const bothEnds = (slot: string, time: number): readonly Sighting[] => [
  { id: `+${slot}`, time },
  { id: `-${slot}`, time: -time },
];

/** A member's value: which input it came by, what it adds to a sum, and the event that showed it. */
interface Shown {
  readonly input: number;
  readonly number?: number | undefined;
  readonly witness: Witness;
}

const memberOf = ({ id, time, number }: Sighting, input: number, trigger: Trigger): Member => {
  const shown: Shown = { input, ...(number !== undefined && { number }), witness: trigger.witness() };
  return { id, time, value: shown as never };
};

/** What is told of a group, and the neighbours of each bucket, which a window may reach into. */
const entriesOf = (group: WindowGroup, correlation: WindowCorrelation, key: string): readonly Entry[] => {
  const buckets = new Map<number, readonly Member[]>();
  for (const [bucket, members] of group.buckets) {
    for (const near of [bucket - 1, bucket + 1]) if (!buckets.has(near)) buckets.set(near, []);
    buckets.set(bucket, [...members.values()]);
  }
  return [...buckets].map(([bucket, members]) => ({
    key: `${key}/${correlation.seconds}s/${bucket}`,
    members,
    ttlSeconds: 2 * correlation.seconds + lateSeconds,
    maxMembers: keptIn(correlation),
  }));
};

/** Every firing that something told now has a part in, and what was in its window. */
const firingsOf = (
  group: WindowGroup,
  correlation: WindowCorrelation,
  sets: readonly (readonly Member[])[],
): { readonly ordered: readonly Observation[]; readonly firings: readonly Firing[] } => {
  const ordered = inOrder(observationsIn(sets.flat()));
  const told = new Set<string>();
  for (const members of group.buckets.values())
    for (const { time, value } of members.values())
      told.add(`${Math.abs(time)} ${shownIn(value)?.witness.id}`);
  const isTold = ordered.map(({ time, witness }) => told.has(`${time} ${witness.id}`));
  const toldBefore = [0];
  for (const [at, is] of isTold.entries()) toldBefore.push((toldBefore[at] ?? 0) + (is ? 1 : 0));
  const firings = firingsIn(ordered, correlation).filter(
    ({ from, to }) => (toldBefore[to + 1] ?? 0) > (toldBefore[from] ?? 0),
  );
  return { ordered, firings };
};

const observationsIn = (members: readonly Member[]): readonly Observation[] => {
  const observations = new Map<string, Observation>();
  for (const { id, time, value } of members) {
    const shown = shownIn(value);
    if (!shown) continue;
    const slot = id.startsWith('+') || id.startsWith('-') ? id.slice(1) : id;
    const at = Math.abs(time);
    observations.set(`${slot}\n${at}`, { time: at, slot, ...shown });
  }
  return [...observations.values()];
};

/** What this module has written, so its form is known; anything else is passed over. */
const shownIn = (value: Member['value']): Shown | undefined =>
  isObject(value) && isObject(value.witness) && typeof value.input === 'number'
    ? (value as unknown as Shown)
    : undefined;
