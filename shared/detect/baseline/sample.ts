/** A past in, the hours that stand for it, out: a sample without replacement that prefers late hours. */
import { seedBelow } from './chance.ts';
import type { Past } from './history.ts';

/**
 * A time-decayed reservoir that needs no memory. Each hour draws its lot once and for all from the seed and its own
 * number; the highest lots are the sample. An hour's chance falls by half with each half-life, as in weighted reservoir
 * sampling (Efraimidis and Spirakis 2006), written with Gumbel's distribution: lots of hours of the past never change order,
 * so the sample after another hour is the one before, but for that hour and the one that it drives out.
 */
export const sampledHours = (
  past: Past,
  size: number,
  halfLifeHours: number,
  seed: number,
): readonly number[] => {
  const hours = Array.from({ length: past.end - past.start }, (_, at) => past.start + at);
  if (hours.length <= size) return hours;
  const lots = Float64Array.from(
    hours,
    (hour) => gumbel(seedBelow(seed, hour)) + (hour * Math.LN2) / halfLifeHours,
  );
  const least = lots.toSorted()[lots.length - size] ?? 0;
  return hours.filter((_, at) => (lots[at] ?? 0) >= least);
};

/** Of 32 even bits. */
const gumbel = (word: number): number => -Math.log(-Math.log((word + 0.5) / 0x1_0000_0000));
