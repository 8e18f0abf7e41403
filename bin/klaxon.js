#!/usr/bin/env node
/** Starts Klaxon: from its sources in a checkout, from its bundle where it is installed as a package. */
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(import.meta.url);
const isInstalled = here.includes(`${sep}node_modules${sep}`);

/**
 * A scan makes much and keeps little: young objects get 8 MB, and old ones are looked through when they have grown by half.
 * Node's own choice on a large machine would let it grow by some hundred megabytes for nothing. Both are fixed when Node
 * starts, so Klaxon runs in a process of its own.
 */
const memory = ['--max-semi-space-size=8', '--heap-growing-percent=50'];

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

/** Node 22 calls its own SQLite experimental, on standard error; Node 20 has neither SQLite nor, at first, the option. */
const quiet = (runs) =>
  runs === process.execPath && major < 22 ? [] : ['--disable-warning=ExperimentalWarning'];

/** The machine's Node, or the pinned `node` package where that is too old to read TypeScript. */
const node = () => {
  const runsTypeScript = major > 22 || (major === 22 && minor >= 18);
  if (runsTypeScript || isInstalled) return process.execPath;
  return join(dirname(createRequire(import.meta.url).resolve('node/package.json')), 'bin', 'node');
};

if (memory.every((option) => process.execArgv.includes(option))) {
  const { main } = await import(isInstalled ? '../dist/klaxon.js' : '../functions/local/handler.ts');
  process.exitCode = await main(process.argv.slice(2));
} else {
  const runs = node();
  const child = spawn(runs, [...memory, ...quiet(runs), here, ...process.argv.slice(2)], {
    stdio: 'inherit',
  });
  // Who ends this process means the one that works; a terminal tells both of Ctrl-C itself.
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  process.on('SIGINT', () => undefined);
  child.on('error', (error) => {
    process.stderr.write(`klaxon: cannot start Node: ${error.message}\n`);
    process.exitCode = 2;
  });
  child.on('exit', (status, signal) => {
    process.exitCode = status ?? 2;
    if (!signal) return;
    for (const ended of ['SIGTERM', 'SIGHUP', 'SIGINT']) process.removeAllListeners(ended);
    process.kill(process.pid, signal);
  });
}
