/** A recording of labelled attacks in; the page that says which rule caught which, and why some stay mild, out. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Severity, severityRank } from '../../shared/schema/severity.ts';
import { type Catch, catches, type Label } from './caught.ts';
import { mildAttacks } from './mild-attacks.ts';

export const isMild = (worst: Severity | undefined): boolean =>
  worst === undefined || severityRank(worst) < severityRank('medium');

/** @param folder that of the recording and its labels */
export const caughtIn = async (folder: string): Promise<readonly Catch[]> => {
  const labels = readFileSync(join(folder, 'attacks-labels.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Label);
  return catches(join(folder, 'attacks.jsonl.gz'), labels);
};

export const attacksPage = (rows: readonly Catch[]): string => {
  const mild = rows.filter(({ worst }) => isMild(worst)).length;
  return [
    '# Attacks on a real API server, and who caught them',
    '',
    'Made by `npm run attacks` from a recording of labelled attacks on one cluster (kube-apiserver 1.36 with the audit policy',
    'of EKS): do not edit. An attack counts as caught where an alert refers to one of its requests and names its identity and',
    'its address.',
    '',
    `${rows.length} attacks: ${rows.length - mild} at medium or above, ${mild} below, for the reason given.`,
    '',
    '| attack | what the log shows | worst | caught by | why no more |',
    '|---|---|---|---|---|',
    ...rows.map(rowOf),
    '',
  ].join('\n');
};

const rowOf = ({ label, worst, caught }: Catch): string => {
  const acts = Object.keys(label.actions);
  const some = acts.slice(0, 4).join(', ');
  const rules = caught.map(({ rule, severity }) => `${rule} (${severity})`).join(', ');
  const why = isMild(worst) ? (mildAttacks[label.id] ?? '') : '';
  return `| ${label.id} ${label.name} | ${some}${acts.length > 4 ? ', ...' : ''} | ${worst ?? 'none'} | ${rules} | ${why} |`;
};
