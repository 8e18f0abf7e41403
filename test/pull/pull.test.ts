/** Pulling: whatever the order of arrival, every event of the time asked for comes, once. */
import { describe, expect, it } from 'vitest';
import { KlaxonError } from '../../shared/errors.ts';
import { checkpointsIn, positionOf, writtenPosition } from '../../shared/pull/checkpoint.ts';
import { pull } from '../../shared/pull/pull.ts';
import { memoryState } from '../../shared/state/memory-state.ts';
import { busy, storeOf } from './store.ts';
import { event, idsOf, minute, options, start, textCheckpoints, type World } from './world.ts';

describe('a pull', () => {
  it('gives every event of the time asked for, in the order of time, and none of another', async () => {
    const events = Array.from({ length: 200 }, (_, at) => event((199 - at) * 10_000));
    const world: World = { now: start + 60 * minute, given: [] };
    const source = storeOf({ events: [event(-1), ...events], now: () => world.now });
    await pull(options(world, { sources: [source], until: start + 20 * minute }));
    expect(world.given).toEqual(idsOf(events.slice(80).toReversed()));
  });

  it('goes on from its checkpoint, and gives what has arrived late since', async () => {
    const events = [event(minute), event(2 * minute, 10 * minute), event(3 * minute), event(11 * minute)];
    const world: World = { now: start + 5 * minute, given: [] };
    const source = storeOf({ events, now: () => world.now });
    const checkpoints = textCheckpoints();
    await pull(options(world, { sources: [source], checkpoints }));
    expect(world.given).toEqual(['e60000-0', 'e180000-0']);
    world.now = start + 40 * minute;
    await pull(options(world, { sources: [source], checkpoints }));
    expect(world.given.slice(2)).toEqual(['e120000-600000', 'e660000-0']);
  });

  it('follows until it is stopped, and finds at its last look what came within the overlap', async () => {
    const events = [event(minute), event(2 * minute, 14 * minute), event(30 * minute)];
    const world: World = { now: start + minute, given: [] };
    const stop = new AbortController();
    let waits = 0;
    const pause = async (milliseconds: number): Promise<void> => {
      waits++;
      world.now += milliseconds;
      if (world.now > start + 40 * minute) stop.abort();
    };
    const source = storeOf({ events, now: () => world.now });
    await pull(options(world, { sources: [source], until: undefined, pause, signal: stop.signal }));
    expect(world.given).toEqual(idsOf(events));
    expect(waits).toBeGreaterThan(200);
  });

  it('reads a stretch of time twice when it follows, not once a look', async () => {
    const world: World = { now: start, given: [] };
    const stop = new AbortController();
    let pages = 0;
    let asked = 0;
    const source = storeOf({ events: [], now: () => world.now, pageSizes: [1], beforePage: () => pages++ });
    const counted = {
      ...source,
      page: (...words: Parameters<typeof source.page>) => {
        asked += words[0].to - words[0].from;
        return source.page(...words);
      },
    };
    const pause = async (milliseconds: number): Promise<void> => {
      world.now += milliseconds;
      if (world.now >= start + 60 * minute) stop.abort();
    };
    await pull(
      options(world, { sources: [counted], until: undefined, pause, pollMs: minute, signal: stop.signal }),
    );
    // New: a minute each time, with the minute before it. Old: three quarters of the hour, a minute at a time.
    expect(pages).toBeLessThanOrEqual(60 + 45);
    expect(asked).toBeLessThanOrEqual((2 * 60 + 45) * minute);
  });

  it('gives what several sources hold in the order of time, whichever is asked first', async () => {
    const world: World = { now: start + 120 * minute, given: [] };
    const half = (offset: number) => Array.from({ length: 12 }, (_, at) => event(at * 10 * minute + offset));
    const sources = [
      storeOf({ name: 'one', events: half(0), now: () => world.now }),
      storeOf({ name: 'two', events: half(1), now: () => world.now }),
    ];
    const looks: number[] = [];
    await pull(
      options(world, {
        sources,
        deliver: async (_, events) => {
          looks.push(events[0]?.time ?? 0);
        },
      }),
    );
    expect(looks).toEqual(looks.toSorted((left, right) => left - right));
  });

  it('cuts a slice that is too full, down to a millisecond, and holds no more than its limits', async () => {
    const events = Array.from({ length: 500 }, (_, at) => ({ ...event(7 * minute), id: `burst${at}` }));
    const world: World = { now: start + 60 * minute, given: [] };
    const source = storeOf({ events: [...events, event(8 * minute)], now: () => world.now, pageSizes: [10] });
    const sizes: number[] = [];
    await pull(
      options(world, {
        sources: [source],
        limits: { maxEvents: 50, maxBytes: 1e9 },
        deliver: async (_, slice) => {
          sizes.push(slice.length);
        },
      }),
    );
    expect(sizes).toEqual([500, 1]);
  });

  it('waits longer and longer for a store that is busy, and gives up in the end', async () => {
    const world: World = { now: start + 60 * minute, given: [] };
    const waits: number[] = [];
    const source = storeOf({
      events: [event(1)],
      now: () => world.now,
      beforePage: () => {
        throw busy();
      },
    });
    const faults: string[] = [];
    await pull(
      options(world, {
        sources: [source],
        onWait: (_, __, milliseconds) => waits.push(milliseconds),
        onFault: (name, fault) => faults.push(`${name}: ${fault.message}`),
      }),
    );
    expect(waits.map((wait) => wait / 1000)).toEqual([1, 2, 4, 8, 16, 30, 30, 30, 30, 30, 30]);
    expect(faults).toEqual(['store: Rate exceeded']);
  });

  it('leaves a source out that cannot be read, and reads the others', async () => {
    const world: World = { now: start + 60 * minute, given: [] };
    const broken = storeOf({
      name: 'broken',
      events: [],
      now: () => world.now,
      beforePage: () => {
        throw new KlaxonError('source', 'not allowed');
      },
    });
    const faults: string[] = [];
    const sources = [broken, storeOf({ events: [event(1)], now: () => world.now })];
    await pull(options(world, { sources, onFault: (name) => faults.push(name) }));
    expect({ given: world.given, faults }).toEqual({ given: ['e1-0'], faults: ['broken'] });
  });

  it('begins a slice anew when its tokens expire, and says so if they always do', async () => {
    const events = Array.from({ length: 20 }, (_, at) => event(at * 1000));
    const world: World = { now: start + 60 * minute, given: [] };
    let refusals = 3;
    const expiring = storeOf({ events, now: () => world.now, takesToken: () => refusals-- <= 0 });
    await pull(options(world, { sources: [expiring] }));
    expect(world.given).toEqual(idsOf(events));
    const never = storeOf({ events, now: () => world.now, takesToken: () => false });
    await expect(pull(options(world, { sources: [never] }))).rejects.toThrow('refused as soon as');
  });

  it.each([
    ['the same token again and again', () => ({ events: [], bytes: 0, next: 'same' })],
    ['empty pages without end', (at: number) => ({ events: [], bytes: 0, next: `token ${at}` })],
  ])('does not wait for ever for %s', async (_, answer) => {
    const world: World = { now: start + 60 * minute, given: [] };
    let at = 0;
    const source = { name: 'endless', page: async () => answer(at++) };
    await expect(pull(options(world, { sources: [source] }))).rejects.toThrow('its pages have no end');
  });

  it('ends at once when it is stopped on the way, with nothing half given', async () => {
    const events = Array.from({ length: 20 }, (_, at) => event(at * 1000));
    const world: World = { now: start + 60 * minute, given: [] };
    const stop = new AbortController();
    let pages = 0;
    const source = storeOf({
      events,
      now: () => world.now,
      beforePage: () => {
        if (++pages === 3) stop.abort();
        if (stop.signal.aborted) throw new Error('aborted');
      },
    });
    await pull(options(world, { sources: [source], signal: stop.signal }));
    expect({ given: world.given, pages }).toEqual({ given: [], pages: 3 });
  });

  it('does not go on where what it gives cannot be taken', async () => {
    const world: World = { now: start + 60 * minute, given: [] };
    const stop = new AbortController();
    const deliver = async (): Promise<void> => {
      stop.abort();
      throw new KlaxonError('archive', 'the disk is full');
    };
    const source = storeOf({ events: [event(1)], now: () => world.now });
    const run = pull(options(world, { sources: [source], deliver, signal: stop.signal }));
    await expect(run).rejects.toThrow('the disk is full');
  });
});

describe('checkpoints in a state store', () => {
  it('lead a later pull on from where the one before it ended, without the ids of what it gave', async () => {
    const world: World = { now: start + 120 * minute, given: [] };
    const events = [event(minute), event(50 * minute)];
    const source = storeOf({ events, now: () => world.now });
    const checkpoints = checkpointsIn(
      memoryState(() => world.now),
      3600,
    );
    await pull(options(world, { sources: [source], checkpoints, until: start + 30 * minute }));
    await pull(options(world, { sources: [source], checkpoints, until: start + 60 * minute }));
    expect(world.given).toEqual(idsOf(events));
    expect(await checkpoints.read('store')).toMatchObject({ settled: start + 60 * minute, given: new Map() });
  });

  it('are refused where they are of another version or another form', async () => {
    const written = writtenPosition({
      from: 1,
      settled: 2,
      read: 3,
      lengthMs: 4,
      given: new Map([['a', 2]]),
    });
    expect(positionOf(written, 'here').given.get('a')).toBe(2);
    for (const wrong of [undefined, {}, { ...written, version: 2 }, { ...written, given: [['a']] }])
      expect(() => positionOf(wrong, 'here')).toThrow('here holds');
  });
});
