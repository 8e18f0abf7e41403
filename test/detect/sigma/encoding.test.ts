/** Texts as other programs would have encoded them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newBudget } from '../../../shared/detect/sigma/budget.ts';
import { patternOf, patternText } from '../../../shared/detect/sigma/pattern.ts';
import { dashVariants } from '../../../shared/detect/sigma/windash.ts';
import { holds, selectionFaults } from './loading.ts';

describe('"base64"', () => {
  it('encodes the bytes of the text', () => {
    expect(holds("f|base64: 'foo bar'", { f: 'Zm9vIGJhcg==' })).toBe(true);
    expect(holds('f|wide|base64: ping', { f: 'cABpAG4AZwA=' })).toBe(true);
    expect(holds('f|utf16le|base64: ping', { f: 'cABpAG4AZwA=' })).toBe(true);
    expect(holds('f|utf16be|base64: ping', { f: 'AHAAaQBuAGc=' })).toBe(true);
    expect(
      holds('f|utf16|base64: ping', { f: Buffer.from('\ufeffping', 'utf16le').toString('base64') }),
    ).toBe(true);
    expect(holds('f|base64|base64: a', { f: btoa(btoa('a')) })).toBe(true);
    expect(holds('f|wide|base64: é', { f: Buffer.from('é', 'utf16le').toString('base64') })).toBe(true);
  });

  it('is compared with case only where it is asked to', () => {
    expect(holds("f|base64: 'foo bar'", { f: 'zm9vigjhcg==' })).toBe(true);
    expect(holds("f|base64|cased: 'foo bar'", { f: 'zm9vigjhcg==' })).toBe(false);
  });

  it('encodes an escaped wildcard as the character it is, and refuses a wildcard', () => {
    expect(holds("f|base64: 'a\\*b'", { f: btoa('a*b') })).toBe(true);
    expect(selectionFaults("f|base64: 'a*b'")).toEqual(['"base64" cannot encode a wildcard']);
    for (const encoder of ['base64', 'wide', 'utf16', 'utf16be', 'utf16le'])
      expect(selectionFaults(`f|${encoder}: 5`)).toEqual([`"${encoder}" needs a text`]);
  });
});

describe('"base64offset"', () => {
  it('makes the three texts of the reference', () => {
    for (const f of ['Zm9vYmFy', 'Zvb2Jhc', 'mb29iYX'])
      expect(holds('f|base64offset|contains: foobar', { f: `x${f}x` })).toBe(true);
    expect(holds('f|base64offset|contains: foobar', { f: 'Zm9vYmF' })).toBe(false);
  });

  it('finds a text wherever it stands among other bytes', () => {
    const texts = fc.string({
      unit: fc.constantFrom('a', 'Z', '5', 'é', '😀', ' '),
      minLength: 3,
      maxLength: 20,
    });
    fc.assert(
      fc.property(texts, fc.string({ maxLength: 5 }), fc.string({ maxLength: 5 }), (text, before, after) => {
        const f = Buffer.from(before + text + after).toString('base64');
        expect(holds(`f|base64offset|contains: '${text}'`, { f })).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it('counts bytes, not characters', () => {
    const f = Buffer.from('xéé').toString('base64');
    expect(holds('f|base64offset|contains|cased: éé', { f })).toBe(true);
  });
});

describe('the wide forms', () => {
  it('are the bytes as characters', () => {
    expect(holds('f|wide|contains: ab', { f: 'xa\0b\0' })).toBe(true);
    expect(holds('f|utf16be: ab', { f: '\0a\0b' })).toBe(true);
  });
});

describe('"windash"', () => {
  const variants = (text: string): readonly string[] =>
    dashVariants(patternOf(text), newBudget()).map(patternText);

  it('varies each dash that begins a word', () => {
    expect(variants('-a')).toEqual(['-a', '/a', '–a', '—a', '―a']);
    expect(variants('-f -x-y')).toHaveLength(25);
    expect(variants('-f -x-y').every((text) => text.endsWith('x-y'))).toBe(true);
    expect(variants('a/b /c').every((text) => text.startsWith('a/b '))).toBe(true);
    expect(variants('a - b')).toEqual(['a - b']);
    expect(variants('–a')).toEqual(['–a']);
  });

  it('may stand on either side of "contains"', () => {
    for (const chain of ['contains|windash', 'windash|contains']) {
      expect(holds(`f|${chain}: ' -enc '`, { f: 'run /ENC x' })).toBe(true);
      expect(holds(`f|${chain}: ' -enc '`, { f: 'run enc x' })).toBe(false);
    }
  });

  it('keeps escaped wildcards what they are', () => {
    expect(holds("f|windash: '-a\\*'", { f: '/a*' })).toBe(true);
    expect(holds("f|windash: '-a\\*'", { f: '/ab' })).toBe(false);
  });

  it('varies five places and no more', () => {
    expect(variants('-a -b -c -d -e')).toHaveLength(5 ** 5);
    expect(selectionFaults("f|windash: '-a -b -c -d -e -f'")).toEqual([
      'too many places for "windash" to vary',
    ]);
    expect(selectionFaults('f|windash: 5')).toEqual(['"windash" needs a text']);
  });
});
