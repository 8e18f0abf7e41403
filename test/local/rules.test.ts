/** `klaxon rules` as a person or a script meets it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { jsonLines, klaxon } from '../command-line.ts';

const work = mkdtempSync(join(tmpdir(), 'klaxon-rules-'));
afterAll(() => rmSync(work, { recursive: true }));

const ruleIn = (folder: string, level: string, twin: string): string => {
  const path = join(work, folder);
  mkdirSync(join(path, 'execution'), { recursive: true });
  writeFileSync(
    join(path, 'execution', 'mine.yml'),
    `title: Mine\nid: 5b1a6a52-9d0b-4c0e-8f0e-2a5b1c7d9e01\nname: mine\nlogsource: { product: kubernetes, service: audit }\ndetection:\n  exec: { objectRef.subresource: exec }\n  condition: exec\nlevel: ${level}\n`,
  );
  writeFileSync(join(path, 'execution', 'mine.test.yml'), twin);
  return path;
};

describe('klaxon rules list', () => {
  it('gives one JSON object a rule, with the fields that other programs read', () => {
    const { status, stdout } = klaxon(['rules', 'list', '--output', 'ndjson']);
    const rules = jsonLines<Record<string, unknown>>(stdout);
    expect(status).toBe(0);
    expect(rules.length).toBeGreaterThanOrEqual(80);
    expect(rules.find(({ id }) => id === 'pod-exec')).toEqual({
      id: 'pod-exec',
      title: 'Command executed in a pod',
      severity: 'medium',
      kind: 'stateless',
      sources: ['eks-audit', 'aks-audit', 'aks-audit-admin', 'gke-audit', 'kubernetes-audit'],
      tactic: 'execution',
    });
  });
});

describe('klaxon rules show', () => {
  it('explains one rule, and names the remedy for an id that is none', () => {
    expect(klaxon(['rules', 'show', 'pod-exec']).stdout).toContain('Command executed in a pod');
    const { status, stderr } = klaxon(['rules', 'show', 'nothing']);
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: 'klaxon: no rule has the id nothing: see klaxon rules list\n',
    });
  });
});

describe('klaxon rules test', () => {
  it('runs the twins of the built-in rules', () => {
    const { status, stdout } = klaxon(['rules', 'test', 'pod-exec']);
    expect({ status, last: stdout.trim() }).toMatchObject({
      status: 0,
      last: expect.stringMatching(/^\d+ passed, 0 failed$/) as string,
    });
  });

  it('runs the twin of a rule of your own, and says what fails and where', () => {
    const folder = ruleIn(
      'own',
      'low',
      '- { case: an exec, event: eks/pod-exec, fires: true, severity: high }\n- { case: a log, event: eks/pod-exec, with: { objectRef.subresource: log }, fires: true }\n',
    );
    const { status, stdout, stderr } = klaxon(['rules', 'test', '--no-builtin', '--rules', folder]);
    expect(status).toBe(1);
    expect(stdout).toBe('0 passed, 2 failed\n');
    expect(stderr).toContain('mine.test.yml:1:3: mine, an exec: expected severity high, found low');
    expect(stderr).toContain('mine.test.yml:2:3: mine, a log: expected to fire, but is silent');
  });
});

describe('klaxon rules', () => {
  it('names the remedy for a rule to test that is none', () => {
    expect(klaxon(['rules', 'test', 'pod-exec', 'pod-exce'])).toEqual({
      status: 2,
      stdout: '',
      stderr: 'klaxon: no rule has the id pod-exce: see klaxon rules list\n',
    });
  });

  it('names the folder of rules that is not there', () => {
    expect(klaxon(['rules', 'list', '--sigma', 'no-such-folder'])).toEqual({
      status: 2,
      stdout: '',
      stderr: 'klaxon: cannot read the rules in no-such-folder: no such file or directory\n',
    });
  });

  it('shows its own help after wrong usage', () => {
    expect(klaxon(['rules', 'show']).stderr).toBe(
      "error: missing required argument 'id'\n(klaxon rules show --help shows what there is)\n",
    );
    expect(klaxon(['rules', 'lint', '--help']).stdout).toContain('Exit status: 0 no remark');
    expect(klaxon(['rules', 'lint', '--help']).stdout).not.toContain('(default: [])');
  });
});

describe('klaxon rules lint', () => {
  it('has nothing to say of the built-in rules', () => {
    expect(klaxon(['rules', 'lint'])).toMatchObject({ status: 0, stdout: '' });
  });

  it('exits with 1 for a remark, and with 2 for a rule that does not load', () => {
    const remarked = ruleIn('remarked', 'Low', '[]\n');
    expect(klaxon(['rules', 'lint', '--no-builtin', '--rules', remarked])).toMatchObject({
      status: 1,
      stdout: expect.stringContaining('mine.yml:8:1: write "low"') as string,
    });
    const broken = ruleIn('broken', 'dreadful', '[]\n');
    expect(klaxon(['rules', 'lint', '--no-builtin', '--rules', broken])).toMatchObject({
      status: 2,
      stdout: expect.stringContaining('mine.yml:8:1: "level": expected one of') as string,
    });
  });
});
