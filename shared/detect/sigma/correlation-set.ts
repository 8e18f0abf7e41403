/** Rules and the correlations among them in; the same with every reference found, out. */
import type { RuleProblem } from '../../errors.ts';
import type { Dialect } from '../../schema/raw-record.ts';
import { type Correlation, heardBy, type Input } from '../correlation/correlation.ts';
import { fieldPathOf } from '../field-path.ts';
import { aliasOf, dialectsFor } from '../log-source.ts';
import type { Rule } from '../rule.ts';
import type { CorrelationDraft } from './correlation.ts';
import { referenceOf, type SigmaDocument } from './document.ts';
import { Problems } from './problems.ts';

export interface Drafted {
  readonly draft: CorrelationDraft;
  readonly document: SigmaDocument;
}

/** A correlation that refers to what is not there, or in a circle, is refused, and so are those that refer to it. */
export const withCorrelations = (
  rules: readonly Rule[],
  drafts: ReadonlyMap<string, Drafted>,
  problems: RuleProblem[],
): readonly Rule[] => {
  if (drafts.size === 0) return rules;
  const resolver = new Resolver(rules, drafts, problems);
  const resolved = rules.flatMap((rule) => (drafts.has(rule.id) ? (resolver.resolved(rule) ?? []) : [rule]));
  const silent = silentAmong(resolved, drafts);
  return resolved.map((rule) => (silent.has(rule.id) ? { ...rule, isSilent: true } : rule));
};

/** Where one correlation asks for silence and another for alerts, there are alerts: silence would lose some. */
const silentAmong = (rules: readonly Rule[], drafts: ReadonlyMap<string, Drafted>): ReadonlySet<string> => {
  const heard = rules.flatMap((rule) => {
    const drafted = drafts.get(rule.id);
    const { correlation } = rule;
    if (!drafted || !correlation) return [];
    return heardBy(correlation).map((input) => ({ rule: input.rule, generates: drafted.draft.generates }));
  });
  const loud = new Set(heard.filter(({ generates }) => generates).map(({ rule }) => rule));
  return new Set(heard.map(({ rule }) => rule).filter((rule) => !loud.has(rule)));
};

class Resolver {
  readonly #drafts: ReadonlyMap<string, Drafted>;
  readonly #problems: RuleProblem[];
  readonly #byName = new Map<string, Rule>();
  readonly #done = new Map<string, Rule | undefined>();
  readonly #underway = new Set<string>();

  constructor(rules: readonly Rule[], drafts: ReadonlyMap<string, Drafted>, problems: RuleProblem[]) {
    this.#drafts = drafts;
    this.#problems = problems;
    for (const rule of rules)
      for (const name of [rule.id, ...rule.names]) this.#byName.set(referenceOf(name), rule);
  }

  /** The rule with its correlation, or undefined where it has a fault. */
  resolved(rule: Rule): Rule | undefined {
    const drafted = this.#drafts.get(rule.id);
    if (!drafted) return rule;
    if (this.#done.has(rule.id)) return this.#done.get(rule.id);
    const found = new Problems(drafted.document.yaml);
    this.#underway.add(rule.id);
    const correlation = this.#correlation(drafted.draft, found);
    this.#underway.delete(rule.id);
    this.#problems.push(...found.found);
    const result = correlation && found.found.length === 0 ? { ...rule, correlation } : undefined;
    this.#done.set(rule.id, result);
    return result;
  }

  #correlation(draft: CorrelationDraft, found: Problems): Correlation | undefined {
    const inputs = this.#inputs(draft, draft.references, 'rules', found);
    const signs = this.#inputs(draft, draft.while, 'while', found);
    if (!inputs || !signs) return undefined;
    const { type, groupBy, seconds, comparisons, expression, percentile, learningSeconds, knownBy } = draft;
    const dialects = [...new Set([...inputs, ...signs].flatMap(({ dialects }) => dialects))];
    const common = { inputs: inputs.map(({ input }) => input), groupBy, seconds, dialects };
    const fields = draft.fields.map((field) => fieldPathOf(field));
    switch (type) {
      case 'first_seen':
        return { ...common, type, fields, learningSeconds, while: signs.map(({ input }) => input) };
      case 'baseline': {
        const { direction, factor } = draft;
        return { ...common, type, comparisons, fields, direction, factor, learningSeconds };
      }
      case 'absence': {
        const atLeast = comparisons[0]?.value ?? 1;
        return { ...common, type, while: signs.map(({ input }) => input), atLeast, knownBy };
      }
      default: {
        const all = [{ operator: 'gte', value: inputs.length }] as const;
        const usual = type === 'temporal' || type === 'temporal_ordered' ? all : [];
        const compared = comparisons.length > 0 ? comparisons : usual;
        return { ...common, type, comparisons: compared, expression, fields, percentile };
      }
    }
  }

  #inputs(
    draft: CorrelationDraft,
    references: readonly string[],
    key: string,
    found: Problems,
  ): readonly Found[] | undefined {
    const inputs = references.map((reference, at) => this.#input(draft, reference, [key, at], found));
    return inputs.some((input) => input === undefined) ? undefined : (inputs as readonly Found[]);
  }

  #input(
    draft: CorrelationDraft,
    reference: string,
    path: readonly (string | number)[],
    found: Problems,
  ): Found | undefined {
    const place = ['correlation', ...path];
    const named = this.#byName.get(reference);
    if (!named) {
      found.add(place, `no rule is named "${reference}"`);
      return undefined;
    }
    if (this.#underway.has(named.id)) {
      found.add(place, `"${reference}" refers back to this correlation: a circle`);
      return undefined;
    }
    const rule = this.resolved(named);
    if (!rule) {
      found.add(place, `the rule "${reference}" has a fault`);
      return undefined;
    }
    const isOwn = draft.fields.every((field) => field.startsWith('rule.'));
    if (rule.correlation && !isOwn && draft.type.startsWith('value_'))
      found.add(place, `"${reference}" is a correlation, which has no fields to count`);
    const groupBy = draft.groupBy.map((entry) => {
      const alias = draft.aliases.get(entry);
      const field = alias ? fieldIn(alias, rule) : entry;
      if (field === undefined)
        found.add(['correlation', 'aliases', entry], `no field is given for "${reference}"`);
      return fieldPathOf(aliasOf(rule.logSource, field ?? entry));
    });
    const dialects = rule.correlation?.dialects ?? dialectsFor(rule.logSource);
    return { input: { rule: rule.id, name: reference, groupBy }, dialects };
  }
}

interface Found {
  readonly input: Input;
  readonly dialects: readonly Dialect[];
}

/** An alias may call a rule by any of its names. */
const fieldIn = (alias: ReadonlyMap<string, string>, rule: Rule): string | undefined =>
  [rule.id, ...rule.names].map((name) => alias.get(referenceOf(name))).find((field) => field !== undefined);
