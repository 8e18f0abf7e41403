/** Deviations of a sample of hours in, how large any deviation is beside them, out. */
import type { Deviation } from './season.ts';

/** In spreads above what is usual; negative: below. */
export type SizeOf = (deviation: Deviation) => number;

/**
 * A season has few values of its own, and what they spread by is itself much by chance. So it is averaged, as a variance,
 * with what hours of about as high a count deviate by; and it is at least what chance alone gives a count.
 */
export const sizesAmong = (sample: readonly Deviation[]): SizeOf => {
  const byLevel = new Map<number, number[]>();
  for (const deviation of sample) {
    const level = levelOf(deviation);
    const distances = byLevel.get(level);
    if (distances) distances.push(Math.abs(deviation.distance));
    else byLevel.set(level, [Math.abs(deviation.distance)]);
  }
  const spreads = new Map<number, number>();
  for (const [level, distances] of byLevel) {
    if (distances.length >= leastHours) spreads.set(level, deviationsOfMedian * medianOf(distances));
  }
  return (deviation) => {
    const alike = spreads.get(levelOf(deviation)) ?? deviation.spread;
    return deviation.distance / Math.max(1, Math.sqrt((deviation.spread ** 2 + alike ** 2) / 2));
  };
};

/** Fewer hours of one level say nothing of their spread. */
const leastHours = 12;

/** The normal distribution's standard deviation, in medians of the distance from its middle. */
const deviationsOfMedian = 1.4826;

/** Counts of one level are within a factor of two. */
const levelOf = ({ usual }: Deviation): number => Math.floor(Math.log2(1 + usual));

const medianOf = (values: readonly number[]): number =>
  values.toSorted((left, right) => left - right)[values.length >> 1] ?? 0;
