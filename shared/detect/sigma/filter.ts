/** Sigma filters, the exceptions of those who run rules: read, and added to the rules that they are for. */
import type { RuleProblem } from '../../errors.ts';
import { isObject } from '../../schema/json.ts';
import { and, type Expression } from '../expression.ts';
import { contains } from '../log-source.ts';
import type { LogSource, Rule } from '../rule.ts';
import { detectionOf } from './detection.ts';
import { type CommonContext, contextOf } from './detection-context.ts';
import { logSourceOf, referenceOf, type SigmaDocument } from './document.ts';
import { notingEmpty, type Placeholders } from './placeholder.ts';
import type { Problems } from './problems.ts';

export interface Filter {
  readonly logSource: LogSource;
  /** The rules it is for; undefined means any. */
  readonly references: readonly string[] | undefined;
  readonly expression: Expression;
  readonly document: SigmaDocument;
}

export const filterOf = (
  document: SigmaDocument,
  placeholders: Placeholders,
  problems: Problems,
  common: CommonContext,
): readonly Filter[] => {
  const { body } = document;
  const { filter } = body;
  const logSource = logSourceOf(body, problems);
  if (!isObject(filter)) {
    problems.add(['filter'], 'expected a map of rules, search identifiers and a condition');
    return [];
  }
  const { rules, ...rest } = filter;
  const references = referencesOf(rules, problems);
  const emptyLists = new Set<string>();
  const lists = notingEmpty(placeholders, emptyLists);
  const { expression } = detectionOf(
    rest,
    ['filter'],
    contextOf(document, logSource, lists, problems, common),
  );
  for (const name of emptyLists) problems.add(['filter'], `the list "${name}" is empty`);
  return problems.found.length > 0 ? [] : [{ logSource, references, expression, document }];
};

/** An empty list would turn an exception for one rule into one for all, so it is refused. */
const referencesOf = (rules: unknown, problems: Problems): readonly string[] | undefined => {
  if (typeof rules === 'string' && rules.toLowerCase() === 'any') return undefined;
  const list = typeof rules === 'string' ? [rules] : Array.isArray(rules) ? rules : [];
  if (list.length === 0 || !list.every((rule) => typeof rule === 'string')) {
    problems.add(['filter', 'rules'], 'expected the ids or names of rules, or "any"');
    return [];
  }
  return list.map(referenceOf);
};

/** Whether a filter is for a rule: one that names no rule is for all of its log source. */
export const isFilterFor = ({ logSource, references }: Filter, rule: Rule): boolean =>
  contains(logSource, rule.logSource) &&
  (references === undefined || references.some((reference) => isCalled(rule, reference)));

const isCalled = (rule: Rule, reference: string): boolean =>
  referenceOf(rule.id) === reference ||
  rule.title === reference ||
  rule.names.some((name) => referenceOf(name) === reference);

/** Each rule with the conditions of the filters that are for it added to its own. */
export const filtered = (
  rules: readonly Rule[],
  filters: readonly Filter[],
  warnings: RuleProblem[],
): readonly Rule[] => {
  for (const { references = [], document } of filters) {
    for (const reference of references) {
      if (rules.some((rule) => isCalled(rule, reference))) continue;
      const message = `no rule is named "${reference}"`;
      warnings.push({ ...document.yaml.positionOf(['filter', 'rules']), message });
    }
  }
  return rules.map((rule) => {
    const fitting = filters.filter((filter) => isFilterFor(filter, rule));
    if (fitting.length === 0) return rule;
    return {
      ...rule,
      expression: and([rule.expression, ...fitting.map(({ expression }) => expression)]),
      filters: fitting.map(({ document }) => document.yaml.positionOf([])),
    };
  });
};
