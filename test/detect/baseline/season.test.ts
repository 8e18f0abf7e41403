/** What an hour usually has: habits of weeks and days, neighbours, and the scale on which counts are compared. */
import { describe, expect, it } from 'vitest';
import { type Chance, chanceOf } from '../../../shared/detect/baseline/chance.ts';
import type { Past } from '../../../shared/detect/baseline/history.ts';
import { deviationsOf, earlierHours, scaled } from '../../../shared/detect/baseline/season.ts';
import { sizesAmong } from '../../../shared/detect/baseline/spread.ts';
import { hoursOf, monday, negativeBinomial, poisson } from './traffic.ts';

/** The past of the hour after so many hours, one feature. */
const pastOf = (hours: number, countAt: (hour: number) => number) => {
  const counts = Float64Array.from({ length: hours }, (_, at) => countAt(monday + at));
  const past: Past = { start: monday, end: monday + hours, counts: [counts] };
  return { counts, deviationAt: deviationsOf(past, counts) };
};

const isMondayAtThree = (hour: number): boolean => (hour - monday) % 168 === 3;

describe('what is usual', () => {
  it('is what the same hour of other weeks had, once there are four', () => {
    const { deviationAt } = pastOf(5 * 168 + 3, (hour) => (isMondayAtThree(hour) ? 50 : 7));
    expect(deviationAt(monday + 5 * 168 + 3, 50)).toMatchObject({
      season: 'hour-of-week',
      usual: 50,
      distance: 0,
    });
    expect(deviationAt(monday + 5 * 168 + 27, 50)).toMatchObject({ season: 'hour-of-week', usual: 7 });
  });

  it('is what explains the hour better, other weeks or other days, before that', () => {
    const { deviationAt } = pastOf(2 * 168 + 3, (hour) => (isMondayAtThree(hour) ? 50 : 7));
    const hour = monday + 2 * 168 + 3;
    expect(deviationAt(hour, 50)).toMatchObject({ season: 'hour-of-week', usual: 50 });
    expect(deviationAt(hour, 7)).toMatchObject({ season: 'hour-of-day', usual: 7 });
  });

  it('is unknown while there is no other day', () => {
    const { deviationAt } = pastOf(20, () => 7);
    expect(deviationAt(monday + 20, 7)).toBeUndefined();
    expect(pastOf(0, () => 7).deviationAt(monday, 7)).toBeUndefined();
  });

  it('is never told by the hour itself', () => {
    const { deviationAt } = pastOf(6 * 168, (hour) => (hour === monday + 3 * 168 ? 900 : 4));
    expect(deviationAt(monday + 3 * 168, 900)).toMatchObject({ usual: 4, spread: 0 });
  });

  it('does not change with one odd week, nor does its spread', () => {
    const { deviationAt } = pastOf(6 * 168, (hour) => (hour === monday + 5 * 168 ? 900 : 4));
    expect(deviationAt(monday + 6 * 168, 900)).toMatchObject({ usual: 4, spread: 0 });
  });

  it('spreads to what the hours beside it have', () => {
    const { deviationAt } = pastOf(6 * 168, (hour) => (hour % 24 === 2 ? 300 : 1));
    const [late, far] = [3, 5].map((clock) => deviationAt(monday + 6 * 168 + clock, 300));
    expect(late).toMatchObject({ usual: 1, spread: scaled(300) - scaled(1) });
    expect(far).toMatchObject({ usual: 1, spread: 0 });
    expect(deviationAt(monday + 6 * 168 + 2, 300)).toMatchObject({ usual: 300, distance: 0 });
  });
});

describe('earlier hours', () => {
  it('are those of the season, the last first, neighbours left out', () => {
    const { counts } = pastOf(3 * 168 + 2, (hour) => hour - monday);
    expect(earlierHours(counts, 'hour-of-week')).toEqual([2 * 168 + 2, 168 + 2, 2]);
    expect(earlierHours(counts, 'hour-of-day').slice(0, 2)).toEqual([3 * 168 + 2 - 24, 3 * 168 + 2 - 48]);
    expect(earlierHours(counts, 'hour-of-day')).toHaveLength(7);
  });
});

describe('the scale of counts', () => {
  const spreadOf = (draw: (chance: Chance) => number): number => {
    const chance = chanceOf(8);
    const values = Array.from({ length: 20_000 }, () => scaled(draw(chance)));
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  };

  it('gives counts of any mean a spread of about 1, where they are as even as it supposes', () => {
    for (const mean of [2, 5, 20, 100, 300]) {
      const spread = spreadOf((chance) => negativeBinomial(mean, 20, chance));
      expect(spread).toBeGreaterThan(0.9);
      expect(spread).toBeLessThan(1.1);
    }
  });

  it('gives few counts of chance alone no more than that', () => {
    for (const mean of [0.05, 0.5, 2, 5]) {
      expect(spreadOf((chance) => poisson(mean, chance))).toBeLessThan(1.05);
    }
  });

  it('is one of ratios where counts are many', () => {
    const doubling = scaled(2000) - scaled(1000);
    expect(scaled(200_000) - scaled(100_000)).toBeCloseTo(doubling, 1);
    expect(doubling).toBeCloseTo(Math.sqrt(20) * Math.LN2, 1);
  });
});

describe('the size of a deviation', () => {
  const deviation = (usual: number, distance: number, spread = 0) =>
    ({ season: 'hour-of-week', usual, distance, spread }) as const;

  it('is its distance, where neither its season nor hours alike spread by more than chance', () => {
    const sizeOf = sizesAmong(hoursOf(1).map((hour) => deviation(10, hour % 2 === 0 ? 0.1 : -0.1)));
    expect(sizeOf(deviation(10, 3))).toBe(3);
    expect(sizeOf(deviation(10, -3))).toBe(-3);
  });

  it('is less where the season spreads, or hours of as high a count deviate much', () => {
    const sizeOf = sizesAmong(
      hoursOf(1).map((hour) =>
        hour % 2 === 0 ? deviation(10, hour % 4 === 0 ? 4 : -4) : deviation(1000, 0),
      ),
    );
    expect(sizeOf(deviation(1000, 8))).toBe(8);
    expect(sizeOf(deviation(1000, 8, 6))).toBeCloseTo(8 / Math.sqrt(18), 9);
    expect(sizeOf(deviation(12, 8))).toBeCloseTo(8 / Math.sqrt((4 * 1.4826) ** 2 / 2), 9);
  });

  it('goes by the season alone where too few hours are alike', () => {
    const sizeOf = sizesAmong(Array(11).fill(deviation(10, 9)));
    expect(sizeOf(deviation(10, 8, 2))).toBe(4);
  });
});
