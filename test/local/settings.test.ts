/** klaxon.config.yaml on the command line: found, named, left out, and less than a flag. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { type CommandResult, jsonLines, launcher } from '../command-line.ts';

const work = mkdtempSync(join(tmpdir(), 'klaxon-settings-'));
afterAll(() => rmSync(work, { recursive: true }));

const examples = fileURLToPath(new URL('../../examples/', import.meta.url));

/** In a folder of its own, whose files are given by their paths. */
const runIn = (
  folder: string,
  files: Readonly<Record<string, string>>,
  words: readonly string[],
): CommandResult => {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(work, folder, path, '..'), { recursive: true });
    writeFileSync(join(work, folder, path), text);
  }
  const { status, stdout, stderr } = spawnSync(process.execPath, [launcher, ...words], {
    cwd: join(work, folder),
    encoding: 'utf8',
    env: { ...process.env, FORCE_COLOR: undefined, NO_COLOR: '1' },
  });
  return { status: status ?? -1, stdout, stderr };
};

const tuned = `tuning:
  rules:
    pod-exec: { severity: critical, because: nobody should }
    cronjob-or-job-written: { disable: true, because: everyone does }
`;

interface Row {
  readonly id: string;
  readonly severity: string;
  readonly disabled?: string;
}

const rowsOf = ({ stdout }: CommandResult): ReadonlyMap<string, Row> =>
  new Map(jsonLines<Row>(stdout).map((row) => [row.id, row]));

describe('klaxon.config.yaml', () => {
  const usual = { 'klaxon.config.yaml': tuned };

  it('is used where it stands, and left out on request', () => {
    const list = ['rules', 'list', '--output', 'ndjson'];
    const rows = rowsOf(runIn('usual', usual, list));
    expect(rows.get('pod-exec')).toMatchObject({ severity: 'critical' });
    expect(rows.get('cronjob-or-job-written')).toMatchObject({ disabled: 'everyone does' });
    const plain = rowsOf(runIn('usual', usual, [...list, '--no-config']));
    expect(plain.get('pod-exec')).toMatchObject({ severity: 'medium' });
    expect(plain.get('cronjob-or-job-written')).not.toHaveProperty('disabled');
  });

  it('is told by rules list and rules show, with the reason', () => {
    const { stdout, stderr } = runIn('usual', usual, ['rules', 'list']);
    expect(stdout).toMatch(/^disabled {7}cronjob-or-job-written {20}everyone does$/m);
    expect(stderr).toMatch(/^\d+ rules, 1 disabled(?:, \d+ inactive)?\n$/);
    expect(runIn('usual', usual, ['rules', 'show', 'pod-exec']).stdout).toMatch(
      /^ {2}settings {2}severity critical, was medium.*; because: nobody should$/m,
    );
  });

  it('decides what a scan alerts', () => {
    const severitiesOf = (words: readonly string[]): readonly string[] =>
      jsonLines<{ rule: { id: string }; severity: string }>(
        runIn('usual', usual, ['scan', examples, '--output', 'ndjson', '--only', 'pod-exec', ...words])
          .stdout,
      ).map(({ severity }) => severity);
    expect(severitiesOf(['--no-config']).length).toBeGreaterThan(0);
    expect(new Set(severitiesOf([]))).toEqual(new Set(['critical']));
  });

  it('does not bear on the twins of rules', () => {
    expect(runIn('usual', usual, ['rules', 'test', 'pod-exec']).stdout).toMatch(/^\d+ passed, 0 failed\n$/);
  });

  it('stops the command with status 2 and every fault, where it has any', () => {
    const faulty = {
      'klaxon.config.yaml':
        'tuning:\n  rules: { pod-exce: { severity: low } }\n  lists: { secret_reader: [x] }\n',
    };
    const result = runIn('faulty', faulty, ['scan', examples]);
    expect(result).toEqual({
      status: 2,
      stdout: '',
      stderr:
        'klaxon: klaxon.config.yaml:2:12: no rule has the id "pod-exce": did you mean "pod-exec"?\n' +
        'klaxon.config.yaml:3:12: no list is named "secret_reader": did you mean "secret_readers"?\n',
    });
  });

  it('that is named must be there', () => {
    const { status, stderr } = runIn('missing', { x: '' }, ['rules', 'list', '--config', 'nope.yaml']);
    expect(status).toBe(2);
    expect(stderr).toBe('klaxon: cannot read nope.yaml: no such file or directory\n');
  });
});

describe('rules of the settings', () => {
  const own = (name: string): string =>
    `title: ${name}\nname: ${name}\nid: 5b1a6a52-9d0b-4c0e-8f0e-2a5b1c7d9e01\nlogsource: { product: kubernetes, service: audit }\ndetection:\n  sel: { verb: get }\n  condition: sel\n`;
  const files = {
    'conf/k.yaml': 'rules: { builtin: false, sigma: [sigma] }\ntuning: { filters: [filters] }\n',
    'conf/sigma/mine.yml': own('mine'),
    'conf/filters/except.yml':
      'title: Except\nlogsource: { product: kubernetes }\nfilter:\n  rules: [mine]\n  sel: { user.username: dana }\n  condition: not sel\n',
    'other.yml': own('other'),
  };
  const titles = (words: readonly string[]): readonly string[] =>
    jsonLines<{ title: string }>(runIn('own', files, ['rules', 'list', '-o', 'ndjson', ...words]).stdout).map(
      ({ title }) => title,
    );

  it('are found beside the file, wherever the command runs', () => {
    expect(titles(['--config', 'conf/k.yaml'])).toEqual(['mine']);
  });

  it('give way to those of a flag', () => {
    expect(titles(['--config', 'conf/k.yaml', '--sigma', 'other.yml'])).toEqual(['other']);
  });

  it('may be left out by a flag, and what is said of them with them', () => {
    const tunedToo = { ...files, 'klaxon.config.yaml': tuned };
    const words = ['rules', 'list', '-o', 'ndjson', '--no-builtin', '--sigma', 'other.yml'];
    expect(runIn('own', tunedToo, words)).toMatchObject({ status: 0, stderr: '' });
  });

  it('have the exceptions of the filters that the settings name', () => {
    const { stdout } = runIn('own', files, [
      'rules',
      'show',
      '5b1a6a52-9d0b-4c0e-8f0e-2a5b1c7d9e01',
      '--config',
      'conf/k.yaml',
    ]);
    expect(stdout).toContain('  except    conf/filters/except.yml:1\n');
  });
});
