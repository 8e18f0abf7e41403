/** Bundles the command line into dist/, tries the bundle, and says what it weighs. */
import { spawnSync } from 'node:child_process';
import { rmSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const bundle = `${root}dist/klaxon.js`;

/** A function's package may not be larger: it is unpacked and read at each cold start. */
const maxBytes = 5 * 1024 * 1024;

rmSync(`${root}dist`, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: ['functions/local/handler.ts'],
  outfile: bundle,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node22',
  mainFields: ['module', 'main'],
  minify: true,
  sourcemap: false,
  legalComments: 'linked',
  // Packages written as CommonJS ask for `require`, which a module does not have.
  banner: {
    js: "import { createRequire } from 'node:module';const require = createRequire(import.meta.url);",
  },
});

const { size } = statSync(bundle);
if (size > maxBytes) throw new Error(`dist/klaxon.js is ${size} bytes, at most ${maxBytes} are allowed`);
const trial = `import { main } from ${JSON.stringify(bundle)}; process.exitCode = await main(['scan', 'examples', '--output', 'ndjson', '--stats']);`;
const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', trial], {
  cwd: root,
  encoding: 'utf8',
});
if (status !== 0) throw new Error(`the bundle does not run: exit ${status}\n${stderr}`);
process.stdout.write(`dist/klaxon.js ${(size / 1024).toFixed(0)} kB\n`);
