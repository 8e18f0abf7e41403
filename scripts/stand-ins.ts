/**
 * Installs what plays a cloud's services in tests and is too heavy to come with `npm ci` (test/stand-ins/package.json), into a
 * folder of .cache that is named after its lock file: where it is there, nothing is to be done. `npm test` begins with this.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { standInsFolder, standInsSource } from '../test/stand-ins/installed.ts';

const installMs = 10 * 60_000;

/** Made whole or not at all: under another name until it is done, so that a run that was broken off leaves none. */
const install = (): void => {
  process.stderr.write(`installing the stand-ins of tests into ${standInsFolder} (once, 370 MB)\n`);
  const pending = `${standInsFolder}.${process.pid}`;
  mkdirSync(pending, { recursive: true });
  try {
    for (const name of ['package.json', 'package-lock.json'])
      cpSync(`${standInsSource}${name}`, `${pending}/${name}`);
    // None of them needs a script of its own to run.
    const words = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    const { status, error } = spawnSync('npm', words, {
      cwd: pending,
      stdio: ['ignore', 'ignore', 'inherit'],
      timeout: installMs,
      shell: process.platform === 'win32',
    });
    if (status !== 0) throw new Error(`npm ${words.join(' ')}: ${error?.message ?? `exit ${status}`}`);
    // Another run may have been faster.
    if (!existsSync(standInsFolder)) renameSync(pending, standInsFolder);
  } finally {
    rmSync(pending, { recursive: true, force: true });
  }
};

if (!existsSync(standInsFolder)) install();
