/** Hours that are strange beside a group's own history: what is told to memory, and how closed hours are judged. */
import type { Clock, Entry, Member, StateStore } from '../../ports.ts';
import { isObject } from '../../schema/json.ts';
import { Recent } from '../../schema/recent.ts';
import { observed } from '../baseline/baseline.ts';
import type { Baseline } from '../baseline/history.ts';
import type { Verdict } from '../baseline/verdict.ts';
import { inWords } from '../baseline/wording.ts';
import { hashOf } from '../hash.ts';
import type { Rule } from '../rule.ts';
import { type BaselineCorrelation, holds } from './correlation.ts';
import { Groups } from './groups.ts';
import { type Occurrence, wholeStretch } from './incident.ts';
import { distinctValues, type GroupValue, type Trigger } from './trigger.ts';
import { keyOf, namedValues, type Watch } from './watch.ts';
import type { Witness } from './witness.ts';

/** One hour of one group, as this delivery shows it. */
interface GroupHour {
  readonly values: readonly GroupValue[];
  readonly key: string;
  readonly hour: number;
  readonly ids: string[];
  /** Values of each field. */
  readonly distinct: readonly Set<string>[];
  readonly first: Trigger;
}

interface BaselineGroup {
  readonly values: readonly GroupValue[];
  readonly key: string;
  /** What this delivery shows; made anew for each, so that what is long-lived holds nothing of an event. */
  hours: Map<number, GroupHour> | undefined;
}

const hourMilliseconds = 3_600_000;
/** An hour is closed when this many have begun after it: lines come late. */
const hoursOpen = 2;
/** Closed hours are looked for so far back. */
const hoursLookedBack = 26;
const baselineSeconds = 60 * 86_400;
const hourSeconds = 4 * 86_400;
/** Hours that this process has judged. */
const rememberedHours = 2048;
/** Different values of one delivery beyond this, and groups, are not counted. */
const maxDistinct = 500;
/** Hashes of values that this process keeps. */
const rememberedValues = 2048;
/** Longer values are hashed anew: a caller chooses them. */
const rememberedLength = 256;
/** Enough to tell some thousand values apart. */
const hashLength = 10;
const maxGroups = 10_000;

export const baselineWatch = (
  rule: Rule,
  correlation: BaselineCorrelation,
  state: StateStore,
  now: Clock,
): Watch => {
  const groups = new Groups(
    (values): BaselineGroup => ({ values, key: keyOf(rule, values), hours: undefined }),
  );
  const fields = correlation.fields.map((field) => [field]);
  /** The latest hour of an event, and hours that are judged and told. */
  let latest = 0;
  const judged = new Recent<true>(rememberedHours);
  const isJudged = (hour: number): boolean => judged.get(String(hour)) === true;
  /** From this hour back all are judged. */
  let judgedFrom = 0;
  let finished: number[] = [];
  /** The same values come again and again, and a look-up is cheaper than a hash. */
  const hashes = new Recent<string>(rememberedValues);
  const shortHashOf = (value: string): string => {
    const known = hashes.get(value);
    if (known !== undefined) return known;
    const hash = hashOf(value).slice(0, hashLength);
    if (value.length <= rememberedLength) hashes.put(value, hash);
    return hash;
  };

  const take = (place: number, trigger: Trigger): void => {
    const input = correlation.inputs[place];
    if (!input) return;
    const hour = Math.floor(trigger.time / hourMilliseconds);
    // After an hour from the future all others would come too late to be judged.
    if (hour > now() / hourMilliseconds + 1) return;
    latest = Math.max(latest, hour);
    for (const group of groups.of(trigger, input)) {
      group.hours ??= new Map();
      let own = group.hours.get(hour);
      if (!own) {
        const distinct = correlation.fields.map(() => new Set<string>());
        own = { values: group.values, key: group.key, hour, ids: [], distinct, first: trigger };
        group.hours.set(hour, own);
      }
      own.ids.push(trigger.event);
      for (const [at, field] of fields.entries())
        for (const value of distinctValues(trigger, field)) {
          const values = own.distinct[at];
          if (values && values.size < maxDistinct) values.add(value);
        }
      groups.touch(group);
    }
  };

  /** Judges the hours that are closed, the oldest first, each with all the groups that it was told with. */
  const closed = async (latestHour: number, told: readonly number[]): Promise<readonly Occurrence[]> => {
    const lastClosed = latestHour - hoursOpen;
    const recent =
      lastClosed === judgedFrom ? [] : Array.from({ length: hoursLookedBack }, (_, at) => lastClosed - at);
    const due = [...new Set([...recent, ...told])]
      .filter((hour) => hour > 0 && hour <= lastClosed && !isJudged(hour))
      .toSorted((left, right) => left - right);
    judgedFrom = lastClosed;
    if (due.length === 0) return [];
    const groups = await state.add(due.map((hour) => groupsEntry(rule, hour, [])));
    const occurrences: Occurrence[] = [];
    for (const [at, hour] of due.entries()) {
      judged.put(String(hour), true);
      const members = groups[at] ?? [];
      if (members.length === 0 || members.some(({ id }) => id === judgedMark)) continue;
      occurrences.push(...(await judgedHour(hour, members)));
      finished.push(hour);
    }
    return occurrences;
  };

  const judgedHour = async (hour: number, members: readonly Member[]): Promise<readonly Occurrence[]> => {
    const groups = members.map(({ id }) => JSON.parse(id) as readonly GroupValue[]);
    const told = await state.add(groups.flatMap((values) => hourEntries(keyOf(rule, values), hour)));
    const occurrences: Occurrence[] = [];
    for (const [at, values] of groups.entries()) {
      const shown = told.slice(at * shards, (at + 1) * shards).flat();
      const verdict = await verdictOn(values, hour, countsIn(shown, correlation.fields.length));
      if (!verdict || !isStrange(correlation, verdict)) continue;
      const names = ['events', ...correlation.fields.map(({ text }) => `different ${text}`)];
      occurrences.push({
        time: (hour + 1) * hourMilliseconds - 1,
        seen: wholeStretch(witnessesIn(shown)),
        values: namedValues(correlation.groupBy, values),
        message: () => inWords(verdict, names),
      });
    }
    return occurrences;
  };

  const verdictOn = async (
    values: readonly GroupValue[],
    hour: number,
    counts: readonly number[],
  ): Promise<Verdict | undefined> => {
    const key = keyOf(rule, values);
    const options = {
      seed: key,
      learningHours: Math.ceil(correlation.learningSeconds / 3600),
      direction: correlation.direction === 'above' ? ('above' as const) : ('either' as const),
    };
    let verdict: Verdict | undefined;
    await state.update<Baseline | undefined>(
      key,
      (current) => {
        const observation = observed(current, { hour, counts }, options);
        verdict = observation.verdict;
        return observation.next;
      },
      baselineSeconds,
    );
    return verdict;
  };

  return {
    rule,
    take,
    drain: () => {
      const taken = groups.drain().flatMap((group) => {
        const { hours } = group;
        group.hours = undefined;
        return hours ? [...hours.values()] : [];
      });
      const done = finished;
      finished = [];
      const until = latest;
      if (taken.length === 0 && done.length === 0) return undefined;
      return {
        entries: [
          ...groupsEntries(rule, taken),
          ...taken.map((hour) => toldEntry(hour, shortHashOf)),
          // What was judged before this drain has long become alerts.
          ...done.map((hour) => groupsEntry(rule, hour, [{ id: judgedMark, time: hour * hourMilliseconds }])),
        ],
        read: () => closed(until, [...new Set(taken.map(({ hour }) => hour))]),
      };
    },
    tick: () => ({ entries: [], read: () => closed(Math.floor(now() / hourMilliseconds), []) }),
  };
};

