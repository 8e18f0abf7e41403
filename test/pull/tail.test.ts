/** Pulling from a store that has a tail: events come early by it, and all of them come, whatever it keeps to itself. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KlaxonError } from '../../shared/errors.ts';
import { pull } from '../../shared/pull/pull.ts';
import type { StoredEvent } from './store.ts';
import { gone, type Tailed, type TailedOptions, tailedStore } from './tailed.ts';
import { event, idsOf, minute, options, start, textCheckpoints, type World } from './world.ts';

interface Followed {
  readonly store: Tailed;
  /** When each was given, by id. */
  readonly times: ReadonlyMap<string, number>;
  readonly given: readonly string[];
  readonly gaps: readonly string[];
}

/** Begins with the store's first event, and ends so many minutes later. */
const followed = async (
  minutes: number,
  store: Omit<TailedOptions, 'world'>,
  more: Partial<Parameters<typeof options>[1]> = {},
): Promise<Followed> => {
  const world: World = { now: start, given: [] };
  const tailed = tailedStore({ world, ...store });
  const stop = new AbortController();
  const times = new Map<string, number>();
  const gaps: string[] = [];
  await pull(
    options(world, {
      sources: [tailed.source],
      until: undefined,
      signal: stop.signal,
      pause: async (milliseconds, signal) => {
        await tailed.pause(milliseconds, signal);
        if (world.now >= start + minutes * minute) stop.abort();
      },
      deliver: async (_, events) => {
        for (const { id } of events) {
          world.given.push(id);
          times.set(id, world.now);
        }
      },
      onGap: (_, reason) => gaps.push(reason),
      ...more,
    }),
  );
  return { store: tailed, times, given: world.given, gaps };
};

const each = (count: number, everyMs: number): readonly StoredEvent[] =>
  Array.from({ length: count }, (_, at) => event(at * everyMs + 60_000));

describe('a pull from a store with a tail', () => {
  it('gives what arrives within two seconds, and looks at the past once only', async () => {
    const events = each(300, 10_000);
    const { given, times, store } = await followed(70, { events });
    expect(given).toEqual(idsOf(events));
    const waits = events.slice(10).map(({ id, arrives }) => (times.get(id) ?? 0) - arrives);
    expect(Math.max(...waits)).toBeLessThanOrEqual(2000);
    expect(store.looked()).toBeLessThan(60 * minute);
    expect(store.opened()).toBe(1);
  });

  it('reads what lies in the past before it opens the tail, and misses nothing in between', async () => {
    const past = Array.from({ length: 200 }, (_, at) => event(at * 1000 - 300 * minute));
    const between = each(20, 500).map((one) => ({
      ...one,
      time: one.time - 55_000,
      arrives: one.arrives - 55_000,
    }));
    const { given } = await followed(
      20,
      { events: [...past, ...between], opensAfterMs: 9000 },
      { since: start - 400 * minute },
    );
    expect(given.toSorted()).toEqual(idsOf([...past, ...between]).toSorted());
  });

  it('looks for what the tail says that it left out, and tells that once', async () => {
    const events = each(60, 1000);
    const { given, times, gaps } = await followed(4, {
      events,
      leavesOut: ({ time }) => (time % 5000 === 0 ? 'told' : undefined),
    });
    expect(given.toSorted()).toEqual(idsOf(events).toSorted());
    const waits = events.map(({ id, arrives }) => (times.get(id) ?? 0) - arrives);
    expect(Math.max(...waits)).toBeLessThanOrEqual(22_000);
    expect(new Set(gaps)).toEqual(new Set(['it left some out']));
    expect(gaps.length).toBeLessThan(10);
  });

  it('finds at its last look what the tail kept to itself, and does not give twice what that look found first', async () => {
    const lost = event(2.5 * minute);
    const late = event(3.5 * minute, 15.5 * minute);
    const events = [lost, late, ...each(40, 60_000)];
    const { given } = await followed(60, {
      events,
      leavesOut: ({ id }) => (id === lost.id ? 'untold' : undefined),
    });
    expect(given.toSorted()).toEqual(idsOf(events).toSorted());
  });

  it('opens it again when the store ends it, and when it breaks, and looks meanwhile', async () => {
    const events = each(900, 1000);
    const { given, times, store, gaps } = await followed(20, {
      events,
      opensAfterMs: 5000,
      ends: (tail) => (tail % 2 === 0 ? { afterMs: 90_000 } : { afterMs: 61_000, fault: gone() }),
    });
    expect(given.toSorted()).toEqual(idsOf(events).toSorted());
    const waits = events.slice(2).map(({ id, arrives }) => (times.get(id) ?? 0) - arrives);
    expect(Math.max(...waits)).toBeLessThanOrEqual(22_000);
    expect(store.opened()).toBeGreaterThan(10);
    expect(gaps).toContain('no stream: the stream broke');
  });

  it('asks for a tail more and more seldom where it breaks at once, and says so once', async () => {
    const events = each(100, 10_000);
    const { given, store, gaps } = await followed(30, {
      events,
      ends: () => ({ afterMs: 0, fault: gone() }),
    });
    expect(given).toEqual(idsOf(events));
    expect(store.opened()).toBeLessThan(60);
    expect(gaps).toEqual(['no stream: the stream broke']);
  });

  it('goes on without a tail where it may not have one', async () => {
    const events = each(20, 10_000);
    const fault = new KlaxonError('source', 'not allowed');
    const { given, store } = await followed(10, { events, ends: () => ({ afterMs: 0, fault }) });
    expect(given).toEqual(idsOf(events));
    expect(store.opened()).toBe(1);
  });

  it('holds no more than may be held, and looks for the rest', async () => {
    const events = Array.from({ length: 100 }, (_, at) => event(minute + at));
    const { given, gaps } = await followed(20, { events }, { limits: { maxEvents: 30, maxBytes: 1e9 } });
    expect(given.toSorted()).toEqual(idsOf(events).toSorted());
    expect(gaps).toEqual(['it gives more than can be held']);
  });

  it('ends with what the tail threw, where that was no fault of the store, and closes all tails', async () => {
    const fault = new TypeError('undefined is not a function');
    const world: World = { now: start, given: [] };
    const broken = tailedStore({ world, name: 'a', events: [], ends: () => ({ afterMs: 5000, fault }) });
    const other = tailedStore({ world, name: 'b', events: [] });
    const running = pull(
      options(world, {
        sources: [broken.source, other.source],
        until: undefined,
        pause: async (milliseconds, signal) => {
          await other.pause(0, signal);
          await broken.pause(milliseconds, signal);
        },
      }),
    );
    await expect(running).rejects.toThrow(fault);
    expect([broken.open(), other.open()]).toEqual([0, 0]);
  });

  it('closes the tail of a source that cannot be read', async () => {
    const world: World = { now: start, given: [] };
    let isGone = false;
    const faults: string[] = [];
    const store = tailedStore({
      world,
      events: [],
      beforePage: () => {
        if (isGone) throw new KlaxonError('source', 'no such project');
      },
    });
    await pull(
      options(world, {
        sources: [store.source],
        until: undefined,
        pause: async (milliseconds, signal) => {
          await store.pause(milliseconds, signal);
          isGone = world.now > start + 5 * minute;
        },
        onFault: (_, fault) => faults.push(fault.message),
      }),
    );
    expect({ faults, open: store.open() }).toEqual({ faults: ['no such project'], open: 0 });
  });
});

