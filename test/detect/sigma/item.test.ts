/** Values of each type against values of each type, and several values of one field. */
import { describe, expect, it } from 'vitest';
import { holds, selectionFaults } from './loading.ts';

describe('a text value', () => {
  it('ignores case, and keeps it apart with "cased"', () => {
    expect(holds('f: a', { f: 'A' })).toBe(true);
    expect(holds('f|cased: a', { f: 'A' })).toBe(false);
    expect(holds('f|cased: A', { f: 'A' })).toBe(true);
    expect(holds('f|contains|cased: B', { f: 'abc' })).toBe(false);
    expect(holds('f|cased|contains: b', { f: 'abc' })).toBe(true);
  });

  it('is compared with the text form of numbers and booleans', () => {
    expect(holds("f: '403'", { f: 403 })).toBe(true);
    expect(holds("f: '4*'", { f: 403 })).toBe(true);
    expect(holds("f: '1.5'", { f: 1.5 })).toBe(true);
    expect(holds("f: 'TRUE'", { f: true })).toBe(true);
    expect(holds("f: '403'", { f: '4.03e2' })).toBe(false);
  });

  it('never equals an object', () => {
    expect(holds("f: '*'", { f: {} })).toBe(false);
    expect(holds("f: '[object Object]'", { f: { a: 1 } })).toBe(false);
  });

  it('is found by one question mark for one code point', () => {
    expect(holds("f: 'a?c'", { f: 'a😀c' })).toBe(true);
    expect(holds("f: 'a??c'", { f: 'a😀c' })).toBe(false);
  });
});

describe('a lone wildcard', () => {
  it('stands for any value that is there and has a text, the empty one too', () => {
    expect(holds("f: '*'", {})).toBe(false);
    expect(holds("f: '*'", { f: null })).toBe(false);
    expect(holds("f: '*'", { f: '' })).toBe(true);
    expect(holds("f: '*'", { f: 0 })).toBe(true);
    expect(holds("f: '*'", { f: false })).toBe(true);
    expect(holds("f: '*'", { f: { a: 'b' } })).toBe(false);
  });
});

describe('an empty text', () => {
  it('is neither a missing field nor null', () => {
    expect(holds("f: ''", { f: '' })).toBe(true);
    expect(holds("f: ''", {})).toBe(false);
    expect(holds("f: ''", { f: null })).toBe(false);
    expect(holds("f: ''", { f: ' ' })).toBe(false);
  });

  it('is contained in every text that is there', () => {
    for (const modifier of ['contains', 'startswith', 'endswith']) {
      expect(holds(`f|${modifier}: ''`, { f: '' })).toBe(true);
      expect(holds(`f|${modifier}: ''`, { f: 'x' })).toBe(true);
      expect(holds(`f|${modifier}: ''`, {})).toBe(false);
    }
  });
});

describe('a number', () => {
  it('equals every way of writing it', () => {
    expect(holds('f: 403', { f: 403 })).toBe(true);
    expect(holds('f: 403', { f: '403' })).toBe(true);
    expect(holds('f: 403', { f: '4.03e2' })).toBe(true);
    expect(holds('f: 5.0', { f: 5 })).toBe(true);
    expect(holds('f: -1', { f: '-1' })).toBe(true);
  });

  it('equals no text that is only partly a number', () => {
    for (const text of ['403 ', ' 403', '403x', '0x193', '', 'NaN', '4_03'])
      expect(holds('f: 403', { f: text })).toBe(false);
    expect(holds('f: 1', { f: true })).toBe(false);
    expect(holds('f: 0', { f: null })).toBe(false);
  });

  it('must be finite', () => {
    expect(selectionFaults('f: .inf')).toEqual(['Infinity is not a number to compare with']);
    expect(selectionFaults('f: .nan')).toEqual(['NaN is not a number to compare with']);
  });

  it('past 2^53 is compared as the nearest that a JSON number holds', () => {
    const event = JSON.parse('{"f":9007199254740993,"g":"9007199254740993"}') as { f: number; g: string };
    expect(holds('f: 9007199254740992', event)).toBe(true);
    expect(holds("f: '9007199254740993'", event)).toBe(false);
    expect(holds("g: '9007199254740993'", event)).toBe(true);
  });
});

