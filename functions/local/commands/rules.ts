/** `klaxon rules`: what is detected, shown, tested and checked. */
import { type Command, Option } from 'commander';
import { attackOf } from '../../../shared/alert/attack.ts';
import { listed } from '../../../shared/alert/message.ts';
import { heardBy } from '../../../shared/detect/correlation/correlation.ts';
import type { LoadedRules } from '../../../shared/detect/load-rules.ts';
import { dialectsOf } from '../../../shared/detect/log-source.ts';
import { bySeverity, type Rule } from '../../../shared/detect/rule.ts';
import { faultOf } from '../../../shared/detect/twin-run.ts';
import { positionText } from '../../../shared/errors.ts';
import { severities } from '../../../shared/schema/severity.ts';
import { noSettings } from '../../../shared/settings/check-settings.ts';
import { abilitiesOf, type EnrichmentFlags, enricherFrom } from '../../enrichment.ts';
import {
  choiceOf,
  eventLibrary,
  lintFiles,
  loadRules,
  type RuleChoice,
  rulesWithLists,
  twinBeside,
} from '../rule-files.ts';
import { settingsFrom } from '../settings.ts';
import { type ConfigOption, collectOption, withConfig, withEnrichment } from './options.ts';

interface RuleOptions extends RuleChoice, ConfigOption, EnrichmentFlags {
  readonly output: 'pretty' | 'ndjson';
}

export const addRules = (program: Command, finish: (status: number) => void): void => {
  const rules = program
    .command('rules')
    .description('list, show, test and check rules')
    .addHelpText('after', rulesHelp);
  const withChoice = (command: Command): Command =>
    withEnrichment(withConfig(command))
      .option('--rules <dir>', 'add a folder of rules with its lists/ (repeatable)', collectOption, [])
      .option(
        '--sigma <dir>',
        'add a folder or file of Sigma rules and filters (repeatable)',
        collectOption,
        [],
      )
      .option('--falco <file>', 'add a file of Falco rules (repeatable, in order)', collectOption, [])
      .option('--no-builtin', 'leave the built-in rules out');
  withChoice(rules.command('list').description('one line a rule'))
    .addOption(new Option('-o, --output <format>', 'form').choices(['pretty', 'ndjson']).default('pretty'))
    .addHelpText('after', listHelp)
    .action((options: RuleOptions) => finish(list(options)));
  withChoice(
    rules
      .command('show')
      .description('all that is known of one rule')
      .argument('<id>', 'as klaxon rules list shows it, such as pod-exec'),
  ).action((id: string, options: RuleOptions) => finish(show(id, options)));
  withChoice(
    rules
      .command('test')
      .description("run the cases of each rule's twin (<id>.test.yml)")
      .argument('[id...]', 'only these rules; without any, all of them'),
  )
    .addHelpText('after', testHelp)
    .action(async (names: readonly string[], options: RuleOptions) => finish(await test(names, options)));
  withChoice(rules.command('lint').description('remarks on what loads but may not do what its author meant'))
    .addHelpText('after', lintHelp)
    .action((options: RuleOptions) => finish(lint(options)));
};

const rulesHelp = `
Examples:
  klaxon rules list                              what is looked for, and what lacks something
  klaxon rules show pod-exec                     why, what it misses, what to do next
  klaxon rules test pod-exec                     its cases on each cloud
  klaxon rules lint --sigma my-rules/            your own rules: faults, and what can never match
  klaxon rules list --output ndjson | jq .id     for programs`;

const listHelp = `
An inactive rule asks for what no log states, and its line says what to give it: a list of addresses (--ip-list), a
database (--mmdb), or a list in klaxon.config.yaml. A disabled rule is one that the settings turn off, with their reason.

Exit status: 0 done, 2 wrong usage or a rule that does not load.`;

const testHelp = `
A twin stands beside its rule: <id>.yml and <id>.test.yml. It names events that must fire the rule and near misses that must not.
Settings do not change what is tested but for which rules there are.

Exit status: 0 every case passed, 1 a case failed, 2 wrong usage or a rule that does not load.`;

const lintHelp = `
Remarks come as path:line:column: message. They name rules that can never match, exceptions that except nothing, and rules that
lie inside another.

Exit status: 0 no remark, 1 remarks, 2 wrong usage or a rule that does not load.`;

/** Exit status 0 without a remark, 1 with one, 2 where a file does not load. */
const lint = (options: RuleOptions): number => {
  const choice = chosenBy(options);
  const { problems, warnings, rules } = loadRules(choice);
  const remarks = [...problems, ...warnings, ...lintFiles(choice)];
  for (const remark of remarks) write(`${positionText(remark)}: ${remark.message}`);
  process.stderr.write(`${rules.length} rules, ${remarks.length} remarks\n`);
  if (problems.length > 0) return 2;
  return remarks.length > 0 ? 1 : 0;
};

