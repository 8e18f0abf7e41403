/** A past and an hour in, what that hour usually has and how far counts lie from it, out. */
import { hoursOfWeek, type Past } from './history.ts';

/** What an hour is compared with: the same hour of other weeks, or of other days. */
export type Season = 'hour-of-week' | 'hour-of-day';

export interface Deviation {
  readonly season: Season;
  /** The season's weighted median: a count that was there. */
  readonly usual: number;
  /** How far the count lies above `usual`, as `scaled`; negative: below. */
  readonly distance: number;
  /** How far the season's own counts spread to that side; 0 where it has one. */
  readonly spread: number;
}

/**
 * For one feature of a past. Undefined where the season has no other hour, only some beside one. The hour itself and its neighbours of the same
 * day are left out, so that hours within the past are judged as the one after it is.
 */
export const deviationsOf = (
  past: Past,
  counts: Float64Array,
): ((hour: number, count: number) => Deviation | undefined) => {
  const isYoung = past.end - past.start < youngWeeks * hoursOfWeek;
  // Written over by each call.
  const values = new Float64Array(maxValues);
  const weights = new Float64Array(maxValues);

  const deviationIn = (cycle: Cycle, hour: number, count: number): Deviation | undefined => {
    let size = 0;
    let isKnown = false;
    for (const { step, weight, isBeside } of cycle.places) {
      const place = hour + step - past.start;
      if (place < 0 || place >= counts.length) continue;
      insert(values, weights, size++, counts[place] ?? 0, weight);
      isKnown ||= !isBeside;
    }
    return isKnown ? compared(cycle.season, count, quantilesOf(values, weights, size)) : undefined;
  };

  return (hour, count) => {
    const weekly = deviationIn(week, hour, count);
    if (!isYoung) return weekly;
    // One week does not tell a habit from chance: as long as there are few, what either season explains is explained.
    const daily = deviationIn(day, hour, count);
    if (!weekly || !daily) return weekly ?? daily;
    return inOwnSpreads(weekly) <= inOwnSpreads(daily) ? weekly : daily;
  };
};

const inOwnSpreads = ({ distance, spread }: Deviation): number => Math.abs(distance) / Math.max(1, spread);

/** The counts of the same hour in the season's earlier days or weeks, the last one first. */
export const earlierHours = (counts: Float64Array, season: Season): readonly number[] => {
  const { period, reach } = season === 'hour-of-week' ? week : day;
  const found: number[] = [];
  for (let at = counts.length - period; at >= 0 && found.length < reach; at -= period) {
    found.push(counts[at] ?? 0);
  }
  return found;
};

/** Until then an hour is compared with the same hour of other days too. */
const youngWeeks = 4;

/** A value this many hours older counts half: so a change of habit is the habit after its third week. */
export const halfLifeHours = 6 * hoursOfWeek;

/**
 * The hours before and after lend what they had, for jobs and people come early and late. Both together weigh less than
 * the hour itself, so that they never outvote it; one of them weighs more than `tail`, so that a job that slips is no news.
 */
const neighbourWeight = 0.3;

/**
 * The part of the season's values that lies above its spread, and that below. Of a normal distribution that much is beyond
 * one standard deviation. No single week of five or six has as much, so one odd week does not widen the spread.
 */
const tail = 0.1587;

interface Cycle {
  readonly season: Season;
  /** Hours, and how many of them back and forth. */
  readonly period: number;
  readonly reach: number;
  /** Steps from the hour in question. */
  readonly places: readonly { readonly step: number; readonly weight: number; readonly isBeside: boolean }[];
}

const cycleOf = (season: Season, period: number, reach: number): Cycle => ({
  season,
  period,
  reach,
  places: Array.from({ length: reach }, (_, at) => (at + 1) * period)
    .flatMap((distance) => [-distance, distance])
    .flatMap((distance) =>
      [-1, 0, 1].map((aside) => ({
        step: distance + aside,
        weight: 2 ** (-Math.abs(distance) / halfLifeHours) * (aside === 0 ? 1 : neighbourWeight),
        isBeside: aside !== 0,
      })),
    ),
});

const week = cycleOf('hour-of-week', hoursOfWeek, 6);
const day = cycleOf('hour-of-day', 24, 7);
const maxValues = Math.max(week.places.length, day.places.length);

/** Puts a value and its weight among the first `size`, which are in order: there are few. */
const insert = (
  values: Float64Array,
  weights: Float64Array,
  size: number,
  value: number,
  weight: number,
): void => {
  let at = size;
  for (; at > 0 && (values[at - 1] ?? 0) > value; at--) {
    values[at] = values[at - 1] ?? 0;
    weights[at] = weights[at - 1] ?? 0;
  }
  values[at] = value;
  weights[at] = weight;
};

interface Quantiles {
  readonly low: number;
  readonly middle: number;
  readonly high: number;
}

const quantilesOf = (values: Float64Array, weights: Float64Array, size: number): Quantiles => {
  let total = 0;
  for (let at = 0; at < size; at++) total += weights[at] ?? 0;
  const quantile = (share: number): number => {
    let at = 0;
    for (let sum = weights[0] ?? 0; at < size - 1 && sum < share * total; sum += weights[at] ?? 0) at++;
    return values[at] ?? 0;
  };
  return { low: quantile(tail), middle: quantile(0.5), high: quantile(1 - tail) };
};

const compared = (season: Season, count: number, { low, middle, high }: Quantiles): Deviation => {
  const usual = scaled(middle);
  const edge = count > middle ? high : low;
  return {
    season,
    usual: middle,
    distance: count === middle ? 0 : scaled(count) - usual,
    spread: edge === middle ? 0 : Math.abs(scaled(edge) - usual),
  };
};

/**
 * A scale on which counts spread by about 1 however many they are: square roots for few, logarithms for many. It is
 * Anscombe's for negative binomial counts (Biometrika 35, 1948), of dispersion 1/20: a fifth of the mean, where it is high.
 */
export const scaled = (count: number): number =>
  2 * Math.sqrt(evenness) * Math.asinh(Math.sqrt((count + 3 / 8) / (evenness - 3 / 4)));

const evenness = 20;
