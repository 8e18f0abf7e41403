/** `klaxon pull` as a process of its own, that may be killed; and what it left in a folder. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { type CommandResult, launcher } from '../command-line.ts';

/** With these the launcher works itself, and starts no process that does. */
const alone = ['--max-semi-space-size=8', '--heap-growing-percent=50'];

export interface Start {
  /** Where it runs, and its home. */
  readonly folder: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** As a person starts it: by a launcher, that hands signals on. */
  readonly isLaunched?: boolean;
}

export const startedPull = (
  words: readonly string[],
  { folder, environment = {}, isLaunched = false }: Start,
): ChildProcess =>
  spawn(process.execPath, [...(isLaunched ? [] : alone), launcher, 'pull', ...words], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], HOME: folder, ...environment },
  });

export const endedPull = async (child: ChildProcess): Promise<CommandResult> => {
  const status = new Promise<number>((resolve) => child.once('exit', (code) => resolve(code ?? -1)));
  const [stdout, stderr] = await Promise.all(
    [child.stdout, child.stderr].map((stream) => (stream ? text(stream) : '')),
  );
  return { status: await status, stdout: stdout ?? '', stderr: stderr ?? '' };
};

/** The text of every file that was written, those that only remember how far it came left out. */
export const textsBelow = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ndjson.gz'))
    .map((entry) => gunzipSync(readFileSync(join(entry.parentPath, entry.name))).toString('utf8'));