/** A twin is about its rule as it is written, so the settings say here only which rules there are. */
const test = async (names: readonly string[], options: RuleOptions): Promise<number> => {
  const settings = { ...settingsFrom(options.config), tuning: noSettings().tuning };
  const choice = choiceOf(options, settings);
  const { rules: active, inactive, status } = loaded(choice);
  const rules = [...active, ...inactive.map(({ rule }) => rule)];
  const unknown = names.filter((name) => !rules.some(({ id }) => id === name));
  for (const name of unknown) complain(unknownRule(name));
  if (unknown.length > 0) return 2;
  const library = eventLibrary(choice.rules);
  const withLists = rulesWithLists(choice);
  // The parts of a correlation are tested with it.
  const tested = rules.filter((rule) =>
    names.length === 0 ? rule.isSilent !== true : names.includes(rule.id),
  );
  let passed = 0;
  let failed = 0;
  for (const rule of tested) {
    const twin = twinBeside(rule);
    for (const problem of twin?.problems ?? []) complain(`${positionText(problem)}: ${problem.message}`);
    failed += twin?.problems.length ?? 0;
    for (const twinCase of twin?.cases ?? []) {
      const fault = await faultOf(twinCase, rule, rules, library, withLists);
      if (fault === undefined) passed++;
      else {
        failed++;
        complain(`${positionText(twinCase.position)}: ${rule.id}, ${twinCase.name}: ${fault}`);
      }
    }
  }
  write(`${passed} passed, ${failed} failed`);
  if (tested.length === 0) return 2;
  return failed > 0 ? 1 : status;
};

const write = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

const unknownRule = (id: string): string => `no rule has the id ${id}: see klaxon rules list`;

const complain = (text: string): void => {
  process.stderr.write(`klaxon: ${text}\n`);
};

const chosenBy = (options: RuleOptions): RuleChoice => {
  const settings = settingsFrom(options.config);
  return choiceOf(options, settings, abilitiesOf(enricherFrom(options, settings, complain)));
};

const loaded = (choice: RuleChoice): LoadedRules & { readonly status: number } => {
  const set = loadRules(choice);
  for (const problem of set.problems) complain(`${positionText(problem)}: ${problem.message}`);
  for (const warning of set.warnings) complain(`${positionText(warning)}: warning: ${warning.message}`);
  return { ...set, status: set.problems.length > 0 ? 2 : 0 };
};

const list = (options: RuleOptions): number => {
  const { rules, disabled, inactive, status } = loaded(chosenBy(options));
  const isDisabled = new Set(disabled.map(({ rule }) => rule.id));
  const detections = rules.filter(({ id, isSilent }) => isSilent !== true && !isDisabled.has(id));
  if (options.output === 'ndjson') {
    for (const rule of detections.toSorted(bySeverity)) write(JSON.stringify(rowOf(rule)));
    for (const { rule, because } of disabled) write(JSON.stringify({ ...rowOf(rule), disabled: because }));
    for (const { rule, reason } of inactive) write(JSON.stringify({ ...rowOf(rule), inactive: reason }));
    return status;
  }
  for (const rule of detections.toSorted(bySeverity)) write(lineOf(rule.severity, rule, rule.title));
  for (const { rule, because } of disabled) write(lineOf('disabled', rule, because));
  for (const { rule, reason } of inactive) write(lineOf('inactive', rule, reason));
  const except = [
    ...(disabled.length > 0 ? [`, ${disabled.length} disabled`] : []),
    ...(inactive.length > 0 ? [`, ${inactive.length} inactive`] : []),
  ].join('');
  process.stderr.write(`${detections.length} rules${except}\n`);
  return status;
};

const lineOf = (first: string, { id }: Rule, text: string): string =>
  `${first.padEnd(longestSeverity)}  ${id.padEnd(40)}  ${text}`;

const longestSeverity = Math.max(...severities.map((severity) => severity.length));

const rowOf = (rule: Rule) => ({
  id: rule.id,
  title: rule.title,
  severity: rule.severity,
  kind: rule.correlation?.type ?? 'stateless',
  sources: dialectsOf(rule),
  tactic: rule.tactic ?? attackOf(rule.tags).tactics[0]?.name.toLowerCase().replaceAll(' ', '-'),
});

/** The labels of `rules show` stand in a column of this width. */
const labelWidth = 10;

const show = (id: string, options: RuleOptions): number => {
  const { rules, disabled, inactive, changes, status } = loaded(chosenBy(options));
  const idle = [...disabled, ...inactive].map((one) => one.rule);
  const rule = [...rules, ...idle].find((candidate) => candidate.id === id);
  if (!rule) {
    complain(unknownRule(id));
    return 2;
  }
  const { tactics, techniques } = attackOf(rule.tags);
  const parts: readonly (readonly [string, string | undefined])[] = [
    ['severity', rule.severity],
    ['inactive', inactive.find((one) => one.rule.id === id)?.reason],
    ['settings', listed(changes.get(id) ?? [])],
    ['about', rule.description],
    ['attack', [...tactics.map((tactic) => tactic.name), ...techniques].join(', ')],
    ['reads', dialectsOf(rule).join(', ')],
    [
      'hears of',
      rule.correlation &&
        heardBy(rule.correlation)
          .map(({ rule: id }) => id)
          .join(', '),
    ],
    ['maybe', listed(rule.falsePositives)],
    ['misses', rule.misses],
    ['except', rule.filters?.map(({ path, line }) => `${path}:${line}`).join(', ')],
    ['groups', `by ${rule.suppress.by.join(', ')} for ${rule.suppress.forSeconds} seconds`],
    ['next', rule.respond.map((step, at) => `${at + 1}. ${step}`).join(`\n${' '.repeat(labelWidth + 2)}`)],
    ['file', `${rule.position.path}:${rule.position.line}`],
  ];
  write(`${rule.title}\n`);
  for (const [label, text] of parts) if (text) write(`  ${label.padEnd(labelWidth)}${text}`);
  return status;
};
