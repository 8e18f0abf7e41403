/** The text of a condition becomes the condition it states. */
import { describe, expect, it } from 'vitest';
import { conditionOf } from '../../../shared/detect/falco/parse-condition.ts';

const macro = (name: string) => ({ kind: 'macro', name });
const field = (name: string, argument?: string) => ({ kind: 'field', name, argument });

describe('a condition', () => {
  it('binds not before and before or', () => {
    expect(conditionOf('a or not b and c')).toEqual({
      kind: 'or',
      of: [macro('a'), { kind: 'and', of: [{ kind: 'not', of: macro('b') }, macro('c')] }],
    });
  });

  it('takes an odd number of nots for one, and an even number for none', () => {
    expect(conditionOf('not not not a')).toEqual({ kind: 'not', of: macro('a') });
    expect(conditionOf('not not a')).toEqual(macro('a'));
  });

  it('needs no space between a word and a parenthesis', () => {
    expect(conditionOf('not(a)or(b)and(c)')).toEqual(conditionOf('not (a) or (b) and (c)'));
  });

  it('reads a name that begins like a word as a name', () => {
    expect(conditionOf('notable and order')).toEqual({ kind: 'and', of: [macro('notable'), macro('order')] });
  });

  it('reads fields with arguments, quoted or not', () => {
    expect(conditionOf('ka.uri.param["a b"] = x')).toMatchObject({ operand: field('ka.uri.param', 'a b') });
    expect(conditionOf('jevt.value[/a.b~1c/0]!="x"')).toMatchObject({
      operand: field('jevt.value', '/a.b~1c/0'),
      operator: '!=',
      values: ['x'],
    });
  });

  it('reads escapes in quoted values', () => {
    const text = String.raw`ka.verb = "a\"b\\c\x41\n\ d"`;
    expect(conditionOf(text)).toMatchObject({ values: ['a"b\\cA\n\\d'] });
    expect(() => conditionOf(String.raw`ka.verb = "\q"`)).toThrow('escape');
  });

  it('reads lists of bare and quoted values, an empty one, and a bare name', () => {
    expect(conditionOf(`ka.verb in (get, "a b" ,'c')`)).toMatchObject({ values: ['get', 'a b', 'c'] });
    expect(conditionOf('ka.verb in ()')).toMatchObject({ values: [] });
    expect(conditionOf('ka.verb in(get)')).toMatchObject({ operator: 'in', values: ['get'] });
    expect(conditionOf('ka.verb in verbs')).toMatchObject({ values: ['verbs'] });
  });

  it('reads how many values have to agree', () => {
    expect(conditionOf('ka.verb startswith anyof (g, l)')).toMatchObject({
      operator: 'startswith',
      quantity: 'anyof',
      values: ['g', 'l'],
    });
  });

  it('reads calls and fields on either side', () => {
    expect(conditionOf('tolower(ka.verb) = val(ka.user.name)')).toMatchObject({
      operand: { kind: 'call', name: 'tolower', of: [field('ka.verb')] },
      other: field('ka.user.name'),
    });
  });

  it.each([
    ['', 'found its end'],
    ['a and', 'expected'],
    ['(a', '")"'],
    ['a b', '"and", "or" or the end'],
    ['ka.verb', 'an operator'],
    ['ka.verb = ', 'a value'],
    ['ka.verb in (a,)', 'a value'],
    ['ka.verb > x', 'a number'],
    ['ka.verb = "x', 'a closing quote'],
    ['ka.uri.param[', 'an argument'],
    ['ka.verb containsx', 'an operator'],
  ])('of the text "%s" is refused with its place', (text, message) => {
    expect(() => conditionOf(text)).toThrow(message);
  });
});
