/** Boolean expressions over tests: built by a rule language, simplified by what is known, run on events. */
import type { Need } from './enrich/facts.ts';
import type { Scope } from './scope.ts';

/** One question about an event. Tests with the same key are the same question and are answered once an event. */
export interface Test {
  readonly key: string;
  /** The answer depends only on the fields that rules are indexed by. */
  readonly routed: boolean;
  /** The one field whose values are all it asks about. */
  readonly field?: string | undefined;
  /** It asks only whether anything stands there. */
  readonly isPresence?: boolean | undefined;
  /** The part of an event that is all it asks about: where an event has none, the answer is always the same. */
  readonly part?: string | undefined;
  /** What it asks of the enrichment: where nothing can tell it, the answer is the one for an address unknown. */
  readonly needs?: Need | undefined;
  /** A rough rank: 0.5 presence, 1 comparisons, 2 patterns, 4 searches in a text, 5 regular expressions, 6 members of a list, 10 and more a search through all. */
  readonly cost: number;
  readonly holds: (scope: Scope) => boolean;
  /** The same for whoever reasons about rules: what can be known of that field's values from the answer. */
  readonly about?: Subject | undefined;
}

/** What is known of the values of a test's one field: it holds where one of them makes it hold. */
export interface Subject {
  /** Equal for fields that are the same. */
  readonly key: string;
  /** Where it holds, one of these is among the field's values; undefined where they cannot be listed. */
  readonly values?: readonly (string | number)[] | undefined;
  /** The same for texts with wildcards, each written with a letter that no text has (see `isGlob`) for its wildcards. */
  readonly samples?: readonly string[] | undefined;
  /** A sample that it holds for stands for all its texts: only a `*` can have taken that letter in. */
  readonly isGlob: boolean;
  /** Whether it may tell upper from lower case; otherwise `values` and `samples` stand for every case. */
  readonly isCased: boolean;
}

export type Expression =
  | { readonly kind: 'test'; readonly test: Test }
  | { readonly kind: 'and' | 'or'; readonly of: readonly Expression[] }
  | { readonly kind: 'not'; readonly of: Expression }
  | { readonly kind: 'constant'; readonly value: boolean };

export const always: Expression = { kind: 'constant', value: true };
export const never: Expression = { kind: 'constant', value: false };

export const testOf = (test: Test): Expression => ({ kind: 'test', test });

export const and = (of: readonly Expression[]): Expression => joined('and', of);
export const or = (of: readonly Expression[]): Expression => joined('or', of);

export const not = (of: Expression): Expression => {
  if (of.kind === 'constant') return of.value ? never : always;
  return of.kind === 'not' ? of.of : { kind: 'not', of };
};

/** Constants are folded, nested expressions of the same kind are flattened. */
const joined = (kind: 'and' | 'or', of: readonly Expression[]): Expression => {
  const decides = kind === 'or';
  const rest: Expression[] = [];
  for (const part of of) {
    if (part.kind === 'constant') {
      if (part.value === decides) return part;
    } else if (part.kind === kind) for (const inner of part.of) rest.push(inner);
    else rest.push(part);
  }
  if (rest.length === 0) return decides ? never : always;
  const [only] = rest;
  return rest.length === 1 && only ? only : { kind, of: rest };
};

/** The same expression where each test that `known` answers is replaced by its answer. */
export const simplified = (
  expression: Expression,
  known: (test: Test) => boolean | undefined,
): Expression => {
  switch (expression.kind) {
    case 'constant':
      return expression;
    case 'test': {
      const answer = known(expression.test);
      if (answer === undefined) return expression;
      return answer ? always : never;
    }
    case 'not':
      return not(simplified(expression.of, known));
    default:
      return joined(
        expression.kind,
        expression.of.map((part) => simplified(part, known)),
      );
  }
};

/** Every test of an expression, for whoever counts or checks them. */
export function* testsOf(expression: Expression): Generator<Test> {
  if (expression.kind === 'test') yield expression.test;
  else if (expression.kind === 'not') yield* testsOf(expression.of);
  else if (expression.kind !== 'constant') for (const part of expression.of) yield* testsOf(part);
}

/** How many tests an expression names. */
export const sizeOf = (expression: Expression): number => {
  if (expression.kind === 'constant' || expression.kind === 'test') return 1;
  if (expression.kind === 'not') return sizeOf(expression.of);
  return expression.of.reduce((sum, part) => sum + sizeOf(part), 0);
};

/** How a test is asked of a context; a detector answers from what it has already been asked. */
export type Bind<C> = (test: Test) => (context: C) => boolean;

/** The expression as a function; cheap parts are asked first. */
export const compiled = <C>(expression: Expression, bind: Bind<C>): ((context: C) => boolean) => {
  switch (expression.kind) {
    case 'constant': {
      const { value } = expression;
      return () => value;
    }
    case 'test':
      return bind(expression.test);
    case 'not': {
      const inner = compiled(expression.of, bind);
      return (context) => !inner(context);
    }
    default: {
      const parts = expression.of
        .toSorted((left, right) => costOf(left) - costOf(right))
        .map((part) => compiled(part, bind));
      return expression.kind === 'and' ? allOf(parts) : anyOf(parts);
    }
  }
};

/** Asks every test anew: for members of lists, where nothing is shared. */
export const askedAnew: Bind<Scope> = (test) => test.holds;

const allOf =
  <C>(parts: readonly ((context: C) => boolean)[]) =>
  (context: C): boolean => {
    for (const part of parts) if (!part(context)) return false;
    return true;
  };

const anyOf =
  <C>(parts: readonly ((context: C) => boolean)[]) =>
  (context: C): boolean => {
    for (const part of parts) if (part(context)) return true;
    return false;
  };

const costOf = (expression: Expression): number => {
  if (expression.kind === 'constant') return 0;
  if (expression.kind === 'test') return expression.test.cost;
  if (expression.kind === 'not') return costOf(expression.of);
  return expression.of.reduce((sum, part) => sum + costOf(part), 0.5);
};
