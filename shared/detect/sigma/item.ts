/** One `field|modifier: value` of a detection in, the test it stands for out. */

import { partIn } from '../derived-views.ts';
import { needOf } from '../enrich/facts.ts';
import { type Expression, not, type Subject, testOf } from '../expression.ts';
import { type FieldPath, fieldPathOf, Many, valuesIn } from '../field-path.ts';
import { isRouted } from '../routing.ts';
import type { Scope } from '../scope.ts';
import type { Budget } from './budget.ts';
import { searchFor } from './keyword.ts';
import { ModifierError } from './modifier-error.ts';
import { type ItemValue, type Modified, modified } from './modifiers.ts';
import { folded, literalOf } from './pattern.ts';
import { type ListValues, placeholdersIn } from './placeholder.ts';
import { subjectOf } from './subject.ts';
import {
  type Affix,
  alternativesOf,
  anyMatcher,
  isValueTerm,
  type RegexReader,
  type Term,
  termsKey,
  textForm,
  type ValueMatcher,
} from './term.ts';

export interface ItemContext {
  readonly placeholders: ListValues;
  /** The name by which events know a field that rules call otherwise. */
  readonly alias: (field: string) => string;
  readonly budget: Budget;
  readonly shared: Shared;
  readonly regex: RegexReader;
}

/** What stands in several documents, by what is written: many rules ask the same fields, and leave out the same identities. */
export interface Shared {
  readonly paths: Map<string, FieldPath>;
  readonly items: Map<string, Expression>;
}

export const nothingShared = (): Shared => ({ paths: new Map(), items: new Map() });

export const sharedPathOf = (field: string, { paths }: Shared): FieldPath => {
  const known = paths.get(field);
  if (known) return known;
  const path = fieldPathOf(field);
  paths.set(field, path);
  return path;
};

/**
 * The test of an item of a named field, made once however many documents hold it.
 * @throws ModifierError
 */
export const sharedItemOf = (
  path: FieldPath,
  modifiers: readonly string[],
  values: readonly ItemValue[],
  context: ItemContext,
): Expression => {
  const key = sharedKeyOf(path, modifiers, values);
  const known = key === undefined ? undefined : context.shared.items.get(key);
  if (known) {
    // The lists are asked for all the same: their reader may want to know which were empty.
    if (modifiers.includes('expand'))
      for (const name of values.flatMap((value) => placeholdersIn(String(value))))
        context.placeholders.get(name);
    return known;
  }
  const item = itemOf(path, modifiers, values, context);
  if (key !== undefined) context.shared.items.set(key, item);
  return item;
};

/** Undefined where an item means another thing in another document, or JSON cannot tell it from another. */
const sharedKeyOf = (
  path: FieldPath,
  modifiers: readonly string[],
  values: readonly ItemValue[],
): string | undefined => {
  const isTold = values.every((value) => typeof value !== 'number' || Number.isFinite(value));
  return isTold && !modifiers.includes('fieldref')
    ? JSON.stringify([path.key, modifiers, values])
    : undefined;
};

/** @throws ModifierError */
export const itemOf = (
  path: FieldPath | undefined,
  modifiers: readonly string[],
  values: readonly ItemValue[],
  context: ItemContext,
): Expression => {
  const form = withFieldNames(modified(modifiers, values, context.placeholders, context.budget), context);
  if (path === undefined) return keywordOf(form, context.regex);
  const key = `${path.key}|${form.all ? 'all' : 'any'}|${form.exists ?? ''}|${termsKey(form.terms)}`;
  const isAlone = alternativesOf(form.terms).every(({ type }) => type !== 'field');
  let subject: Subject | undefined;
  const test = testOf({
    key,
    routed: isAlone && isRouted(path.text),
    field: isAlone ? path.text : undefined,
    isPresence: form.exists !== undefined,
    part: isAlone ? partIn(path) : undefined,
    needs: needOf(path, literalsOf(form.terms)),
    cost: costOf(form) + (path.segments[0]?.name === 'caller' ? costOfAddress : 0),
    holds: holdsOf(path, form, context.regex),
    // Only who looks for faults in rules asks.
    get about() {
      subject ??= isAlone ? subjectOf(path, form) : undefined;
      return subject;
    },
  });
  return form.negated ? not(test) : test;
};

const literalsOf = (terms: readonly Term[]): readonly string[] =>
  alternativesOf(terms).flatMap((term) => (term.type === 'text' ? (literalOf(term.pattern) ?? []) : []));

