/** What each modifier makes of its value, and what it refuses. */
import { describe, expect, it } from 'vitest';
import { holds, selectionFaults } from './loading.ts';

describe('the affixes', () => {
  it('look for a part of the text', () => {
    expect(holds('f|contains: b', { f: 'aBc' })).toBe(true);
    expect(holds('f|startswith: a', { f: 'Abc' })).toBe(true);
    expect(holds('f|startswith: b', { f: 'abc' })).toBe(false);
    expect(holds('f|endswith: c', { f: 'abC' })).toBe(true);
    expect(holds('f|endswith: b', { f: 'abc' })).toBe(false);
    expect(holds("f|contains: 'a*c'", { f: 'xabcx' })).toBe(true);
    expect(holds("f|contains: '*b*'", { f: 'abc' })).toBe(true);
  });

  it('look into numbers of the event, by their text', () => {
    expect(holds("f|startswith: '4'", { f: 403 })).toBe(true);
  });

  it('need a text', () => {
    for (const affix of ['contains', 'startswith', 'endswith', 'cased']) {
      for (const value of ['5', 'true', 'null'])
        expect(selectionFaults(`f|${affix}: ${value}`)).toEqual([`"${affix}" needs a text`]);
    }
  });
});

describe('"all"', () => {
  it('needs more than one value', () => {
    expect(selectionFaults('f|all: a')).toEqual(['"all" needs more than one value']);
    expect(selectionFaults('f|contains|all: [a]')).toEqual(['"all" needs more than one value']);
  });

  it('leaves the variants of one value alternatives of each other', () => {
    expect(holds("f|contains|windash|all: ['-a', '-b']", { f: 'x /a x –b' })).toBe(true);
    expect(holds("f|contains|windash|all: ['-a', '-b']", { f: 'x /a x' })).toBe(false);
    expect(holds('f|base64offset|contains|all: [foobar, qux]', { f: `Zm9vYmFy ${btoa('qux')}` })).toBe(true);
  });
});

describe('"re"', () => {
  it('searches, with case', () => {
    expect(holds("f|re: 'b+'", { f: 'abbc' })).toBe(true);
    expect(holds("f|re: 'B'", { f: 'abc' })).toBe(false);
    expect(holds("f|re: '^b'", { f: 'abc' })).toBe(false);
    expect(holds("f|re: '^4..$'", { f: 403 })).toBe(true);
    expect(holds("f|re: 'a*'", { f: {} })).toBe(false);
  });

  it('takes flags after it or before its pattern', () => {
    expect(holds("f|re|i: 'B'", { f: 'abc' })).toBe(true);
    expect(holds("f|re|ignorecase: 'B'", { f: 'abc' })).toBe(true);
    expect(holds("f|re: '(?i)B'", { f: 'abc' })).toBe(true);
    expect(holds("f|re: '^b$'", { f: 'a\nb\nc' })).toBe(false);
    expect(holds("f|re|m: '^b$'", { f: 'a\nb\nc' })).toBe(true);
    expect(holds("f|re|multiline: '^b$'", { f: 'a\nb\nc' })).toBe(true);
    expect(holds("f|re: 'a.b'", { f: 'a\nb' })).toBe(false);
    expect(holds("f|re|s: 'a.b'", { f: 'a\nb' })).toBe(true);
    expect(holds("f|re|dotall|i|i: 'A.B'", { f: 'a\nb' })).toBe(true);
    expect(holds("f|re: '(?is)A.B'", { f: 'a\nb' })).toBe(true);
  });

  it('takes its pattern raw: a star repeats, a backslash escapes', () => {
    expect(holds("f|re: '^a\\*$'", { f: 'a*' })).toBe(true);
    expect(holds("f|re: '^a*$'", { f: 'aaa' })).toBe(true);
  });

  it('refuses a pattern that is none, or that needs backtracking', () => {
    expect(selectionFaults("f|re: '('")[0]).toContain('parsing regexp');
    expect(selectionFaults("f|re: '(a)\\1'")[0]).toContain('parsing regexp');
    expect(selectionFaults("f|re: '(?=a)'")[0]).toContain('parsing regexp');
    expect(selectionFaults('f|re: 5')).toEqual(['"re" needs a text']);
  });
});

