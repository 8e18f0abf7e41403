/** A baseline and one hour in, how unusual the hour is beside what came before it, out. */
import { chanceOf, seedBelow } from './chance.ts';
import { type Baseline, type Past, type Point, pastOf, scoresBetween } from './history.ts';
import { displacementOf } from './random-cut-forest.ts';
import { sampledHours } from './sample.ts';
import { type Deviation, deviationsOf, earlierHours, halfLifeHours, type Season } from './season.ts';
import { sizesAmong } from './spread.ts';

/** How unusual an hour was for its key. */
export interface Verdict {
  readonly hour: number;
  /**
   * From 0 to 1: the share of the key's own past hours that were less strange. Where hours are exchangeable, an hour
   * reaches s with a probability of at most 1 - s. With n hours known it is at most n / (n + 1): 0.995 takes 199 hours,
   * 0.999 takes 999. An hour without events is as little strange as can be.
   */
  readonly score: number;
  /** The forest's measure behind the score, from 0 to `sampleSize`. */
  readonly displacement: number;
  /** The farthest feature's: a z-score that single odd hours do not move. */
  readonly deviation: number;
  /** In the order of the point's counts. */
  readonly features: readonly FeatureVerdict[];
}

export interface FeatureVerdict {
  readonly count: number;
  /** What the hour was compared with. */
  readonly season: Season;
  /** The count that was expected: the season's weighted median. */
  readonly usual: number;
  /** Earlier hours of the season, neighbours left out: how many are known, and the least and the most that one had. */
  readonly seen: number;
  readonly least: number;
  readonly most: number;
  /** In spreads above `usual`; negative: below. */
  readonly deviation: number;
  /** From 0 to 1: this feature's part in the displacement. */
  readonly share: number;
}

export interface Judgement {
  /** Rounded as it is remembered, so that it is compared with its like. */
  readonly displacement: number;
  readonly verdict: Verdict;
}

/** Above: only more than usual is strange. Either: less is strange as well. */
export type Direction = 'above' | 'either';

/** So many hours after the first one the season knows the hour of another day for every hour, and displacements begin. */
export const unscoredHours = 48;

export const sampleSize = 256;
export const trees = 50;

/** Undefined within the first `unscoredHours`. Goes by what came before the hour only, whatever was told since. */
export const judgementOf = (
  baseline: Baseline,
  point: Point,
  direction: Direction,
  seed: number,
): Judgement | undefined => {
  if (point.hour - baseline.since < unscoredHours) return undefined;
  const past = pastOf(baseline, point.hour);
  const hours = sampledHours(past, sampleSize, halfLifeHours, seed);
  const comparisons = past.counts.flatMap(
    (counts, feature) => comparisonOf(past, counts, hours, point.counts[feature] ?? 0) ?? [],
  );
  if (comparisons.length < past.counts.length) return undefined;
  const { mean, shares } = displacementOf(
    // Less than usual lies in the middle of the sample where only more is asked for.
    Float64Array.from(comparisons, ({ size }) => (direction === 'above' ? Math.max(0, size) : size)),
    Float64Array.from(hours.flatMap((_, at) => comparisons.map(({ sample }) => sample[at] ?? 0))),
    trees,
    chanceOf(seedBelow(seed, point.hour)),
  );
  const displacement = Math.round(mean * 100) / 100;
  const verdict: Verdict = {
    hour: point.hour,
    score: scoreOf(baseline, past, displacement),
    displacement,
    deviation: Math.max(...comparisons.map(({ size }) => (direction === 'above' ? size : Math.abs(size)))),
    features: comparisons.map((comparison, feature) => featureVerdict(comparison, shares[feature] ?? 0)),
  };
  return { displacement, verdict };
};

/** One feature of the hour, beside the same feature of the sampled hours. */
interface Comparison {
  readonly counts: Float64Array;
  readonly count: number;
  readonly deviation: Deviation;
  readonly size: number;
  /** The sizes of the sampled hours. */
  readonly sample: readonly number[];
}

const comparisonOf = (
  past: Past,
  counts: Float64Array,
  hours: readonly number[],
  count: number,
): Comparison | undefined => {
  const deviationAt = deviationsOf(past, counts);
  const deviation = deviationAt(past.end, count);
  const deviations = hours.flatMap((hour) => deviationAt(hour, counts[hour - past.start] ?? 0) ?? []);
  if (!deviation || deviations.length < hours.length) return undefined;
  const sizeOf = sizesAmong(deviations);
  return { counts, count, deviation, size: sizeOf(deviation), sample: deviations.map(sizeOf) };
};

/** The conformal rank of a displacement among those of the past; hours without events rank below all that were told. */
const scoreOf = (baseline: Baseline, past: Past, displacement: number): number => {
  const start = Math.max(past.start, baseline.since + unscoredHours);
  const known = past.end - start;
  const higher = scoresBetween(baseline, start, past.end).filter((score) => score >= displacement).length;
  return (known - higher) / (known + 1);
};

const featureVerdict = ({ counts, count, deviation, size }: Comparison, share: number): FeatureVerdict => {
  const earlier = earlierHours(counts, deviation.season);
  return {
    count,
    season: deviation.season,
    usual: deviation.usual,
    seen: earlier.length,
    least: Math.min(...earlier),
    most: Math.max(...earlier),
    deviation: size,
    share,
  };
};
