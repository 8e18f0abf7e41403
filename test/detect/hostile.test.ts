/** Rule files that were written to break the engine: it answers with faults, and its work stays within bounds. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDetector } from '../../shared/detect/detect.ts';
import { placeholdersOf, ruleSetOf } from '../../shared/detect/sigma/rule-set.ts';
import { twinOf } from '../../shared/detect/twin.ts';
import { yamlOf } from '../../shared/schema/yaml.ts';
import { auditEvent } from './events.ts';
import { detects, file, holds, loadedSet, ruleText, selectionFaults } from './sigma/loading.ts';

/** Reads a text as every kind of file that a person can bring, and says how many faults it has. */
const faultCount = (text: string): number => {
  const [set, lists, twin] = [
    ruleSetOf([file(text)], new Map([['list', ['a']]])),
    placeholdersOf([yamlOf('lists/list.yml', text)]),
    twinOf('a.test.yml', text),
  ];
  for (const { path, line, column, message } of [
    ...set.problems,
    ...set.warnings,
    ...lists.problems,
    ...twin.problems,
  ]) {
    expect(path).toBeTypeOf('string');
    expect(line).toBeGreaterThan(0);
    expect(column).toBeGreaterThan(0);
    expect(message.length).toBeGreaterThan(0);
  }
  const detector = createDetector(set.rules);
  detector.findingsFor(auditEvent({ verb: 'get', f: 'x' }));
  return set.problems.length;
};

