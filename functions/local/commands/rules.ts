/** `klaxon rules`: what is detected, shown, tested and checked. */
import { type Command, Option } from 'commander';
import { attackOf } from '../../../shared/alert/attack.ts';
import { listed } from '../../../shared/alert/message.ts';
import { heardBy } from '../../../shared/detect/correlation/correlation.ts';
import { dialectsOf } from '../../../shared/detect/log-source.ts';
import { bySeverity, type Rule } from '../../../shared/detect/rule.ts';
import { faultOf } from '../../../shared/detect/twin-run.ts';
import { positionText } from '../../../shared/errors.ts';
import { severities } from '../../../shared/schema/severity.ts';
import { eventLibrary, lintFiles, loadRules, twinBeside } from '../rule-files.ts';
import { collectOption } from './options.ts';

interface RuleOptions {
  readonly rules: readonly string[];
  readonly sigma: readonly string[];
  readonly falco: readonly string[];
  readonly builtin: boolean;
  readonly output: 'pretty' | 'ndjson';
}

export const addRules = (program: Command, finish: (status: number) => void): void => {
  const rules = program.command('rules').description('list, show, test and check rules');
  const withChoice = (command: Command): Command =>
    command
      .option('--rules <dir>', 'add a folder of rules with its lists/ (repeatable)', collectOption, [])
      .option('--sigma <dir>', 'add a folder or file of Sigma rules (repeatable)', collectOption, [])
      .option('--falco <file>', 'add a file of Falco rules (repeatable, in order)', collectOption, [])
      .option('--no-builtin', 'leave the built-in rules out');
  withChoice(rules.command('list').description('one line a rule'))
    .addOption(new Option('-o, --output <format>', 'form').choices(['pretty', 'ndjson']).default('pretty'))
    .action((options: RuleOptions) => finish(list(options)));
  withChoice(rules.command('show').description('all that is known of one rule').argument('<id>')).action(
    (id: string, options: RuleOptions) => finish(show(id, options)),
  );
  withChoice(
    rules
      .command('test')
      .description("run the cases of each rule's twin (<id>.test.yml)")
      .argument('[id...]'),
  ).action(async (names: readonly string[], options: RuleOptions) => finish(await test(names, options)));
  withChoice(
    rules.command('lint').description('remarks on what loads but may not do what its author meant'),
  ).action((options: RuleOptions) => finish(lint(options)));
  for (const command of rules.commands) command.exitOverride();
};

/** Exit status 0 without a remark, 1 with one, 2 where a file does not load. */
const lint = (options: RuleOptions): number => {
  const { problems, warnings, rules } = loadRules(options);
  const remarks = [...problems, ...warnings, ...lintFiles(options)];
  for (const remark of remarks) write(`${positionText(remark)}: ${remark.message}`);
  process.stderr.write(`${rules.length} rules, ${remarks.length} remarks\n`);
  if (problems.length > 0) return 2;
  return remarks.length > 0 ? 1 : 0;
};

const test = async (names: readonly string[], options: RuleOptions): Promise<number> => {
  const { rules, status } = loaded(options);
  const library = eventLibrary(options.rules);
  const tested = names.length === 0 ? rules : rules.filter((rule) => names.includes(rule.id));
  let passed = 0;
  let failed = 0;
  for (const rule of tested) {
    const twin = twinBeside(rule);
    for (const problem of twin?.problems ?? []) complain(`${positionText(problem)}: ${problem.message}`);
    failed += twin?.problems.length ?? 0;
    for (const twinCase of twin?.cases ?? []) {
      const fault = await faultOf(twinCase, rule, rules, library);
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

const complain = (text: string): void => {
  process.stderr.write(`klaxon: ${text}\n`);
};

const loaded = (options: RuleOptions): { readonly rules: readonly Rule[]; readonly status: number } => {
  const set = loadRules(options);
  for (const problem of set.problems) complain(`${positionText(problem)}: ${problem.message}`);
  for (const warning of set.warnings) complain(`${positionText(warning)}: warning: ${warning.message}`);
  return { rules: set.rules, status: set.problems.length > 0 ? 2 : 0 };
};

const list = (options: RuleOptions): number => {
  const { rules, status } = loaded(options);
  const detections = rules.filter(({ isSilent }) => isSilent !== true);
  for (const rule of detections.toSorted(bySeverity)) {
    if (options.output === 'ndjson') write(JSON.stringify(rowOf(rule)));
    else write(`${rule.severity.padEnd(longestSeverity)}  ${rule.id.padEnd(40)}  ${rule.title}`);
  }
  if (options.output === 'pretty') process.stderr.write(`${detections.length} rules\n`);
  return status;
};

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
  const { rules, status } = loaded(options);
  const rule = rules.find((candidate) => candidate.id === id);
  if (!rule) {
    complain(`no rule has the id ${id}: see klaxon rules list`);
    return 2;
  }
  const { tactics, techniques } = attackOf(rule.tags);
  const parts: readonly (readonly [string, string | undefined])[] = [
    ['severity', rule.severity],
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
    ['groups', `by ${rule.suppress.by.join(', ')} for ${rule.suppress.forSeconds} seconds`],
    ['next', rule.respond.map((step, at) => `${at + 1}. ${step}`).join(`\n${' '.repeat(labelWidth + 2)}`)],
    ['file', `${rule.position.path}:${rule.position.line}`],
  ];
  write(`${rule.title}\n`);
  for (const [label, text] of parts) if (text) write(`  ${label.padEnd(labelWidth)}${text}`);
  return status;
};
