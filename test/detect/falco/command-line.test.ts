/** Falco files on the command line: scanned with, listed and shown. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { jsonLines, klaxon } from '../../command-line.ts';
import { eventFrom, ruleWith } from './invented-rules.ts';

const folder = mkdtempSync(join(tmpdir(), 'klaxon-falco-'));
afterAll(() => rmSync(folder, { recursive: true }));
const written = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

const rules = written(
  'rules.yaml',
  `- list: verbs\n  items: [get]\n${ruleWith('ka.verb in (verbs)')}${ruleWith('ka.verb exists').replace('Invented', 'Second')}`,
);
const more = written('more.yaml', '- list: verbs\n  items: [create]\n  override: { items: append }\n');
const broken = written(
  'broken.yaml',
  `${ruleWith('ka.verb = ').replace('Invented', 'Broken')}- colour: red\n`,
);
const log = written('audit.json', JSON.stringify(eventFrom().audit));

const scanned = (...words: readonly string[]) => {
  const result = klaxon(['scan', log, '--no-builtin', '--output', 'ndjson', ...words]);
  const alerts = jsonLines<{ rule: { id: string; source: string }; message: string }>(result.stdout);
  return { ...result, ids: alerts.map(({ rule }) => rule.id).toSorted() };
};

describe('the command line', () => {
  it('loads Falco files in the order given', () => {
    expect(scanned('--falco', rules).ids).toEqual(['Second']);
    expect(scanned('--falco', rules, '--falco', more).ids).toEqual(['Invented']);
    expect(scanned('--falco', more, '--falco', rules).status).toBe(2);
  });

  it('alerts of all rules that hold where it is asked to', () => {
    const { ids, status } = scanned('--falco', rules, '--falco', more, '--falco-matching', 'all');
    expect({ ids, status }).toEqual({ ids: ['Invented', 'Second'], status: 0 });
    expect(scanned('--falco', rules, '--falco-matching', 'some').status).toBe(2);
  });

  it('says what is wrong with a file and where, and runs the rest', () => {
    const { ids, status, stderr } = scanned('--falco', broken, '--falco', rules);
    expect({ ids, status }).toEqual({ ids: ['Second'], status: 2 });
    expect(stderr).toContain(`${broken}:3:3: the rule "Broken": expected a value`);
    expect(stderr).toContain(`${broken}:7:3: warning: an item of "colour" is not known`);
    expect(scanned('--falco', join(folder, 'nowhere.yaml')).status).toBe(2);
  });

  it('lists and shows Falco rules', () => {
    const listed = klaxon(['rules', 'list', '--no-builtin', '--falco', rules, '--output', 'ndjson']);
    expect(jsonLines<{ id: string; severity: string }>(listed.stdout)).toMatchObject([
      { id: 'Invented', severity: 'low' },
      { id: 'Second', severity: 'low' },
    ]);
    const shown = klaxon(['rules', 'show', 'Second', '--no-builtin', '--falco', rules]);
    expect(shown.stdout).toContain('An invented rule.');
    expect(shown.stdout).toContain(`${rules}:9`);
  });
});
