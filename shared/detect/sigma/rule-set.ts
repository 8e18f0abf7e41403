/** Rule files in, the rules they hold, filters applied, and every fault with its place, out. */
import type { RuleProblem } from '../../errors.ts';
import { textOf } from '../../schema/json.ts';
import type { YamlFile } from '../../schema/yaml.ts';
import { never } from '../expression.ts';
import { defaultSuppression, type Rule, type Suppression } from '../rule.ts';
import { collected } from './collection.ts';
import { correlationOf } from './correlation.ts';
import { type Drafted, withCorrelations } from './correlation-set.ts';
import { type Detection, detectionOf } from './detection.ts';
import { type CommonContext, contextOf } from './detection-context.ts';
import { checkFields, logSourceOf, referenceOf, type SigmaDocument } from './document.ts';
import { factsOf, type RuleFile } from './facts.ts';
import { type Filter, filtered, filterOf } from './filter.ts';
import { nothingShared } from './item.ts';
import { klaxonOf } from './klaxon-block.ts';
import { notingEmpty, type Placeholders } from './placeholder.ts';
import { Problems } from './problems.ts';
import { laterRegexMatcher, regexMatcher } from './term.ts';

export interface RuleSet {
  readonly rules: readonly Rule[];
  readonly problems: readonly RuleProblem[];
  /** Remarks on rules that load, but may not do what their author meant. */
  readonly warnings: readonly RuleProblem[];
}

/** A rule with what it was made of, for whoever looks at more than the rule. */
export interface ReadRule {
  readonly rule: Rule;
  readonly document: SigmaDocument;
  /** None where the rule is a correlation. */
  readonly detection?: Detection | undefined;
}

/** What files hold before filters are added and correlations know their rules. */
export interface Reading {
  readonly rules: readonly ReadRule[];
  readonly filters: readonly Filter[];
  readonly drafts: ReadonlyMap<string, Drafted>;
  readonly problems: RuleProblem[];
  readonly warnings: RuleProblem[];
}

/** A file with a fault gives no rule from the faulty document; every other document is still read. */
export const ruleSetOf = (files: readonly RuleFile[], placeholders: Placeholders): RuleSet => {
  const { rules, filters, drafts, problems, warnings } = readingOf(files, placeholders);
  const complete = filtered(
    rules.map(({ rule }) => rule),
    filters,
    warnings,
  );
  return { rules: withCorrelations(complete, drafts, problems), problems, warnings };
};

export const readingOf = (files: readonly RuleFile[], placeholders: Placeholders): Reading => {
  const problems: RuleProblem[] = [];
  const warnings: RuleProblem[] = [];
  const rules: ReadRule[] = [];
  const filters: Filter[] = [];
  const drafts = new Map<string, Drafted>();
  const shared = nothingShared();
  for (const file of files) {
    problems.push(...file.problems);
    const common = { shared, regex: file.isChecked ? laterRegexMatcher : regexMatcher };
    for (const document of collected(file.documents, problems)) {
      const found = new Problems(document.yaml);
      checkFields(document, found);
      if (document.kind === 'correlation') rules.push(...correlationRuleOf(document, file, drafts, found));
      else if (document.kind === 'filter') filters.push(...filterOf(document, placeholders, found, common));
      else rules.push(...ruleOf(document, file, { placeholders, common }, found, warnings));
      problems.push(...found.found);
    }
  }
  return { rules: singles(rules, problems), filters, drafts, problems, warnings };
};

/** The rule that a correlation document is; what it refers to is found once every document is read. */
const correlationRuleOf = (
  document: SigmaDocument,
  file: RuleFile,
  drafts: Map<string, Drafted>,
  problems: Problems,
): readonly ReadRule[] => {
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
  const covers = coversOf(klaxon.covers, facts.id);
  return [{ rule: { ...facts, logSource: {}, expression: never, ...klaxon, covers }, document }];
};

const coversOf = (covers: readonly string[], id: string): readonly string[] =>
  covers.length > 0 ? covers : [id];

const ruleOf = (
  document: SigmaDocument,
  file: RuleFile,
  { placeholders, common }: { readonly placeholders: Placeholders; readonly common: CommonContext },
  problems: Problems,
  warnings: RuleProblem[],
): readonly ReadRule[] => {
  const { body, yaml } = document;
  const logSource = logSourceOf(body, problems);
  const empty = new Set<string>();
  const context = contextOf(document, logSource, notingEmpty(placeholders, empty), problems, common);
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
  const { expression } = detection;
  const covers = coversOf(klaxon.covers, facts.id);
  const emptyLists = empty.size > 0 ? { emptyLists: [...empty] } : {};
  const rule = { ...facts, logSource, expression, ...klaxon, covers, ...emptyLists };
  return [{ rule, document, detection }];
};

const warnUnused = (document: SigmaDocument, detection: Detection, warnings: RuleProblem[]): void => {
  for (const name of detection.unused()) {
    warnings.push({
      ...document.yaml.positionOf(['detection', name]),
      message: `the search identifier "${name}" stands in no condition`,
    });
  }
};

/** A rule whose id or name an earlier one has is refused: whoever names it could mean either. */
const singles = (rules: readonly ReadRule[], problems: RuleProblem[]): readonly ReadRule[] => {
  const seen = new Map<string, Rule>();
  return rules.filter(({ rule }) => {
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

/** The values of `lists/<name>.yml` files, by name: each a YAML list of texts, `[]` for one that is to be filled. */
export const placeholdersOf = (
  files: readonly YamlFile[],
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
    problems.push(...file.problems);
    for (const { value, positionOf } of file.documents) {
      if (Array.isArray(value) && value.every((item) => typeof item === 'string'))
        placeholders.set(name, [...(placeholders.get(name) ?? []), ...value]);
      else problems.push({ ...positionOf([]), message: 'expected a list of texts' });
    }
  }
  return { placeholders, problems };
};
