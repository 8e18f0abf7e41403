/** A key's baseline and one closed hour in, the next baseline and how unusual the hour was, out. Pure: same in, same out. */
import { KlaxonError } from '../../errors.ts';
import { seedOf } from './chance.ts';
import {
  type Baseline,
  begun,
  extended,
  hoursOfWeek,
  memoryHours,
  type Point,
  pointAt,
  repeatHours,
} from './history.ts';
import { type Direction, judgementOf, type Verdict } from './verdict.ts';

export interface BaselineOptions {
  /** The key: what is drawn by chance is drawn from it, so that every process draws the same. */
  readonly seed: string;
  /** So many hours after the first one there is no verdict. `defaultLearningHours` if absent; never under `unscoredHours`. */
  readonly learningHours?: number | undefined;
  /** `above` if absent. */
  readonly direction?: Direction | undefined;
}

export const defaultLearningHours = hoursOfWeek;

export interface Observation {
  /** To be remembered; the very baseline that came in where nothing changed. */
  readonly next: Baseline;
  /**
   * `new`: remembered from now on. `repeated`: told before; nothing changes, what was told first counts, and within a day
   * it gets the verdict that it got then. `late`: a later hour was told before this one; it is left out.
   */
  readonly outcome: 'new' | 'repeated' | 'late';
  /** Undefined where too little is known of the key, or of an hour that is told late. */
  readonly verdict: Verdict | undefined;
}

/**
 * Where the change is kept and the caller dies before it acts on the verdict, telling the hour again gives it again.
 * Whoever calls knows the clock: an hour must be over, for after one from the future all earlier ones are late.
 *
 * @throws KlaxonError where the point is none: an hour or a count that is no whole number from 0, or not 1 to 8 counts.
 */
export const observed = (
  current: Baseline | undefined,
  point: Point,
  options: BaselineOptions,
): Observation => {
  checkPoint(point);
  const told = { hour: point.hour, counts: point.counts.map((count) => Math.min(count, maxCount)) };
  if (!current || !isContinued(current, told))
    return { next: begun(told), outcome: 'new', verdict: undefined };
  const known = told.hour <= current.last ? pointAt(current, told.hour) : told;
  if (!known) return { next: current, outcome: 'late', verdict: undefined };
  if (known.hour < current.last - repeatHours)
    return { next: current, outcome: 'repeated', verdict: undefined };
  const judgement = judgementOf(current, known, options.direction ?? 'above', seedOf(options.seed));
  const isLearning = known.hour - current.since < (options.learningHours ?? defaultLearningHours);
  return {
    ...(known === told
      ? { next: extended(current, told, judgement?.displacement), outcome: 'new' }
      : { next: current, outcome: 'repeated' }),
    verdict: isLearning ? undefined : judgement?.verdict,
  };
};

/** As much as this is as strange as more of it; it bounds what a baseline weighs. */
const maxCount = 999_999_999;

const maxFeatures = 8;

/** Epoch hours that a date can tell. */
const maxHour = 8.64e15 / 3_600_000;

const checkPoint = ({ hour, counts }: Point): void => {
  if (!isCount(hour) || hour > maxHour) {
    throw new KlaxonError('state', `a baseline's hour must be hours since 1970, not ${hour}`);
  }
  if (counts.length < 1 || counts.length > maxFeatures || !counts.every(isCount)) {
    const form = `1 to ${maxFeatures} whole numbers from 0`;
    throw new KlaxonError('state', `the counts of hour ${hour} must be ${form}, not [${counts.join(', ')}]`);
  }
};

const isCount = (value: number): boolean => Number.isInteger(value) && value >= 0;

/**
 * A baseline of another form, or of a rule with other features, says nothing of this one; and one that heard nothing for
 * longer than it remembers knows nothing. The key is then learned anew.
 */
const isContinued = (current: Baseline, { hour, counts }: Point): boolean =>
  current.version === 1 && current.counts.length === counts.length && hour - current.last <= memoryHours;
