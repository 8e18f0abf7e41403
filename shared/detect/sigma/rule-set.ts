/** Rule files in, the rules they hold, filters applied, and every fault with its place, out. */
import type { RuleProblem } from '../../errors.ts';
import { isObject, listOf, textOf } from '../../schema/json.ts';
import { yamlOf } from '../../schema/yaml.ts';
import { and, type Expression, never } from '../expression.ts';
import { aliasOf, contains } from '../log-source.ts';
import { defaultSuppression, type LogSource, type Rule, type Suppression } from '../rule.ts';
import { newBudget } from './budget.ts';
import { collected } from './collection.ts';
import { correlationOf } from './correlation.ts';
import { type Drafted, withCorrelations } from './correlation-set.ts';
import { type Detection, type DetectionContext, detectionOf } from './detection.ts';
import { checkFields, logSourceOf, referenceOf, type SigmaDocument } from './document.ts';
import { factsOf, type RuleFile } from './facts.ts';
import { klaxonOf } from './klaxon-block.ts';
import type { Placeholders } from './placeholder.ts';
import { Problems } from './problems.ts';

export interface RuleSet {
  readonly rules: readonly Rule[];
  readonly problems: readonly RuleProblem[];
  /** Remarks on rules that load, but may not do what their author meant. */
  readonly warnings: readonly RuleProblem[];
}

interface Filter {
  readonly logSource: LogSource;
  /** The rules it is for; undefined means any. */
  readonly references: readonly string[] | undefined;
  readonly expression: Expression;
  readonly document: SigmaDocument;
}

/** A file with a fault gives no rule from the faulty document; every other document is still read. */
export const ruleSetOf = (files: readonly RuleFile[], placeholders: Placeholders): RuleSet => {
  const problems: RuleProblem[] = [];
  const warnings: RuleProblem[] = [];
  const rules: Rule[] = [];
  const filters: Filter[] = [];
  const drafts = new Map<string, Drafted>();
  for (const file of files) {
    const yaml = yamlOf(file.path, file.text);
    problems.push(...yaml.problems);
    for (const document of collected(yaml.documents, problems)) {
      const found = new Problems(document.yaml);
      checkFields(document, found);
      if (document.kind === 'correlation') rules.push(...correlationRuleOf(document, file, drafts, found));
      else if (document.kind === 'filter') filters.push(...filterOf(document, placeholders, found));
      else rules.push(...ruleOf(document, file, placeholders, found, warnings));
      problems.push(...found.found);
    }
  }
  const single = filtered(singles(rules, problems), filters, warnings);
  return { rules: withCorrelations(single, drafts, problems), problems, warnings };
};

/** The rule that a correlation document is; what it refers to is found once every document is read. */
const correlationRuleOf = (
  document: SigmaDocument,
  file: RuleFile,
  drafts: Map<string, Drafted>,
  problems: Problems,
): readonly Rule[] => {
  const draft = correlationOf(document, problems);
  const usual: Suppression = {
    by: [...(draft?.groupBy ?? []), ...(draft?.type === 'first_seen' ? draft.fields : [])],
    forSeconds: Math.max(defaultSuppression.forSeconds, draft?.seconds ?? 0),
  };
  const klaxon = klaxonOf(document.body, undefined, usual, problems);
  if (draft && klaxon.suppress.by.some((name) => !usual.by.includes(name)))
    problems.add(['klaxon', 'suppress', 'by'], `a correlation knows ${usual.by.join(', ')}`);
  if (!draft || problems.found.length > 0) return [];
  const facts = factsOf(document, file);
  drafts.set(facts.id, { draft, document });
  return [
    { ...facts, logSource: {}, expression: never, ...klaxon, covers: coversOf(klaxon.covers, facts.id) },
  ];
};

const coversOf = (covers: readonly string[], id: string): readonly string[] =>
  covers.length > 0 ? covers : [id];

const contextOf = (
  document: SigmaDocument,
  logSource: LogSource,
  placeholders: Placeholders,
  problems: Problems,
): DetectionContext => ({
  placeholders,
  problems,
  budget: newBudget(),
  brackets: isBracketVersion(document, problems),
  alias: (field) => aliasOf(logSource, field),
});

/** Bracket selectors belong to Sigma 3; a later major is refused, for it may mean something else. */
const isBracketVersion = (document: SigmaDocument, problems: Problems): boolean => {
  const version = document.body['sigma-version'];
  if (version === undefined || version === null) return false;
  const major = /^v?(\d+)/.exec(String(version))?.[1];
  if (major === undefined) problems.add(['sigma-version'], `"${String(version)}" is no version`);
  else if (Number(major) > 3)
    problems.add(['sigma-version'], `Sigma ${major} is not known; versions 2 and 3 are`);
  return major === '3';
};

