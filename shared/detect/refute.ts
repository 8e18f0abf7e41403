/** An expression in; a proof that no event can make it hold, or nothing, out. What is not proved may still be so. */
import type { JsonValue } from '../schema/json.ts';
import type { Expression, Subject, Test } from './expression.ts';
import type { FieldKind, KindOf } from './field-kind.ts';

/** The fields whose values would have to be two things at once. */
export type Refutation = readonly string[];

/** Rules are small; a proof that takes longer is given up, which loses a remark and nothing else. */
const usualSteps = 20_000;

/**
 * Every way in which the expression could hold is followed (an analytic tableau), until each is seen to contradict
 * itself or one is not.
 */
export const refuted = (
  expression: Expression,
  kindOf: KindOf,
  steps = usualSteps,
): Refutation | undefined => {
  const proof = new Proof(kindOf, steps);
  return proof.closes([{ expression, holds: true }], new Map()) ? [...proof.fields] : undefined;
};

/** Whether every event for which the first holds is one for which the second does. */
export const implies = (first: Expression, second: Expression, kindOf: KindOf, steps?: number): boolean =>
  refuted({ kind: 'and', of: [first, { kind: 'not', of: second }] }, kindOf, steps) !== undefined;

interface Claim {
  readonly expression: Expression;
  readonly holds: boolean;
}

interface Fact {
  readonly test: Test;
  readonly holds: boolean;
}

/** What is taken to be so on one way, by the key of the test. */
type Facts = Map<string, Fact>;

class Proof {
  readonly fields = new Set<string>();
  readonly #kindOf: KindOf;
  #left: number;

  constructor(kindOf: KindOf, steps: number) {
    this.#kindOf = kindOf;
    this.#left = steps;
  }

  /** Whether every way to make all claims hold contradicts the facts or itself. The facts are the callee's to change. */
  closes(claims: readonly Claim[], facts: Facts): boolean {
    const choices: (readonly Claim[])[] = [];
    const touched = new Map<string, Test>();
    const stack = claims.toReversed();
    for (let claim = stack.pop(); claim; claim = stack.pop()) {
      if (this.#left-- <= 0) return false;
      const { expression, holds } = claim;
      if (expression.kind === 'constant') {
        if (expression.value !== holds) return true;
      } else if (expression.kind === 'not') stack.push({ expression: expression.of, holds: !holds });
      else if (expression.kind !== 'test') {
        const parts = expression.of.map((part) => ({ expression: part, holds }));
        if ((expression.kind === 'and') === holds) stack.push(...parts);
        else choices.push(parts);
      } else {
        const { test } = expression;
        const known = facts.get(test.key);
        if (known && known.holds !== holds) return this.#contradiction(test);
        facts.set(test.key, { test, holds });
        if (!known && test.about) touched.set(test.about.key, test);
      }
    }
    for (const [key, test] of touched)
      if (this.#isImpossible(key, test, facts)) return this.#contradiction(test);
    return this.#closesChoices(choices, facts);
  }

  #contradiction({ field }: Test): true {
    if (field !== undefined) this.fields.add(field);
    return true;
  }

  /** Takes the narrowest choice and follows each of its ways, with the other choices still to be made. */
  #closesChoices(choices: readonly (readonly Claim[])[], facts: Facts): boolean {
    const open = choices
      .map((options) => options.filter((option) => answerTo(option, facts) !== false))
      .filter((options) => !options.some((option) => answerTo(option, facts) === true))
      .toSorted((left, right) => left.length - right.length);
    const [narrowest, ...others] = open;
    if (!narrowest) return false;
    const rest = others.map(choiceOf);
    return narrowest.every((option) => this.closes([option, ...rest], new Map(facts)));
  }

  /** Whether no value of the field agrees with all that is taken to be so of it. */
  #isImpossible(key: string, { field }: Test, facts: Facts): boolean {
    const about = [...facts.values()].filter(({ test }) => test.about?.key === key);
    const kind = field === undefined ? undefined : this.#kindOf(field);
    const words = kind?.words;
    if (words && (kind.isAlways || about.some(({ test, holds }) => holds && isMetByAValue(test)))) {
      return words.every((word) => !this.#agrees(word, about, true, undefined));
    }
    const denials = about.filter(({ test, holds }) => !holds && test.about?.isGlob);
    return about.some(({ test, holds }) => {
      if (!holds) return false;
      const values = candidatesOf(test.about, kind);
      if (values) return values.every((value) => !this.#agrees(value, about, kind !== undefined, test.about));
      const samples = kind?.type === 'number' || denials.length === 0 ? undefined : test.about?.samples;
      return samples?.every((sample) => !this.#agrees(sample, denials, false, test.about));
    });
  }

  /**
   * A field of several values may meet each positive fact by another of them, but a single value that a negative fact
   * forbids is one too many. A value that stands for all its cases says nothing to a test that tells them apart.
   */
  #agrees(value: JsonValue, facts: readonly Fact[], isSingle: boolean, source: Subject | undefined): boolean {
    const isAnyCase = source !== undefined && !source.isCased && hasCases(value);
    return facts.every(({ test, holds }) => {
      if ((holds && !isSingle) || (isAnyCase && test.about?.isCased)) return true;
      if (this.#left-- <= 0) return true;
      return test.holds({ valuesAt: () => value, whole: () => undefined }) === holds;
    });
  }
}

const choiceOf = (options: readonly Claim[]): Claim => ({
  expression: {
    kind: 'or',
    of: options.map(({ expression, holds }) => (holds ? expression : { kind: 'not', of: expression })),
  },
  holds: true,
});

/** What the facts already say of a claim that is about one test. */
const answerTo = ({ expression, holds }: Claim, facts: Facts): boolean | undefined => {
  if (expression.kind === 'not') return answerTo({ expression: expression.of, holds: !holds }, facts);
  const known = expression.kind === 'test' ? facts.get(expression.test.key) : undefined;
  return known && known.holds === holds;
};

/** Not every test that holds needs a value: one may ask for there being none. */
const isMetByAValue = (test: Test): boolean =>
  !test.holds({ valuesAt: () => undefined, whole: () => undefined });

/** All values, of which one must be there for a test to hold; undefined where they cannot be listed. */
const candidatesOf = (
  about: Subject | undefined,
  kind: FieldKind | undefined,
): readonly JsonValue[] | undefined => {
  const values = about?.values;
  if (!values) return undefined;
  if (kind?.type === 'number') return values.flatMap(asNumber);
  // A text that is equal to a number may be written in many ways.
  return values.every((value) => typeof value === 'string') ? values : undefined;
};

/** A number's text is the shortest that reads as it: no other text is ever equal to one. */
const asNumber = (value: string | number): readonly number[] =>
  typeof value === 'number' ? [value] : String(Number(value)) === value ? [Number(value)] : [];

const hasCases = (value: JsonValue): boolean =>
  typeof value === 'string' && value.toLowerCase() !== value.toUpperCase();
