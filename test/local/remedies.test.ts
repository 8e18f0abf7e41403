/** What a person is told who sees nothing: why, and the way on. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { klaxon } from '../command-line.ts';

const work = mkdtempSync(join(tmpdir(), 'klaxon-remedies-'));
const example = fileURLToPath(new URL('../../examples/eks', import.meta.url));

describe('who sees nothing', () => {
  const only = ['--only', 'pod-exec', '--no-config'];

  afterAll(() => rmSync(work, { recursive: true }));

  it('is told where there is nothing to read', () => {
    const empty = join(work, 'empty');
    mkdirSync(empty);
    expect(klaxon(['scan', empty, ...only]).stderr).toContain(`klaxon: nothing to read in ${empty}\n`);
    expect(klaxon(['scan', join(work, 'nowhere'), ...only]).stderr).toContain(
      `klaxon: ${join(work, 'nowhere')}: no such file or directory\n0 alerts`,
    );
  });

  it('is told where nothing is a log, and where no rule runs', () => {
    expect(klaxon(['scan', '-', ...only], 'no log\n').stderr).toContain(
      'klaxon: nothing of this is a log that Klaxon knows: klaxon scan --help',
    );
    const silent = ['scan', example, '--no-builtin', '--no-config'];
    expect(klaxon(silent).stderr).toContain('klaxon: no rule runs: ');
    expect(klaxon([...silent, '--events-out', join(work, 'only.ndjson')]).stderr).not.toContain('no rule');
  });
});
