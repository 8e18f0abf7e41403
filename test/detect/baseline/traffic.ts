/** Invented keys: what an hour has, drawn from a law that a test can state. */
import {
  type BaselineOptions,
  type Observation,
  observed,
} from '../../../shared/detect/baseline/baseline.ts';
import { type Chance, chanceOf, seedOf } from '../../../shared/detect/baseline/chance.ts';
import type { Baseline } from '../../../shared/detect/baseline/history.ts';

/** A Monday at 00:00 UTC. */
export const monday = 2815 * 168 + 96;

export const hoursOf = (weeks: number): readonly number[] =>
  Array.from({ length: weeks * 168 }, (_, at) => monday + at);

export type Rate = (hour: number) => number;

/** Busy from eight to six on working days, nearly idle else. */
export const office: Rate = (hour) => {
  const [day, clock] = [Math.floor((hour - monday) / 24) % 7, hour % 24];
  return day < 5 && clock >= 8 && clock < 18 ? 40 : 0.3;
};

/** Poisson, by the product of even numbers (Knuth). */
export const poisson = (mean: number, chance: Chance): number => {
  const end = Math.exp(-mean);
  let count = 0;
  for (let product = chance(); product > end; product *= chance()) count++;
  return count;
};

/** Negative binomial of a whole size: Poisson whose mean is itself a sum of exponential parts. */
export const negativeBinomial = (mean: number, size: number, chance: Chance): number => {
  let sum = 0;
  for (let part = 0; part < size; part++) sum -= Math.log(1 - chance());
  return poisson((mean * sum) / size, chance);
};

export interface Key {
  readonly seed: string;
  readonly counts: (hour: number) => readonly number[];
}

/** The same counts of the same hour, whatever other hours were asked for. */
export const keyOf = (seed: string, draw: (hour: number, chance: Chance) => readonly number[]): Key => ({
  seed,
  counts: (hour) => draw(hour, chanceOf(seedOf(`${seed} ${hour}`))),
});

/** Tells a baseline every hour that has events, as an engine would. */
export const told = (
  key: Key,
  hours: readonly number[],
  options: Partial<BaselineOptions> = {},
  start?: Baseline,
): { readonly baseline: Baseline | undefined; readonly observations: readonly Observation[] } => {
  let baseline = start;
  const observations: Observation[] = [];
  for (const hour of hours) {
    const counts = key.counts(hour);
    if (counts.every((count) => count === 0)) continue;
    const observation = observed(baseline, { hour, counts }, { seed: key.seed, ...options });
    baseline = observation.next;
    observations.push(observation);
  }
  return { baseline, observations };
};
