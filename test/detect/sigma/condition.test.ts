/** The grammar of conditions, and every way of getting one wrong. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Condition, ConditionError, conditionOf } from '../../../shared/detect/sigma/condition.ts';
import { detects, faultsOf, loadedSet, ruleText } from './loading.ts';

/** Three identifiers that hold where the event has their letter. */
const letters = (condition: string, event: string): boolean =>
  detects(`a: { f|contains: a }\nb: { f|contains: b }\nc: { f|contains: c }\ncondition: ${condition}`, {
    f: event,
  });

describe('a condition', () => {
  it('binds "not" more tightly than "and", and "and" more tightly than "or"', () => {
    expect(letters('a or b and c', 'a')).toBe(true);
    expect(letters('a or b and c', 'b')).toBe(false);
    expect(letters('(a or b) and c', 'a')).toBe(false);
    expect(letters('not a and b', 'b')).toBe(true);
    expect(letters('not a and b', 'c')).toBe(false);
    expect(letters('not (a and b)', 'b')).toBe(true);
    expect(letters('not not a', 'a')).toBe(true);
    expect(letters('not not a', 'b')).toBe(false);
  });

  it('agrees with JavaScript on every condition', () => {
    const { condition } = fc.letrec<{ condition: readonly [string, string] }>((tie) => ({
      condition: fc.oneof(
        { maxDepth: 4, withCrossShrink: true },
        fc.constantFrom<readonly [string, string]>(['a', 'a'], ['b', 'b'], ['c', 'c']),
        tie('condition').map(([sigma, script]) => [`not ${wrapped(sigma)}`, `!${wrapped(script)}`] as const),
        fc
          .tuple(tie('condition'), fc.constantFrom(['and', '&&'], ['or', '||']), tie('condition'))
          .map(
            ([left, [word, sign], right]) =>
              [`${left[0]} ${word} ${wrapped(right[0])}`, `${left[1]} ${sign} ${wrapped(right[1])}`] as const,
          ),
      ),
    }));
    fc.assert(
      fc.property(condition, fc.subarray(['a', 'b', 'c']), ([sigma, script], held) => {
        const expected: unknown = new Function('a', 'b', 'c', `return ${script}`)(
          ...['a', 'b', 'c'].map((letter) => held.includes(letter)),
        );
        expect(evaluated(conditionOf(sigma), held)).toBe(expected);
      }),
      { numRuns: 2000 },
    );
  });

  it('is cut at white space of every kind, and at parentheses', () => {
    expect(letters('"  a\\n\\tand(b)or(not\\nc) "', 'c')).toBe(false);
    expect(letters("'a and(b)'", 'ab')).toBe(true);
    expect(letters('|\n    a\n    and b', 'ab')).toBe(true);
  });

  it('takes keywords for names where they are only a part of one', () => {
    const detection = (condition: string) =>
      `not_x: { f: 1 }\nand1: { f: 1 }\norders: { f: 1 }\nnot-sel: { f: 1 }\n_x: { f: 1 }\ncondition: ${condition}`;
    for (const name of ['not_x', 'and1', 'orders', 'not-sel', '_x']) {
      expect(detects(detection(name), { f: 1 })).toBe(true);
      expect(detects(detection(`not ${name}`), { f: 1 })).toBe(false);
    }
  });

  it('may be a list, of which one is enough', () => {
    const detection = 'a: { f: 1 }\nb: { g: 1 }\ncondition: [a, b]';
    expect(detects(detection, { f: 1 })).toBe(true);
    expect(detects(detection, { g: 1 })).toBe(true);
    expect(detects(detection, {})).toBe(false);
  });

  it('raises one finding where several of a list hold', () => {
    const set = loadedSet(ruleText('a: { f: 1 }\nb: { g: 1 }\ncondition: [a, b]'));
    expect(set.rules).toHaveLength(1);
  });
});

const wrapped = (text: string): string => (text.length === 1 ? text : `(${text})`);

const evaluated = (condition: Condition, held: readonly string[]): boolean => {
  switch (condition.kind) {
    case 'identifier':
      return held.includes(condition.name);
    case 'selector':
      throw new Error('no selector is written here');
    case 'not':
      return !evaluated(condition.of, held);
    case 'and':
      return condition.of.every((part) => evaluated(part, held));
    case 'or':
      return condition.of.some((part) => evaluated(part, held));
  }
};