describe('"cidr"', () => {
  it('holds for addresses of the network', () => {
    expect(holds('f|cidr: 10.0.0.0/8', { f: '10.1.2.3' })).toBe(true);
    expect(holds('f|cidr: 10.0.0.0/8', { f: '11.1.2.3' })).toBe(false);
    expect(holds('f|cidr: 10.0.0.0/9', { f: '10.128.0.0' })).toBe(false);
    expect(holds('f|cidr: 192.0.2.1', { f: '192.0.2.1' })).toBe(true);
    expect(holds('f|cidr: fd00::/8', { f: 'FD12::1' })).toBe(true);
    expect(holds('f|cidr: 2001:db8::1', { f: '2001:db8:0:0::1' })).toBe(true);
    expect(holds('f|cidr: 0.0.0.0/0', { f: '2001:db8::1' })).toBe(false);
    expect(holds('f|cidr: [10.0.0.0/8, 192.168.0.0/16]', { f: '192.168.1.1' })).toBe(true);
  });

  it('takes a v4-mapped address and a v4-mapped network for IPv4', () => {
    expect(holds('f|cidr: 10.0.0.0/8', { f: '::ffff:10.1.2.3' })).toBe(true);
    expect(holds('f|cidr: 10.0.0.0/8', { f: '::ffff:a01:203' })).toBe(true);
    expect(holds("f|cidr: '::ffff:10.0.0.0/104'", { f: '10.1.2.3' })).toBe(true);
  });

  it('holds for any address of a list', () => {
    expect(holds('sourceIPs|cidr: 10.0.0.0/8', { sourceIPs: ['192.0.2.1', '10.0.0.1'] })).toBe(true);
  });

  it('is silent on what is no address', () => {
    for (const f of [
      '',
      'x',
      '10',
      '10.1',
      '0x0a.0.0.1',
      '012.0.0.1',
      '10.0.0.0/8',
      '10.0.0.1:443',
      167772161,
      null,
    ])
      expect(holds('f|cidr: 10.0.0.0/8', { f })).toBe(false);
  });

  it('refuses what is no network', () => {
    for (const text of [
      '10',
      '10.0.0.0/33',
      '10.0.0.0/-1',
      '10.0.0.0/8/8',
      '10.0.0.0/',
      'fd00::/129',
      'x/8',
      '::/x',
    ])
      expect(selectionFaults(`f|cidr: '${text}'`)[0]).toContain('is not an address or a network');
    expect(selectionFaults('f|cidr: 10.0.0.1/8')).toEqual(['"10.0.0.1/8" has bits set beyond its prefix']);
    expect(selectionFaults("f|cidr: 'fd00::1/64'")).toEqual(['"fd00::1/64" has bits set beyond its prefix']);
    expect(selectionFaults('f|cidr: 5')).toEqual(['"cidr" needs a text']);
  });
});

describe('the comparisons', () => {
  it('compare numbers, and texts that are numbers', () => {
    expect(holds('f|gt: 5', { f: 6 })).toBe(true);
    expect(holds('f|gt: 5', { f: 5 })).toBe(false);
    expect(holds('f|gte: 5', { f: 5 })).toBe(true);
    expect(holds('f|lt: 5', { f: '4.5' })).toBe(true);
    expect(holds('f|lte: 5', { f: '10' })).toBe(false);
    expect(holds('f|gte: 400', { f: '4e2' })).toBe(true);
    expect(holds('f|lt: [1, 100]', { f: 50 })).toBe(true);
  });

  it('are false for what is no number', () => {
    for (const f of ['x', '', ' 6', true, null, {}, [], ['x']]) {
      expect(holds('f|gt: 5', { f })).toBe(false);
      expect(holds('f|lte: 5', { f })).toBe(false);
    }
    expect(holds('f|gt: 5', {})).toBe(false);
  });

  it('need a number', () => {
    for (const value of ["'5'", 'true', 'null', 'x'])
      expect(selectionFaults(`f|gte: ${value}`)).toEqual(['"gte" needs a number']);
  });
});

describe('the parts of a time', () => {
  it('are read in UTC from RFC 3339 and from epochs', () => {
    const f = '2026-01-02T23:04:05.123456+01:00';
    expect(holds('f|hour: 22', { f })).toBe(true);
    expect(holds('f|minute: 4', { f })).toBe(true);
    expect(holds('f|day: 2', { f })).toBe(true);
    expect(holds('f|month: 1', { f })).toBe(true);
    expect(holds('f|year: 2026', { f })).toBe(true);
    expect(holds('f|week: 1', { f })).toBe(true);
    expect(holds('f|year: 2026', { f: 1_767_323_045 })).toBe(true);
    expect(holds('f|year: 2026', { f: 1_767_323_045_000 })).toBe(true);
  });

  it('count weeks as ISO 8601 does', () => {
    expect(holds('f|week: 53', { f: '2021-01-03T12:00:00Z' })).toBe(true);
    expect(holds('f|week: 1', { f: '2024-12-30T00:00:00Z' })).toBe(true);
  });

  it('may be compared', () => {
    expect(holds('f|hour|gte: 22', { f: '2026-01-02T22:00:00Z' })).toBe(true);
    expect(holds('f|hour|lt: 6', { f: '2026-01-02T22:00:00Z' })).toBe(false);
  });

  it('are false for what is no time', () => {
    for (const f of ['x', '', null, {}, '2026-13-01T00:00:00Z', 1e300])
      expect(holds('f|hour|gte: 0', { f })).toBe(false);
  });

  it('need a number, and stand before a comparison', () => {
    expect(selectionFaults("f|hour: '5'")).toEqual(['"hour" needs a number']);
    expect(selectionFaults('f|gte|hour: 5')).toEqual(['"gte" and "hour" cannot stand together']);
    expect(selectionFaults('f|hour|minute: 5')).toEqual(['"hour" and "minute" cannot stand together']);
  });
});

