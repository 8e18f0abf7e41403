/** One value of a detection item after its modifiers: what it is compared with, and how. */
import ipaddr from 'ipaddr.js';
import { RE2JS } from 're2js';
import { epochOf } from '../../normalise/time.ts';
import type { JsonValue } from '../../schema/json.ts';
import { folded, literalOf, type Pattern, patternText, textMatcher } from './pattern.ts';

export type Comparison = 'lt' | 'lte' | 'gt' | 'gte';
export type TimePart = 'minute' | 'hour' | 'day' | 'week' | 'month' | 'year';
export type Affix = 'contains' | 'startswith' | 'endswith';

export type Term =
  | {
      readonly type: 'text';
      readonly pattern: Pattern;
      readonly cased: boolean;
      readonly bytes?: Buffer | undefined;
    }
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

/**
 * A matcher of one event value. Null and field terms are no matter of one value and are left to the item.
 * @throws Error where a regular expression or a network is not well formed.
 */
export const matcherOf = (term: Exclude<Term, { type: 'null' | 'field' }>): ValueMatcher => {
  switch (term.type) {
    case 'text':
      return onText(textMatcher(term.pattern, term.cased));
    case 'number':
      return (value) => numberForm(value) === term.value;
    case 'boolean':
      return (value) =>
        value === term.value || (typeof value === 'string' && value.toLowerCase() === String(term.value));
    case 'regex':
      return onText(regexMatcher(term.source, term.flags));
    case 'cidr':
      return networkMatcher(term.text);
    case 'comparison':
      return (value) => compares(numberForm(value), term.comparison, term.value);
    case 'time-part':
      return (value) => compares(partOf(value, term.part), term.comparison, term.value);
    case 'any': {
      const matchers = term.of.map((part) => matcherOf(part as Exclude<Term, { type: 'null' | 'field' }>));
      return (value) => matchers.some((matches) => matches(value));
    }
  }
};

const onText =
  (matches: (text: string) => boolean): ValueMatcher =>
  (value) => {
    const text = textForm(value);
    return text !== undefined && matches(text);
  };

/** RE2: time grows with the text's length alone, whatever the expression. */
const regexMatcher = (source: string, flags: string): ((text: string) => boolean) => {
  let bits = 0;
  if (flags.includes('i')) bits |= RE2JS.CASE_INSENSITIVE;
  if (flags.includes('m')) bits |= RE2JS.MULTILINE;
  if (flags.includes('s')) bits |= RE2JS.DOTALL;
  const expression = RE2JS.compile(source, bits);
  return (text) => expression.matcher(text).find();
};

const networkMatcher = (text: string): ValueMatcher => {
  const [address, bits] = text.includes('/') ? ipaddr.parseCIDR(text) : wholeAddress(text);
  return (value) => {
    if (typeof value !== 'string' || value.length > 45 || !ipaddr.isValid(value)) return false;
    const parsed = ipaddr.process(value);
    return parsed.kind() === address.kind() && parsed.match(address, bits);
  };
};

const wholeAddress = (text: string): [ipaddr.IPv4 | ipaddr.IPv6, number] => {
  const address = ipaddr.parse(text);
  return [address, address.kind() === 'ipv4' ? 32 : 128];
};

/** Why a text is no network that can be compared with, or undefined where it is one. */
export const networkFault = (text: string): string | undefined => {
  try {
    const [address, bits] = text.includes('/') ? ipaddr.parseCIDR(text) : wholeAddress(text);
    const bytes = address.toByteArray();
    const hasHostBits = bytes.some((byte, at) => (byte & hostMask(bits - at * 8)) !== 0);
    return hasHostBits ? `"${text}" has bits set beyond its prefix` : undefined;
  } catch {
    return `"${text}" is not an address or a network in CIDR form`;
  }
};

/** The bits of a byte that a prefix with `left` bits left does not cover. */
const hostMask = (left: number): number => (left >= 8 ? 0 : left <= 0 ? 0xff : 0xff >> left);

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

/** Texts without wildcards, ignoring case, are looked up at once; all others are tried in turn. */
export const anyMatcher = (terms: readonly Exclude<Term, { type: 'null' | 'field' }>[]): ValueMatcher => {
  const equal = new Set<string>();
  const others: ValueMatcher[] = [];
  for (const term of terms) {
    const literal = term.type === 'text' && !term.cased ? literalOf(term.pattern) : undefined;
    if (literal === undefined) others.push(matcherOf(term));
    else equal.add(folded(literal));
  }
  return (value) => {
    const text = equal.size > 0 ? textForm(value) : undefined;
    if (text !== undefined && (equal.has(text) || equal.has(folded(text)))) return true;
    for (const matches of others) if (matches(value)) return true;
    return false;
  };
};

/** A text that is the same for terms that ask the same. */
export const termText = (term: Term): string => {
  if (term.type === 'text') return `${term.cased ? 'cased' : 'text'}:${patternText(term.pattern)}`;
  if (term.type === 'any') return `any:${term.of.map(termText).join('\u0000')}`;
  return JSON.stringify(term);
};
