/** Text that steers nothing, and text that is cut. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutTo, printable } from '../../shared/alert/printable.ts';

describe('printable text', () => {
  it('shows what would steer the reader, and leaves the rest as it is', () => {
    expect(printable('plain <text>, é, 💥 & "more"')).toBe('plain <text>, é, 💥 & "more"');
    expect(printable('a\nb\tc\u001b[2J')).toBe('a\\u000ab\\u0009c\\u001b[2J');
    expect(printable('\u202egnp.exe \u2028\u200bx\u{e0041}')).toBe(
      '\\u202egnp.exe \\u2028\\u200bx\\u{e0041}',
    );
    expect(printable('half \ud83d of a pair')).toBe('half \\ud83d of a pair');
  });

  it('is well formed and one line, whatever it was made of', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.constantFrom('', '\ud83d', '\udca5'), (text, half) => {
        const shown = printable(text + half);
        expect(shown.isWellFormed()).toBe(true);
        expect(shown).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      }),
    );
  });
});

describe('cut text', () => {
  it('says how much is missing, and is never longer than it may be', () => {
    expect(cutTo(50, 'short')).toBe('short');
    expect(cutTo(50, 'x'.repeat(100))).toBe(`${'x'.repeat(11)} [89 characters left out]`);
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 300 }),
        fc.integer({ min: 50, max: 200 }),
        (text, limit) => {
          const cut = cutTo(limit, text);
          expect(cut.length).toBeLessThanOrEqual(limit);
          expect(cut === text || / \[\d+ characters left out\]$/.test(cut)).toBe(true);
        },
      ),
    );
  });

  it('never ends in half of a pair', () => {
    expect(cutTo(50, `${'x'.repeat(10)}${'💥'.repeat(50)}`).isWellFormed()).toBe(true);
    expect(cutTo(50, `${'x'.repeat(11)}${'💥'.repeat(50)}`).isWellFormed()).toBe(true);
  });
});
