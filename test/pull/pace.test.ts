/** A pace: at most so many calls in any stretch of time, and none later than need be. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { paceOf } from '../../shared/pull/pace.ts';

/** When calls are made that are asked for at these distances, milliseconds. */
const madeAt = async (
  calls: number,
  perMs: number,
  distances: readonly number[],
): Promise<readonly number[]> => {
  let now = 0;
  const pace = paceOf({
    calls,
    perMs,
    now: () => now,
    pause: async (milliseconds) => {
      now += milliseconds;
    },
  });
  const made: number[] = [];
  for (const distance of distances) {
    now += distance;
    await pace();
    made.push(now);
  }
  return made;
};

describe('a pace', () => {
  it('lets the first calls go at once, and each other when the one before it by the limit is old enough', async () => {
    expect(await madeAt(3, 60, [0, 0, 0, 0, 10, 0])).toEqual([0, 0, 0, 60, 70, 70]);
  });

  it('is kept in every stretch of time, without waiting for nothing', async () => {
    const distances = fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 80 });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 9 }), distances, async (calls, asked) => {
        const made = await madeAt(calls, 100, asked);
        made.forEach((time, at) => {
          const before = made[at - calls];
          const earliest = (made[at - 1] ?? 0) + (asked[at] ?? 0);
          expect(time).toBe(before === undefined ? earliest : Math.max(earliest, before + 100));
        });
      }),
    );
  });

  it('is kept by calls that are asked for together', async () => {
    const waits: number[] = [];
    const pause = async (milliseconds: number): Promise<void> => void waits.push(milliseconds);
    const pace = paceOf({ calls: 2, perMs: 60, now: () => 0, pause });
    await Promise.all(Array.from({ length: 6 }, () => pace()));
    expect(waits).toEqual([60, 60, 120, 120]);
  });
});
