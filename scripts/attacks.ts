/** Writes docs/attacks.md from the recording of attacks beside the repository. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sharedFolder } from '../test/shared-data.ts';
import { attacksPage, caughtIn } from './recordings/attacks-page.ts';

const shared = sharedFolder();
if (shared === undefined) {
  process.stderr.write('the recording of attacks is not beside the repository\n');
  process.exitCode = 2;
} else {
  const page = attacksPage(await caughtIn(join(shared, 'samples', 'real')));
  writeFileSync(fileURLToPath(new URL('../docs/attacks.md', import.meta.url)), page);
  process.stdout.write(page);
}
