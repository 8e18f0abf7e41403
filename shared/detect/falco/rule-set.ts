/** Falco rule files in their order in; the rules for Kubernetes audit events, and every fault with its place, out. */
import type { RuleProblem } from '../../errors.ts';
import { isObject, textOf } from '../../schema/json.ts';
import { EventScope } from '../event-scope.ts';
import { and, testOf } from '../expression.ts';
import { defaultSuppression, type Rule } from '../rule.ts';
import type { RuleSet } from '../sigma/rule-set.ts';
import { type Compiled, compilerOf } from './compile.ts';
import { type Budget, budgetOf, ConditionError } from './condition.ts';
import { type Definitions, noDefinitions, takeItem } from './definitions.ts';
import { itemsOf, type Report } from './items.ts';
import { type ListTable, listTableOf, withListsExpanded } from './list-expansion.ts';
import { macroTableOf } from './macros.ts';
import { outputOf } from './output.ts';
import { conditionOf } from './parse-condition.ts';
import { isMet } from './requirements.ts';
import { type RuleDefinition, source, wholeCondition } from './rule-definition.ts';
import { isStageTime } from './stage-time.ts';

export interface FalcoFile {
  readonly path: string;
  readonly text: string;
}

/** Characters that may come of writing lists and macros out, over all files. Falco's own rules need a hundredth. */
const workAllowed = 16_000_000;

/** Files share one namespace, and a later one may change what an earlier one defined. */
export const falcoRuleSetOf = (files: readonly FalcoFile[]): RuleSet => {
  const report: Report = { problems: [], warnings: [] };
  const definitions = noDefinitions();
  for (const file of files) takeFile(file, definitions, report);
  const budget = budgetOf(workAllowed);
  const lists = listsOf(definitions, budget, report);
  const macros = macroTableOf(definitions.macros, lists, budget, report.problems);
  const context = { lists, budget, report, compile: compilerOf(macros, budget), told: new Set<string>() };
  const rules = [...definitions.rules.values()].flatMap((rule) => ruleOf(rule, context));
  return { rules, problems: report.problems, warnings: report.warnings };
};

const takeFile = (file: FalcoFile, definitions: Definitions, report: Report): void => {
  const items = itemsOf(file.path, file.text, report);
  const requirements = items.filter(({ kind }) => kind.startsWith('required_'));
  if (requirements.filter((item) => !isMet(item, report)).length > 0) return;
  for (const item of items) takeItem(item, definitions, report);
};

const listsOf = (definitions: Definitions, budget: Budget, report: Report): ListTable => {
  try {
    return listTableOf(definitions.lists.values(), budget);
  } catch (thrown) {
    const [first] = definitions.lists.values();
    if (!(thrown instanceof ConditionError) || !first) throw thrown;
    report.problems.push({ ...first.position, message: thrown.message });
    return listTableOf([], budget);
  }
};

interface RuleContext {
  readonly lists: ListTable;
  readonly budget: Budget;
  readonly report: Report;
  readonly compile: (condition: ReturnType<typeof conditionOf>) => Compiled;
  /** What has been told of macros: each fault once, whatever number of rules meets it. */
  readonly told: Set<string>;
}

/** A rule that is turned off is checked like any other, but not run. */
const ruleOf = (definition: RuleDefinition, context: RuleContext): readonly Rule[] => {
  if (definition.source !== source) return [];
  const problems: RuleProblem[] = [];
  const warnings: RuleProblem[] = [];
  const fail = (place: keyof RuleDefinition & `${string}Position`, message: string): undefined => {
    problems.push({ ...definition[place], message: `the rule "${definition.name}": ${message}` });
  };
  const messageOf = read(
    () => outputOf(definition.output),
    (message) => fail('outputPosition', message),
  );
  const compiled = read(
    () =>
      context.compile(
        conditionOf(withListsExpanded(wholeCondition(definition), context.lists, context.budget)),
      ),
    (message) => fail('conditionPosition', message),
  );
  for (const { message, isUnknownField, position } of compiled?.faults ?? []) {
    const isSkipped = isUnknownField && definition.skipsUnknownFields;
    const text = isSkipped ? `${message}; the rule is skipped` : message;
    if (position && !isSkipped) fail('conditionPosition', `it uses a macro that cannot be used: ${text}`);
    else
      (isSkipped ? warnings : problems).push({
        ...definition.conditionPosition,
        message: `the rule "${definition.name}": ${text}`,
      });
    if (!position || isSkipped) continue;
    const place = `${position.path}:${position.line}: ${message}`;
    if (!context.told.has(place)) problems.push({ ...position, message });
    context.told.add(place);
  }
  context.report.problems.push(...problems);
  context.report.warnings.push(...warnings);
  const isUsable = problems.length === 0 && warnings.length === 0 && definition.isEnabled;
  return isUsable && compiled && messageOf ? [ruleFrom(definition, compiled, messageOf)] : [];
};

const read = <T>(reading: () => T, fail: (message: string) => undefined): T | undefined => {
  try {
    return reading();
  } catch (thrown) {
    if (thrown instanceof ConditionError) return fail(thrown.message);
    throw thrown;
  }
};

/** Falco drops an event that does not say when its stage was reached. */
const accepted = testOf({
  key: 'falco stageTimestamp',
  routed: false,
  cost: 2,
  holds: (scope) => {
    const audit = scope.whole();
    return isObject(audit) && isStageTime(textOf(audit.stageTimestamp));
  },
});

const ruleFrom = (
  definition: RuleDefinition,
  compiled: Compiled,
  messageOf: ReturnType<typeof outputOf>,
): Rule => ({
  id: definition.name,
  title: definition.name,
  names: [],
  source: 'falco',
  severity: definition.severity,
  severityCases: [],
  logSource: { product: 'kubernetes', service: 'audit' },
  expression: and([accepted, compiled.expression]),
  messageOf: (event) => messageOf(new EventScope(event)),
  description: definition.description,
  tags: definition.tags,
  falsePositives: [],
  references: [],
  respond: [],
  suppress: defaultSuppression,
  covers: [definition.name],
  position: definition.position,
});
