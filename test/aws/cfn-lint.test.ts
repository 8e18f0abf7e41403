/** The templates, looked at by cfn-lint, which knows what CloudFormation takes. `npm run test:aws` installs it. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { everything, here, region, stackOf } from '../infra/aws/synthesised.ts';

const binaries = process.env['KLAXON_PYTHON_BINARIES'];

/** W3005: the CDK names a role as a dependency besides referring to it, which does no harm. */
const leftOut = 'W3005';

const remarksOn = (settings: string): string => {
  if (binaries === undefined) throw new Error('cfn-lint is run by `npm run test:aws`');
  const folder = mkdtempSync(join(tmpdir(), 'klaxon-template-'));
  const path = join(folder, 'template.json');
  try {
    writeFileSync(path, JSON.stringify(Template.fromStack(stackOf(settings)).toJSON()));
    const words = ['--regions', region, '--ignore-checks', leftOut, '--template', path];
    const { stdout, stderr, error } = spawnSync(join(binaries, 'cfn-lint'), words, {
      encoding: 'utf8',
      timeout: 240_000,
    });
    if (error) throw error;
    return `${stdout}${stderr}`;
  } finally {
    rmSync(folder, { recursive: true });
  }
};

describe('cfn-lint', () => {
  it('finds nothing in a template with every part', () => {
    expect(remarksOn(everything)).toBe('');
  });

  it('finds nothing in one with a policy for a whole account', () => {
    expect(remarksOn(`aws: { accounts: [{ ${here}, ingest: kinesis }] }`)).toBe('');
  });
});
