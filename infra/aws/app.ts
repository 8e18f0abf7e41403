/** What `npx cdk` runs: packs the functions with klaxon.config.yaml, or with the file of `-c config=FILE`, and makes the stacks. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { KlaxonError } from '../../shared/errors.ts';
import { settingsOf } from '../../shared/settings/read-settings.ts';
import { stacksIn } from './stack.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

const settingsPathOf = (app: App): string => {
  const chosen: unknown = app.node.tryGetContext('config');
  const path = typeof chosen === 'string' ? chosen : 'klaxon.config.yaml';
  if (existsSync(path)) return path;
  const advice = 'copy klaxon.config.example.yaml to klaxon.config.yaml, or name another with -c config=FILE';
  throw new KlaxonError('settings', `${path} is not there: ${advice}`);
};

/** The same settings that the stacks are made from are packed into the functions. */
const packed = (settingsPath: string): void => {
  const { status } = spawnSync(
    process.execPath,
    [join(root, 'scripts/build.ts'), '--only', 'aws', '--config', settingsPath],
    {
      cwd: root,
      // Standard output is the template.
      stdio: ['ignore', 2, 2],
    },
  );
  if (status !== 0) throw new KlaxonError('settings', 'the functions could not be packed');
};

try {
  const app = new App();
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  const path = settingsPathOf(app);
  const settings = settingsOf(path, readFileSync(path, 'utf8'));
  packed(path);
  stacksIn(app, settings, {
    functions: join(root, 'dist/aws'),
    controlPlaneLogs: join(root, 'dist/aws-control-plane-logs'),
  });
  app.synth();
} catch (thrown) {
  if (!(thrown instanceof KlaxonError)) throw thrown;
  // A fault of the settings is told by its place in them, not by ours in the program.
  process.stderr.write(`${thrown.message}\n`);
  process.exitCode = 1;
}
