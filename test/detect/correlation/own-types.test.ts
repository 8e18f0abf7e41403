/** What Sigma has no word for: values never seen, and silence. */
import { describe, expect, it } from 'vitest';
import { createCorrelator } from '../../../shared/detect/correlation/correlator.ts';
import { createDetector } from '../../../shared/detect/detect.ts';
import type { StateStore } from '../../../shared/ports.ts';
import { memoryState } from '../../../shared/state/memory-state.ts';
import { at, correlated, firedAt, replayed, start } from './replay.ts';

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

describe('first_seen', () => {
  const rules = correlated(
    '{ type: first_seen, rules: [a], group-by: [cluster], timespan: 8d, learning: 1d, condition: { field: user.username } }',
  );
  const by = (seconds: number, username: string, cluster = 'prod') =>
    at(seconds, { user: { username }, cluster });

  it('is quiet while a group is new, and then tells each new value once', async () => {
    expect(
      await firedAt(rules, [by(0, 'bob'), by(hour, 'eve'), by(day, 'mallory'), by(day + 1, 'mallory')]),
    ).toEqual([day]);
  });

  it('learns each group by itself', async () => {
    expect(
      await firedAt(rules, [by(0, 'bob'), by(2 * day, 'bob', 'dev'), by(2 * day + 1, 'eve', 'dev')]),
    ).toEqual([]);
  });

  it('tells a value again once it has been away for as long as values are remembered', async () => {
    const steady = Array.from({ length: 20 }, (_, n) => by(n * day, 'alice'));
    expect(await firedAt(rules, [by(0, 'bob'), ...steady, by(7 * day, 'bob')])).toEqual([]);
    expect(await firedAt(rules, [by(0, 'bob'), ...steady, by(9 * day, 'bob')])).toEqual([9 * day]);
  });

  it('remembers from one process to the next', async () => {
    const state = memoryState(() => start);
    const told = await replayed(
      rules,
      [[by(0, 'bob')], [by(2 * day, 'eve')], [by(2 * day + 5, 'eve')], [by(2 * day + 9, 'bob')]],
      { state },
    );
    expect(told.map(({ time, message }) => [(time - start) / 1000, message])).toEqual([
      [2 * day, 'user.username: eve, not seen for 8d'],
    ]);
  });

  it('asks memory nothing about what it has told already', async () => {
    let asked = 0;
    const memory = memoryState(() => start);
    const state: StateStore = {
      ...memory,
      add: (entries) => {
        asked += entries.length;
        return memory.add(entries);
      },
    };
    const correlator = createCorrelator(rules, { state, now: () => start, suppress: true });
    const detector = createDetector(rules);
    for (const seconds of [0, 10, 20]) {
      for (const finding of detector.findingsFor(by(seconds, 'bob'))) correlator.take(finding);
      await correlator.settle();
    }
    expect(asked).toBe(2);
  });

  it('takes several fields together, and passes over an event that lacks one', async () => {
    const pairs = correlated(
      '{ type: first_seen, rules: [a], timespan: 8d, learning: 1d, condition: { field: [user.username, verb] } }',
    );
    const pair = (seconds: number, username: string, verb?: string) =>
      at(seconds, { user: { username }, ...(verb === undefined ? {} : { verb }) });
    expect(
      await firedAt(pairs, [
        pair(0, 'bob', 'get'),
        pair(day, 'bob'),
        pair(day + 1, 'bob', 'get'),
        pair(day + 2, 'bob', 'list'),
      ]),
    ).toEqual([day + 2]);
  });
});

