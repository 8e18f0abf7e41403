/** A text term in, the same text as some program would have encoded it, out. */
import { type Budget, spendTexts } from './budget.ts';
import { ModifierError } from './modifier-error.ts';
import { literalOf, literalPattern } from './pattern.ts';
import type { Term, TextTerm } from './term.ts';

const encoders = new Set(['base64', 'base64offset', 'wide', 'utf16le', 'utf16be', 'utf16']);

export const isEncoder = (modifier: string): boolean => encoders.has(modifier);

/** @throws ModifierError */
export const encoded = (modifier: string, term: TextTerm, budget: Budget): Term => {
  const literal = literalOf(term.pattern);
  if (literal === undefined) throw new ModifierError(`"${modifier}" cannot encode a wildcard`);
  const bytes = term.bytes ?? Buffer.from(literal, 'utf8');
  spendTexts(budget, 3, bytes.length * 4);
  const asText = (text: string): TextTerm => ({ ...term, pattern: literalPattern(text), bytes: undefined });
  if (modifier === 'base64') return asText(bytes.toString('base64'));
  if (modifier === 'base64offset') return { type: 'any', of: offsetVariants(bytes).map(asText) };
  const wide = widened(modifier, literal);
  return { ...term, pattern: literalPattern(wide.toString('latin1')), bytes: wide };
};

const byteOrderMark = Buffer.from([0xff, 0xfe]);

const widened = (modifier: string, literal: string): Buffer => {
  const little = Buffer.from(literal, 'utf16le');
  if (modifier === 'utf16be') return Buffer.from(little).swap16();
  return modifier === 'utf16' ? Buffer.concat([byteOrderMark, little]) : little;
};

/** The three texts that base64 makes of bytes, by where in a longer run of bytes they begin. */
const offsetVariants = (bytes: Buffer): readonly string[] =>
  [0, 1, 2].map((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
    const cut = [0, 3, 2][(bytes.length + offset) % 3] ?? 0;
    return text.slice([0, 2, 3][offset], cut === 0 ? undefined : -cut);
  });
