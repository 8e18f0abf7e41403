/** A reading of rule files in; remarks on what can never hold, exceptions that except nothing, and rules in each other, out. */
import type { RuleProblem } from '../../errors.ts';
import { severityRank } from '../../schema/severity.ts';
import type { YamlPath } from '../../schema/yaml.ts';
import { and, type Expression, testsOf } from '../expression.ts';
import { fieldKinds, type KindOf } from '../field-kind.ts';
import { dialectsFor } from '../log-source.ts';
import { implies, type Refutation, refuted } from '../refute.ts';
import type { Rule } from '../rule.ts';
import { type Condition, conditionOf } from './condition.ts';
import type { Detection } from './detection.ts';
import { type Filter, isFilterFor } from './filter.ts';
import { Problems } from './problems.ts';
import type { Reading, ReadRule } from './rule-set.ts';

/** A remark is proved: where the proof is not found, nothing is said. Silent rules are only heard by correlations. */
export const conditionRemarks = (reading: Reading, silent: ReadonlySet<string>): readonly RuleProblem[] => {
  const remarks: RuleProblem[] = [];
  const possible: ReadRule[] = [];
  for (const read of reading.rules) {
    const problems = new Problems(read.document.yaml);
    if (read.detection && !isImpossible(read, read.detection, problems)) possible.push(read);
    remarks.push(...problems.found);
  }
  for (const filter of reading.filters) remarks.push(...filterRemarks(filter, possible));
  const alerting = possible.map(({ rule }) => rule).filter((rule) => !silent.has(rule.id));
  return [...remarks, ...overlaps(alerting)];
};

/** Says why a rule, or one of its parts, holds for no event; whether the whole rule does. */
const isImpossible = ({ rule }: ReadRule, detection: Detection, problems: Problems): boolean => {
  const kindOf = fieldKinds(rule.logSource);
  const unused = new Set(detection.unused());
  let parts = 0;
  for (const name of detection.identifiers) {
    const part = detection.partOf({ kind: 'identifier', name, at: 0 });
    const why = part && !unused.has(name) ? refuted(part, kindOf) : undefined;
    if (!why) continue;
    parts++;
    problems.add(['detection', name], `no event can match "${name}"${because(why)}`);
  }
  const why = refuted(rule.expression, kindOf);
  if (why && parts === 0) problems.add(conditionPath, `no event can match this rule${because(why)}`);
  if (!why && parts === 0) lookAtExceptions(detection, problems, kindOf);
  return why !== undefined;
};

const conditionPath: YamlPath = ['detection', 'condition'];

const because = (fields: Refutation): string => {
  if (fields.length === 0) return '';
  return `: what it asks of ${fields.slice(0, 3).join(', ')} cannot be`;
};

/** An exception is a `not` beside other parts that must all hold. */
const lookAtExceptions = (detection: Detection, problems: Problems, kindOf: KindOf): void => {
  for (const text of detection.conditions) {
    const condition = conditionOf(text);
    const parts = condition.kind === 'and' ? condition.of : [];
    for (const [at, part] of parts.entries()) {
      if (part.kind !== 'not') continue;
      const others = parts.filter((_, other) => other !== at).map(detection.partOf);
      if (others.some((other) => other === undefined)) continue;
      const rest = and(others as readonly Expression[]);
      for (const exception of alternativesIn(part.of, detection)) {
        const expression = detection.partOf(exception);
        if (exception.kind !== 'identifier' || !expression) continue;
        if (refuted(and([rest, expression]), kindOf)) {
          const message = `"${exception.name}" excepts nothing: no event that meets the rest of the condition matches it`;
          problems.add(['detection', exception.name], message);
        }
      }
    }
  }
};

/** What an exception is made of where each part of it excepts on its own. */
const alternativesIn = (condition: Condition, detection: Detection): readonly Condition[] => {
  if (condition.kind === 'or') return condition.of.flatMap((part) => alternativesIn(part, detection));
  if (condition.kind === 'selector' && condition.quantifier === 'any')
    return detection.matching(condition.pattern).map((name) => ({ kind: 'identifier', name, at: 0 }));
  return [condition];
};

const filterRemarks = (filter: Filter, rules: readonly ReadRule[]): readonly RuleProblem[] => {
  const problems = new Problems(filter.document.yaml);
  const named = rules
    .map(({ rule }) => rule)
    .filter((rule) => isFilterFor({ ...filter, logSource: {} }, rule));
  const met = named.filter((rule) => isFilterFor(filter, rule));
  const emptied = met.filter((rule) =>
    refuted(and([rule.expression, filter.expression]), fieldKinds(rule.logSource)),
  );
  for (const { id } of emptied)
    problems.add([], `nothing is left of the rule "${id}": to turn it off, disable it in the settings`);
  // A name that no rule has gets its remark from the loader.
  if (named.length === 0) return [];
  if (met.length === 0)
    problems.add([], 'this filter excepts nothing: no rule that it is for is of its log source');
  else if (met.every((rule) => implies(rule.expression, filter.expression, fieldKinds(rule.logSource))))
    problems.add([], 'this filter excepts nothing: no event that its rules match meets it');
  return problems.found;
};

/** Rules whose every event another rule finds too, and calls at least as severe. */
const overlaps = (rules: readonly Rule[]): readonly RuleProblem[] => {
  const candidates = rules
    .filter(({ isDeprecated, emptyLists }) => !isDeprecated && !emptyLists)
    .map(comparableOf);
  return candidates.flatMap((narrow, place) => {
    const wide = candidates.find(
      (other, at) =>
        other !== narrow &&
        isWithin(narrow, other) &&
        // Of two that find the same, the later is one too many.
        (at < place || !isWithin(other, narrow)),
    );
    if (!wide) return [];
    const { id, position } = wide.rule;
    const message = `"${id}" (${position.path}:${position.line}) finds every event that this rule finds, and is as severe`;
    return [{ ...narrow.rule.position, message }];
  });
};

interface Comparable {
  readonly rule: Rule;
  readonly kindOf: KindOf;
  readonly dialects: readonly string[];
  /** What its tests are about. */
  readonly subjects: ReadonlySet<string>;
  /** The same for each of the parts that must all hold. */
  readonly parts: readonly (readonly string[])[];
  readonly ranks: readonly number[];
}

const comparableOf = (rule: Rule): Comparable => ({
  rule,
  kindOf: fieldKinds(rule.logSource),
  dialects: dialectsFor(rule.logSource),
  subjects: new Set(subjectsOf(rule.expression)),
  parts: (rule.expression.kind === 'and' ? rule.expression.of : [rule.expression]).map(subjectsOf),
  ranks: [rule.severity, ...rule.severityCases.map(({ severity }) => severity)].map(severityRank),
});

const subjectsOf = (expression: Expression): readonly string[] =>
  [...testsOf(expression)].map(({ key, about }) => about?.key ?? key);

const isWithin = (narrow: Comparable, wide: Comparable): boolean =>
  narrow.dialects.every((dialect) => wide.dialects.includes(dialect)) &&
  Math.max(...narrow.ranks) <= Math.min(...wide.ranks) &&
  // Nothing follows about what the narrower rule does not ask: this settles nearly every pair.
  wide.parts.every((part) => part.some((subject) => narrow.subjects.has(subject))) &&
  implies(narrow.rule.expression, wide.rule.expression, narrow.kindOf, pairSteps);

/** There are many pairs, and what one rule implies is quickly seen. */
const pairSteps = 2000;