describe('"expand"', () => {
  const lists = { users: ['alice', 'bob*'], places: ['x', 'y'] };

  it('puts each value of a list in the place of its name', () => {
    expect(holds("f|expand: '%users%'", { f: 'Alice' }, { lists })).toBe(true);
    expect(holds("f|expand: '%users%'", { f: 'bobby' }, { lists })).toBe(true);
    expect(holds("f|expand: '%users%'", { f: 'carol' }, { lists })).toBe(false);
    expect(holds("f|expand: 'a%places%-%places%b'", { f: 'ax-yb' }, { lists })).toBe(true);
    expect(holds("f|contains|expand: '%places%'", { f: 'zyz' }, { lists })).toBe(true);
    expect(holds("f|re|expand: '^%places%+$'", { f: 'yyy' }, { lists })).toBe(true);
    expect(holds("f|expand|re: '^%places%+$'", { f: 'yyy' }, { lists })).toBe(true);
  });

  it('leaves an escaped percent sign, and every other rule, alone', () => {
    expect(holds("f|expand: '\\%users%'", { f: '%users%' }, { lists })).toBe(true);
    expect(holds("f: '%users%'", { f: '%users%' }, { lists })).toBe(true);
    expect(holds("f|expand: '100%'", { f: '100%' }, { lists })).toBe(true);
  });

  it('refuses a name without a list, those of every object too', () => {
    expect(selectionFaults("f|expand: '%nobody%'", { lists })).toEqual([
      'no list gives the values of "%nobody%"',
    ]);
    for (const name of ['constructor', '__proto__', 'toString'])
      expect(selectionFaults(`f|expand: '%${name}%'`, { lists })).toHaveLength(1);
    expect(selectionFaults('f|expand: 5', { lists })).toEqual(['"expand" needs a text']);
  });
});

describe('a chain of modifiers', () => {
  const refused: readonly (readonly [string, string])[] = [
    ['contains|startswith', 'cannot stand together'],
    ['contains|endswith', 'cannot stand together'],
    ['startswith|endswith', 'cannot stand together'],
    ['re|contains', 'cannot stand together'],
    ['contains|re', 'cannot stand together'],
    ['re|cidr', 'cannot stand together'],
    ['cidr|contains', 'cannot stand together'],
    ['re|startswith', 'cannot stand together'],
    ['gt|lt', 'cannot stand together'],
    ['contains|gt', 'cannot stand together'],
    ['fieldref|re', 'cannot stand together'],
    ['fieldref|contains|startswith', 'cannot stand together'],
    ['wide|utf16', 'cannot stand together'],
    ['utf16be|utf16le', 'cannot stand together'],
    ['base64|base64offset|contains', 'cannot stand together'],
    ['base64offset', 'add "contains"'],
    ['contains|base64offset', 'cannot encode a wildcard'],
    ['contains|base64', 'cannot encode a wildcard'],
    ['re|base64', 'does not go with "re"'],
    ['cidr|windash', 'does not go with "cidr"'],
    ['fieldref|windash', 'does not go with "fieldref"'],
    ['gt|wide', 'does not go with "gt"'],
    ['wide|windash', 'before the encoding'],
    ['i', 'is a flag of "re"'],
    ['contains|m', 'is a flag of "re"'],
    ['re|cased', 'always case-sensitive'],
    ['cased|cidr', 'must be the first modifier'],
    ['windash|re', 'does not go with "re"'],
    ['i|re', 'must be the first modifier'],
    ['Contains', 'unknown modifier "Contains"'],
    ['like', 'unknown modifier "like"'],
    ['constructor', 'unknown modifier "constructor"'],
    ['__proto__', 'unknown modifier "__proto__"'],
    [Array(17).fill('base64').join('|'), 'more than 16 modifiers'],
  ];
  for (const [chain, message] of refused) {
    it(`is refused where it is ${chain.slice(0, 40)}`, () => {
      const faults = selectionFaults(`f|${chain}: a`);
      expect(faults).toHaveLength(1);
      expect(faults[0]).toContain(message);
    });
  }

  it('is refused where a part is empty', () => {
    expect(selectionFaults('f||contains: a')).toEqual(['"f||contains" has an empty modifier']);
    expect(selectionFaults("'f|': a")).toEqual(['"f|" has an empty modifier']);
  });

  it('may put "all" and "neq" anywhere', () => {
    for (const chain of ['all|contains|neq', 'contains|neq|all', 'neq|all|contains']) {
      expect(holds(`f|${chain}: [a, b]`, { f: 'ab' })).toBe(false);
      expect(holds(`f|${chain}: [a, b]`, { f: 'a' })).toBe(true);
    }
  });
});
