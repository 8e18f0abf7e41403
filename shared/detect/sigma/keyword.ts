/** Terms without a field in, a search through every value of an event out. */
import { isObject, type JsonValue } from '../../schema/json.ts';
import type { Test } from '../expression.ts';
import { ModifierError } from './modifier-error.ts';
import type { Modified } from './modifiers.ts';
import { withWildcards } from './pattern.ts';
import {
  alternativesOf,
  anyMatcher,
  isValueTerm,
  matcherOf,
  type RegexReader,
  type Term,
  termsKey,
  type ValueMatcher,
  type ValueTerm,
} from './term.ts';

/** Values deeper than this, or beyond this many, are not looked at. */
const maxDepth = 64;
const maxValues = 100_000;

export const searchFor = (form: Modified, regex: RegexReader): Test => {
  const terms = form.terms.map(unanchored);
  const each = terms.map((term) => matcherOf(term, regex));
  const any = anyMatcher(alternativesOf(terms).filter(isValueTerm), regex);
  const key = `|${form.all ? 'all' : 'any'}|${termsKey(form.terms)}`;
  const found = (whole: JsonValue, matches: ValueMatcher): boolean =>
    someLeaf(whole, matches, 0, { left: maxValues });
  return {
    key,
    routed: false,
    cost: terms.some(({ type }) => type === 'regex') ? 20 : 10,
    holds: (scope) => {
      const whole = scope.whole();
      if (whole === undefined) return false;
      return form.all ? each.every((matches) => found(whole, matches)) : found(whole, any);
    },
  };
};

/** A keyword is found anywhere inside a value; a number is looked for in its text form. */
const unanchored = (term: Term): ValueTerm => {
  switch (term.type) {
    case 'text':
      return { ...term, pattern: withWildcards(term.pattern, true, true) };
    case 'number':
    case 'boolean':
      return { type: 'text', pattern: ['many', { literal: String(term.value) }, 'many'], cased: false };
    case 'any':
      return { type: 'any', of: term.of.map(unanchored) };
    case 'regex':
      return term;
    default:
      throw new ModifierError(`a search without a field takes texts, not ${term.type}`);
  }
};

/** Keys are not searched. */
const someLeaf = (
  value: JsonValue,
  matches: ValueMatcher,
  depth: number,
  budget: { left: number },
): boolean => {
  if (budget.left-- <= 0 || depth > maxDepth) return false;
  if (Array.isArray(value))
    return value.some((member: JsonValue) => someLeaf(member, matches, depth + 1, budget));
  if (!isObject(value)) return matches(value);
  for (const key in value) {
    const member = value[key];
    if (member !== undefined && someLeaf(member, matches, depth + 1, budget)) return true;
  }
  return false;
};
