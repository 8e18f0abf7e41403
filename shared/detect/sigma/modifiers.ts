/** A detection item's values and its chain of modifiers in, the terms to compare with out. */
import { literalOf, literalPattern, patternOf, withWildcards } from './pattern.ts';
import { type Affix, type Comparison, networkFault, type Term, type TimePart } from './term.ts';
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

/** Values of the placeholders that `expand` may name. */
export type Placeholders = ReadonlyMap<string, readonly string[]>;

/** A modifier that does not fit its values or its neighbours. */
export class ModifierError extends Error {}

const affixes = new Set<string>(['contains', 'startswith', 'endswith']);
const comparisons = new Set<string>(['lt', 'lte', 'gt', 'gte']);
const timeParts = new Set<string>(['minute', 'hour', 'day', 'week', 'month', 'year']);
const encoders = new Set(['base64', 'base64offset', 'wide', 'utf16le', 'utf16be', 'utf16']);
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
  placeholders: Placeholders,
): Modified => {
  const chain = modifiers.filter((modifier) => modifier !== 'all' && modifier !== 'neq');
  const all = chain.length < modifiers.length && modifiers.includes('all');
  const negated = modifiers.includes('neq');
  for (const modifier of chain)
    if (!isKnown(modifier)) throw new ModifierError(`unknown modifier "${modifier}"`);
  rejectConflicts(chain);
  if (chain.includes('exists')) return existence(modifiers, values);
  if (all && values.length < 2) throw new ModifierError('"all" needs more than one value');
  const terms = values.map((value) => chainApplied(chain, value, placeholders));
  return { terms, all, negated };
};

const isKnown = (modifier: string): boolean =>
  affixes.has(modifier) ||
  comparisons.has(modifier) ||
  timeParts.has(modifier) ||
  encoders.has(modifier) ||
  Object.hasOwn(regexFlags, modifier) ||
  ['cased', 're', 'cidr', 'fieldref', 'windash', 'expand', 'exists'].includes(modifier);

/** How a value is compared: only one of these, but for two pairs. */
const rejectConflicts = (chain: readonly string[]): void => {
  const ways = chain.filter(
    (modifier) =>
      affixes.has(modifier) ||
      comparisons.has(modifier) ||
      timeParts.has(modifier) ||
      ['re', 'cidr', 'exists', 'fieldref'].includes(modifier),
  );
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
  const textOnly = chain.find((modifier) => encoders.has(modifier) || modifier === 'windash');
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

const chainApplied = (chain: readonly string[], value: ItemValue, placeholders: Placeholders): Term => {
  if (!chain.includes('expand')) return applied(chain, value, plainTerm(value));
  const rest = chain.filter((modifier) => modifier !== 'expand');
  const texts = expanded(textValue('expand', value), placeholders);
  const terms = texts.map((text) => applied(rest, text, plainTerm(text)));
  const [only] = terms;
  return terms.length === 1 && only ? only : { type: 'any', of: terms };
};

const applied = (chain: readonly string[], value: ItemValue, start: Term): Term => {
  let term = start;
  for (const modifier of chain) term = step(modifier, term, value);
  return term;
};

const step = (modifier: string, term: Term, value: ItemValue): Term => {
  if (term.type === 'any') return { type: 'any', of: term.of.map((part) => step(modifier, part, value)) };
  if (affixes.has(modifier)) return affixed(modifier as Affix, term);
  if (comparisons.has(modifier)) return compared(modifier as Comparison, term);
  if (timeParts.has(modifier))
    return { type: 'time-part', part: modifier as TimePart, value: numberValue(modifier, value) };
  if (encoders.has(modifier)) return encoded(modifier, textTerm(modifier, term));
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
      return dashed(textTerm(modifier, term));
    default:
      throw new ModifierError(`unknown modifier "${modifier}"`);
  }
};

const textTerm = (modifier: string, term: Term): Extract<Term, { type: 'text' }> => {
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

const dashed = (term: Extract<Term, { type: 'text' }>): Term => {
  const texts = dashVariants(term.pattern);
  if (texts === undefined) throw new ModifierError('too many places for "windash" to vary');
  return { type: 'any', of: texts.map((pattern) => ({ ...term, pattern })) };
};

const encoded = (modifier: string, term: Extract<Term, { type: 'text' }>): Term => {
  const literal = literalOf(term.pattern);
  if (literal === undefined) throw new ModifierError(`"${modifier}" cannot encode a wildcard`);
  const bytes = term.bytes ?? Buffer.from(literal, 'utf8');
  switch (modifier) {
    case 'base64':
      return { ...term, pattern: literalPattern(bytes.toString('base64')), bytes: undefined };
    case 'base64offset':
      return {
        type: 'any',
        of: offsetVariants(bytes).map((text) => ({
          ...term,
          pattern: literalPattern(text),
          bytes: undefined,
        })),
      };
    default:
      return widened(term, modifier, literal);
  }
};

const widened = (term: Extract<Term, { type: 'text' }>, modifier: string, literal: string): Term => {
  const little = Buffer.from(literal, 'utf16le');
  const bytes =
    modifier === 'utf16be'
      ? Buffer.from(little).swap16()
      : modifier === 'utf16'
        ? Buffer.concat([byteOrderMark, little])
        : little;
  return { ...term, pattern: literalPattern(bytes.toString('latin1')), bytes };
};

const byteOrderMark = Buffer.from([0xff, 0xfe]);

/** The three texts that base64 makes of bytes, by where in a longer run of bytes they begin. */
const offsetVariants = (bytes: Buffer): readonly string[] =>
  [0, 1, 2].map((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
    const cut = [0, 3, 2][(bytes.length + offset) % 3] ?? 0;
    return text.slice([0, 2, 3][offset], cut === 0 ? undefined : -cut);
  });

const placeholder = /(\\%)|%([A-Za-z0-9_-]+)%/g;
/** More combinations than this are a mistake in the lists. */
const maxExpansions = 10_000;

/** Every text that the placeholders' values make; `\%` is a percent sign. */
const expanded = (text: string, placeholders: Placeholders): readonly string[] => {
  let results = [''];
  let from = 0;
  for (const match of text.matchAll(placeholder)) {
    const [whole, escaped, name] = match;
    const before = text.slice(from, match.index);
    const values = escaped === undefined ? placeholders.get(name ?? '') : ['%'];
    if (values === undefined) throw new ModifierError(`no list gives the values of "%${name}%"`);
    results = results.flatMap((result) => values.map((value) => `${result}${before}${value}`));
    if (results.length > maxExpansions)
      throw new ModifierError(`"${text}" expands to more than ${maxExpansions} texts`);
    from = match.index + whole.length;
  }
  return results.map((result) => result + text.slice(from));
};
