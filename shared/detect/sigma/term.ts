/** One value of a detection item after its modifiers: what it is compared with, and how. */
import { RE2JS } from 're2js';
import { epochOf } from '../../normalise/time.ts';
import type { JsonValue } from '../../schema/json.ts';
import { addressOf, hasHostBits, isWithin, networkOf } from '../address.ts';
import { anyTextMatcher } from './any-text.ts';
import { type Pattern, type TextMatcher, textMatcher } from './pattern.ts';

export type Comparison = 'lt' | 'lte' | 'gt' | 'gte';
export type TimePart = 'minute' | 'hour' | 'day' | 'week' | 'month' | 'year';
export type Affix = 'contains' | 'startswith' | 'endswith';

export interface TextTerm {
  readonly type: 'text';
  readonly pattern: Pattern;
  readonly cased: boolean;
  /** What a further encoding is to encode, where that is not the text's own UTF-8. */
  readonly bytes?: Buffer | undefined;
}

export type Term =
  | TextTerm
  | { readonly type: 'number'; readonly value: number }
  | { readonly type: 'boolean'; readonly value: boolean }
  | { readonly type: 'null' }
  | { readonly type: 'regex'; readonly source: string; readonly flags: string }
  | { readonly type: 'cidr'; readonly text: string }
  | { readonly type: 'comparison'; readonly comparison: Comparison; readonly value: number }
  | {
      readonly type: 'time-part';
      readonly part: TimePart;
      readonly comparison?: Comparison | undefined;
      readonly value: number;
    }
  | {
      readonly type: 'field';
      readonly field: string;
      readonly affix?: Affix | undefined;
      readonly cased: boolean;
    }
  | { readonly type: 'any'; readonly of: readonly Term[] };

export type ValueMatcher = (value: JsonValue) => boolean;

/** The text form of an event's value; null, objects and lists have none. */
export const textForm = (value: JsonValue): string | undefined => {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
};

const decimal = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;

/** The number a value is, or writes out in full. */
export const numberForm = (value: JsonValue): number | undefined => {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && value.length <= 64 && decimal.test(value) ? Number(value) : undefined;
};

/** Null and field terms are no matter of one value and are left to the item. */
export type ValueTerm = Exclude<Term, { type: 'null' | 'field' }>;

/**
 * A matcher of one event value.
 * @throws Error where a regular expression is not well formed.
 */
export const matcherOf = (term: ValueTerm, regex: RegexReader): ValueMatcher => {
  switch (term.type) {
    case 'text':
      return onText(textMatcher(term.pattern, term.cased));
    case 'number':
      return (value) => numberForm(value) === term.value;
    case 'boolean':
      return (value) =>
        value === term.value || (typeof value === 'string' && value.toLowerCase() === String(term.value));
    case 'regex':
      return onText(regex(term.source, term.flags));
    case 'cidr':
      return networkMatcher(term.text);
    case 'comparison':
      return (value) => compares(numberForm(value), term.comparison, term.value);
    case 'time-part':
      return (value) => compares(partOf(value, term.part), term.comparison, term.value);
    case 'any':
      return anyMatcher(alternativesOf([term]).filter(isValueTerm), regex);
  }
};

const onText =
  (matches: (text: string) => boolean): ValueMatcher =>
  (value) => {
    const text = textForm(value);
    return text !== undefined && matches(text);
  };

/** A regular expression and its flags (`i`, `m`, `s`) in, a matcher of texts out. */
export type RegexReader = (source: string, flags: string) => TextMatcher;

/**
 * RE2: time grows with the text's length alone, whatever the expression.
 * @throws Error where it is not well formed.
 */
export const regexMatcher: RegexReader = (source, flags) => {
  let bits = 0;
  if (flags.includes('i')) bits |= RE2JS.CASE_INSENSITIVE;
  if (flags.includes('m')) bits |= RE2JS.MULTILINE;
  if (flags.includes('s')) bits |= RE2JS.DOTALL;
  const expression = RE2JS.compile(source, bits);
  return (text) => expression.matcher(text).find();
};

