#!/usr/bin/env node
/** Starts Klaxon: from its sources in a checkout, from its bundle where it is installed as a package. */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const runsTypeScript = major > 22 || (major === 22 && minor >= 18);
const here = dirname(fileURLToPath(import.meta.url));
const isInstalled = here.includes(`${sep}node_modules${sep}`);

if (runsTypeScript || isInstalled) {
  const { main } = await import(isInstalled ? '../dist/klaxon.js' : '../functions/local/handler.ts');
  process.exitCode = await main(process.argv.slice(2));
} else {
  // The pinned `node` package stands in where the machine's own Node is too old to read TypeScript.
  const pinned = join(dirname(createRequire(import.meta.url).resolve('node/package.json')), 'bin', 'node');
  const { status, signal } = spawnSync(pinned, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: 'inherit',
  });
  if (signal) process.kill(process.pid, signal);
  process.exitCode = status ?? 2;
}