const ruleOf = (
  document: SigmaDocument,
  file: RuleFile,
  placeholders: Placeholders,
  problems: Problems,
  warnings: RuleProblem[],
): readonly Rule[] => {
  const { body, yaml } = document;
  const logSource = logSourceOf(body, problems);
  const context = contextOf(document, logSource, placeholders, problems);
  if (body.detection === undefined || body.detection === null) return [];
  const detection = detectionOf(body.detection, ['detection'], context);
  const klaxon = klaxonOf(body, detection, defaultSuppression, problems);
  warnUnused(document, detection, warnings);
  if (textOf(body.status)?.toLowerCase() === 'unsupported') {
    warnings.push({ ...yaml.positionOf(['status']), message: 'an unsupported rule is not run' });
    return [];
  }
  if (problems.found.length > 0) return [];
  const facts = factsOf(document, file);
  return [
    {
      ...facts,
      logSource,
      expression: detection.expression,
      ...klaxon,
      covers: coversOf(klaxon.covers, facts.id),
    },
  ];
};

const warnUnused = (document: SigmaDocument, detection: Detection, warnings: RuleProblem[]): void => {
  for (const name of detection.unused()) {
    warnings.push({
      ...document.yaml.positionOf(['detection', name]),
      message: `the search identifier "${name}" stands in no condition`,
    });
  }
};

const filterOf = (
  document: SigmaDocument,
  placeholders: Placeholders,
  problems: Problems,
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
  const { expression } = detectionOf(
    rest,
    ['filter'],
    contextOf(document, logSource, placeholders, problems),
  );
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

/** Each rule with the conditions of the filters that are for it added to its own. */
const filtered = (
  rules: readonly Rule[],
  filters: readonly Filter[],
  warnings: RuleProblem[],
): readonly Rule[] => {
  if (filters.length === 0) return rules;
  const named = new Set<string>();
  const results = rules.map((rule) => {
    const own = [referenceOf(rule.id), rule.title, ...rule.names.map(referenceOf)];
    const fitting = filters.filter(({ logSource, references }) => {
      const hit = references === undefined ? [] : references.filter((reference) => own.includes(reference));
      for (const reference of hit) named.add(reference);
      return contains(logSource, rule.logSource) && (references === undefined || hit.length > 0);
    });
    if (fitting.length === 0) return rule;
    return {
      ...rule,
      expression: and([rule.expression, ...fitting.map((filter) => filter.expression)]),
      filters: fitting.map(({ document }) => document.yaml.positionOf([])),
    };
  });
  for (const { references = [], document } of filters) {
    for (const reference of references.filter((name) => !named.has(name))) {
      warnings.push({
        ...document.yaml.positionOf(['filter', 'rules']),
        message: `no rule is named "${reference}"`,
      });
    }
  }
  return results;
};

/** A rule whose id or name an earlier one has is refused: whoever names it could mean either. */
const singles = (rules: readonly Rule[], problems: RuleProblem[]): readonly Rule[] => {
  const seen = new Map<string, Rule>();
  return rules.filter((rule) => {
    const names = [rule.id, ...rule.names];
    const taken = names.find((name) => seen.has(referenceOf(name)));
    const earlier = taken === undefined ? undefined : seen.get(referenceOf(taken));
    if (earlier) {
      const place = `${earlier.position.path}:${earlier.position.line}`;
      problems.push({ ...rule.position, message: `the rule "${taken}" is already defined at ${place}` });
      return false;
    }
    for (const name of names) seen.set(referenceOf(name), rule);
    return true;
  });
};

/** The values of `lists/<name>.yml` files, by name: each a YAML list of texts. */
export const placeholdersOf = (
  files: readonly { readonly path: string; readonly text: string }[],
): {
  readonly placeholders: Placeholders;
  readonly problems: readonly RuleProblem[];
} => {
  const placeholders = new Map<string, readonly string[]>();
  const problems: RuleProblem[] = [];
  for (const file of files) {
    const name =
      file.path
        .split('/')
        .at(-1)
        ?.replace(/\.ya?ml$/, '') ?? file.path;
    const yaml = yamlOf(file.path, file.text);
    problems.push(...yaml.problems);
    for (const { value, positionOf } of yaml.documents) {
      const values = listOf(value as never);
      if (values.length === 0 || !values.every((item) => typeof item === 'string')) {
        problems.push({ ...positionOf([]), message: 'expected a list of texts' });
      } else placeholders.set(name, [...(placeholders.get(name) ?? []), ...(values as string[])]);
    }
  }
  return { placeholders, problems };
};
