/** Falco rule files in their order in; the rules for Kubernetes audit events, and every fault with its place, out. */
import { isObject, textOf } from '../../schema/json.ts';
import type { YamlFile } from '../../schema/yaml.ts';
import { EventScope } from '../event-scope.ts';
import { and, testOf } from '../expression.ts';
import { defaultSuppression, type Rule } from '../rule.ts';
import type { RuleSet } from '../sigma/rule-set.ts';
import { type Compiled, type Compiler, compilerOf, type Fault } from './compile.ts';
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

/** Characters that may come of writing lists and macros out, over all files. Falco's own rules need a hundredth. */
const workAllowed = 16_000_000;

/** Files share one namespace, and a later one may change what an earlier one defined. Their scalars have to be read as texts. */
export const falcoRuleSetOf = (files: readonly YamlFile[]): RuleSet => {
  const report: Report = { problems: [], warnings: [] };
  const definitions = noDefinitions();
  for (const file of files) takeFile(file, definitions, report);
  const budget = budgetOf(workAllowed);
  const lists = listsOf(definitions, budget, report);
  if (!lists) return { rules: [], ...shortened(report) };
  const macros = macroTableOf(definitions.macros, lists, budget, report.problems);
  const context = { lists, budget, report, compile: compilerOf(macros, budget), told: new Set<Fault>() };
  const rules = [...definitions.rules.values()].flatMap((rule) => ruleOf(rule, context));
  return { rules, ...shortened(report) };
};

/** Of all files; who has more will not read them. */
const maxProblems = 1000;

const shortened = ({ problems, warnings }: Report): Report => ({
  problems: problems.slice(0, maxProblems),
  warnings: warnings.slice(0, maxProblems),
});

const takeFile = (file: YamlFile, definitions: Definitions, report: Report): void => {
  const items = itemsOf(file, report);
  const requirements = items.filter(({ kind }) => kind.startsWith('required_'));
  if (requirements.filter((item) => !isMet(item, report)).length > 0) return;
  for (const item of items) takeItem(item, definitions, report);
};

/** Without its lists no condition means what it says, so then there is none to run. */
const listsOf = (definitions: Definitions, budget: Budget, report: Report): ListTable | undefined => {
  const [first] = definitions.lists.values();
  return read(
    () => listTableOf(definitions.lists.values(), budget),
    (message) => first && report.problems.push({ ...first.position, message: `the lists: ${message}` }),
  );
};

interface RuleContext {
  readonly lists: ListTable;
  readonly budget: Budget;
  readonly report: Report;
  readonly compile: Compiler;
  /** Faults of macros that have been told, each once, whatever number of rules meets it. */
  readonly told: Set<Fault>;
}

/** A rule that is turned off is checked like any other, but not run. */
const ruleOf = (definition: RuleDefinition, context: RuleContext): readonly Rule[] => {
  if (definition.source !== source) return [];
  const { problems } = context.report;
  const name = `the rule "${definition.name}"`;
  const { outputPosition, conditionPosition, isForOldEngine } = definition;
  const messageOf = read(
    () => outputOf(definition.output),
    (message) => problems.push({ ...outputPosition, message: `${name}: ${message}` }),
  );
  const compiled = read(
    () => {
      const text = withListsExpanded(wholeCondition(definition), context.lists, context.budget);
      return context.compile(conditionOf(text), isForOldEngine);
    },
    (message) => problems.push({ ...conditionPosition, message: `${name}: ${message}` }),
  );
  for (const fault of compiled?.faults ?? []) tell(fault, definition, context);
  if (!compiled || !messageOf) return [];
  const isUsable = compiled.faults.length === 0 && definition.isEnabled;
  return isUsable ? [ruleFrom(definition, compiled, messageOf)] : [];
};

/** A fault in a macro is told at the macro, and at each rule that cannot be run for it. */
const tell = (fault: Fault, definition: RuleDefinition, { report, told }: RuleContext): void => {
  const { message, isUnknownField, position } = fault;
  const isSkipped = isUnknownField && definition.skipsUnknownFields;
  const list = isSkipped ? report.warnings : report.problems;
  const end = isSkipped ? '; the rule is skipped' : '';
  const cause = position ? `uses a macro that cannot be used: ${message}` : message;
  list.push({ ...definition.conditionPosition, message: `the rule "${definition.name}": ${cause}${end}` });
  if (!position || isSkipped || told.has(fault)) return;
  told.add(fault);
  list.push({ ...position, message });
};

const read = <T>(reading: () => T, fail: (message: string) => unknown): T | undefined => {
  try {
    return reading();
  } catch (thrown) {
    if (!(thrown instanceof ConditionError)) throw thrown;
    fail(thrown.message);
    return undefined;
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
