/** Escapes, wildcards and case: what a text of a rule is taken to mean. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  folded,
  literalOf,
  type PatternPart,
  patternOf,
  patternText,
  textMatcher,
  withWildcards,
} from '../../../shared/detect/sigma/pattern.ts';

const literal = (text: string): PatternPart => ({ literal: text });

/** Section 5.2 of the language's description, row by row. */
const escapes: readonly (readonly [string, readonly PatternPart[]])[] = [
  ['a*b', [literal('a'), 'many', literal('b')]],
  ['a?b', [literal('a'), 'one', literal('b')]],
  ['a\\*b', [literal('a*b')]],
  ['\\?', [literal('?')]],
  ['a\\\\*b', [literal('a\\'), 'many', literal('b')]],
  ['a\\\\\\*b', [literal('a\\*b')]],
  ['C:\\x', [literal('C:\\x')]],
  ['C:\\\\x', [literal('C:\\x')]],
  ['x\\\\\\y', [literal('x\\\\y')]],
  ['\\\\\\\\host', [literal('\\\\host')]],
  ['end\\', [literal('end\\')]],
  ['end\\\\', [literal('end\\')]],
  ['\\n', [literal('\\n')]],
  ['', []],
];

describe('a text of a rule', () => {
  for (const [written, parsed] of escapes) {
    it(`reads ${JSON.stringify(written)} as the escaping table says`, () => {
      expect(patternOf(written)).toEqual(parsed);
    });
  }

  it('is the same pattern after it was written out and read again', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', '*', '?', '\\', '%', 'é') }), (text) => {
        expect(patternOf(patternText(patternOf(text)))).toEqual(patternOf(text));
      }),
      { numRuns: 1000 },
    );
  });

  it('has a literal only where it has no wildcard', () => {
    expect(literalOf(patternOf('a\\*b'))).toBe('a*b');
    expect(literalOf(patternOf(''))).toBe('');
    expect(literalOf(patternOf('a*'))).toBeUndefined();
  });

  it('gets a wildcard only where there is none yet', () => {
    expect(patternText(withWildcards(patternOf('*a'), true, true))).toBe('*a*');
    expect(patternText(withWildcards(patternOf(''), true, true))).toBe('*');
    expect(patternText(withWildcards(patternOf('a\\*'), false, true))).toBe('a\\**');
  });
});

/** The same question asked of a regular expression, which needs no cleverness for short texts. */
const expected = (pattern: string, text: string): boolean => {
  const source = patternOf(pattern)
    .map((part) => {
      if (part === 'many') return '[^]*';
      return part === 'one' ? '[^]' : part.literal.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
    })
    .join('');
  return new RegExp(`^${source}$`, 'iu').test(text);
};

describe('a match', () => {
  it('agrees with a regular expression of the same meaning', () => {
    const texts = fc.string({ unit: fc.constantFrom('a', 'b', 'A', '\n', '𝒳', 'é', 'É'), maxLength: 12 });
    const patterns = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?', 'É', '𝒳'), maxLength: 8 });
    fc.assert(
      fc.property(patterns, texts, (pattern, text) => {
        expect(textMatcher(patternOf(pattern), false)(text)).toBe(expected(pattern, text));
      }),
      { numRuns: 5000 },
    );
  });

  it('takes an astral character for one code point', () => {
    const one = textMatcher(patternOf('a?b'), false);
    expect(one('a😀b')).toBe(true);
    expect(one('axb')).toBe(true);
    expect(one('ab')).toBe(false);
    expect(textMatcher(patternOf('a??b'), false)('a😀b')).toBe(false);
  });

  it('takes a lone surrogate for one code point', () => {
    expect(textMatcher(patternOf('a?b'), false)('a\ud800b')).toBe(true);
    expect(textMatcher(patternOf('*\ud800*'), false)('a\ud800b')).toBe(true);
  });

  it('spans lines', () => {
    expect(textMatcher(patternOf('a*z'), false)('a\n\nz')).toBe(true);
  });

  it('keeps the case apart where it is asked to', () => {
    expect(textMatcher(patternOf('Pod*'), true)('pods')).toBe(false);
    expect(textMatcher(patternOf('Pod*'), true)('Pods')).toBe(true);
  });
});

describe('the fold of a text', () => {
  it('keeps the length of every character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 50 }), (text) => {
        expect(folded(text)).toHaveLength(text.length);
      }),
      { numRuns: 2000 },
    );
  });

  it('takes characters for equal exactly where Unicode simple case folding does', () => {
    const differing: string[] = [];
    for (let code = 0; code <= 0x1ffff; code++) {
      if (code >= 0xd800 && code <= 0xdfff) continue;
      const character = String.fromCodePoint(code);
      for (const other of [character.toLowerCase(), character.toUpperCase()]) {
        if (other === character || [...other].length !== 1) continue;
        const isSame = new RegExp(`^${other}$`, 'iu').test(character);
        if ((folded(other) === folded(character)) !== isSame)
          differing.push(`${code.toString(16)} ${character} ${other}`);
      }
    }
    expect(differing).toEqual([]);
  });

  it('joins the letters that ASCII does not know', () => {
    expect(folded('K')).toBe('k');
    expect(folded('ΣΊΣΥΦΟΣ')).toBe(folded('σίσυφος'));
    expect(folded('ẞ')).toBe(folded('ß'));
    expect(folded('ı')).not.toBe(folded('i'));
  });
});
