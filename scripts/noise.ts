/** Ordinary work in; how many alerts of each rule it raises for every 100,000 events, out. */
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { KlaxonError } from '../shared/errors.ts';
import { type Severity, severityRank } from '../shared/schema/severity.ts';
import { sharedFolder } from '../test/shared-data.ts';
import { recordingOf } from './recordings/recording.ts';

const usage =
  'npm run noise [-- LOG...]: files or folders of ordinary work; without one, the recordings beside the repository';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { help: { type: 'boolean', default: false }, json: { type: 'boolean', default: false } },
});

const recordings = (): readonly string[] => {
  const shared = sharedFolder();
  return ['idle.jsonl.gz', 'benign.jsonl.gz']
    .map((name) => join(shared ?? '', 'samples', 'real', name))
    .filter((path) => existsSync(path));
};

const main = async (): Promise<number> => {
  const paths = positionals.length > 0 ? positionals : recordings();
  if (values.help || paths.length === 0) {
    process.stdout.write(`${usage}\n`);
    return values.help ? 0 : 2;
  }
  const { events, alerts } = await recordingOf(paths, true);
  const counts = new Map<string, { severity: Severity; rule: string; count: number }>();
  for (const { rule, severity } of alerts) {
    const name = `${severity} ${rule.id}`;
    const known = counts.get(name);
    if (known) known.count++;
    else counts.set(name, { severity, rule: rule.id, count: 1 });
  }
  const rows = [...counts.values()]
    .map(({ severity, rule, count }) => {
      return {
        severity,
        rule,
        alerts: count,
        perHundredThousand: Math.round((count / events.length) * 100_000),
      };
    })
    .toSorted(
      (left, right) =>
        severityRank(right.severity) - severityRank(left.severity) || right.alerts - left.alerts,
    );
  if (values.json) for (const row of rows) process.stdout.write(`${JSON.stringify(row)}\n`);
  else {
    process.stdout.write(`${paths.map((path) => basename(path)).join(', ')}: ${events.length} events\n\n`);
    process.stdout.write('| severity | rule | alerts | in 100,000 events |\n|---|---|---|---|\n');
    for (const { severity, rule, alerts: count, perHundredThousand } of rows)
      process.stdout.write(`| ${severity} | ${rule} | ${count} | ${perHundredThousand} |\n`);
    const loud = rows.filter(({ severity }) => severityRank(severity) >= severityRank('medium'));
    const sum = loud.reduce((total, row) => total + row.alerts, 0);
    process.stdout.write(
      `\nmedium and above: ${sum}, ${Math.round((sum / events.length) * 100_000)} in 100,000 events\n`,
    );
  }
  return 0;
};

try {
  process.exitCode = await main();
} catch (thrown) {
  if (!(thrown instanceof KlaxonError)) throw thrown;
  process.stderr.write(`${thrown.message}\n`);
  process.exitCode = 2;
}
