/** What a detection item compares a field with in; what can be known of that field's values from its answer, out. */
import type { Subject } from '../expression.ts';
import type { FieldPath } from '../field-path.ts';
import type { Modified } from './modifiers.ts';
import { literalOf, type Pattern } from './pattern.ts';
import { alternativesOf, type Term } from './term.ts';

/** Of the private use area: no program writes it, and a pattern that does is no glob. */
const anyText = '\u{e000}';

export const subjectOf = (path: FieldPath, { terms, all, exists }: Modified): Subject => {
  const alternatives = alternativesOf(terms);
  // Where every term must be found, the values of the first already say enough.
  const first = all ? alternativesOf(terms.slice(0, 1)) : alternatives;
  return {
    key: path.key,
    values: everyOne(first, literalValueOf),
    samples: everyOne(first, sampleOf),
    isGlob: exists === undefined && alternatives.every(isGlob),
    isCased: alternatives.some(
      (term) => term.type === 'regex' || term.type === 'time-part' || (term.type === 'text' && term.cased),
    ),
  };
};

const everyOne = <T>(
  terms: readonly Term[],
  read: (term: Term) => T | undefined,
): readonly T[] | undefined => {
  const found = terms.map(read).filter((value) => value !== undefined);
  return found.length > 0 && found.length === terms.length ? found : undefined;
};

const literalValueOf = (term: Term): string | number | undefined => {
  if (term.type === 'text') return literalOf(term.pattern);
  if (term.type === 'boolean') return String(term.value);
  return term.type === 'number' ? term.value : undefined;
};

const sampleOf = (term: Term): string | undefined =>
  term.type === 'text' ? sampleText(term.pattern) : undefined;

const sampleText = (pattern: Pattern): string =>
  pattern.map((part) => (typeof part === 'object' ? part.literal : anyText)).join('');

const isGlob = (term: Term): boolean =>
  term.type === 'text' &&
  term.pattern.every((part) => part === 'many' || (part !== 'one' && !part.literal.includes(anyText)));
