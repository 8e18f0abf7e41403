/** Runs the command line as a person would, in a process of its own. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const launcher = fileURLToPath(new URL('../bin/klaxon.js', import.meta.url));

const { FORCE_COLOR: _, ...plainEnvironment } = process.env;

export interface CommandResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export const klaxon = (words: readonly string[], input = ''): CommandResult => {
  const result = spawnSync(process.execPath, [launcher, ...words], {
    encoding: 'utf8',
    input,
    maxBuffer: 256 * 1024 * 1024,
    env: { ...plainEnvironment, NO_COLOR: '1' },
  });
  return { status: result.status ?? -1, stdout: result.stdout, stderr: result.stderr };
};

/** The lines of a text of JSON lines. */
export const jsonLines = <T>(text: string): readonly T[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);
