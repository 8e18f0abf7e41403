/** Boolean expressions: what they are simplified to always answers as they do. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  always,
  and,
  compiled,
  type Expression,
  never,
  not,
  or,
  simplified,
  sizeOf,
  testOf,
  testsOf,
} from '../../shared/detect/expression.ts';

const named = (key: string, cost = 1): Expression => testOf({ key, routed: false, cost, holds: () => false });
const { expression } = fc.letrec<{ expression: Expression }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.constantFrom(named('a', 0), named('b', 3), named('c'), always, never),
    tie('expression').map(not),
    fc.array(tie('expression'), { maxLength: 3 }).map(and),
    fc.array(tie('expression'), { maxLength: 3 }).map(or),
  ),
}));
const answer = (of: Expression, held: readonly string[]): boolean =>
  compiled<readonly string[]>(of, (test) => (context) => context.includes(test.key))(held);

/** What an expression means, without any shortcut. */
const meaning = (of: Expression, held: readonly string[]): boolean => {
  switch (of.kind) {
    case 'constant':
      return of.value;
    case 'test':
      return held.includes(of.test.key);
    case 'not':
      return !meaning(of.of, held);
    case 'and':
      return of.of.every((part) => meaning(part, held));
    case 'or':
      return of.of.some((part) => meaning(part, held));
  }
};
const facts = fc.subarray(['a', 'b', 'c']);

describe('an expression', () => {
  it('is compiled to a function that answers as it does', () => {
    fc.assert(
      fc.property(expression, facts, (of, held) => {
        expect(answer(of, held)).toBe(meaning(of, held));
      }),
      { numRuns: 2000 },
    );
  });

  it('answers the same after what is known was put in', () => {
    fc.assert(
      fc.property(expression, facts, facts, (of, held, known) => {
        const rest = simplified(of, (test) =>
          known.includes(test.key) ? held.includes(test.key) : undefined,
        );
        expect(meaning(rest, held)).toBe(meaning(of, held));
        for (const test of testsOf(rest)) expect(known).not.toContain(test.key);
      }),
      { numRuns: 2000 },
    );
  });

  it('is a constant only where it is one as a whole', () => {
    fc.assert(
      fc.property(expression, (of) => {
        const hasConstant = (part: Expression): boolean => {
          if (part.kind === 'constant') return true;
          if (part.kind === 'not') return hasConstant(part.of);
          return part.kind !== 'test' && part.of.some(hasConstant);
        };
        if (of.kind !== 'constant') expect(hasConstant(of)).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });

  it('is true of nothing and false of no alternative', () => {
    expect(and([])).toBe(always);
    expect(or([])).toBe(never);
    expect(not(not(named('a')))).toMatchObject({ kind: 'test' });
    expect(sizeOf(and([named('a'), or([named('b'), not(named('c'))])]))).toBe(3);
  });

  it('may have more parts than a call takes arguments', () => {
    const part = named('a');
    const many = or(Array.from({ length: 200_000 }, () => part));
    expect(sizeOf(or([many, many]))).toBe(400_000);
  });
});