describe('a boolean', () => {
  it('equals the same boolean, and its name in any case', () => {
    expect(holds('f: true', { f: true })).toBe(true);
    expect(holds('f: true', { f: 'True' })).toBe(true);
    expect(holds('f: false', { f: 'FALSE' })).toBe(true);
    expect(holds('f: true', { f: 1 })).toBe(false);
    expect(holds('f: true', { f: 'yes' })).toBe(false);
    expect(holds('f: false', {})).toBe(false);
  });
});

describe('null', () => {
  it('is a missing field as well as a null', () => {
    expect(holds('f: null', {})).toBe(true);
    expect(holds('f: null', { f: null })).toBe(true);
    expect(holds('f:', { f: null })).toBe(true);
    expect(holds('f: null', { f: '' })).toBe(false);
    expect(holds('f: null', { f: 0 })).toBe(false);
  });

  it('is found in a list that holds one, and in an empty list', () => {
    expect(holds('f: null', { f: ['a', null] })).toBe(true);
    expect(holds('f: null', { f: [] })).toBe(true);
    expect(holds('f: null', { f: ['a'] })).toBe(false);
  });

  it('cannot stand in a list', () => {
    expect(selectionFaults('f: [a, null]')).toEqual([
      'null cannot stand in a list: write an identifier of its own',
    ]);
  });
});

describe('several values', () => {
  it('are met by any of them, of whatever type', () => {
    const values = 'f: [a, 5, true, "x*"]';
    for (const f of ['A', 5, '5', true, 'true', 'xyz']) expect(holds(values, { f })).toBe(true);
    for (const f of ['b', 6, false, null, 'ax']) expect(holds(values, { f })).toBe(false);
  });

  it('cannot be an empty list, a list in a list or a map', () => {
    expect(selectionFaults('f: []')).toEqual(['an empty list of values']);
    expect(selectionFaults('f: [[a]]')[0]).toContain('found a map or a list in a list');
    expect(selectionFaults('f: [{a: b}]')[0]).toContain('found a map or a list in a list');
    expect(selectionFaults('f: {a: b}')[0]).toContain('needs a bracket selector');
  });

  it('bind one field twice where it is asked in two ways', () => {
    const both = 'f|startswith: a\nf|endswith: z';
    expect(holds(both, { f: 'abcz' })).toBe(true);
    expect(holds(both, { f: 'abc' })).toBe(false);
    expect(holds(both, { f: 'bcz' })).toBe(false);
  });
});

describe('a field that is a list', () => {
  it('holds where any member does', () => {
    expect(holds('f: b', { f: ['a', 'B'] })).toBe(true);
    expect(holds('f: b', { f: [['a'], ['b']] })).toBe(true);
    expect(holds('f: b', { f: [] })).toBe(false);
    expect(holds('f|gt: 5', { f: [1, '7'] })).toBe(true);
  });

  it('may meet "all" with different members', () => {
    expect(holds('f|contains|all: [ab, cd]', { f: ['xaby', 'xcdy'] })).toBe(true);
    expect(holds('f|all|contains: [ab, cd]', { f: ['xabcdy'] })).toBe(true);
    expect(holds('f|contains|all: [ab, cd]', { f: ['xaby'] })).toBe(false);
    expect(holds('f|all: [a, b]', { f: ['a', 'b', 'c'] })).toBe(true);
  });
});

