/** The groups that a correlation knows: one for each set of values, touched ones handed over once, never too many. */
import { describe, expect, it } from 'vitest';
import type { Input } from '../../../shared/detect/correlation/correlation.ts';
import { Groups } from '../../../shared/detect/correlation/groups.ts';
import type { GroupValue, Trigger } from '../../../shared/detect/correlation/trigger.ts';
import { type Collected, fieldPathOf, Many } from '../../../shared/detect/field-path.ts';
import { loadedSet } from '../sigma/loading.ts';

const [rule] = loadedSet(
  'title: A\nlogsource: { product: kubernetes }\ndetection: { s: { f: x }, condition: s }',
).rules;

const input: Input = { rule: 'a', name: 'a', groupBy: [fieldPathOf('cluster'), fieldPathOf('user')] };

const trigger = (fields: Readonly<Record<string, Collected>>): Trigger => {
  if (!rule) throw new Error('expected a rule');
  return {
    rule,
    id: 'id',
    event: 'event',
    time: 0,
    scope: { valuesAt: ({ text }) => fields[text] },
    witness: () => {
      throw new Error('nobody asks for the event');
    },
  };
};

const known = () => {
  const begun: (readonly GroupValue[])[] = [];
  const groups = new Groups((values) => {
    begun.push(values);
    return { values };
  });
  return { groups, begun };
};

describe('groups', () => {
  it('are the same for the same values, and others for others', () => {
    const { groups, begun } = known();
    const [first] = groups.of(trigger({ cluster: 'a', user: 'dana' }), input);
    expect(groups.of(trigger({ cluster: 'a', user: 'dana' }), input)).toEqual([first]);
    expect(groups.of(trigger({ cluster: 'a', user: 'dana' }), input)[0]).toBe(first);
    expect(groups.of(trigger({ cluster: 'b', user: 'dana' }), input)[0]).not.toBe(first);
    expect(begun).toEqual([
      ['a', 'dana'],
      ['b', 'dana'],
    ]);
  });

  it('tell a field that is missing from one that is empty, and a truth from its text', () => {
    const { groups, begun } = known();
    for (const user of [undefined, '', true, 'true']) groups.of(trigger({ cluster: 'a', user }), input);
    expect(begun).toEqual([
      ['a', null],
      ['a', ''],
      ['a', 'true'],
    ]);
  });

  it('are several where a field holds several values', () => {
    const { groups } = known();
    const found = groups.of(trigger({ cluster: 'a', user: new Many(['dana', 'kim', 'dana']) }), input);
    expect(found.map(({ values }) => values)).toEqual([
      ['a', 'dana'],
      ['a', 'kim'],
    ]);
  });

  it('are handed over once, in the order in which they were touched', () => {
    const { groups } = known();
    for (const user of ['dana', 'kim', 'dana'])
      for (const group of groups.of(trigger({ cluster: 'a', user }), input)) groups.touch(group);
    expect(groups.drain().map(({ values }) => values[1])).toEqual(['dana', 'kim']);
    expect(groups.drain()).toEqual([]);
  });

  it('begin anew once there are too many to be remembered', () => {
    const { groups, begun } = known();
    for (let at = 0; at < 6_000; at++)
      for (const group of groups.of(trigger({ cluster: 'a', user: `u${at}` }), input)) groups.touch(group);
    expect(groups.drain()).toHaveLength(6_000);
    groups.of(trigger({ cluster: 'a', user: 'u0' }), input);
    expect(begun).toHaveLength(6_001);
  });
});
