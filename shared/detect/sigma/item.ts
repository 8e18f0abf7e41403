/** One `field|modifier: value` of a detection in, the test it stands for out. */
import type { JsonValue } from '../../schema/json.ts';
import { type Expression, not, testOf } from '../expression.ts';
import { type FieldPath, fieldPathOf, Many, valuesIn } from '../field-path.ts';
import { isRouted } from '../routing.ts';
import type { Scope } from '../scope.ts';
import { searchFor } from './keyword.ts';
import { type ItemValue, type Modified, ModifierError, modified, type Placeholders } from './modifiers.ts';
import { folded } from './pattern.ts';
import { anyMatcher, matcherOf, type Term, termText, textForm, type ValueMatcher } from './term.ts';

export interface ItemContext {
  readonly placeholders: Placeholders;
  /** The name by which events know a field that rules call otherwise. */
  readonly alias: (field: string) => string;
}

/** @throws ModifierError */
export const itemOf = (
  path: FieldPath | undefined,
  modifiers: readonly string[],
  values: readonly ItemValue[],
  context: ItemContext,
): Expression => {
  const form = withFieldNames(modified(modifiers, values, context.placeholders), context);
  if (path === undefined) return keywordOf(form);
  const key = `${path.text}|${form.all ? 'all' : 'any'}|${form.exists ?? ''}|${form.terms.map(termText).join('\u0001')}`;
  const test = testOf({
    key,
    routed: isRouted(path.text),
    cost: costOf(form.terms),
    holds: holdsOf(path, form),
  });
  return form.negated ? not(test) : test;
};

const withFieldNames = (form: Modified, context: ItemContext): Modified => ({
  ...form,
  terms: form.terms.map((term) =>
    term.type === 'field' ? { ...term, field: context.alias(term.field) } : term,
  ),
});

const costOf = (terms: readonly Term[]): number => {
  if (terms.some((term) => term.type === 'regex')) return 3;
  const isPattern = terms.some(
    (term) => term.type === 'any' || (term.type === 'text' && term.pattern.length > 1),
  );
  return isPattern ? 2 : 1;
};

const holdsOf = (path: FieldPath, form: Modified): ((scope: Scope) => boolean) => {
  if (form.exists !== undefined) {
    const wanted = form.exists;
    return (scope) => (scope.valuesAt(path) !== undefined) === wanted;
  }
  const parts = form.terms.map((term) => termHolds(path, term));
  if (form.all) return (scope) => parts.every((holds) => holds(scope));
  const simple = form.terms.filter((term) => term.type !== 'null' && term.type !== 'field');
  const rest = form.terms.filter((term) => term.type === 'null' || term.type === 'field');
  const simpleHolds = simple.length > 0 ? someValue(path, anyMatcher(simple)) : undefined;
  if (rest.length === 0 && simpleHolds) return simpleHolds;
  const restHolds = rest.map((term) => termHolds(path, term));
  return (scope) => simpleHolds?.(scope) === true || restHolds.some((holds) => holds(scope));
};

const termHolds = (path: FieldPath, term: Term): ((scope: Scope) => boolean) => {
  if (term.type === 'null') return nullHolds(path);
  if (term.type === 'field') return fieldHolds(path, term);
  return someValue(path, matcherOf(term));
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

const nullHolds =
  (path: FieldPath) =>
  (scope: Scope): boolean => {
    const found = scope.valuesAt(path);
    return (
      found === undefined ||
      found === null ||
      (found instanceof Many && found.values.some((value) => value === null))
    );
  };

const fieldHolds = (path: FieldPath, term: Extract<Term, { type: 'field' }>): ((scope: Scope) => boolean) => {
  const other = fieldPathOf(term.field);
  const form = (value: JsonValue): string | undefined => {
    const text = textForm(value);
    return text === undefined || term.cased ? text : folded(text);
  };
  const agree = (left: JsonValue, right: JsonValue): boolean => {
    const [one, two] = [form(left), form(right)];
    if (one === undefined || two === undefined) return false;
    if (term.affix === 'contains') return one.includes(two);
    if (term.affix === 'startswith') return one.startsWith(two);
    return term.affix === 'endswith' ? one.endsWith(two) : one === two;
  };
  return (scope) => {
    const rights = valuesIn(scope.valuesAt(other));
    return (
      rights.length > 0 &&
      valuesIn(scope.valuesAt(path)).some((left) => rights.some((right) => agree(left, right)))
    );
  };
};

/** A search without a field looks for each term in every text of the event. */
const keywordOf = (form: Modified): Expression => {
  if (form.exists !== undefined) throw new ModifierError('"exists" needs a field');
  const test = searchFor(form);
  return form.negated ? not(testOf(test)) : testOf(test);
};
