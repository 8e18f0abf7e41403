/** Correlations over sliding windows: what is told to memory, and how its answer is read. */
import type { Entry, Member } from '../../ports.ts';
import { isObject } from '../../schema/json.ts';
import { byTime } from '../../state/member-set.ts';
import { hashOf } from '../hash.ts';
import type { Rule } from '../rule.ts';
import { numberForm } from '../sigma/term.ts';
import { bucketAt, bucketEntries, mirrored } from './bucket.ts';
import { countingTypes, type WindowCorrelation } from './correlation.ts';
import { Groups } from './groups.ts';
import { measuredText, type Occurrence } from './incident.ts';
import { distinctValues, type GroupValue, type Trigger, valuesAt } from './trigger.ts';
import { askedTogether, keyOf, namedValues, type Question, type Watch } from './watch.ts';
import { type Firing, firingsIn, inOrder, type Observation } from './window.ts';
import type { Witness } from './witness.ts';

export const windowWatch = (rule: Rule, correlation: WindowCorrelation): Watch => {
  const groups = new Groups(
    (values): WindowGroup => ({ values, key: keyOf(rule, values), buckets: undefined }),
  );
  return {
    rule,
    take: (place, trigger) => {
      const input = correlation.inputs[place];
      if (!input) return;
      for (const group of groups.of(trigger, input)) {
        observe(group, correlation, place, trigger);
        groups.touch(group);
      }
    },
    drain: () =>
      askedTogether(
        groups.drain().map((group) => {
          const { values, key, buckets = new Map() } = group;
          group.buckets = undefined;
          return questionOf({ values, key, buckets }, correlation);
        }),
      ),
  };
};

