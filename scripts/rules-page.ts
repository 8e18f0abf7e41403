/** The built-in rules in, the page that lists and explains them out. */
import { attackOf, attackVersion } from '../shared/alert/attack.ts';
import { listed } from '../shared/alert/message.ts';
import { dialectsOf } from '../shared/detect/log-source.ts';
import { bySeverity, type Rule } from '../shared/detect/rule.ts';
import { severities } from '../shared/schema/severity.ts';
import { catalogue, ideasOf, type Vendor, vendorNames, vendors } from './catalogue.ts';

export const rulesPage = (all: readonly Rule[]): string => {
  const rules = all.filter(({ isSilent }) => isSilent !== true);
  const tactics = [...new Set(rules.map((rule) => rule.tactic ?? ''))].toSorted();
  return [
    '# What Klaxon detects',
    '',
    'Made by `npm run docs` from the files in [rules/](../rules/README.md): do not edit.',
    '',
    `${rules.length} rules, ATT&CK version ${attackVersion}. By severity: ${countsOf(rules)}.`,
    '',
    ...coveragePart(rules),
    ...tactics.flatMap((tactic) =>
      tacticPart(tactic, rules.filter((rule) => rule.tactic === tactic).toSorted(bySeverity)),
    ),
    ...leftOutPart(),
  ].join('\n');
};

/** How much of what others detect in these logs stands here. */
const coveragePart = (rules: readonly Rule[]): readonly string[] => {
  const covered = new Set(rules.flatMap(({ covers }) => covers));
  const ideas = Object.entries(catalogue.ideas);
  const ours = ideas.filter(([id, { alsoIn }]) => alsoIn.length === 0 && covered.has(id));
  return [
    '## Beside others',
    '',
    'What each of these detects in the logs that Klaxon reads, as ideas, and how many of them a rule here stands for.',
    `${ours.length} more ideas stand here that none of them has. Counted from their public rules and pages, 2024 to 2026.`,
    '',
    '| who | ideas | here |',
    '|---|---|---|',
    ...vendors.map((vendor) => {
      const theirs = ideas.filter(([, { alsoIn }]) => alsoIn.includes(vendor));
      return `| ${vendorNames[vendor]} | ${theirs.length} | ${theirs.filter(([id]) => covered.has(id)).length} |`;
    }),
    '',
  ];
};

const leftOutPart = (): readonly string[] => [
  '## Left out',
  '',
  'Ideas of others that no rule stands for, and why.',
  '',
  '| idea | who has it | why not here |',
  '|---|---|---|',
  ...Object.entries(catalogue.leftOut).map(
    ([id, reason]) => `| ${id} | ${vendorsText(catalogue.ideas[id]?.alsoIn ?? [])} | ${cell(reason)} |`,
  ),
  '',
];

const vendorsText = (names: readonly Vendor[]): string => names.map((name) => vendorNames[name]).join(', ');

const countsOf = (rules: readonly Rule[]): string =>
  severities
    .toReversed()
    .map((severity) => `${rules.filter((rule) => rule.severity === severity).length} ${severity}`)
    .join(', ');

const tacticPart = (tactic: string, rules: readonly Rule[]): readonly string[] => [
  `## ${tactic.replaceAll('-', ' ')}`,
  '',
  '| rule | severity | what it finds | reads | audit level | ATT&CK |',
  '|---|---|---|---|---|---|',
  ...rules.map(
    (rule) =>
      `| [${rule.id}](../rules/${tactic}/${rule.id}.yml) | ${severityOf(rule)} | ${cell(rule.title)} | ${readsOf(rule)} | ${ideasOf(rule).level ?? ''} | ${attackOf(rule.tags).techniques.join(', ')} |`,
  ),
  '',
  ...rules.flatMap(rulePart),
];

const severityOf = (rule: Rule): string =>
  [
    rule.severity,
    ...new Set(
      rule.severityCases.map(({ severity }) => severity).filter((severity) => severity !== rule.severity),
    ),
  ].join(', ');

const readsOf = (rule: Rule): string => dialectsOf(rule).join(' ');

const rulePart = (rule: Rule): readonly string[] => [
  `### ${rule.id}`,
  '',
  `**${rule.title}.** ${rule.description}`,
  '',
  `- May be ordinary: ${listed(rule.falsePositives)}`,
  `- Does not see: ${rule.misses ?? ''}`,
  ...alsoPart(rule),
  ...(rule.covers.length > 1 ? [`- Stands for: ${rule.covers.join(', ')}`] : []),
  `- Next: ${rule.respond.join(' ')}`,
  '',
];

const alsoPart = (rule: Rule): readonly string[] => {
  const { alsoIn } = ideasOf(rule);
  return alsoIn.length === 0 ? [] : [`- Also in: ${vendorsText(alsoIn)}`];
};

const cell = (text: string): string => text.replaceAll('|', '\\|');
