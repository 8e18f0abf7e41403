/** The text of a JSON string, read in WebAssembly: what JSON.parse makes of it, or nothing. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compiledWat } from '../../scripts/wasm.ts';
import { plainText } from '../../shared/decode/escaped-text.ts';
import { escapedTextModule } from '../../shared/decode/escaped-text-module.ts';

const read = (inner: string) => {
  const bytes = Buffer.from(`before${inner}after`, 'utf8');
  return plainText(bytes, 'before'.length, bytes.length - 'after'.length);
};

const parsed = (inner: string): unknown => {
  try {
    return JSON.parse(`"${inner}"`);
  } catch {
    return undefined;
  }
};

const escaped = (text: string): string => JSON.stringify(text).slice(1, -1);

/** Every way in which quotes and backslashes can stand beside one another and beside the sixteens. */
const plain = fc.string({ unit: fc.constantFrom('"', '\\', 'a', 'b', ' ', '~', '{'), maxLength: 80 });

describe('a plain text', () => {
  it('is read as it was before it was escaped', () => {
    fc.assert(
      fc.property(plain, (text) => {
        expect(read(escaped(text))).toBe(text);
      }),
      { numRuns: 3000 },
    );
  });

  it('is read whatever its length', () => {
    for (let length = 0; length < 70; length++) {
      const text = 'x'.repeat(length);
      expect(read(text)).toBe(text);
      expect(read(escaped(`${text}"`))).toBe(`${text}"`);
      expect(read(escaped(`"${text}`))).toBe(`"${text}`);
    }
  });

  it('holds nothing of the text before it', () => {
    expect(read('y'.repeat(1000))).toBe('y'.repeat(1000));
    expect(read('x')).toBe('x');
  });

  it('may be as long as a log line is', () => {
    const text = '{"verb":"get"}'.repeat(12_000);
    expect(read(escaped(text)) === text).toBe(true);
  });
});

describe('a text that is not plain', () => {
  const sixteens = 'x'.repeat(20);

  it.each([
    ['a quote that is not escaped', 'a"b'],
    ['an escape that is no escape', 'a\\qb'],
    ['a line feed, escaped', 'a\\nb'],
    ['a letter, escaped', 'a\\u0041b'],
    ['a slash, escaped', 'a\\/b'],
    ['a backslash at its end', 'ab\\'],
    ['a control character', 'a\u0001b'],
    ['a line feed', 'a\nb'],
    ['a letter beyond ASCII', 'aéb'],
  ])('is left to others: %s', (_, inner) => {
    expect(read(inner)).toBeUndefined();
    expect(read(sixteens + inner)).toBeUndefined();
    expect(read(`${sixteens}${inner}`.padStart(40, '\\"'))).toBeUndefined();
    if (!inner.endsWith('\\')) expect(read(inner + sixteens)).toBeUndefined();
  });

  it('is left to others where it is longer than there is room', () => {
    expect(read('x'.repeat(300_000))).toBeUndefined();
  });

  it('is never read as anything else than what it is', () => {
    const piece = fc.constantFrom('"', '\\', '\\"', '\\\\', 'n', 'u', '0', '\n', '\u007f', 'é', 'xxxxxxx');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const inner = pieces.join('');
        const found = read(inner);
        if (found !== undefined) expect(found).toBe(parsed(inner));
      }),
      { numRuns: 3000 },
    );
  });
});

describe('the module', () => {
  it('is what its source is compiled to', async () => {
    expect(await compiledWat()).toBe(escapedTextModule);
  });
});