describe('absence beside signs of life', () => {
  const rules = correlated(
    '{ type: absence, rules: [a], while: [b], group-by: [cluster], timespan: 1h, condition: { gte: 3 } }',
  );
  const line = (seconds: number, f: string, cluster = 'prod') => at(seconds, { f, cluster });
  const signs = (from: number, count: number, cluster = 'prod') =>
    Array.from({ length: count }, (_, n) => line(from + n * 20 * minute, 'b', cluster));

  it('tells that what used to come has not come for the timespan, while enough else has', async () => {
    expect(await firedAt(rules, [line(0, 'a'), ...signs(20 * minute, 3)])).toEqual([hour]);
  });

  it('is quiet where it comes still, where too little else comes, and where it never came', async () => {
    expect(await firedAt(rules, [line(0, 'a'), ...signs(10 * minute, 3), line(55 * minute, 'a')])).toEqual(
      [],
    );
    expect(await firedAt(rules, [line(0, 'a'), line(3 * hour, 'b'), line(3 * hour + 1, 'b')])).toEqual([]);
    expect(await firedAt(rules, signs(0, 10))).toEqual([]);
  });

  it('remembers across deliveries, and tells one silence as one incident', async () => {
    const state = memoryState(() => start);
    const deliveries = [[line(0, 'a')], ...signs(30 * minute, 9).map((event) => [event])];
    const told = await replayed(rules, deliveries, { state, suppress: true });
    expect(new Set(told.map(({ identity }) => identity.join())).size).toBeLessThanOrEqual(4);
    expect(told[0]?.message).toContain('not seen since 2026-01-02T03:00:00.000Z');
  });

  it('may be known by a part of its group: one who was never seen where others were', async () => {
    const known = correlated(
      '{ type: absence, rules: [a], while: [b], group-by: [cluster, user], known-by: [cluster], timespan: 15m, condition: { gte: 2 } }',
    );
    const by = (seconds: number, f: string, user: string, cluster = 'prod') =>
      at(seconds, { f, user, cluster });
    const forged = [by(minute, 'b', 'eve'), by(14 * minute, 'b', 'eve')];
    expect(
      await firedAt(known, [
        by(0, 'a', 'bob'),
        by(minute, 'b', 'bob'),
        by(14 * minute, 'b', 'bob'),
        ...forged,
      ]),
    ).toEqual([14 * minute]);
    expect(await firedAt(known, [by(0, 'a', 'bob', 'dev'), ...forged])).toEqual([]);
  });
});

describe('absence by the clock', () => {
  const rules = correlated('{ type: absence, rules: [a], group-by: [cluster], timespan: 1h }');
  const process = (
    events: readonly ReturnType<typeof at>[],
    clock: { now: number },
    state = memoryState(() => clock.now),
  ) => {
    const correlator = createCorrelator(rules, { state, now: () => clock.now, suppress: true });
    const detector = createDetector(rules);
    const take = (event: ReturnType<typeof at>): void => {
      for (const finding of detector.findingsFor(event)) correlator.take(finding);
    };
    for (const event of events) take(event);
    return { correlator, take, state };
  };
  const from = (seconds: number, cluster: string) => at(seconds, { cluster });

  it('tells at a tick what has fallen silent, as one incident however often it looks', async () => {
    const clock = { now: start };
    const { correlator, take } = process([from(0, 'prod'), from(0, 'dev')], clock);
    expect(await correlator.settle()).toEqual([]);
    clock.now = start + 50 * minute * 1000;
    take(from(50 * minute, 'dev'));
    expect(await correlator.settle()).toEqual([]);
    clock.now = start + 61 * minute * 1000;
    const [first] = await correlator.tick();
    clock.now = start + 90 * minute * 1000;
    const [again, ...more] = await correlator.tick();
    expect(first?.message).toBe('nothing came for 1h after 2026-01-02T03:00:00.000Z');
    expect(first?.time).toBe(start + hour * 1000);
    expect(again?.identity).toEqual(first?.identity);
    expect(more).toEqual([]);
  });

  it('tells it at the arrival of another source as well', async () => {
    const clock = { now: start };
    const { correlator, take } = process([from(0, 'prod')], clock);
    await correlator.settle();
    clock.now = start + 2 * hour * 1000;
    take(from(2 * hour, 'dev'));
    expect((await correlator.settle()).map(({ identity }) => identity[1])).toEqual(['prod']);
  });

  it('says nothing of logs that were old when they came', async () => {
    const clock = { now: start + 30 * day * 1000 };
    const { correlator } = process([from(0, 'prod')], clock);
    expect(await correlator.settle()).toEqual([]);
    expect(await correlator.tick()).toEqual([]);
  });
});

describe('first_seen beside signs that a group is watched', () => {
  const rules = correlated(
    '{ type: first_seen, rules: [a], while: [b], group-by: [cluster], timespan: 8d, learning: 1d, condition: { field: user.username } }',
  );
  const line = (seconds: number, f: string, cluster = 'prod') =>
    at(seconds, { f, cluster, user: { username: 'bob' } });

  it('tells the first value there ever is, once the group has been watched for long enough', async () => {
    expect(await firedAt(rules, [line(0, 'b'), line(day, 'a'), line(day + 1, 'a')])).toEqual([day]);
    expect(await firedAt(rules, [line(0, 'b'), line(day - 1, 'a'), line(day, 'a')])).toEqual([]);
    expect(await firedAt(rules, [line(0, 'b', 'dev'), line(day, 'a')])).toEqual([]);
  });

  it('remembers since when from one process to the next', async () => {
    const state = memoryState(() => start);
    const told = await replayed(
      rules,
      [[line(0, 'b')], [line(9, 'b')], [line(2 * day, 'b'), line(3 * day, 'a')]],
      { state },
    );
    expect(told.map(({ time }) => (time - start) / 1000)).toEqual([3 * day]);
  });
});