describe('a selector', () => {
  const detection = (condition: string) =>
    `sel_a: { f: 1 }\nsel_b: { g: 1 }\nother: { h: 1 }\n_sel_c: { i: 1 }\nthem: { j: 1 }\ncondition: ${condition}`;

  it('takes any or all of the identifiers that it names', () => {
    expect(detects(detection('1 of sel_*'), { f: 1 })).toBe(true);
    expect(detects(detection('any of sel_*'), { g: 1 })).toBe(true);
    expect(detects(detection('all of sel_*'), { f: 1 })).toBe(false);
    expect(detects(detection('all of sel_*'), { f: 1, g: 1 })).toBe(true);
    expect(detects(detection("1 of '*'").replaceAll("'", ''), { h: 1 })).toBe(true);
    expect(detects(detection('1 of other'), { h: 1 })).toBe(true);
    expect(detects(detection('1 of *_b'), { g: 1 })).toBe(true);
    expect(detects(detection('1 of s*l*b'), { g: 1 })).toBe(true);
    expect(detects(detection('not 1 of sel_* and other'), { h: 1 })).toBe(true);
  });

  it('means every identifier without an underscore at its front by "them"', () => {
    expect(detects(detection('1 of them'), { h: 1 })).toBe(true);
    expect(detects(detection('1 of them'), { j: 1 })).toBe(true);
    expect(detects(detection('1 of them'), { i: 1 })).toBe(false);
    expect(detects(detection('all of them'), { f: 1, g: 1, h: 1, j: 1 })).toBe(true);
    expect(detects(detection('them'), { j: 1 })).toBe(true);
  });

  it('reaches an identifier with an underscore at its front only by a pattern that has one', () => {
    expect(detects(detection('1 of _*'), { i: 1 })).toBe(true);
    expect(detects(detection('1 of *sel*'), { i: 1 })).toBe(false);
  });

  it('is a fault where it matches nothing', () => {
    expect(faultsOf('sel: { f: 1 }\ncondition: sel or 1 of nope*')).toEqual([
      'in the condition, character 13: no search identifier matches "nope*"',
    ]);
    expect(faultsOf('_a: { f: 1 }\ncondition: all of them')).toHaveLength(1);
    expect(faultsOf('sel: { f: 1 }\ncondition: 1 of SEL')).toHaveLength(1);
  });
});

describe('a condition that is none', () => {
  const faults: readonly (readonly [string, string, number])[] = [
    ['', 'the condition is empty', 1],
    ['   ', 'the condition is empty', 1],
    ['sel and', 'the condition ends where a name was expected', 8],
    ['and sel', 'expected a name, found "and"', 1],
    ['sel sel', 'expected "and", "or" or the end, found "sel"', 5],
    ['sel AND sel', 'expected "and", "or" or the end, found "AND"', 5],
    ['not', 'the condition ends where a name was expected', 4],
    ['(sel', 'a parenthesis is not closed', 1],
    ['sel)', 'expected "and", "or" or the end, found ")"', 4],
    ['()', 'expected a name, found ")"', 2],
    ['sel*', '"sel*" is a pattern: write "1 of sel*" or "all of sel*"', 1],
    ['2 of sel*', 'only "1 of", "any of" and "all of" are known, found "2 of"', 1],
    ['1 of', 'expected "them" or a name after "of"', 5],
    ['1 of (sel)', 'expected "them" or a name after "of"', 6],
    ['1 of not', 'expected "them" or a name after "of"', 6],
    ['sel & sel', 'unexpected character "&"', 5],
    ['sel or other', 'no search identifier is named "other"', 8],
    ['sel | count() by f > 5', 'aggregations ("| count() ...") left Sigma with version 2', 5],
    ['sel | near other', 'aggregations ("| count() ...") left Sigma with version 2', 5],
  ];
  for (const [condition, message, character] of faults) {
    it(`is refused where it is ${JSON.stringify(condition)}`, () => {
      const [fault, ...more] = faultsOf(`sel: { f: 1 }\ncondition: ${JSON.stringify(condition)}`);
      expect(fault).toContain(`in the condition, character ${character}: ${message}`);
      expect(more).toEqual([]);
    });
  }

  it('is refused where it is no text', () => {
    for (const condition of ['true', '5', 'null', '[]', '{ a: b }', '[sel, 5]', '[[sel]]'])
      expect(faultsOf(`sel: { f: 1 }\ncondition: ${condition}`)).toEqual([
        'expected a condition: a text, or a list of texts',
      ]);
    expect(faultsOf('sel: { f: 1 }')).toEqual(['expected a condition: a text, or a list of texts']);
  });

  it('never makes the parser throw anything but its own error', () => {
    const words = fc.constantFrom(
      'and',
      'or',
      'not',
      '(',
      ')',
      'a',
      '1',
      'of',
      'them',
      'all',
      'x*',
      '|',
      '&',
      '\n',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(words).map((list) => list.join(' ')),
          fc.string(),
        ),
        (text) => {
          try {
            conditionOf(text);
          } catch (thrown) {
            expect(thrown).toBeInstanceOf(ConditionError);
          }
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('is refused where it is nested too deep, in parentheses or in negations', () => {
    for (const text of [`${'('.repeat(10_000)}sel${')'.repeat(10_000)}`, `${'not '.repeat(10_000)}sel`])
      expect(faultsOf(`sel: { f: 1 }\ncondition: ${text}`)[0]).toContain('nested deeper than 100');
  });

  it('is refused where it names more than can be asked', () => {
    const many = Array(400).fill('sel').join(' or ');
    const list = Array(1000).fill('{ f: 1 }').join(', ');
    expect(faultsOf(`sel: [${list}]\ncondition: ${many}`)[0]).toContain('the condition asks too much');
  });
});
