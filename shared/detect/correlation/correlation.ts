/** What a correlation rule asks of the findings of other rules, whatever language it was written in. */
import type { Dialect } from '../../schema/raw-record.ts';
import type { FieldPath } from '../field-path.ts';
import type { Condition } from '../sigma/condition.ts';

/** Counts over a sliding window of event time. */
export const countingTypes = ['event_count', 'value_count'] as const;
/** Arithmetic over a field's numbers in a sliding window. */
export const numericTypes = ['value_sum', 'value_avg', 'value_percentile', 'value_median'] as const;
/** Which rules held in a sliding window. */
export const temporalTypes = ['temporal', 'temporal_ordered'] as const;

export type WindowType =
  | (typeof countingTypes)[number]
  | (typeof numericTypes)[number]
  | (typeof temporalTypes)[number];

export const operators = ['gt', 'gte', 'lt', 'lte', 'eq', 'neq'] as const;

/** All of a condition's comparisons have to hold. */
export interface Comparison {
  readonly operator: (typeof operators)[number];
  readonly value: number;
}

/** A rule whose findings count, and where in its events the group's values stand. */
export interface Input {
  /** The rule's id. */
  readonly rule: string;
  /** What the correlation calls it. */
  readonly name: string;
  /** One for each entry of `groupBy`. */
  readonly groupBy: readonly FieldPath[];
}

interface Common {
  readonly inputs: readonly Input[];
  /** Field names or aliases; findings that agree in all of them are one group. None: all findings are. */
  readonly groupBy: readonly string[];
  readonly seconds: number;
  /** The dialects whose events can count. */
  readonly dialects: readonly Dialect[];
}

export interface WindowCorrelation extends Common {
  readonly type: WindowType;
  readonly comparisons: readonly Comparison[];
  /** Over the names of the inputs, for the temporal types: instead of comparisons. */
  readonly expression?: Condition | undefined;
  /** What `value_count` tells apart (all of them together), or whose numbers the numeric types take. */
  readonly fields: readonly FieldPath[];
  /** From 0 to 100. */
  readonly percentile: number;
}

/** A value that its group has not shown for as long as values are remembered. */
export interface FirstSeen extends Common {
  readonly type: 'first_seen';
  readonly fields: readonly FieldPath[];
  /** A group is watched for so long before a new value of it is told. */
  readonly learningSeconds: number;
  /** Findings that show that the group is being watched: the learning begins with the first of them, too. */
  readonly while: readonly Input[];
}

/** What used to come and comes no more. */
export interface Absence extends Common {
  readonly type: 'absence';
  /** Findings that show that the source still lives. None: silence itself counts, by the clock. */
  readonly while: readonly Input[];
  /** As many of those have to come, with none of the inputs among them. */
  readonly atLeast: number;
  /** Entries of `groupBy` for which the inputs must have been seen before. */
  readonly knownBy: readonly string[];
}

/** What has been gone for so long is given up: it was taken away on purpose. */
export const forgottenAfterSeconds = 30 * 86_400;

/** An hour that is strange beside the group's own history. */
export interface BaselineCorrelation extends Common {
  readonly type: 'baseline';
  /** Of the hour's score: the share of the group's earlier hours that were less strange. */
  readonly comparisons: readonly Comparison[];
  /** Besides the events, the different values of these are counted. */
  readonly fields: readonly FieldPath[];
  readonly direction: 'above' | 'below';
  /** At least so many times what is usual at that hour; below: at most that part of it. */
  readonly factor: number;
  readonly learningSeconds: number;
}

export type Correlation = WindowCorrelation | FirstSeen | Absence | BaselineCorrelation;

/** Everything whose findings a correlation hears of. */
export const heardBy = (correlation: Correlation): readonly Input[] =>
  'while' in correlation ? [...correlation.inputs, ...correlation.while] : correlation.inputs;

export const holds = (comparisons: readonly Comparison[], measured: number): boolean =>
  comparisons.every(({ operator, value }) => compare[operator](measured, value));

const compare: Readonly<Record<Comparison['operator'], (measured: number, value: number) => boolean>> = {
  gt: (measured, value) => measured > value,
  gte: (measured, value) => measured >= value,
  lt: (measured, value) => measured < value,
  lte: (measured, value) => measured <= value,
  eq: (measured, value) => measured === value,
  neq: (measured, value) => measured !== value,
};

/** A condition over names, where `has` says which of them are there. */
export const isMet = (condition: Condition, has: (name: string) => boolean): boolean => {
  switch (condition.kind) {
    case 'identifier':
      return has(condition.name);
    case 'not':
      return !isMet(condition.of, has);
    case 'and':
      return condition.of.every((part) => isMet(part, has));
    case 'or':
      return condition.of.some((part) => isMet(part, has));
    case 'selector':
      // The parser of correlations refuses selectors.
      return false;
  }
};
