/**
 * Runs the tests of test/aws against moto, which it installs once and starts and stops each time. Where there is no Python, or
 * moto cannot be installed, it says so in one line, and that is no failure; whatever else goes wrong is one.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { runTests } from './run-tests.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const requirements = `${root}test/aws/requirements.txt`;
/** A folder of its own for each list of requirements, so that a change is installed anew. */
const folder = `${root}.cache/moto-${createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12)}`;
const binaries = `${folder}/${process.platform === 'win32' ? 'Scripts' : 'bin'}`;

const installMs = 15 * 60_000;
const startMs = 2 * 60_000;

/** Undefined once moto is installed; otherwise why it is not. */
const missing = (): string | undefined => {
  const mark = `${folder}/installed`;
  if (existsSync(mark)) return undefined;
  // What an installation that was broken off has left is of no use.
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const python = process.platform === 'win32' ? 'python' : 'python3';
  process.stderr.write(`test:aws: installing moto into ${folder}\n`);
  const fault =
    faultOf(python, ['-m', 'venv', folder]) ??
    faultOf(`${binaries}/python`, ['-m', 'pip', 'install', '--quiet', '--requirement', requirements]);
  if (fault === undefined) writeFileSync(mark, '');
  return fault;
};

const faultOf = (program: string, words: readonly string[]): string | undefined => {
  const { status, stderr, error } = spawnSync(program, words, { encoding: 'utf8', timeout: installMs });
  if (status === 0) return undefined;
  const lastLine = stderr?.trim().split('\n').at(-1);
  return error?.message ?? `${program} ${words.slice(0, 3).join(' ')}: ${lastLine || `exit ${status}`}`;
};

/** The first line that moto says is its address. */
const urlOf = async (output: Readable): Promise<string> => {
  for await (const line of createInterface({ input: output })) return line;
  throw new Error('moto did not start: what it said stands above');
};

const reason = missing();
if (reason !== undefined) {
  process.stdout.write(`test:aws: left out, for it needs Python 3.10 or later and moto: ${reason}\n`);
} else {
  // It ends when its input does: with this process, however that ends.
  const moto = spawn(`${binaries}/python`, [`${root}test/aws/serve-moto.py`], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const tooLate = setTimeout(() => moto.kill(), startMs);
  try {
    const url = await urlOf(moto.stdout);
    clearTimeout(tooLate);
    const environment = { KLAXON_MOTO_URL: url, KLAXON_PYTHON_BINARIES: binaries };
    process.exitCode = (await runTests('vitest.aws.config.ts', environment)) ?? 1;
  } finally {
    clearTimeout(tooLate);
    moto.kill();
  }
}
