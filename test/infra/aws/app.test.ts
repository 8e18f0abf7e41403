/** What `npx cdk synth` does, on a clone with nothing but its packages, and without a network: the app itself, started as the CDK starts it. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const { app, context } = JSON.parse(readFileSync(join(root, 'cdk.json'), 'utf8'));
const output = mkdtempSync(join(tmpdir(), 'klaxon-cdk-'));

const run = (more: Readonly<Record<string, string>>) => {
  const [node, script = ''] = String(app).split(' ');
  expect(node).toBe('node');
  return spawnSync(process.execPath, [script], {
    cwd: root,
    encoding: 'utf8',
    timeout: 240_000,
    env: {
      ...process.env,
      CDK_OUTDIR: output,
      CDK_CONTEXT_JSON: JSON.stringify({ ...context, ...more }),
      // Whatever would ask a network finds none.
      HTTPS_PROXY: 'http://127.0.0.1:9',
      AWS_EC2_METADATA_DISABLED: 'true',
    },
  });
};

let first: ReturnType<typeof run>;
beforeAll(() => {
  first = run({ config: 'klaxon.config.example.yaml' });
}, 240_000);
afterAll(() => rmSync(output, { recursive: true }));

const templatePath = join(output, 'klaxon-production-111122223333-eu-west-1.template.json');

/** Each folder that is deployed for functions. */
const packages = (): readonly string[] =>
  readdirSync(output)
    .filter((name) => name.startsWith('asset.'))
    .map((name) => join(output, name));

/** The bundle, and the parts that it loads when it needs them. */
const bundledBytes = (folder: string): number =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.mjs'))
    .reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);

describe('the app', () => {
  it('makes a stack of the example settings, and cdk-nag finds nothing in it', () => {
    expect(first.stderr).not.toMatch(/AwsSolutions/);
    expect(first.status, first.stderr).toBe(0);
    const template = JSON.parse(readFileSync(templatePath, 'utf8'));
    expect(Object.keys(template.Resources).length).toBeGreaterThan(50);
  });

  it('deploys code that loads as Lambda loads it, with every rule packed, in less than 5 MB a bundle', () => {
    expect(packages()).toHaveLength(2);
    for (const folder of packages()) {
      const file = join(folder, 'handler.mjs');
      expect(bundledBytes(folder)).toBeLessThan(5 * 1024 * 1024);
      const code = `const { handler } = await import(${JSON.stringify(file)}); if (typeof handler !== 'function') process.exit(1);`;
      const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', code], {
        // Nothing of the machine's: what is not in the folder is not there.
        cwd: folder,
        encoding: 'utf8',
        timeout: 60_000,
        env: {
          AWS_REGION: 'eu-west-1',
          KLAXON_STATE: 'example',
          KLAXON_ARCHIVE: 'example',
          KLAXON_DEAD_LETTER: 'https://sqs.eu-west-1.amazonaws.com/111122223333/example',
          KLAXON_SINKS: '{"topic":"arn:aws:sns:eu-west-1:111122223333:example"}',
        },
      });
      expect(status, stderr).toBe(0);
    }
    const packed = packages().filter((folder) => readdirSync(folder).includes('pack.json'));
    expect(packed).toHaveLength(1);
  });

  it('says in one line what is wrong with the settings, and makes nothing', () => {
    const { status, stderr } = run({ config: 'no-such.yaml' });
    expect([status, stderr]).toEqual([
      1,
      'no-such.yaml is not there: copy klaxon.config.example.yaml to klaxon.config.yaml, or name another with -c config=FILE\n',
    ]);
  });
});