describe('the rule loader', () => {
  it('reads any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => void faultCount(text)),
      { numRuns: 1500 },
    );
    const yaml = fc.string({
      unit: fc.constantFrom(
        'a',
        ':',
        ' ',
        '-',
        '\n',
        '"',
        "'",
        '{',
        '}',
        '[',
        ']',
        '&',
        '*',
        '!',
        '|',
        '>',
        '#',
        '?',
        ',',
        '%',
        '\t',
      ),
      maxLength: 60,
    });
    fc.assert(
      fc.property(yaml, (text) => void faultCount(text)),
      { numRuns: 1500 },
    );
  });

  it('reads any document in the place of any part of a rule', () => {
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom<unknown>(
          null,
          true,
          0,
          -1.5,
          '',
          'sel',
          'a*',
          '%list%',
          'and',
          '__proto__',
          'f|re',
          '1 of them',
        ),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(
          fc.constantFrom(
            'f',
            'f|re',
            'f|contains|all',
            'f[any]',
            'condition',
            'sel',
            '__proto__',
            'rules',
            '|all',
            'f|expand',
            'f|cidr',
            'when',
            'level',
            '.',
            'timeframe',
            'action',
          ),
          tie('value'),
          { maxKeys: 3 },
        ),
      ),
    }));
    const key = fc.constantFrom(
      'title',
      'id',
      'logsource',
      'detection',
      'filter',
      'klaxon',
      'status',
      'tags',
      'action',
      'sigma-version',
      'correlation',
      '__proto__',
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(key, value), { maxLength: 4 }), (parts) => {
        const rule = new Map<string, unknown>([
          ['title', 't'],
          ['sigma-version', 3],
          ['logsource', { product: 'kubernetes' }],
          ['detection', { sel: { f: 'x' }, condition: 'sel' }],
          ...parts,
        ]);
        const members = [...rule].map(([name, part]) => `${JSON.stringify(name)}: ${JSON.stringify(part)}`);
        faultCount(`{ ${members.join(', ')} }`);
      }),
      { numRuns: 3000 },
    );
  });

  const bombs: Readonly<Record<string, string>> = {
    'a file that is too long': `# ${'x'.repeat(1024 * 1024)}`,
    'lists nested without end': '['.repeat(20_000),
    'maps nested without end': '{a: '.repeat(10_000),
    'blocks nested without end': '- '.repeat(20_000),
    'lists nested a hundred deep': `a: ${'['.repeat(100)}${']'.repeat(100)}`,
    'aliases that multiply': [
      'a: &a [x,x,x,x,x,x,x,x,x]',
      'b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]',
      'c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]',
      'd: [*c,*c,*c,*c,*c,*c,*c,*c,*c]',
    ].join('\n'),
    'a long list that aliases repeat': `x: &x [${Array(20_000).fill('a').join(',')}]\ny: [${Array(90).fill('*x').join(',')}]`,
    'an alias within what it names': 'a: &a { b: [*a] }',
    'an alias of nothing': 'a: *b',
    'errors without end': ': [\n'.repeat(5_000),
    'directives without end': `${'%a\n'.repeat(5_000)}---\na: 1`,
  };
  for (const [name, text] of Object.entries(bombs)) {
    it(`refuses ${name}, in few words`, () => {
      const count = faultCount(text);
      expect(count).toBeGreaterThan(0);
      expect(count).toBeLessThan(300);
    });
  }

  it('looks for keys that stand twice in one pass', () => {
    const keys = Array.from({ length: 30_000 }, (_, at) => `k${at}: 1`).join('\n');
    expect(loadedSet(`${keys}\nk7: 2`).problems.map(({ line, message }) => `${line}: ${message}`)).toEqual([
      '30001: the key "k7" stands twice',
    ]);
  });

  it('takes a text of a megabyte for a value', () => {
    const text = 'x'.repeat(1_000_000);
    expect(holds(`f: ${text}`, { f: text })).toBe(true);
    expect(selectionFaults(`f|windash: '-a -b -c -d -e ${text}'`)[0]).toContain('characters of text');
    const repeated = `f|${Array(16).fill('base64').join('|')}: ${text}`;
    expect(selectionFaults(repeated)[0]).toContain('characters of text');
  });

  it('takes a long list of values for what it is, whatever its members', () => {
    const many = (member: (at: number) => string) =>
      `f: [${Array.from({ length: 60_000 }, (_, at) => member(at)).join(', ')}]`;
    expect(
      holds(
        many((at) => `v${at}`),
        { f: 'V59999' },
      ),
    ).toBe(true);
    expect(
      holds(
        many((at) => String(at)),
        { f: 59_999 },
      ),
    ).toBe(true);
    expect(
      holds(
        many((at) => `v${at}*`),
        { f: 'none' },
      ),
    ).toBe(false);
  });

  it('takes as many keywords and maps as a file can hold', () => {
    const keywords = Array(100_000).fill('- kw').join('\n');
    expect(
      detects(`one:\n${keywords.replaceAll('- ', '  - ')}\ntwo: { f: 1 }\ncondition: 1 of them`, { f: 1 }),
    ).toBe(true);
  });

  it('bounds what placeholders make', () => {
    const list = Array.from({ length: 1000 }, (_, at) => `value${at}`);
    const lists = { list };
    expect(holds("f|expand: '%list%'", { f: 'value999' }, { lists })).toBe(true);
    for (const count of [2, 3, 10, 1000])
      expect(selectionFaults(`f|expand: '${'%list%'.repeat(count)}'`, { lists })[0]).toContain(
        'characters of text',
      );
    const one = `'%list%${'x'.repeat(100)}'`;
    expect(selectionFaults(`f|expand: [${Array(1000).fill(one).join(', ')}]`, { lists })[0]).toContain(
      'characters of text',
    );
  });

  it('bounds what a condition names, in a rule and in blocks in blocks', () => {
    const names = (count: number) => Array(count).fill('a').join(' or ');
    const list = Array(5000).fill('{ f: 1 }').join(', ');
    const { problems } = loadedSet(ruleText(`a: [${list}]\ncondition: ${names(100)}`));
    expect(problems[0]?.message).toContain('the condition asks too much');
    let block = '{ f: 1 }';
    for (let depth = 0; depth < 8; depth++) block = `{ a: { "f[any]": ${block} }, condition: ${names(100)} }`;
    const nested = loadedSet(ruleText(`sel: { "f[any]": ${block} }\ncondition: sel`, { version: 3 }));
    expect(nested.problems.length).toBeGreaterThan(0);
  });

  it('bounds a field, a chain of modifiers and a condition', () => {
    expect(selectionFaults(`? ${'a.'.repeat(5000)}b\n: 1`)).toEqual(['a field with too long a name']);
    expect(selectionFaults(`? f${'|all'.repeat(5000)}\n: 1`)).toEqual(['more than 16 modifiers']);
    const condition = `${'(a or '.repeat(10_000)}a${')'.repeat(10_000)}`;
    const { problems } = loadedSet(ruleText(`a: { f: 1 }\ncondition: ${condition}`));
    expect(problems[0]?.message).toContain('nested deeper than 100');
  });

  it('refuses regular expressions that only backtracking can run, and those that repeat repeats', () => {
    for (const source of [
      '(a)\\1',
      '(?=a)',
      '(?<!a)b',
      '((a{100}){100}){100}',
      `${'('.repeat(2000)}a${')'.repeat(2000)}`,
    ])
      expect(selectionFaults(`f|re: '${source}'`)).toHaveLength(1);
  });
});
