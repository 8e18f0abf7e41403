/** A configuration of vitest in, and what its tests find in their environment; their exit status out. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** With the words of this command that follow its name. Undefined where they were ended by a signal. */
export const runTests = async (
  config: string,
  environment: Readonly<Record<string, string>>,
): Promise<number | undefined> => {
  const words = ['run', '--config', config, ...process.argv.slice(2)];
  const tests = spawn(process.execPath, [`${root}node_modules/vitest/vitest.mjs`, ...words], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...environment },
  });
  const [status] = await once(tests, 'close');
  return typeof status === 'number' ? status : undefined;
};
