/** A detection item's values and its chain of modifiers in, the terms to compare with out. */
import type { Budget } from './budget.ts';
import { encoded, isEncoder } from './encoding.ts';
import { ModifierError } from './modifier-error.ts';
import { literalOf, patternOf, withWildcards } from './pattern.ts';
import { expanded, type ListValues } from './placeholder.ts';
import {
  type Affix,
  type Comparison,
  networkFault,
  type Term,
  type TextTerm,
  type TimePart,
} from './term.ts';
import { dashVariants } from './windash.ts';

export type ItemValue = string | number | boolean | null;

export interface Modified {
  readonly terms: readonly Term[];
  /** Every value must be found, not only one. */
  readonly all: boolean;
  readonly negated: boolean;
  /** From `exists`: whether the field must be there. */
  readonly exists?: boolean | undefined;
}

const affixes = new Set<string>(['contains', 'startswith', 'endswith']);
const comparisons = new Set<string>(['lt', 'lte', 'gt', 'gte']);
const timeParts = new Set<string>(['minute', 'hour', 'day', 'week', 'month', 'year']);
/** More than any rule needs; each encoding makes the text longer. */
const maxModifiers = 16;
const regexFlags: Readonly<Record<string, string>> = {
  i: 'i',
  m: 'm',
  s: 's',
  ignorecase: 'i',
  multiline: 'm',
  dotall: 's',
};

/** @throws ModifierError */
export const modified = (
  modifiers: readonly string[],
  values: readonly ItemValue[],
  placeholders: ListValues,
  budget: Budget,
): Modified => {
  if (modifiers.length > maxModifiers) throw new ModifierError(`more than ${maxModifiers} modifiers`);
  const chain = modifiers.filter((modifier) => modifier !== 'all' && modifier !== 'neq');
  const all = chain.length < modifiers.length && modifiers.includes('all');
  const negated = modifiers.includes('neq');
  for (const modifier of chain)
    if (!isKnown(modifier)) throw new ModifierError(`unknown modifier "${modifier}"`);
  rejectConflicts(chain);
  if (chain.includes('exists')) return existence(modifiers, values);
  if (all && values.length < 2) throw new ModifierError('"all" needs more than one value');
  const terms = values.map((value) => chainApplied(chain, value, placeholders, budget));
  return { terms, all, negated };
};

const isKnown = (modifier: string): boolean =>
  affixes.has(modifier) ||
  comparisons.has(modifier) ||
  timeParts.has(modifier) ||
  isEncoder(modifier) ||
  Object.hasOwn(regexFlags, modifier) ||
  ['cased', 're', 'cidr', 'fieldref', 'windash', 'expand', 'exists'].includes(modifier);

/** How a value is compared: only one of these, but for two pairs. */
const isWay = (modifier: string): boolean =>
  affixes.has(modifier) ||
  comparisons.has(modifier) ||
  timeParts.has(modifier) ||
  ['re', 'cidr', 'exists', 'fieldref'].includes(modifier);

const rejectConflicts = (chain: readonly string[]): void => {
  // Nearly all: what stands alone conflicts with nothing.
  const [only] = chain;
  if (only === undefined || (chain.length === 1 && isWay(only))) return;
  const ways = chain.filter(isWay);
  const [first = '', second = '', third] = ways;
  const isAffixedField = ways.includes('fieldref') && ways.some((way) => affixes.has(way));
  const isComparedPart = timeParts.has(first) && comparisons.has(second);
  if (third !== undefined || (second !== '' && !isAffixedField && !isComparedPart)) {
    throw new ModifierError(`"${first}" and "${second}" cannot stand together`);
  }
  const wide = chain.filter((modifier) => modifier.startsWith('utf16') || modifier === 'wide');
  if (wide.length > 1) throw new ModifierError(`"${wide[0]}" and "${wide[1]}" cannot stand together`);
  if (chain.includes('base64') && chain.includes('base64offset')) {
    throw new ModifierError('"base64" and "base64offset" cannot stand together');
  }
  const isPlainText = first === '' || (affixes.has(first) && second === '');
  const textOnly = chain.find((modifier) => isEncoder(modifier) || modifier === 'windash');
  if (textOnly !== undefined && !isPlainText)
    throw new ModifierError(`"${textOnly}" does not go with "${first}"`);
  if (chain.includes('base64offset') && !chain.includes('contains')) {
    throw new ModifierError('"base64offset" finds parts of a text: add "contains"');
  }
  const flag = chain.find((modifier) => Object.hasOwn(regexFlags, modifier));
  if (flag !== undefined && !chain.includes('re')) throw new ModifierError(`"${flag}" is a flag of "re"`);
  if (chain.includes('cased') && chain.includes('re'))
    throw new ModifierError('"re" is always case-sensitive: leave "cased" out');
  for (const first of ['re', 'cidr']) {
    if (
      chain.includes(first) &&
      chain.some((modifier, at) => at < chain.indexOf(first) && modifier !== 'expand')
    ) {
      throw new ModifierError(`"${first}" must be the first modifier`);
    }
  }
};