const questionOf = (group: Gathered, correlation: WindowCorrelation): Question => ({
  entries: entriesOf(group, correlation),
  read: (answers) => {
    if (!canHold(correlation, answers)) return [];
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
 * A group's memory lies in buckets as long as the window. A bucket keeps the first members by time: as many as the
 * condition asks for, so that a bucket that is full has met it by itself.
 */
interface WindowGroup {
  readonly values: readonly GroupValue[];
  readonly key: string;
  /** What this delivery shows; made anew for each, so that what is long-lived holds nothing of an event. */
  buckets: Buckets | undefined;
}

/** By bucket and id. */
type Buckets = Map<number, Map<string, Sighting>>;

interface Gathered extends Pick<WindowGroup, 'values' | 'key'> {
  readonly buckets: Buckets;
}

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

/** What a trigger shows, before its event is looked at: of a flood most is forgotten again before it is told. */
interface Sighting {
  readonly id: string;
  readonly time: number;
  readonly number?: number | undefined;
  readonly input: number;
  readonly trigger: Trigger;
}

/** Adds what a trigger shows to its group. */
const observe = (
  group: WindowGroup,
  correlation: WindowCorrelation,
  input: number,
  trigger: Trigger,
): void => {
  const bucket = bucketAt(trigger.time, correlation.seconds);
  group.buckets ??= new Map();
  const { buckets } = group;
  let sightings = buckets.get(bucket);
  if (!sightings) {
    sightings = new Map();
    buckets.set(bucket, sightings);
  }
  for (const sighting of sightingsOf(correlation, input, trigger)) {
    const known = sightings.get(sighting.id);
    if (!known || sighting.time < known.time) sightings.set(sighting.id, sighting);
  }
  if (sightings.size > 4 * keptIn(correlation)) {
    const kept = [...sightings.values()].toSorted(byTime).slice(0, keptIn(correlation));
    buckets.set(bucket, new Map(kept.map((sighting) => [sighting.id, sighting])));
  }
};

const sightingsOf = (
  correlation: WindowCorrelation,
  input: number,
  trigger: Trigger,
): readonly Sighting[] => {
  const { time } = trigger;
  switch (correlation.type) {
    case 'event_count':
      return [{ id: `${input} ${trigger.id}`, time, input, trigger }];
    case 'value_count':
      return distinctValues(trigger, correlation.fields).flatMap((value) =>
        bothEnds(slotOf(value), input, trigger),
      );
    case 'temporal':
      return bothEnds(String(input), input, trigger);
    case 'temporal_ordered': {
      const step = Math.floor((time * stepsPerWindow) / (correlation.seconds * 1000));
      return bothEnds(`${input} ${step}`, input, trigger);
    }
    default: {
      const [field] = correlation.fields;
      const [text] = field ? valuesAt(trigger, field) : [];
      const number = numberForm(text ?? null);
      return number === undefined ? [] : [{ id: `${input} ${trigger.id}`, time, number, input, trigger }];
    }
  }
};

/** A caller chooses what it asks for: none of it may make a set large. */
const slotOf = (value: string): string =>
  value.length > longestSlot ? `${value.slice(0, longestSlot / 2)}...${hashOf(value)}` : value;

const longestSlot = 128;

/** The first and the last time that something showed. */
const bothEnds = (slot: string, input: number, trigger: Trigger): readonly Sighting[] => [
  { id: `+${slot}`, time: trigger.time, input, trigger },
  { id: `-${slot}`, time: mirrored(trigger.time), input, trigger },
];

/** A member's value: which input it came by, what it adds to a sum, and the event that showed it. */
interface Shown {
  readonly input: number;
  readonly number?: number | undefined;
  readonly witness: Witness;
}

const memberOf = ({ id, time, number, input, trigger }: Sighting): Member => {
  const witness = trigger.witness();
  const shown: Shown = number === undefined ? { input, witness } : { input, number, witness };
  return { id, time, value: Object.freeze(shown) as never };
};

/** What is told of a group, and the neighbours of each bucket, which a window may reach into. */
const entriesOf = ({ key, buckets }: Gathered, correlation: WindowCorrelation): readonly Entry[] => {
  const told = new Map(
    [...buckets].map(([bucket, sightings]) => [bucket, [...sightings.values()].map(memberOf)] as const),
  );
  const { seconds } = correlation;
  return bucketEntries(told, { key, seconds, maxMembers: keptIn(correlation), reach: [-1, 1] });
};

/** False where memory holds too few of what is counted for the condition to be met, so that no window need be looked at. */
const canHold = (
  { type, comparisons, expression }: WindowCorrelation,
  sets: readonly (readonly Member[])[],
): boolean => {
  const isOverInputs = type === 'temporal' || type === 'temporal_ordered';
  const isCounted = (countingTypes as readonly string[]).includes(type) || (isOverInputs && !expression);
  if (!isCounted) return true;
  const least = comparisons.reduce(
    (most, { operator, value }) => (operator === 'gte' || operator === 'gt' ? Math.max(most, value) : most),
    0,
  );
  const counted = new Set<unknown>();
  for (const members of sets)
    for (const { id, value } of members) {
      // A full bucket may hold the one end of a value and no more the other. No sequence has more steps than inputs.
      counted.add(isOverInputs ? shownIn(value)?.input : slotIn(id));
      if (counted.size >= least) return true;
    }
  return counted.size >= least;
};

/** Every firing that something told now has a part in, and what was in its window. */
const firingsOf = (
  group: Gathered,
  correlation: WindowCorrelation,
  sets: readonly (readonly Member[])[],
): { readonly ordered: readonly Observation[]; readonly firings: readonly Firing[] } => {
  const ordered = inOrder(observationsIn(sets.flat()));
  const told = new Set<string>();
  for (const sightings of group.buckets.values())
    for (const { trigger } of sightings.values()) told.add(`${trigger.time} ${trigger.event}`);
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
    const slot = slotIn(id);
    const at = Math.abs(time);
    observations.set(`${slot}\n${at}`, { time: at, slot, ...shown });
  }
  return [...observations.values()];
};

/** The same for both ends of what showed. */
const slotIn = (id: string): string => (id.startsWith('+') || id.startsWith('-') ? id.slice(1) : id);

/** What this module has written, so its form is known; anything else is passed over. */
const shownIn = (value: Member['value']): Shown | undefined =>
  isObject(value) && isObject(value.witness) && typeof value.input === 'number'
    ? (value as unknown as Shown)
    : undefined;