/** Stands among an hour's groups once they are judged. No group reads so. */
const judgedMark = 'judged';

/** The groups that an hour was told with. */
const groupsEntry = (rule: Rule, hour: number, members: readonly Member[]): Entry => ({
  key: `baseline/${rule.id}/groups/${hour}`,
  members,
  ttlSeconds: hourSeconds,
  maxMembers: maxGroups,
});

const groupsEntries = (rule: Rule, taken: readonly GroupHour[]): readonly Entry[] => {
  const byHour = new Map<number, Member[]>();
  for (const { hour, values } of taken) {
    const members = byHour.get(hour) ?? [];
    byHour.set(hour, members);
    members.push({ id: JSON.stringify(values), time: hour * hourMilliseconds });
  }
  return [...byHour].map(([hour, members]) => groupsEntry(rule, hour, members));
};

/**
 * A delivery's events are one member, named after them, so that the same delivery counts once. An hour of a busy group
 * has many of them: they are spread over so many keys, for whoever tells one reads those beside it.
 */
const shards = 16;

const hourEntry = (key: string, hour: number, shard: number, members: readonly Member[]): Entry => ({
  key: `${key}/${hour}/${shard}`,
  members,
  ttlSeconds: hourSeconds,
});

const hourEntries = (key: string, hour: number): readonly Entry[] =>
  Array.from({ length: shards }, (_, shard) => hourEntry(key, hour, shard, []));

/** What a member holds of a delivery. */
interface Told {
  readonly count: number;
  /** By field, the different values, hashed. */
  readonly distinct: readonly (readonly string[])[];
  readonly witness: Witness;
}

const toldEntry = (
  { key, hour, ids, distinct, first }: GroupHour,
  shortHashOf: (value: string) => string,
): Entry => {
  const id = hashOf(ids.toSorted().join('\n'));
  const hashed = distinct.map((some) => Object.freeze([...some].map(shortHashOf)));
  const told: Told = Object.freeze({
    count: ids.length,
    distinct: Object.freeze(hashed),
    witness: first.witness(),
  });
  const shard = id.charCodeAt(0) % shards;
  return hourEntry(key, hour, shard, [{ id, time: hour * hourMilliseconds, value: told as never }]);
};

const toldIn = (members: readonly Member[]): readonly Told[] =>
  members.flatMap(({ value }) =>
    isObject(value) && isObject(value.witness) ? [value as unknown as Told] : [],
  );

const countsIn = (members: readonly Member[], fields: number): readonly number[] => {
  const told = toldIn(members);
  const distinct = Array.from(
    { length: fields },
    (_, at) => new Set(told.flatMap((one) => one.distinct[at] ?? [])),
  );
  return [told.reduce((sum, { count }) => sum + count, 0), ...distinct.map(({ size }) => size)];
};

const witnessesIn = (members: readonly Member[]): readonly Witness[] =>
  toldIn(members)
    .map(({ witness }) => witness)
    .toSorted((left, right) => left.time - right.time);

/** So far from usual that a group's ordinary weeks reach it once in some thousand hours (docs/decisions/0012). */
const leastDeviation = 4;

/**
 * The score asks how rare the hour is, the factor how far it is from usual: both have to be met. Where nothing is usual
 * the factor counts from one event, so that a single one is no surprise by itself.
 */
const isStrange = ({ comparisons, direction, factor }: BaselineCorrelation, verdict: Verdict): boolean =>
  holds(comparisons, verdict.score) &&
  verdict.deviation >= leastDeviation &&
  verdict.features.some(({ count, usual }) =>
    direction === 'above'
      ? count > usual && count >= factor * Math.max(1, usual)
      : count < usual && count * factor <= usual,
  );
