/** Sigma's own correlation types. */
import { describe, expect, it } from 'vitest';
import { loadedSet } from '../sigma/loading.ts';
import { at, correlated, firedAt, replayed, start } from './replay.ts';

describe('an event_count', () => {
  const counted = (condition: string, more = '') =>
    correlated(`{ type: event_count, rules: [a], timespan: 10s, condition: { ${condition} }${more} }`);

  it('holds at the event that reaches the number, and at each after it', async () => {
    expect(
      await firedAt(
        counted('gte: 3'),
        [0, 1, 2, 3].map((second) => at(second)),
      ),
    ).toEqual([2, 3]);
  });

  it('counts what lies exactly the timespan apart, and nothing a millisecond further', async () => {
    expect(await firedAt(counted('gte: 2'), [at(0), at(10)])).toEqual([10]);
    expect(await firedAt(counted('gte: 2'), [at(0), at(10.001)])).toEqual([]);
  });

  it('takes a window across the hour, the day and every other boundary', async () => {
    for (const second of [9, 19, 29, 3595, 86_395])
      expect(await firedAt(counted('gte: 3'), [at(second), at(second + 5), at(second + 10)])).toEqual([
        second + 10,
      ]);
  });

  it.each([
    ['eq: 2', [1]],
    ['gt: 1, lte: 3', [1, 2]],
    ['neq: 1', [1, 2, 3]],
    ['lt: 3', [0, 1]],
  ])('compares by %s at each arrival', async (condition, seconds) => {
    expect(
      await firedAt(
        counted(condition),
        [0, 1, 2, 3].map((second) => at(second)),
      ),
    ).toEqual(seconds);
  });

  it('counts each group by itself, a missing field as a group that is not the empty text', async () => {
    const rules = counted('gte: 2', ', group-by: [user.username]');
    const by = (username: unknown, second: number) =>
      at(second, username === undefined ? {} : { user: { username: username as string } });
    expect(await firedAt(rules, [by('bob', 0), by('Bob', 1), by('', 2), by(undefined, 3)])).toEqual([]);
    expect(
      await firedAt(rules, [by('bob', 0), by('eve', 1), by('bob', 2), by(undefined, 3), by(undefined, 4)]),
    ).toEqual([2, 4]);
  });

  it('puts an event whose field is a list into a group for each value', async () => {
    const rules = counted('gte: 2', ', group-by: [sourceIPs]');
    const from = (second: number, ...sourceIPs: string[]) => at(second, { sourceIPs });
    expect(await firedAt(rules, [from(0, '192.0.2.1', '192.0.2.2'), from(1, '192.0.2.2')])).toEqual([1]);
  });

  it('counts both stages of one request once, and an event that meets two rules twice', async () => {
    const stage = (second: number, name: string) =>
      at(second, { auditID: 'one', stage: name, requestReceivedTimestamp: '2026-01-02T03:00:00Z' });
    expect(
      await firedAt(counted('gte: 2'), [stage(0, 'ResponseStarted'), stage(1, 'ResponseComplete')]),
    ).toEqual([]);
    const twice = loadedSet(
      'title: top\nname: top\ncorrelation: { type: event_count, rules: [p, q], timespan: 1m, condition: { gte: 2 } }\n---\ntitle: p\nname: p\nlogsource: { product: kubernetes }\ndetection: { sel: { f: x }, condition: sel }\n---\ntitle: q\nname: q\nlogsource: { product: kubernetes }\ndetection: { sel: { f: x }, condition: sel }\n',
    );
    expect(await firedAt(twice.rules, [at(0)])).toEqual([0]);
  });

  it('leaves out an event that states no time', async () => {
    expect(await replayed(counted('gte: 1'), [[{ ...at(0), time: undefined }]])).toEqual([]);
  });
});

