/** A correlation that held: what it saw, in the order of time, and what tells it from others. */
import { byTime } from '../../state/member-set.ts';
import type { Rule } from '../rule.ts';
import type { Correlation } from './correlation.ts';
import type { GroupValue } from './trigger.ts';
import type { Witness } from './witness.ts';

export interface Incident {
  readonly rule: Rule;
  /** With the rule this makes the alert's id: the suppression window on the clock, and the values that make a group. */
  readonly identity: readonly string[];
  /** When the condition held first, epoch milliseconds. */
  readonly time: number;
  /** In the order of time, each event once for each rule that it met. At least one. */
  readonly witnesses: readonly Witness[];
  /** What was counted, in words. */
  readonly message: string;
}

/** One arrival at which a condition held. */
export interface Occurrence {
  readonly time: number;
  readonly seen: Stretch;
  /** Values by the names that `suppress` may use: the entries of group-by, and the fields. */
  readonly values: ReadonlyMap<string, GroupValue>;
  readonly message: () => string;
}

/** What was seen, from one place in the order of time up to and including another. Windows that slide share one order. */
export interface Stretch {
  readonly among: readonly { readonly witness: Witness }[];
  readonly from: number;
  readonly to: number;
}

/** All of these, which stand in the order of time. */
export const wholeStretch = (witnesses: readonly Witness[]): Stretch => ({
  among: witnesses.map((witness) => ({ witness })),
  from: 0,
  to: witnesses.length - 1,
});

export const lastOf = ({ among, to }: Stretch): Witness | undefined => among[to]?.witness;

/** More are counted, but not kept. */
const maxWitnesses = 1000;

/** Occurrences of one rule that lie in one suppression window and agree in its fields are one incident. */
export const incidentsOf = (
  rule: Rule,
  occurrences: readonly Occurrence[],
  suppress: boolean,
): readonly Incident[] => {
  const groups = new Map<string, { identity: readonly string[]; occurrences: Occurrence[] }>();
  for (const occurrence of occurrences) {
    const identity = suppress
      ? identityIn(rule, occurrence)
      : [String(occurrence.time), ...idsOf(occurrence)];
    const name = JSON.stringify(identity);
    const group = groups.get(name) ?? { identity, occurrences: [] };
    groups.set(name, group);
    group.occurrences.push(occurrence);
  }
  return [...groups.values()].map(({ identity, occurrences: members }) => ({
    rule,
    identity,
    time: members.reduce((least, { time }) => Math.min(least, time), Number.POSITIVE_INFINITY),
    witnesses: united(members),
    // The last to hold has counted most.
    message: members.reduce((last, one) => (one.time >= last.time ? one : last)).message(),
  }));
};

const idsOf = ({ values, seen }: Occurrence): readonly string[] => [
  ...[...values.values()].map((value) => value ?? ''),
  lastOf(seen)?.id ?? '',
];

const identityIn = ({ suppress }: Rule, { time, values }: Occurrence): readonly string[] => [
  String(Math.floor(time / (suppress.forSeconds * 1000))),
  ...suppress.by.map((name) => values.get(name) ?? ''),
];

/** Stretches that overlap are read once, for a window that slides over much comes back with nearly the same each time. */
const united = (occurrences: readonly Occurrence[]): readonly Witness[] => {
  const byId = new Map<string, Witness>();
  const readTo = new Map<Stretch['among'], number>();
  for (const { seen } of occurrences) {
    const { among, to } = seen;
    for (let at = Math.max(seen.from, (readTo.get(among) ?? -1) + 1); at <= to; at++) {
      const witness = among[at]?.witness;
      if (witness && byId.size < maxWitnesses) byId.set(`${witness.rule.id} ${witness.id}`, witness);
    }
    readTo.set(among, Math.max(to, readTo.get(among) ?? -1));
  }
  return [...byId.values()].toSorted(byTime);
};

const maxListed = 5;

/** `a, b, c and 12 more` */
const fewOf = (values: readonly string[]): string =>
  values.length > maxListed
    ? `${values.slice(0, maxListed).join(', ')} and ${values.length - maxListed} more`
    : values.join(', ');

/** What was measured in a window, as a person would say it. */
export const measuredText = (
  correlation: Correlation,
  measured: number,
  slots: readonly string[],
): string => {
  const span = spanText(correlation.seconds);
  switch (correlation.type) {
    case 'event_count':
      return `${measured} within ${span}`;
    case 'value_count': {
      const fields = correlation.fields.map(({ text }) => text).join(' with ');
      return `${measured} different values of ${fields} within ${span}: ${fewOf([...new Set(slots)])}`;
    }
    case 'value_sum':
    case 'value_avg':
    case 'value_median':
    case 'value_percentile': {
      const words = {
        value_sum: 'sum',
        value_avg: 'mean',
        value_median: 'median',
        value_percentile: 'percentile',
      };
      return `the ${words[correlation.type]} of ${correlation.fields[0]?.text ?? ''} is ${measured} within ${span}`;
    }
    default:
      return `all within ${span}`;
  }
};

const units: readonly (readonly [number, string])[] = [
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'm'],
];

/** `90s`, `15m`, `1h`, `30d` */
export const spanText = (seconds: number): string => {
  const unit = units.find(([size]) => seconds >= size && seconds % size === 0);
  return unit ? `${seconds / unit[0]}${unit[1]}` : `${seconds}s`;
};
