/** What a group has shown in, every arrival at which a sliding window meets its condition, out. */
import { holds, isMet, type WindowCorrelation } from './correlation.ts';
import type { Witness } from './witness.ts';

/** One thing that happened: an event, a value, a rule that held. */
export interface Observation {
  readonly time: number;
  /** Tells it from others; counted once in a window. */
  readonly slot: string;
  /** Which of the correlation's inputs it came by. */
  readonly input: number;
  /** What the numeric types add up. */
  readonly number?: number | undefined;
  readonly witness: Witness;
}

/** An arrival at which the condition held, and the stretch of observations that were in the window. */
export interface Firing {
  readonly time: number;
  readonly measured: number;
  /** From this place up to and including `to`. */
  readonly from: number;
  readonly to: number;
}

/** In time order; at the same time in the order of the inputs, so that a sequence within one moment is one. */
export const inOrder = (observations: readonly Observation[]): readonly Observation[] =>
  observations.toSorted(
    (left, right) => left.time - right.time || left.input - right.input || (left.slot < right.slot ? -1 : 1),
  );

/** `ordered` is what `inOrder` gives. A window is closed at both ends: what lies exactly `seconds` apart is in it. */
export const firingsIn = (
  ordered: readonly Observation[],
  correlation: WindowCorrelation,
): readonly Firing[] => {
  const milliseconds = correlation.seconds * 1000;
  const meter = meterFor(correlation);
  const firings: Firing[] = [];
  let from = 0;
  for (const [to, observation] of ordered.entries()) {
    meter.enter(observation);
    for (
      let first = ordered[from];
      first && first.time < observation.time - milliseconds;
      first = ordered[from]
    ) {
      meter.leave(first);
      from++;
    }
    const measured = meter.measure(ordered, from, to);
    if (measured !== undefined && isFiring(correlation, measured, meter)) {
      firings.push({ time: observation.time, measured, from, to });
    }
  }
  return firings;
};

const isFiring = (
  { comparisons, expression, inputs }: WindowCorrelation,
  measured: number,
  meter: Meter,
): boolean =>
  expression
    ? isMet(expression, (name) => meter.has(inputs.findIndex((input) => input.name === name)))
    : holds(comparisons, measured);

/** Follows a window while it slides. */
interface Meter {
  readonly enter: (observation: Observation) => void;
  readonly leave: (observation: Observation) => void;
  /** Undefined where there is nothing to compare. */
  readonly measure: (ordered: readonly Observation[], from: number, to: number) => number | undefined;
  /** Whether an input has an observation in the window. */
  readonly has: (input: number) => boolean;
}

const meterFor = (correlation: WindowCorrelation): Meter => {
  const slots = new Counts<string>();
  const inputs = new Counts<number>();
  return {
    enter: ({ slot, input }) => {
      slots.add(slot);
      inputs.add(input);
    },
    leave: ({ slot, input }) => {
      slots.remove(slot);
      inputs.remove(input);
    },
    has: (input) => inputs.has(input),
    measure: (ordered, from, to) => {
      switch (correlation.type) {
        case 'event_count':
        case 'value_count':
          return slots.size;
        case 'temporal':
          return inputs.size;
        case 'temporal_ordered':
          return longestSequence(ordered, from, to);
        default:
          return numeric(correlation, numbersIn(ordered, from, to));
      }
    },
  };
};

class Counts<K> {
  readonly #counts = new Map<K, number>();

  get size(): number {
    return this.#counts.size;
  }

  has(key: K): boolean {
    return this.#counts.has(key);
  }

  add(key: K): void {
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  remove(key: K): void {
    const count = (this.#counts.get(key) ?? 0) - 1;
    if (count > 0) this.#counts.set(key, count);
    else this.#counts.delete(key);
  }
}

/** How many of the inputs came in the order in which they are listed: the longest rising subsequence of their places. */
const longestSequence = (ordered: readonly Observation[], from: number, to: number): number => {
  // `ends[n]` is the lowest input that a sequence of n + 1 can end with.
  const ends: number[] = [];
  for (let at = from; at <= to; at++) {
    const input = ordered[at]?.input ?? 0;
    const place = ends.findIndex((end) => end >= input);
    if (place === -1) ends.push(input);
    else ends[place] = input;
  }
  return ends.length;
};

/** An event counts once, though it may stand for its group twice: as the first and as the last of its kind. */
const numbersIn = (ordered: readonly Observation[], from: number, to: number): readonly number[] =>
  ordered.slice(from, to + 1).flatMap(({ number }) => (number === undefined ? [] : [number]));

const numeric = ({ type, percentile }: WindowCorrelation, numbers: readonly number[]): number | undefined => {
  if (numbers.length === 0) return undefined;
  const sum = numbers.reduce((total, number) => total + number, 0);
  if (type === 'value_sum') return sum;
  if (type === 'value_avg') return sum / numbers.length;
  return atPercentile(numbers, type === 'value_median' ? 50 : percentile);
};

/** Linear interpolation at rank p * (n - 1), as the reference implementation of Sigma has it. */
const atPercentile = (numbers: readonly number[], percentile: number): number => {
  const sorted = numbers.toSorted((left, right) => left - right);
  const rank = (percentile / 100) * (sorted.length - 1);
  const below = sorted[Math.floor(rank)] ?? 0;
  const above = sorted[Math.ceil(rank)] ?? below;
  return below + (above - below) * (rank - Math.floor(rank));
};