describe('"neq"', () => {
  it('is the negation of the item: of a list, of a missing field, of every member', () => {
    expect(holds('f|neq: a', { f: 'b' })).toBe(true);
    expect(holds('f|neq: a', { f: 'A' })).toBe(false);
    expect(holds('f|neq: a', {})).toBe(true);
    expect(holds('f|neq: [a, b]', { f: 'b' })).toBe(false);
    expect(holds('f|neq: [a, b]', { f: 'c' })).toBe(true);
    expect(holds('f|neq: a', { f: ['b', 'c'] })).toBe(true);
    expect(holds('f|neq: a', { f: ['b', 'a'] })).toBe(false);
    expect(holds('f|all|neq: [a, b]', { f: ['a'] })).toBe(true);
    expect(holds('f|neq|contains: a', { f: 'xax' })).toBe(false);
    expect(holds('f|neq: null', {})).toBe(false);
  });
});

describe('"exists"', () => {
  it('asks for the key, whatever its value', () => {
    for (const f of [null, '', 0, [], {}, 'x']) {
      expect(holds('f|exists: true', { f })).toBe(true);
      expect(holds('f|exists: false', { f })).toBe(false);
    }
    expect(holds('f|exists: true', {})).toBe(false);
    expect(holds('f|exists: false', {})).toBe(true);
    expect(holds('f.g|exists: true', { f: [{ g: [] }] })).toBe(true);
    expect(holds('f.g|exists: true', { f: [{ h: 1 }] })).toBe(false);
  });

  it('takes true or false, alone, with a field', () => {
    expect(selectionFaults("f|exists: 'true'")).toEqual(['"exists" takes true or false']);
    expect(selectionFaults('f|exists: [true, false]')).toEqual(['"exists" takes true or false']);
    for (const other of ['all', 'neq', 'contains', 'cased', 're'])
      expect(selectionFaults(`f|exists|${other}: true`)).toHaveLength(1);
    expect(selectionFaults("'|exists': true")).toEqual(['"exists" needs a field']);
  });
});

describe('"fieldref"', () => {
  it('compares two fields of one event', () => {
    expect(holds('f|fieldref: g', { f: 'A', g: 'a' })).toBe(true);
    expect(holds('f|fieldref|cased: g', { f: 'A', g: 'a' })).toBe(false);
    expect(holds('f|cased|fieldref: g', { f: 'A', g: 'a' })).toBe(false);
    expect(holds('f|fieldref: g.h', { f: 5, g: { h: '5' } })).toBe(true);
    expect(holds('f|fieldref|startswith: g', { f: 'abc', g: 'AB' })).toBe(true);
    expect(holds('f|fieldref|endswith: g', { f: 'abc', g: 'bc' })).toBe(true);
    expect(holds('f|fieldref|contains: g', { f: 'abc', g: 'x' })).toBe(false);
    expect(holds('f|fieldref: g', { f: ['a', 'b'], g: ['c', 'b'] })).toBe(true);
  });

  it('is false where either side is missing, and its negation true', () => {
    expect(holds('f|fieldref: g', { f: 'a' })).toBe(false);
    expect(holds('f|fieldref: g', { g: 'a' })).toBe(false);
    expect(holds('f|fieldref: g', {})).toBe(false);
    expect(holds('f|fieldref: g', { f: {}, g: {} })).toBe(false);
    expect(holds('f|fieldref|neq: g', { f: 'a' })).toBe(true);
    expect(holds('f|neq|fieldref: g', { f: 'a', g: 'a' })).toBe(false);
  });

  it('may name its field by a placeholder', () => {
    const lists = { fields: ['g', 'h'] };
    expect(holds("f|expand|fieldref: '%fields%'", { f: 'a', h: 'a' }, { lists })).toBe(true);
    expect(holds("f|expand|fieldref: '%fields%'", { f: 'a', h: 'b' }, { lists })).toBe(false);
  });

  it('knows a field by its other name', () => {
    expect(holds('f|fieldref: apiGroup', { f: 'apps', objectRef: { apiGroup: 'apps' } })).toBe(true);
  });

  it('needs the name of a field', () => {
    expect(selectionFaults("f|fieldref: 'g*'")).toEqual(['"g*" is no name of a field']);
    expect(selectionFaults("f|fieldref: ''")).toEqual(['"" is no name of a field']);
    expect(selectionFaults('f|fieldref: 5')).toEqual(['"fieldref" needs a text']);
  });
});
