/** What settings make of rules: severity, suppression, silence, longer lists; and every name that is none. */
import { describe, expect, it } from 'vitest';
import type { Rule } from '../../shared/detect/rule.ts';
import { ruleSetOf } from '../../shared/detect/sigma/rule-set.ts';
import { tuned, withAddedValues } from '../../shared/detect/tuning.ts';
import { settingsOf } from '../../shared/settings/read-settings.ts';
import { file } from './sigma/loading.ts';

const rule = (name: string, more = ''): string => `title: ${name}
name: ${name}
logsource: { product: kubernetes, service: audit }
detection:
  sel: { verb: get }
  root: { user.username: root }
  condition: sel or root
level: medium
klaxon:
  severity: [{ when: root, level: high }]
${more}`;

const burst = `title: Burst
name: burst
correlation: { type: event_count, rules: [read], group-by: [user.username], timespan: 5m, condition: { gte: 3 } }
level: high
`;

const load = (...texts: readonly string[]): readonly Rule[] => {
  const set = ruleSetOf(
    texts.map((text, at) => file(text, `${at}.yml`)),
    new Map(),
  );
  expect(set.problems).toEqual([]);
  return set.rules;
};

const settings = (tuning: string) => settingsOf('klaxon.config.yaml', `tuning:\n${tuning}`);
const problemsIn = (found: readonly { line: number; column: number; message: string }[]): readonly string[] =>
  found.map(({ line, column, message }) => `${line}:${column}: ${message}`);

describe('a tuned rule', () => {
  it('has the severity that the settings give it, for every event', () => {
    const { rules, changes } = tuned(load(rule('read')), settings('  rules: { read: { severity: low } }'));
    expect(rules).toMatchObject([{ id: 'read', severity: 'low', severityCases: [] }]);
    expect(changes.get('read')).toEqual(['severity low, was medium or high']);
  });

  it('groups its matches as the settings say, and keeps what they do not', () => {
    const [longer] = tuned(
      load(rule('read')),
      settings('  rules: { read: { suppress: { for: 7d } } }'),
    ).rules;
    expect(longer?.suppress).toEqual({
      by: ['origin.cluster', 'actor.name', 'target.namespace'],
      forSeconds: 604_800,
    });
    const [fewer] = tuned(
      load(rule('read')),
      settings('  rules: { read: { suppress: { by: [verb] } } }'),
    ).rules;
    expect(fewer?.suppress).toEqual({ by: ['verb'], forSeconds: 3600 });
  });

  it('leaves the rule that it was made of as it is, and the others alone', () => {
    const rules = load(rule('read'), rule('write'));
    const before = structuredClone(rules.map(({ severity, suppress }) => ({ severity, suppress })));
    const { rules: after } = tuned(rules, settings('  rules: { read: { severity: low } }'));
    expect(rules.map(({ severity, suppress }) => ({ severity, suppress }))).toEqual(before);
    expect(after[1]).toBe(rules[1]);
  });

  it('says why, where the settings do', () => {
    const { changes } = tuned(
      load(rule('read')),
      settings('  rules: { read: { severity: low, because: it is dull } }'),
    );
    expect(changes.get('read')).toEqual(['severity low, was medium or high', 'because: it is dull']);
  });
});

describe('a disabled rule', () => {
  const disabled = settings('  rules: { read: { disable: true, because: everyone reads } }');

  it('does not run, and is told with the reason', () => {
    const result = tuned(load(rule('read'), rule('write')), disabled);
    expect(result.rules.map(({ id }) => id)).toEqual(['write']);
    expect(result.disabled).toMatchObject([{ rule: { id: 'read' }, because: 'everyone reads' }]);
    expect(result.changes.get('read')).toEqual(['disabled', 'because: everyone reads']);
  });

  it('runs where it is asked for by its id', () => {
    const { rules, disabled: none } = tuned(load(rule('read')), disabled, ['read']);
    expect(rules.map(({ id }) => id)).toEqual(['read']);
    expect(none).toEqual([]);
  });

  it('is still heard by a correlation, without alerts of its own', () => {
    const { rules } = tuned(load(rule('read'), `${burst}generate: true\n`), disabled);
    expect(rules.map(({ id, isSilent }) => [id, isSilent === true])).toEqual([
      ['read', true],
      ['burst', false],
    ]);
  });

  it('goes with the correlation that alone would hear of it', () => {
    const both = settings(
      '  rules:\n    read: { disable: true, because: a }\n    burst: { disable: true, because: b }',
    );
    expect(tuned(load(rule('read'), burst), both).rules).toEqual([]);
  });
});

describe('a name that is none', () => {
  it('is a fault of the settings at its place, with the nearest names', () => {
    const { problems } = tuned(
      load(rule('secret-read'), rule('secret-list')),
      settings('  rules:\n    secret-raed: { severity: low }\n    nothing-like: { severity: low }'),
    );
    expect(problemsIn(problems)).toEqual([
      '3:5: no rule has the id "secret-raed": did you mean "secret-read"?',
      '4:5: no rule has the id "nothing-like": see klaxon rules list',
    ]);
  });

  it('is a rule of a route', () => {
    const routed = settingsOf(
      'klaxon.config.yaml',
      'alerts:\n  sinks: { a: { type: sns } }\n  routes: [{ rules: [read, raed], sinks: [a] }]\n',
    );
    expect(problemsIn(tuned(load(rule('read')), routed).problems)).toEqual([
      '3:28: no rule has the id "raed": did you mean "read"?',
    ]);
  });

  it('is a field by which a correlation does not group', () => {
    const { problems } = tuned(
      load(rule('read'), burst),
      settings('  rules: { burst: { suppress: { by: [verb] } } }'),
    );
    expect(problemsIn(problems)).toEqual(['2:33: a correlation knows user.username']);
  });
});

describe('a list with values of the settings', () => {
  const lists = new Map([['readers', ['ana']]]);

  it('has both, each once, and the list itself stays as it is', () => {
    const { lists: longer } = withAddedValues(lists, settings('  lists: { readers: [ben, ana] }'));
    expect(longer.get('readers')).toEqual(['ana', 'ben']);
    expect(lists.get('readers')).toEqual(['ana']);
  });

  it('must be there, and may not be made to hold everything', () => {
    const { lists: longer, problems } = withAddedValues(
      lists,
      settings("  lists: { reader: [x], readers: ['*', '**?', ''] }"),
    );
    expect(longer.get('readers')).toEqual(['ana']);
    expect(problemsIn(problems)).toEqual([
      '2:12: no list is named "reader": did you mean "readers"?',
      '2:35: "*" names nothing: expected a value',
      '2:40: "**?" names nothing: expected a value',
      '2:47: "" names nothing: expected a value',
    ]);
  });
});
