/** A pull that dies anywhere: every event comes, and none twice without a reason. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pull } from '../../shared/pull/pull.ts';
import { storeOf } from './store.ts';
import { event, idsOf, minute, options, start, textCheckpoints, type World } from './world.ts';

describe('a pull that is killed at any step and begun again', () => {
  /** A world that dies at some of its steps: before or after a page, a delivery, a checkpoint. */
  const scenario = fc.record({
    arrivals: fc.array(
      fc.record({
        at: fc.integer({ min: 0, max: 90 * minute }),
        late: fc.integer({ min: 0, max: 14 * minute }),
      }),
      { maxLength: 60 },
    ),
    pageSizes: fc
      .array(fc.integer({ min: 0, max: 7 }), { minLength: 1, maxLength: 5 })
      .filter((sizes) => sizes.some((size) => size > 0)),
    deaths: fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 12 }),
    maxEvents: fc.integer({ min: 1, max: 30 }),
    pollMs: fc.integer({ min: 1000, max: 5 * minute }),
  });

  it('gives every event, and twice only where it died between the giving and the checkpoint', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async ({ arrivals, pageSizes, deaths, maxEvents, pollMs }) => {
        const events = arrivals.map(({ at, late }, index) => ({ ...event(at, late), id: `e${index}` }));
        const world: World = { now: start + minute, given: [] };
        const kept = new Map<string, string>();
        const end = start + 120 * minute;
        const dying = [...deaths];
        let steps = dying.shift() ?? Number.POSITIVE_INFINITY;
        let isUnmarked = false;
        let unmarked: readonly string[] = [];
        const excused = new Set<string>();
        const live = (): void => {
          if (--steps > 0) return;
          if (isUnmarked) for (const id of unmarked) excused.add(id);
          isUnmarked = false;
          steps = dying.shift() ?? Number.POSITIVE_INFINITY;
          throw new Error('killed');
        };
        const store = textCheckpoints(kept);
        const run = (stop: AbortController): Promise<void> =>
          pull(
            options(world, {
              sources: [storeOf({ events, now: () => world.now, pageSizes, beforePage: live })],
              until: undefined,
              checkpoints: {
                read: store.read,
                write: async (name, position) => {
                  live();
                  await store.write(name, position);
                  isUnmarked = false;
                  live();
                },
              },
              deliver: async (_, slice) => {
                live();
                world.given.push(...slice.map(({ id }) => id));
                unmarked = slice.map(({ id }) => id);
                isUnmarked = true;
                live();
              },
              pause: async (milliseconds) => {
                world.now += milliseconds;
                if (world.now >= end) stop.abort();
              },
              pollMs,
              limits: { maxEvents, maxBytes: 1e9 },
              signal: stop.signal,
            }),
          );
        while (world.now < end) {
          const stop = new AbortController();
          const ended = await run(stop).then(
            () => 'stopped',
            (thrown: Error) => thrown.message,
          );
          if (ended !== 'killed' && ended !== 'stopped') throw new Error(ended);
        }
        const counts = new Map<string, number>();
        for (const id of world.given) counts.set(id, (counts.get(id) ?? 0) + 1);
        expect([...counts.keys()].toSorted()).toEqual(idsOf(events).toSorted());
        for (const [id, count] of counts) if (!excused.has(id)) expect(`${id} ${count}`).toBe(`${id} 1`);
      }),
      { numRuns: 150 },
    );
  });
});
