/** The hours that stand for a past, and the chance behind them. */
import { describe, expect, it } from 'vitest';
import { chanceOf, seedBelow, seedOf } from '../../../shared/detect/baseline/chance.ts';
import { sampledHours } from '../../../shared/detect/baseline/sample.ts';

const hoursUpTo = (end: number, size: number, halfLife: number, seed: number): readonly number[] =>
  sampledHours({ start: 480_000, end: 480_000 + end, counts: [] }, size, halfLife, seed);

describe('a sample of hours', () => {
  it('is the whole past while that is small', () => {
    expect(hoursUpTo(3, 5, 100, 1)).toEqual([480_000, 480_001, 480_002]);
    expect(hoursUpTo(0, 5, 100, 1)).toEqual([]);
  });

  it('has its size, in order, without an hour twice', () => {
    const hours = hoursUpTo(1000, 256, 500, 1);
    expect(new Set(hours).size).toBe(256);
    expect(hours).toEqual(hours.toSorted((left, right) => left - right));
  });

  it('changes by one hour at most when the past grows by one', () => {
    for (let end = 300; end < 500; end++) {
      const before = new Set(hoursUpTo(end, 64, 200, 9));
      const added = hoursUpTo(end + 1, 64, 200, 9).filter((hour) => !before.has(hour));
      expect(added.length).toBeLessThanOrEqual(1);
      expect(added.every((hour) => hour === 480_000 + end)).toBe(true);
    }
  });

  it('takes an hour half as often as one that is a half-life younger', () => {
    const taken = new Array<number>(400).fill(0);
    for (let seed = 0; seed < 4000; seed++) {
      for (const hour of hoursUpTo(400, 4, 100, seedOf(`key ${seed}`)))
        taken[hour - 480_000] = (taken[hour - 480_000] ?? 0) + 1;
    }
    const [oldest = 0, old = 0, young = 0, youngest = 0] = [0, 100, 200, 300].map((start) =>
      taken.slice(start, start + 100).reduce((sum, count) => sum + count, 0),
    );
    expect(oldest + old + young + youngest).toBe(16_000);
    // Four of four hundred are few enough that taking one hardly changes the odds of the rest.
    for (const ratio of [old / oldest, young / old, youngest / young]) {
      expect(ratio).toBeGreaterThan(1.8);
      expect(ratio).toBeLessThan(2.2);
    }
  });
});

describe('chance', () => {
  it('is even, whatever the seed', () => {
    for (const seed of [0, 1, -1, 0xffffffff, seedOf('')]) {
      const chance = chanceOf(seed);
      const bins = new Array<number>(256).fill(0);
      for (let draw = 0; draw < 51_200; draw++) {
        const bin = Math.floor(chance() * 256);
        bins[bin] = (bins[bin] ?? 0) + 1;
      }
      const statistic = bins.reduce((sum, count) => sum + (count - 200) ** 2 / 200, 0);
      expect(Math.abs(statistic - 255) / Math.sqrt(510)).toBeLessThan(4);
    }
  });

  it('is the same for the same seed and of no seeming relation for the next', () => {
    const [one, same, next] = [7, 7, 8].map(chanceOf);
    const drawn = (chance: (() => number) | undefined) => Array.from({ length: 2000 }, () => chance?.() ?? 0);
    const [first, second, third] = [drawn(one), drawn(same), drawn(next)];
    expect(second).toEqual(first);
    const covariance =
      first.reduce((sum, value, at) => sum + (value - 0.5) * ((third[at] ?? 0) - 0.5), 0) / 2000;
    expect(Math.abs(covariance * 12)).toBeLessThan(4 / Math.sqrt(2000));
  });

  it('has a seed for each key, and for each number below a seed', () => {
    const seeds = Array.from({ length: 20_000 }, (_, at) => seedOf(`rule|cluster-${at}`));
    const below = Array.from({ length: 20_000 }, (_, at) => seedBelow(seedOf('key'), at));
    // Of 20,000 numbers out of 2^32 one pair in a hundred thousand is equal: 0.05 pairs.
    expect(new Set(seeds).size).toBeGreaterThan(19_997);
    expect(new Set(below).size).toBe(20_000);
    expect(seedOf('a|b')).not.toBe(seedOf('a|c'));
  });
});