/** Reads it when it is first asked: most are not before long, and reading them is a third of what loading rules takes. */
export const laterRegexMatcher: RegexReader = (source, flags) => {
  let matches: TextMatcher | undefined;
  return (text) => {
    matches ??= regexMatcher(source, flags);
    return matches(text);
  };
};

const networkMatcher = (text: string): ValueMatcher => {
  const network = networkOf(text);
  if (!network) throw new Error(`"${text}" is not a network`);
  return (value) => {
    const address = typeof value === 'string' ? addressOf(value) : undefined;
    return address !== undefined && isWithin(address, network);
  };
};

/** Why a text is no network that can be compared with, or undefined where it is one. */
export const networkFault = (text: string): string | undefined => {
  const network = networkOf(text);
  if (!network) return `"${text}" is not an address or a network in CIDR form`;
  return hasHostBits(network) ? `"${text}" has bits set beyond its prefix` : undefined;
};

const compares = (found: number | undefined, comparison: Comparison | undefined, value: number): boolean => {
  if (found === undefined || Number.isNaN(found)) return false;
  switch (comparison) {
    case 'lt':
      return found < value;
    case 'lte':
      return found <= value;
    case 'gt':
      return found > value;
    case 'gte':
      return found >= value;
    default:
      return found === value;
  }
};

/** RFC 3339, or an epoch in seconds, or above 1e12 in milliseconds; read in UTC. */
const partOf = (value: JsonValue, part: TimePart): number | undefined => {
  const number = numberForm(value);
  const epoch = number === undefined ? epochOf(textForm(value)) : number > 1e12 ? number : number * 1000;
  if (epoch === undefined) return undefined;
  const date = new Date(epoch);
  if (Number.isNaN(date.getTime())) return undefined;
  switch (part) {
    case 'minute':
      return date.getUTCMinutes();
    case 'hour':
      return date.getUTCHours();
    case 'day':
      return date.getUTCDate();
    case 'week':
      return isoWeek(date);
    case 'month':
      return date.getUTCMonth() + 1;
    case 'year':
      return date.getUTCFullYear();
  }
};

const day = 86_400_000;

/** ISO 8601: the week that holds the year's first Thursday is week 1. */
const isoWeek = (date: Date): number => {
  const weekday = (date.getUTCDay() + 6) % 7;
  const thursday = new Date(date.getTime() + (3 - weekday) * day);
  const firstDay = Date.UTC(thursday.getUTCFullYear(), 0, 1);
  return Math.floor((thursday.getTime() - firstDay) / day / 7) + 1;
};

type SingleTerm = Exclude<Term, { type: 'any' }>;

export const isValueTerm = (term: SingleTerm): term is Exclude<ValueTerm, { type: 'any' }> =>
  term.type !== 'null' && term.type !== 'field';

/** Terms of which one is enough, those that one value was varied into among them. */
export const alternativesOf = (terms: readonly Term[]): readonly SingleTerm[] =>
  terms.flatMap((term) => (term.type === 'any' ? alternativesOf(term.of) : [term]));

/** Texts that ignore case are tried together; all others in turn. */
export const anyMatcher = (terms: readonly ValueTerm[], regex: RegexReader): ValueMatcher => {
  const patterns: Pattern[] = [];
  const matchers: ValueMatcher[] = [];
  for (const term of terms) {
    if (term.type === 'text' && !term.cased) patterns.push(term.pattern);
    else matchers.push(matcherOf(term, regex));
  }
  if (patterns.length > 0) matchers.unshift(onText(anyTextMatcher(patterns)));
  const [only] = matchers;
  if (matchers.length === 1 && only) return only;
  return (value) => {
    for (const matches of matchers) if (matches(value)) return true;
    return false;
  };
};

/** A text that is the same for terms that ask the same, and only for them. */
export const termsKey = (terms: readonly Term[]): string => JSON.stringify(terms.map(withoutBytes));

const withoutBytes = (term: Term): Term => {
  if (term.type === 'any') return { ...term, of: term.of.map(withoutBytes) };
  return term.type === 'text' && term.bytes ? { ...term, bytes: undefined } : term;
};
