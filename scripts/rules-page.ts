/** The built-in rules in, the page that lists and explains them out. */
import { attackOf, attackVersion } from '../shared/alert/attack.ts';
import { listed } from '../shared/alert/message.ts';
import { dialectsOf } from '../shared/detect/log-source.ts';
import { bySeverity, type Rule } from '../shared/detect/rule.ts';
import { severities } from '../shared/schema/severity.ts';

export const rulesPage = (rules: readonly Rule[]): string => {
  const tactics = [...new Set(rules.map((rule) => rule.tactic ?? ''))].toSorted();
  return [
    '# What Klaxon detects',
    '',
    'Made by `npm run docs` from the files in [rules/](../rules/README.md): do not edit.',
    '',
    `${rules.length} rules, ATT&CK version ${attackVersion}. By severity: ${countsOf(rules)}.`,
    '',
    ...tactics.flatMap((tactic) =>
      tacticPart(tactic, rules.filter((rule) => rule.tactic === tactic).toSorted(bySeverity)),
    ),
  ].join('\n');
};

const countsOf = (rules: readonly Rule[]): string =>
  severities
    .toReversed()
    .map((severity) => `${rules.filter((rule) => rule.severity === severity).length} ${severity}`)
    .join(', ');

const tacticPart = (tactic: string, rules: readonly Rule[]): readonly string[] => [
  `## ${tactic.replaceAll('-', ' ')}`,
  '',
  '| rule | severity | what it finds | reads | ATT&CK |',
  '|---|---|---|---|---|',
  ...rules.map(
    (rule) =>
      `| [${rule.id}](../rules/${tactic}/${rule.id}.yml) | ${severityOf(rule)} | ${cell(rule.title)} | ${readsOf(rule)} | ${attackOf(rule.tags).techniques.join(', ')} |`,
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
  ...(rule.covers.length > 1 ? [`- Stands for: ${rule.covers.join(', ')}`] : []),
  `- Next: ${rule.respond.join(' ')}`,
  '',
];

const cell = (text: string): string => text.replaceAll('|', '\\|');