describe('a value_count', () => {
  const rules = correlated(
    '{ type: value_count, rules: [a], timespan: 10s, group-by: [user.username], condition: { field: objectRef.name, gte: 3 } }',
  );
  const read = (second: number, name?: string) =>
    at(second, { user: { username: 'bob' }, objectRef: name === undefined ? {} : { name } });

  it('counts different values, and passes over events without one', async () => {
    expect(
      await firedAt(rules, [read(0, 'a'), read(1, 'a'), read(2), read(3, 'b'), read(4, 'b'), read(5, 'c')]),
    ).toEqual([5]);
  });

  it('counts a value that came again after its first time has left the window', async () => {
    expect(await firedAt(rules, [read(0, 'a'), read(9, 'a'), read(12, 'b'), read(15, 'c')])).toEqual([15]);
    expect(await firedAt(rules, [read(0, 'a'), read(12, 'b'), read(15, 'c')])).toEqual([]);
  });

  it('cannot be blinded by a flood of values', async () => {
    for (const count of [100, 197, 198, 200, 250, 1000, 3000]) {
      const flood = Array.from({ length: count }, (_, n) => read(n / 1000, `value-${n}`));
      expect([count, (await firedAt(rules, flood)).length > 0]).toEqual([count, true]);
      expect([count, (await replayed(rules, [flood, [read(8, 'late')]])).length > 0]).toEqual([count, true]);
    }
  });

  it('cannot be blinded by a flood of one value', async () => {
    const flood = Array.from({ length: 3000 }, (_, n) => read(n / 1000, 'same'));
    expect(await firedAt(rules, [...flood, read(8, 'b'), read(9, 'c')])).toEqual([9]);
  });

  it('takes several fields together', async () => {
    const pairs = correlated(
      '{ type: value_count, rules: [a], timespan: 10s, condition: { field: [user.username, objectRef.name], gte: 2 } }',
    );
    expect(await firedAt(pairs, [read(0, 'a'), read(1), read(2, 'b')])).toEqual([2]);
  });

  it('tells long values apart, and keeps none of them whole', async () => {
    const long = (end: string) => `${'x'.repeat(5000)}${end}`;
    const [incident] = await replayed(rules, [['a', 'b', 'c'].map((end, second) => read(second, long(end)))]);
    expect(incident?.message.length).toBeLessThan(500);
  });

  it('says which values it met', async () => {
    const [incident] = await replayed(rules, [['a', 'b', 'c'].map((name, second) => read(second, name))]);
    expect(incident?.message).toBe('3 different values of objectRef.name within 10s: a, b, c');
    expect(incident?.witnesses.map(({ target }) => target.name)).toEqual(['a', 'b', 'c']);
  });
});

describe('arithmetic over a field', () => {
  const over = (type: string, condition: string) =>
    correlated(`{ type: ${type}, rules: [a], timespan: 10s, condition: { field: n, ${condition} } }`);
  const having = (...numbers: readonly unknown[]) =>
    numbers.map((n, second) => at(second, { n: n as number }));

  it('adds up, and passes over what is no number', async () => {
    expect(await firedAt(over('value_sum', 'gt: 10'), having(4, 'none', '5.5', 1))).toEqual([3]);
  });

  it('takes the mean', async () => {
    expect(await firedAt(over('value_avg', 'gte: 2.5'), having(1, 2, 4.5))).toEqual([2]);
  });

  it('takes the median and percentiles by linear interpolation', async () => {
    expect(await firedAt(over('value_median', 'eq: 2.5'), having(1, 2, 3, 4))).toEqual([3]);
    expect(await firedAt(over('value_percentile', 'percentile: 90, eq: 3.7'), having(1, 2, 3, 4))).toEqual([
      3,
    ]);
    expect(await firedAt(over('value_percentile', 'percentile: 0, lt: 1'), having(1, 2, 0))).toEqual([2]);
  });

  it('says nothing where no event has a number', async () => {
    expect(await firedAt(over('value_sum', 'lt: 10'), having('none'))).toEqual([]);
  });
});