const existence = (modifiers: readonly string[], values: readonly ItemValue[]): Modified => {
  if (modifiers.length > 1) throw new ModifierError('"exists" stands alone');
  const [value] = values;
  if (values.length !== 1 || typeof value !== 'boolean')
    throw new ModifierError('"exists" takes true or false');
  return { terms: [], all: false, negated: false, exists: value };
};

const plainTerm = (value: ItemValue): Term => {
  if (value === null) return { type: 'null' };
  if (typeof value === 'string') return { type: 'text', pattern: patternOf(value), cased: false };
  if (typeof value === 'boolean') return { type: 'boolean', value };
  if (!Number.isFinite(value)) throw new ModifierError(`${value} is not a number to compare with`);
  return { type: 'number', value };
};

const chainApplied = (
  chain: readonly string[],
  value: ItemValue,
  placeholders: ListValues,
  budget: Budget,
): Term => {
  if (!chain.includes('expand')) return applied(chain, value, budget);
  const rest = chain.filter((modifier) => modifier !== 'expand');
  const texts = expanded(textValue('expand', value), placeholders, budget);
  const terms = texts.map((text) => applied(rest, text, budget));
  const [only] = terms;
  return terms.length === 1 && only ? only : { type: 'any', of: terms };
};

const applied = (chain: readonly string[], value: ItemValue, budget: Budget): Term => {
  let term = plainTerm(value);
  for (const modifier of chain) term = step(modifier, term, value, budget);
  return term;
};

const step = (modifier: string, term: Term, value: ItemValue, budget: Budget): Term => {
  if (term.type === 'any')
    return { type: 'any', of: term.of.map((part) => step(modifier, part, value, budget)) };
  if (affixes.has(modifier)) return affixed(modifier as Affix, term);
  if (comparisons.has(modifier)) return compared(modifier as Comparison, term);
  if (timeParts.has(modifier))
    return { type: 'time-part', part: modifier as TimePart, value: numberValue(modifier, value) };
  if (isEncoder(modifier)) return encoded(modifier, textTerm(modifier, term), budget);
  const flag = regexFlags[modifier];
  if (flag !== undefined && term.type === 'regex') return { ...term, flags: term.flags + flag };
  switch (modifier) {
    case 'cased':
      return term.type === 'field' ? { ...term, cased: true } : { ...textTerm(modifier, term), cased: true };
    case 're':
      return regex(textValue(modifier, value));
    case 'cidr':
      return network(textValue(modifier, value));
    case 'fieldref':
      return fieldReference(term, value);
    case 'windash':
      return dashed(textTerm(modifier, term), budget);
    default:
      throw new ModifierError(`unknown modifier "${modifier}"`);
  }
};

const textTerm = (modifier: string, term: Term): TextTerm => {
  if (term.type !== 'text') throw new ModifierError(`"${modifier}" needs a text`);
  return term;
};

const textValue = (modifier: string, value: ItemValue): string => {
  if (typeof value !== 'string') throw new ModifierError(`"${modifier}" needs a text`);
  return value;
};

const numberValue = (modifier: string, value: ItemValue): number => {
  if (typeof value !== 'number' || !Number.isFinite(value))
    throw new ModifierError(`"${modifier}" needs a number`);
  return value;
};

const affixed = (affix: Affix, term: Term): Term => {
  if (term.type === 'field') return { ...term, affix };
  const text = textTerm(affix, term);
  return { ...text, pattern: withWildcards(text.pattern, affix !== 'startswith', affix !== 'endswith') };
};

const compared = (comparison: Comparison, term: Term): Term => {
  if (term.type === 'time-part') return { ...term, comparison };
  if (term.type !== 'number') throw new ModifierError(`"${comparison}" needs a number`);
  return { type: 'comparison', comparison, value: term.value };
};

const leadingFlags = /^\(\?([ims]+)\)/;

const regex = (source: string): Term => {
  const match = leadingFlags.exec(source);
  return { type: 'regex', source: match ? source.slice(match[0].length) : source, flags: match?.[1] ?? '' };
};

const network = (text: string): Term => {
  const fault = networkFault(text);
  if (fault !== undefined) throw new ModifierError(fault);
  return { type: 'cidr', text };
};

const fieldReference = (term: Term, value: ItemValue): Term => {
  const text = textTerm('fieldref', term);
  const field = literalOf(text.pattern);
  if (field === undefined || field === '')
    throw new ModifierError(`"${String(value)}" is no name of a field`);
  return { type: 'field', field, cased: text.cased };
};

const dashed = (term: TextTerm, budget: Budget): Term => {
  if (term.bytes) throw new ModifierError('"windash" varies a text: write it before the encoding');
  return { type: 'any', of: dashVariants(term.pattern, budget).map((pattern) => ({ ...term, pattern })) };
};
