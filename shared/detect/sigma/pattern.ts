/** Sigma text patterns: wildcards, escapes, and matching that is linear and ignores case as Unicode simple folding does. */

/** `many` is `*`, `one` is `?`. Neighbouring literals are one part. */
export type PatternPart = { readonly literal: string } | 'many' | 'one';
export type Pattern = readonly PatternPart[];

/** Reads `*`, `?` and the three escapes; any other backslash is a backslash. */
export const patternOf = (text: string): Pattern => {
  const parts: PatternPart[] = [];
  let literal = '';
  const wildcard = (part: 'many' | 'one'): void => {
    if (literal !== '') parts.push({ literal });
    literal = '';
    if (part !== 'many' || parts.at(-1) !== 'many') parts.push(part);
  };
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    const next = text[at + 1];
    if (character === '\\' && (next === '*' || next === '?' || next === '\\')) {
      literal += next;
      at++;
    } else if (character === '*') wildcard('many');
    else if (character === '?') wildcard('one');
    else literal += character;
  }
  if (literal !== '') parts.push({ literal });
  return parts;
};

export const literalPattern = (text: string): Pattern => (text === '' ? [] : [{ literal: text }]);

/** The text of a pattern without wildcards. */
export const literalOf = (pattern: Pattern): string | undefined => {
  if (pattern.length === 0) return '';
  const [only] = pattern;
  return pattern.length === 1 && typeof only === 'object' ? only.literal : undefined;
};

export const withWildcards = (pattern: Pattern, before: boolean, after: boolean): Pattern => {
  const start: Pattern = before && pattern[0] !== 'many' ? ['many'] : [];
  const end: Pattern =
    after && pattern.at(-1) !== 'many' && !(pattern.length === 0 && before) ? ['many'] : [];
  return [...start, ...pattern, ...end];
};

export const patternText = (pattern: Pattern): string =>
  pattern
    .map((part) => (part === 'many' ? '*' : part === 'one' ? '?' : part.literal.replace(/[*?\\]/g, '\\$&')))
    .join('');

/** Lower case one code point at a time, as Unicode simple case folding does; lengths may not change. */
export const folded = (text: string): string => {
  if (isAscii(text)) return text.toLowerCase();
  let result = '';
  for (const character of text) result += foldedCharacter(character);
  return result;
};

const nonAscii = /[^\x00-\x7f]/;
const isAscii = (text: string): boolean => !nonAscii.test(text);

const foldedCharacter = (character: string): string => {
  // The dotless i is a letter of its own, though its upper case is I.
  if (character === '\u0131') return character;
  const upper = character.toUpperCase();
  const base = upper.length === character.length ? upper : character;
  const lower = base.toLowerCase();
  return lower.length === base.length ? lower : base;
};

export type TextMatcher = (text: string) => boolean;

/** A matcher for the whole of a text. */
export const textMatcher = (pattern: Pattern, cased: boolean): TextMatcher => {
  const fold = cased ? (text: string) => text : folded;
  const parts = pattern.map((part) => (typeof part === 'object' ? { literal: fold(part.literal) } : part));
  const simple = simpleMatcher(parts);
  const matches = simple ?? ((text: string) => globMatches(parts, text));
  return cased ? matches : (text) => matches(folded(text));
};

/** Equality, prefix, suffix and containment need no walk. */
const simpleMatcher = (parts: Pattern): TextMatcher | undefined => {
  const [first, second, third] = parts;
  if (parts.length === 0) return (text) => text === '';
  if (parts.length === 1 && first === 'many') return () => true;
  if (parts.length === 1 && typeof first === 'object') return (text) => text === first.literal;
  if (parts.length === 2 && typeof first === 'object' && second === 'many')
    return (text) => text.startsWith(first.literal);
  if (parts.length === 2 && first === 'many' && typeof second === 'object')
    return (text) => text.endsWith(second.literal);
  if (parts.length === 3 && first === 'many' && typeof second === 'object' && third === 'many') {
    return (text) => text.includes(second.literal);
  }
  return undefined;
};

/** Greedy from left to right with one point to return to: at most text length times pattern length steps. */
const globMatches = (parts: Pattern, text: string): boolean => {
  let at = 0;
  let place = 0;
  let starPlace = -1;
  let starAt = 0;
  for (;;) {
    const part = parts[place];
    if (part === undefined && at === text.length) return true;
    if (part === 'many') {
      starPlace = ++place;
      starAt = at;
      if (starPlace === parts.length) return true;
      continue;
    }
    const next = part === undefined ? -1 : stepOver(part, text, at);
    if (next >= 0) {
      at = next;
      place++;
      continue;
    }
    if (starPlace < 0 || starAt >= text.length) return false;
    starAt += codePointLength(text, starAt);
    at = starAt;
    place = starPlace;
  }
};

/** Where the text goes on after this part, or -1. `?` is one code point. */
const stepOver = (part: { readonly literal: string } | 'one' | 'many', text: string, at: number): number => {
  if (typeof part === 'object') return text.startsWith(part.literal, at) ? at + part.literal.length : -1;
  return at < text.length ? at + codePointLength(text, at) : -1;
};

const codePointLength = (text: string, at: number): number => ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1);