describe('a temporal correlation', () => {
  const by = (second: number, f: string) => at(second, { f });

  it('holds once all of its rules have, in any order', async () => {
    const rules = correlated('{ type: temporal, rules: [a, b], timespan: 10s }');
    expect(await firedAt(rules, [by(0, 'b'), by(10, 'a')])).toEqual([10]);
    expect(await firedAt(rules, [by(0, 'b'), by(11, 'a'), by(12, 'a')])).toEqual([]);
  });

  it('holds with fewer where its condition asks for fewer', async () => {
    const rules = correlated('{ type: temporal, rules: [a, b, c], timespan: 10s, condition: { gte: 2 } }');
    expect(await firedAt(rules, [by(0, 'c'), by(1, 'c'), by(2, 'b')])).toEqual([2]);
  });

  it('reads a condition over the names of its rules', async () => {
    const rules = correlated('{ type: temporal, timespan: 10s, condition: "a and (b or c)" }');
    expect(await firedAt(rules, [by(0, 'b'), by(1, 'c'), by(2, 'a')])).toEqual([2]);
    const without = correlated('{ type: temporal, rules: [a, b], timespan: 10s, condition: "a and not b" }');
    expect(await firedAt(without, [by(0, 'b'), by(1, 'a'), by(20, 'a')])).toEqual([20]);
  });

  it('keeps an order where one is asked for', async () => {
    const rules = correlated('{ type: temporal_ordered, rules: [a, b, c], timespan: 10s }');
    expect(await firedAt(rules, [by(0, 'a'), by(1, 'b'), by(2, 'c')])).toEqual([2]);
    expect(await firedAt(rules, [by(0, 'a'), by(1, 'c'), by(2, 'b')])).toEqual([]);
    expect(await firedAt(rules, [by(0, 'b'), by(1, 'a'), by(2, 'b'), by(3, 'a'), by(4, 'c')])).toEqual([4]);
    expect(await firedAt(rules, [by(0, 'a'), by(1, 'b'), by(11, 'c')])).toEqual([]);
  });

  it('takes what happened at the same moment for a sequence', async () => {
    const rules = correlated('{ type: temporal_ordered, rules: [a, b], timespan: 10s }');
    expect(await firedAt(rules, [by(5, 'b'), by(5, 'a')])).toEqual([5]);
  });

  it('cannot be blinded by a flood of one of its steps', async () => {
    const rules = correlated('{ type: temporal_ordered, rules: [a, b], timespan: 10s }');
    const flood = Array.from({ length: 5000 }, (_, n) => by(n / 1000, 'a'));
    expect(await firedAt(rules, [...flood, by(7, 'b')])).toEqual([7]);
  });
});

describe('aliases', () => {
  it('give each rule its own field', async () => {
    const rules = correlated(
      '{ type: temporal_ordered, rules: [a, b], group-by: [who], timespan: 10s, aliases: { who: { a: rbac.subjects.name, b: user.username } } }',
    );
    const granted = at(0, {
      f: 'a',
      verb: 'create',
      objectRef: { resource: 'rolebindings', apiGroup: 'rbac.authorization.k8s.io', name: 'b' },
      requestObject: { kind: 'RoleBinding', subjects: [{ name: 'bob' }, { name: 'eve' }] },
    });
    const used = (username: string) => at(1, { f: 'b', user: { username } });
    expect(await firedAt(rules, [granted, used('eve')])).toEqual([1]);
    expect(await firedAt(rules, [granted, used('alice')])).toEqual([]);
  });
});

describe('a correlation of correlations', () => {
  const rules = loadedSet(`title: top
name: top
correlation: { type: temporal_ordered, rules: [many, b], group-by: [user.username], timespan: 10s }
level: critical
---
title: many
name: many
correlation: { type: event_count, rules: [a], group-by: [user.username, verb], timespan: 5s, condition: { gte: 2 } }
---
title: a
name: a
logsource: { product: kubernetes }
detection: { sel: { f: a }, condition: sel }
---
title: b
name: b
logsource: { product: kubernetes }
detection: { sel: { f: b }, condition: sel }
`).rules;
  const by = (second: number, f: string, username: string, verb = 'get') =>
    at(second, { f, verb, user: { username } });

  it('takes one that held for an event at that time with its group', async () => {
    expect(await firedAt(rules, [by(0, 'a', 'bob'), by(1, 'a', 'bob'), by(9, 'b', 'bob')])).toEqual([9]);
    expect(await firedAt(rules, [by(0, 'a', 'bob'), by(1, 'a', 'bob'), by(9, 'b', 'eve')])).toEqual([]);
    expect(await firedAt(rules, [by(0, 'a', 'bob'), by(1, 'a', 'bob', 'list'), by(9, 'b', 'bob')])).toEqual(
      [],
    );
  });

  it('tells its story by the rules that held', async () => {
    const incidents = await replayed(rules, [[by(0, 'a', 'bob'), by(1, 'a', 'bob'), by(9, 'b', 'bob')]]);
    const top = incidents.find(({ rule }) => rule.id === 'top');
    expect(top?.witnesses.map(({ time, rule }) => [(time - start) / 1000, rule.title])).toEqual([
      [1, 'many (2 within 5s)'],
      [9, 'b'],
    ]);
    expect(incidents.map(({ rule }) => rule.id)).toEqual(['top']);
  });
});