describe('a tailed pull that is killed at any step and begun again', () => {
  const scenario = fc.record({
    arrivals: fc.array(
      fc.record({
        at: fc.integer({ min: 0, max: 45 * minute }),
        late: fc.integer({ min: 0, max: 14 * minute }),
        leftOut: fc.constantFrom('told', 'untold', undefined, undefined),
      }),
      { maxLength: 50 },
    ),
    lives: fc.array(fc.integer({ min: 0, max: 20 * minute }), { minLength: 1, maxLength: 6 }),
    isBroken: fc.array(fc.boolean(), { minLength: 1, maxLength: 5 }),
    deaths: fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 10 }),
    maxEvents: fc.integer({ min: 1, max: 30 }),
    opensAfterMs: fc.integer({ min: 0, max: 30_000 }),
  });

  it('gives every event, and twice only where it died between the giving and the checkpoint', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async ({ arrivals, lives, isBroken, deaths, maxEvents, opensAfterMs }) => {
        const leftOut = new Map(arrivals.map((one, index) => [`e${index}`, one.leftOut]));
        const events = arrivals.map(({ at, late }, index) => ({ ...event(at, late), id: `e${index}` }));
        const world: World = { now: start, given: [] };
        const kept = new Map<string, string>();
        const end = start + 65 * minute;
        const dying = [...deaths];
        let steps = dying.shift() ?? Number.POSITIVE_INFINITY;
        let unmarked: readonly string[] = [];
        const excused = new Set<string>();
        const live = (): void => {
          if (--steps > 0) return;
          for (const id of unmarked) excused.add(id);
          unmarked = [];
          steps = dying.shift() ?? Number.POSITIVE_INFINITY;
          throw new Error('killed');
        };
        const store = textCheckpoints(kept);
        const run = async (): Promise<void> => {
          const stop = new AbortController();
          const tailed = tailedStore({
            world,
            events,
            opensAfterMs,
            beforePage: live,
            leavesOut: ({ id }) => leftOut.get(id),
            ends: (tail) => ({
              afterMs: lives[tail % lives.length] ?? 0,
              ...(isBroken[tail % isBroken.length] && { fault: gone() }),
            }),
          });
          await pull(
            options(world, {
              sources: [tailed.source],
              until: undefined,
              checkpoints: {
                read: store.read,
                write: async (name, position) => {
                  live();
                  await store.write(name, position);
                  unmarked = [];
                  live();
                },
              },
              deliver: async (_, slice) => {
                live();
                world.given.push(...slice.map(({ id }) => id));
                unmarked = slice.map(({ id }) => id);
                live();
              },
              pause: async (milliseconds, signal) => {
                await tailed.pause(milliseconds, signal);
                if (world.now >= end) stop.abort();
              },
              limits: { maxEvents, maxBytes: 1e9 },
              signal: stop.signal,
            }),
          );
        };
        while (world.now < end)
          await run().catch((thrown: Error) => {
            if (thrown.message !== 'killed') throw thrown;
          });
        const counts = new Map<string, number>();
        for (const id of world.given) counts.set(id, (counts.get(id) ?? 0) + 1);
        expect([...counts.keys()].toSorted()).toEqual(idsOf(events).toSorted());
        for (const [id, count] of counts) if (!excused.has(id)) expect(`${id} ${count}`).toBe(`${id} 1`);
      }),
      { numRuns: 60 },
    );
  });
});
