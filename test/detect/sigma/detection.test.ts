/** Search identifiers: maps, lists, keywords, and what none of them may be. */
import { describe, expect, it } from 'vitest';
import { detects, faultsOf, holds, loadedDetection, selectionFaults } from './loading.ts';

describe('a search identifier', () => {
  it('is every item of a map, and any map of a list', () => {
    expect(holds('{ f: 1, g: 2 }', { f: 1, g: 2 })).toBe(true);
    expect(holds('{ f: 1, g: 2 }', { f: 1 })).toBe(false);
    expect(holds('- { f: 1 }\n- { g: 2 }', { g: 2 })).toBe(true);
    expect(holds('- { f: 1 }\n- { g: 2 }', { g: 3 })).toBe(false);
  });

  it('may mix maps and keywords in a list, and hold lists in lists', () => {
    expect(holds('- needle\n- { f: 1 }', { x: 'a needle' })).toBe(true);
    expect(holds('- needle\n- { f: 1 }', { f: 1 })).toBe(true);
    expect(holds('- [a, b]\n- [c]', { x: 'c' })).toBe(true);
  });

  it('is false for a missing field, so that its negation is true', () => {
    expect(detects('sel: { f: a }\ncondition: not sel', {})).toBe(true);
    expect(detects('sel: { f: a }\ncondition: not sel', { f: 'a' })).toBe(false);
  });

  it('cannot be empty', () => {
    for (const nothing of ['{}', '[]', 'null', '~'])
      expect(selectionFaults(nothing)).toEqual(['an empty search identifier']);
    expect(selectionFaults('[a, null]')).toEqual(['an empty search identifier']);
    expect(selectionFaults('[a, {}]')).toEqual(['an empty search identifier']);
    expect(faultsOf('condition: sel')[0]).toBe('no search identifier');
  });

  it('cannot be "timeframe", which means something else in old rules', () => {
    expect(faultsOf('sel: { f: 1 }\ntimeframe: 5m\ncondition: sel')).toEqual([
      '"timeframe" left Sigma with version 2: write a correlation rule',
    ]);
  });

  it('may have a name that every object inherits', () => {
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
      expect(detects(`${name}: { f: 1 }\ncondition: ${name}`, { f: 1 })).toBe(true);
      expect(detects(`${name}: { f: 1 }\ncondition: not ${name}`, { f: 1 })).toBe(false);
      expect(faultsOf(`sel: { f: 1 }\ncondition: ${name}`)[0]).toContain('no search identifier is named');
    }
  });

  it('is remarked where no condition names it', () => {
    const { warnings } = loadedDetection('a: { f: 1 }\nb: { f: 2 }\ncondition: a');
    expect(warnings.map(({ line, column, message }) => ({ line, column, message }))).toEqual([
      { line: 5, column: 3, message: 'the search identifier "b" stands in no condition' },
    ]);
  });
});

describe('a search without a field', () => {
  const event = {
    verb: 'create',
    code: 403,
    flag: true,
    list: ['one', { deep: 'xxABcxx' }],
    key: { a: null },
  };

  it('finds a text within any value, ignoring case', () => {
    expect(holds('xab', event)).toBe(true);
    expect(holds('- nope\n- CREATE', event)).toBe(true);
    expect(holds('a*c', { f: 'xxabcxx' })).toBe(true);
    expect(holds('a?c', { f: 'xxabcxx' })).toBe(true);
    expect(holds("'a\\*c'", { f: 'xxabcxx' })).toBe(false);
    expect(holds('nope', event)).toBe(false);
  });

  it('finds numbers and booleans by their text', () => {
    expect(holds('403', event)).toBe(true);
    expect(holds('- 40', event)).toBe(true);
    expect(holds('true', event)).toBe(true);
    expect(holds('- 404', event)).toBe(false);
  });

  it('does not search keys, nulls or across values', () => {
    expect(holds('deep', event)).toBe(false);
    expect(holds("'null'", event)).toBe(false);
    expect(holds("'one*xx'", event)).toBe(false);
  });

  it('may find each of several terms in a value of its own', () => {
    expect(holds("'|all': [create, one]", event)).toBe(true);
    expect(holds("'|all': [create, two]", event)).toBe(false);
    expect(holds("'|contains': [two, one]", event)).toBe(true);
    expect(holds("'|re': '^on.$'", event)).toBe(true);
    expect(holds("'|re|all': ['^on.$', 'A']", event)).toBe(true);
    expect(holds("'|neq': nope", event)).toBe(true);
    expect(holds("'|cased': xxabcxx", event)).toBe(false);
    expect(holds("'|startswith': ab", event)).toBe(true);
    expect(holds("'|expand': '%words%'", event, { lists: { words: ['two', 'one'] } })).toBe(true);
  });

  it('takes neither comparisons nor networks nor other fields', () => {
    for (const chain of ['gt', 'hour', 'lte']) expect(selectionFaults(`'|${chain}': 5`)).toHaveLength(1);
    expect(selectionFaults("'|cidr': 10.0.0.0/8")).toEqual([
      'a search without a field takes texts, not cidr',
    ]);
    expect(selectionFaults("'|fieldref': f")).toEqual(['a search without a field takes texts, not field']);
    expect(selectionFaults("'|contains': null")).toHaveLength(1);
  });
});
