/**
 * Bundles the command line and the functions into dist/, packs each function with what the settings ask for, tries every
 * bundle, and says what it weighs. `--config FILE` names the settings; without it klaxon.config.yaml, where it is there.
 * `--only aws` makes what is deployed there, and leaves the rest of dist/ as it is.
 */
import { spawnSync } from 'node:child_process';
import { rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { settingsFrom } from '../functions/local/settings.ts';
import { KlaxonError } from '../shared/errors.ts';
import { variables } from '../shared/settings/environment.ts';
import { bundle, bundleInParts } from './bundle.ts';
import { type FunctionPackage, functionPackages, isFunction } from './function-packages.ts';
import { writePack } from './pack.ts';
import { writeZip } from './zip.ts';

const { values } = parseArgs({ options: { config: { type: 'string' }, only: { type: 'string' } } });
const root = fileURLToPath(new URL('..', import.meta.url));

/** The code of a function may not be more, its parts included: it is unpacked at each cold start. */
const maxBytes = 5 * 1024 * 1024;

const bundled = async (entry: string, outfile: string): Promise<void> => {
  await bundle(root, entry, outfile);
  tellSize(outfile, checkedSize(outfile));
};

/** What is loaded only where it is needed lies in parts: the clients of the clouds weigh more than all else. */
const bundledInParts = async (entry: string, outfile: string): Promise<void> => {
  const parts = await bundleInParts(root, entry, outfile);
  checkedSize(outfile, ...parts);
  tellSize(outfile, checkedSize(outfile));
  tellSize(`${dirname(outfile)}/parts (${parts.length} files)`, checkedSize(...parts));
};

const checkedSize = (...files: readonly string[]): number => {
  const bytes = files.map((file) => statSync(`${root}${file}`).size).reduce((sum, size) => sum + size, 0);
  if (bytes > maxBytes)
    throw new Error(`${files.join(', ')}: ${bytes} bytes, at most ${maxBytes} are allowed`);
  return bytes;
};

const tellSize = (what: string, bytes: number): void => {
  process.stdout.write(`${what} ${(bytes / 1024).toFixed(0)} kB\n`);
};

interface Trial {
  readonly environment?: Readonly<Record<string, string>>;
  readonly before?: string | undefined;
}

/** Runs a few lines after it has imported a bundle, which they know as `bundle`. */
const tried = (outfile: string, lines: string, { environment, before = '' }: Trial = {}): void => {
  const code = `${before} const bundle = await import(${JSON.stringify(`${root}${outfile}`)}); ${lines}`;
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', code], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, ...environment },
    timeout: 60_000,
  });
  if (status !== 0) throw new Error(`${outfile} does not run: exit ${status}\n${stderr}`);
};

const buildLocal = async (): Promise<void> => {
  rmSync(`${root}dist/parts`, { recursive: true, force: true });
  await bundledInParts('functions/local/handler.ts', 'dist/klaxon.js');
  const scan = ['scan', 'examples', '--no-config', '--output', 'ndjson', '--stats'];
  tried('dist/klaxon.js', `process.exitCode = await bundle.main(${JSON.stringify(scan)});`);
};

/** The bundle of a cloud's function, what it is packed with, and, where that is how it is deployed, a zip of them. */
const buildFunction = async (cloud: string, made: FunctionPackage): Promise<void> => {
  const folder = `dist/${cloud}`;
  const bundlePath = `${folder}/handler.mjs`;
  rmSync(`${root}${folder}`, { recursive: true, force: true });
  await (made.isInParts ? bundledInParts : bundled)(`functions/${cloud}/handler.ts`, bundlePath);
  const { rules, inactive, warnings } = writePack(values.config, `${root}${folder}`);
  for (const warning of warnings) process.stderr.write(`${warning}\n`);
  for (const [name, text] of Object.entries(made.files?.(root) ?? {}))
    writeFileSync(`${root}${folder}/${name}`, text);
  const { sinks } = settingsFrom(values.config).alerts;
  const madeForSinks = Object.fromEntries(Object.keys(sinks).map((name) => [name, made.place]));
  const environment = { ...made.environment, [variables.sinks]: JSON.stringify(madeForSinks) };
  tried(bundlePath, made.check, { environment, before: made.before });
  process.stdout.write(`${folder}/pack.json ${rules} rules, ${inactive} inactive\n`);
  if (made.isZipped) tellSize(`${folder}.zip`, writeZip(`${root}${folder}`, `${root}${folder}.zip`));
};

/** What a stack deploys to turn on logs of EKS (infra/aws). */
const buildControlPlaneLogs = async (): Promise<void> => {
  const folder = 'dist/aws-control-plane-logs';
  rmSync(`${root}${folder}`, { recursive: true, force: true });
  await bundled('infra/aws/turn-on-logs.ts', `${folder}/handler.mjs`);
  tried(`${folder}/handler.mjs`, isFunction);
};

const { aws, ...rest } = functionPackages;
const others: Readonly<Record<string, FunctionPackage>> = rest;
const parts: Readonly<Record<string, () => Promise<void>>> = {
  local: buildLocal,
  aws: async () => {
    await buildFunction('aws', aws);
    await buildControlPlaneLogs();
  },
  ...Object.fromEntries(
    Object.entries(others).map(([cloud, made]) => [cloud, () => buildFunction(cloud, made)]),
  ),
};

const chosen = values.only === undefined ? Object.keys(parts) : [values.only];
if (values.only === undefined) rmSync(`${root}dist`, { recursive: true, force: true });
try {
  for (const name of chosen) {
    const part = parts[name];
    if (!part)
      throw new KlaxonError('settings', `--only ${name}: expected one of ${Object.keys(parts).join(', ')}`);
    await part();
  }
} catch (thrown) {
  if (!(thrown instanceof KlaxonError)) throw thrown;
  // A fault of the settings or of a rule is told by its place in them, not by ours in the program.
  process.stderr.write(`${thrown.message}\n`);
  process.exitCode = 1;
}
