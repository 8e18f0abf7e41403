/** Labelled attacks in; for each the rules that caught it, as a table, out. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sharedFolder } from '../test/shared-data.ts';
import { catches, type Label } from './recordings/caught.ts';

const main = async (): Promise<number> => {
  const shared = sharedFolder();
  if (shared === undefined) {
    process.stdout.write('the recording of attacks is not beside the repository\n');
    return 2;
  }
  const folder = join(shared, 'samples', 'real');
  const labels = readFileSync(join(folder, 'attacks-labels.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Label);
  const rows = await catches(join(folder, 'attacks.jsonl.gz'), labels);
  process.stdout.write('| attack | what the log shows | worst | caught by |\n|---|---|---|---|\n');
  for (const { label, worst, caught } of rows) {
    const acts = Object.keys(label.actions).slice(0, 4).join(', ');
    const more = Object.keys(label.actions).length > 4 ? ', ...' : '';
    const rules = caught.map(({ rule, severity }) => `${rule} (${severity})`).join(', ');
    process.stdout.write(`| ${label.id} ${label.name} | ${acts}${more} | ${worst ?? 'none'} | ${rules} |\n`);
  }
  return 0;
};

process.exitCode = await main();