const withFieldNames = (form: Modified, context: ItemContext): Modified => {
  const named = (term: Term): Term => {
    if (term.type === 'any') return { type: 'any', of: term.of.map(named) };
    return term.type === 'field' ? { ...term, field: context.alias(term.field) } : term;
  };
  return { ...form, terms: form.terms.map(named) };
};

/** To read an address is as dear as a search. */
const costOfAddress = 4;

const costOf = ({ exists, terms }: Modified): number => {
  if (exists !== undefined) return 0.5;
  if (terms.some((term) => term.type === 'regex')) return 5;
  if (alternativesOf(terms).some((term) => term.type === 'text' && term.pattern[0] === 'many')) return 4;
  const isPattern = terms.some(
    (term) => term.type === 'any' || (term.type === 'text' && term.pattern.length > 1),
  );
  return isPattern ? 2 : 1;
};

const holdsOf = (path: FieldPath, form: Modified, regex: RegexReader): ((scope: Scope) => boolean) => {
  if (form.exists !== undefined) {
    const wanted = form.exists;
    return (scope) => (scope.valuesAt(path) !== undefined) === wanted;
  }
  if (!form.all) return someTermHolds(path, form.terms, regex);
  const parts = form.terms.map((term) => someTermHolds(path, [term], regex));
  return (scope) => parts.every((holds) => holds(scope));
};

/** Values are looked up together; what is no matter of one value follows. */
const someTermHolds = (
  path: FieldPath,
  terms: readonly Term[],
  regex: RegexReader,
): ((scope: Scope) => boolean) => {
  const alternatives = alternativesOf(terms);
  const ofValues = alternatives.filter(isValueTerm);
  const parts = alternatives.flatMap((term) => {
    if (term.type === 'null') return [nullHolds(path)];
    return term.type === 'field' ? [fieldHolds(path, term)] : [];
  });
  if (ofValues.length > 0) parts.unshift(someValue(path, anyMatcher(ofValues, regex)));
  const [only] = parts;
  return parts.length === 1 && only ? only : (scope) => parts.some((holds) => holds(scope));
};

/** Any of the values that the path leads to is enough. */
const someValue =
  (path: FieldPath, matches: ValueMatcher) =>
  (scope: Scope): boolean => {
    const found = scope.valuesAt(path);
    if (found === undefined) return false;
    if (!(found instanceof Many)) return matches(found);
    for (const value of found.values) if (matches(value)) return true;
    return false;
  };

/** Nothing there, or null there. */
const nullHolds =
  (path: FieldPath) =>
  (scope: Scope): boolean => {
    const found = scope.valuesAt(path);
    return (
      found === undefined ||
      found === null ||
      (found instanceof Many && (found.values.length === 0 || found.values.includes(null)))
    );
  };

const fieldHolds = (path: FieldPath, term: Extract<Term, { type: 'field' }>): ((scope: Scope) => boolean) => {
  const other = fieldPathOf(term.field);
  const textsAt = (scope: Scope, at: FieldPath): readonly string[] =>
    valuesIn(scope.valuesAt(at)).flatMap((value) => {
      const text = textForm(value);
      return text === undefined ? [] : [term.cased ? text : folded(text)];
    });
  return (scope) => {
    const rights = textsAt(scope, other);
    if (rights.length === 0) return false;
    const lefts = textsAt(scope, path);
    if (term.affix === undefined) {
      const equal = new Set(rights);
      return lefts.some((left) => equal.has(left));
    }
    const { affix } = term;
    const few = rights.slice(0, maxCompared);
    return lefts.slice(0, maxCompared).some((left) => few.some((right) => affixHolds[affix](left, right)));
  };
};

/** Of two lists, this many values each are compared part by part. */
const maxCompared = 1000;

const affixHolds: Readonly<Record<Affix, (left: string, right: string) => boolean>> = {
  contains: (left, right) => left.includes(right),
  startswith: (left, right) => left.startsWith(right),
  endswith: (left, right) => left.endsWith(right),
};

/** A search without a field looks for each term in every text of the event. */
const keywordOf = (form: Modified, regex: RegexReader): Expression => {
  if (form.exists !== undefined) throw new ModifierError('"exists" needs a field');
  const test = searchFor(form, regex);
  return form.negated ? not(testOf(test)) : testOf(test);
};
