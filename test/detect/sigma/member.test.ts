/** Paths through lists, and conditions on one member of a list. */
import { describe, expect, it } from 'vitest';
import { holds, selectionFaults } from './loading.ts';

const three = { version: 3 };
const asks = (selection: string, event: Parameters<typeof holds>[1]): boolean =>
  holds(selection, event, three);

describe('a quantifier', () => {
  const cases: readonly (readonly [string, readonly [boolean, boolean, boolean, boolean, boolean]])[] = [
    // some, every, none of the members, an empty list, a missing one
    ['any', [true, true, false, false, false]],
    ['all', [false, true, false, false, false]],
    ['all_or_empty', [false, true, false, true, true]],
    ['none', [false, false, true, true, true]],
  ];
  for (const [word, [some, every, none, empty, missing]] of cases) {
    it(`answers for [${word}] as the table says`, () => {
      const selection = `f[${word}]|startswith: a`;
      expect(asks(selection, { f: ['ab', 'b'] })).toBe(some);
      expect(asks(selection, { f: ['ab', 'a'] })).toBe(every);
      expect(asks(selection, { f: ['b', 'c'] })).toBe(none);
      expect(asks(selection, { f: [] })).toBe(empty);
      expect(asks(selection, {})).toBe(missing);
      expect(asks(selection, { f: null })).toBe(missing);
    });
  }

  it('takes a value that is no list for a list of one', () => {
    expect(asks('f[all]: a', { f: 'a' })).toBe(true);
    expect(asks('f[none]: a', { f: 'a' })).toBe(false);
  });

  it('is one axis, and "all" of the values another', () => {
    expect(asks('f[any]|contains|all: [a, b]', { f: ['a', 'b'] })).toBe(false);
    expect(asks('f[any]|contains|all: [a, b]', { f: ['xab', 'c'] })).toBe(true);
    expect(asks('f[all]|neq: a', { f: ['b', 'c'] })).toBe(true);
    expect(asks('f[any]|neq: a', { f: ['a', 'c'] })).toBe(true);
  });

  it('may stand inside a path, more than once', () => {
    const rules = [{ verbs: ['get', 'list'] }, { verbs: ['get'] }];
    expect(asks('rules[any].verbs[all]: get', { rules })).toBe(true);
    expect(asks('rules[all].verbs[all]: get', { rules })).toBe(false);
    expect(asks('rules[all].verbs[any]: get', { rules })).toBe(true);
    expect(asks('r.rules[any].verbs: list', { r: { rules } })).toBe(true);
  });

  it('binds no two items to one member', () => {
    const f = [
      { a: 1, b: 2 },
      { a: 2, b: 1 },
    ];
    expect(asks('f[any].a: 1\nf[any].b: 1', { f })).toBe(true);
    expect(asks('f[any]: { a: 1, b: 1 }', { f })).toBe(false);
    expect(asks('f[0].a: 1\nf[0].b: 1', { f })).toBe(false);
  });
});

describe('an index', () => {
  it('is one member, counted from either end', () => {
    const f = ['a', 'b', 'c'];
    expect(asks('f[0]: a', { f })).toBe(true);
    expect(asks('f[0]: b', { f })).toBe(false);
    expect(asks('f[-1]: c', { f })).toBe(true);
    expect(asks('f[3]: c', { f })).toBe(false);
    expect(asks('f[-4]: a', { f })).toBe(false);
    expect(asks('f[0]: a', { f: 'a' })).toBe(false);
    expect(asks('f[1].g: x', { f: [{ g: 'y' }, { g: 'x' }] })).toBe(true);
    expect(asks('f[5]|exists: false', { f })).toBe(true);
  });

  it('is not meant by a number between dots', () => {
    expect(holds('f.0: a', { f: ['a'] })).toBe(false);
  });
});

describe('a block', () => {
  const containers = [
    { name: 'a', image: 'registry.example/x', privileged: false },
    { name: 'b', image: 'other.example/x', privileged: true },
  ];

  it('asks all its items of one member', () => {
    expect(asks('c[any]: { privileged: true, image|startswith: other }', { c: containers })).toBe(true);
    expect(asks('c[any]: { privileged: true, image|startswith: registry }', { c: containers })).toBe(false);
    expect(asks('c[none]: { privileged: true, image|startswith: registry }', { c: containers })).toBe(true);
  });

  it('may have identifiers and a condition of its own', () => {
    const block =
      'c[any]:\n  trusted: { image|startswith: registry }\n  bad: { privileged: true }\n  condition: bad and not trusted';
    expect(asks(block, { c: containers })).toBe(true);
    expect(asks(block, { c: containers.slice(0, 1) })).toBe(false);
  });

  it('calls the member itself by a dot', () => {
    expect(asks('f[any]:\n  .|gte: 500', { f: [200, 503] })).toBe(true);
    expect(asks('f[any]:\n  .|gte: 500', { f: [200] })).toBe(false);
    const block = 'f[any]:\n  big: { .|gte: 500 }\n  odd: { .: 503 }\n  condition: big and not odd';
    expect(asks(block, { f: [503] })).toBe(false);
    expect(asks(block, { f: [500] })).toBe(true);
  });

  it('nests, and searches its member only', () => {
    const event = { pods: [{ c: [{ v: 1 }] }, { c: [{ v: 2, w: 'needle' }] }] };
    expect(asks('pods[any]:\n  c[any]: { v: 2, w: needle }', event)).toBe(true);
    expect(asks('pods[any]:\n  c[any]: { v: 1, w: needle }', event)).toBe(false);
    expect(asks("pods[0]|exists: true\npods[all]:\n  '|contains': needle", event)).toBe(false);
  });

  it('reports its own faults', () => {
    const faults = (selection: string) => selectionFaults(selection, three);
    expect(faults('f[any]: {}')).toEqual(['an empty block']);
    expect(faults('f[any]|contains: { a: b }')).toEqual(['a block of conditions takes no modifier']);
    expect(faults('f[any]: { a: b, condition: x }')[0]).toContain('no search identifier is named "x"');
    expect(faults('f: { a: b }')[0]).toContain('needs a bracket selector');
  });
});

describe('a bracket', () => {
  it('is a part of the name before Sigma 3', () => {
    expect(holds('f[any]: a', { 'f[any]': 'a' })).toBe(true);
    expect(holds('f[any]: a', { f: ['a'] })).toBe(false);
    expect(holds('f[0]: a', { 'f[0]': 'a' })).toBe(true);
  });

  it('is a part of the name after a backslash', () => {
    expect(asks('f\\[any\\]: a', { 'f[any]': 'a' })).toBe(true);
    expect(asks('f\\[0\\]: a', { f: ['a'] })).toBe(false);
  });

  it('is refused where it selects nothing', () => {
    for (const field of ['f[some]', 'f[]', 'f[1', 'f[1.5]', 'f[ANY]', 'f[0][1]', '[0]', 'f.[0]'])
      expect(selectionFaults(`'${field}': a`, three)).toHaveLength(1);
  });
});
