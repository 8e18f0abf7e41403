/** Rule files load in order into one namespace, and say where a fault lies. */
import { describe, expect, it } from 'vitest';
import { fires, loaded, problemsOf, ruleFrom, ruleWith, warningsOf } from './invented-rules.ts';

const base = ruleWith('ka.verb = create');
const override = (text: string): string => `- rule: Invented\n${text.replace(/^/gm, '  ')}\n`;

describe('a rule', () => {
  it('comes with all that Klaxon knows of a rule', () => {
    expect(ruleFrom(ruleWith('ka.verb = create', '  tags: [k8s, network]\n'))).toMatchObject({
      id: 'Invented',
      title: 'Invented',
      source: 'falco',
      severity: 'low',
      logSource: { product: 'kubernetes', service: 'audit' },
      description: 'An invented rule.',
      tags: ['k8s', 'network'],
      position: { path: '1.yaml', line: 1, column: 3 },
    });
  });

  it.each([
    ['EMERGENCY', 'critical'],
    ['alert', 'critical'],
    ['Critical', 'critical'],
    ['ERROR', 'high'],
    ['WARNING', 'medium'],
    ['NOTICE', 'low'],
    ['INFO', 'informational'],
    ['informational', 'informational'],
    ['DEBUG', 'informational'],
  ])('of priority %s is %s', (priority, severity) => {
    expect(ruleFrom(base.replace('NOTICE', priority)).severity).toBe(severity);
  });

  it('that is turned off is checked, but not run', () => {
    const off = ruleWith('ka.verb = create', '  enabled: no\n');
    expect(loaded(off)).toEqual({ rules: [], problems: [], warnings: [] });
    expect(problemsOf(off.replace('ka.verb', 'ka.no'))).toHaveLength(1);
  });

  it('for another source is skipped with a warning', () => {
    const { rules, problems } = loaded(
      base.replace('source: k8s_audit', 'source: syscall'),
      base.replace(/ *source.*\n/, ''),
    );
    expect({ rules, problems }).toEqual({ rules: [], problems: [] });
    expect(warningsOf(base.replace('source: k8s_audit', 'source: okta'))).toEqual([
      '1.yaml:6 the rule "Invented" is for the source "okta", not for k8s_audit, and is skipped',
    ]);
  });

  it('that is defined again keeps its place', () => {
    const other = base.replace('Invented', 'Other');
    const { rules } = loaded(base, other, base.replace('NOTICE', 'ERROR'));
    expect(rules.map(({ id, severity }) => [id, severity])).toEqual([
      ['Invented', 'high'],
      ['Other', 'low'],
    ]);
  });

  it('says every fault at once', () => {
    const faulty =
      '- rule: A\n  condition: ka.no = 1\n  output: "%ka.neither"\n  priority: LOUD\n  source: k8s_audit\n';
    expect(problemsOf(faulty)).toEqual([
      '1.yaml:1 "desc" is missing',
      expect.stringContaining('1.yaml:4 "LOUD" is no priority'),
    ]);
    expect(problemsOf(faulty.replace('LOUD', 'INFO').replace('rule: A', 'rule: A\n  desc: a'))).toEqual([
      '1.yaml:4 the rule "A": the field "ka.neither" is not one of k8s_audit events',
      '1.yaml:3 the rule "A": the field "ka.no" is not one of k8s_audit events',
    ]);
  });

  it('leaves the other rules of its file alone', () => {
    const { rules, problems } = loaded(`${ruleWith('ka.no = 1').replace('Invented', 'Broken')}${base}`);
    expect(rules.map(({ id }) => id)).toEqual(['Invented']);
    expect(problems).toHaveLength(1);
  });

  it('may choose to be skipped where a field is not known', () => {
    const text = ruleWith('ka.no = 1', '  skip-if-unknown-filter: true\n');
    expect(loaded(text)).toMatchObject({ rules: [], problems: [] });
    expect(warningsOf(text)).toEqual([expect.stringContaining('is skipped')]);
  });
});

describe('an override', () => {
  it('adds to a text with a space, and to tags once', () => {
    const rule = ruleFrom(
      ruleWith('ka.verb = create', '  tags: [a]\n'),
      override(
        'condition: or ka.verb = get\ndesc: More.\ntags: [a, b]\noverride: { condition: append, desc: append, tags: append }',
      ),
    );
    expect(rule).toMatchObject({ description: 'An invented rule. More.', tags: ['a', 'b'] });
    expect(fires(rule, { verb: 'get' })).toBe(true);
  });

  it('replaces what it names', () => {
    const changed = override(
      'priority: ERROR\ncondition: ka.verb = get\noverride: { priority: replace, condition: replace }',
    );
    const rule = ruleFrom(base, changed);
    expect(rule.severity).toBe('high');
    expect(fires(rule)).toBe(false);
  });

  it('turns a rule on and off', () => {
    const turned = (to: boolean): string => override(`enabled: ${to}\noverride: { enabled: replace }`);
    expect(loaded(base, turned(false)).rules).toEqual([]);
    expect(loaded(base, turned(false), turned(true)).rules).toHaveLength(1);
    expect(loaded(base, override('enabled: false'))).toMatchObject({ rules: [], problems: [] });
    expect(warningsOf(base, override('enabled: false'))).toEqual([expect.stringContaining('deprecated')]);
  });

  it.each([
    ['append: true\ncondition: and x\noverride: { condition: append }', 'cannot be used together'],
    ['priority: ERROR\noverride: { priority: append }', '"priority" cannot be used with "append"'],
    ['output: a\noverride: { output: prepend }', 'may be append or replace'],
    ['output: a\ndesc: b\noverride: { output: append }', '"desc" has no entry under "override"'],
    ['override: { output: append }', 'is missing'],
    ['override: yes', 'has to be a map'],
    ['condition: [a]\noverride: { condition: replace }', 'has to be a text'],
  ])('such as %j is refused, and the rule stays as it was', (text, message) => {
    const { rules, problems } = loaded(base, override(text));
    expect(problems.map((problem) => problem.message)).toEqual([expect.stringContaining(message)]);
    expect(rules).toHaveLength(1);
  });

  it('of a name that is not there is refused', () => {
    expect(problemsOf(override('append: true\ncondition: and x'))).toEqual([
      '1.yaml:1 no rule is named "Invented", so it cannot be changed',
    ]);
    expect(problemsOf(override('enabled: false'))).toHaveLength(1);
    expect(problemsOf('- list: a\n  items: [b]\n  append: true')).toHaveLength(1);
    expect(problemsOf('- macro: a\n  condition: or b\n  override: { condition: append }')).toHaveLength(1);
  });

  it('may be spelt append, which warns', () => {
    const appended = override('condition: and ka.user.name = eve\nappend: true');
    expect(fires(ruleFrom(base, appended))).toBe(false);
    expect(warningsOf(base, appended)).toEqual([
      '2.yaml:3 "append" is deprecated: write override: { condition: append }',
    ]);
  });

  it('cannot move a rule to another source', () => {
    expect(problemsOf(base, base.replace('k8s_audit', 'syscall'))).toEqual([
      '2.yaml:6 the rule "Invented" is already defined for the source "k8s_audit"',
    ]);
  });
});

describe('a file', () => {
  it('reads every scalar as a text', () => {
    const list = '- list: yeses\n  items: [true, 2, yes, 0x10]\n';
    const rule = ruleFrom(list, ruleWith('jevt.value[/requestObject/v] in (yeses)'));
    for (const v of [true, 2, 'yes', '0x10']) expect(fires(rule, { requestObject: { v } })).toBe(true);
    expect(fires(rule, { requestObject: { v: 16 } })).toBe(false);
  });

  it('may hold several documents, and items that are null', () => {
    expect(loaded(`- \n- ~\n---\n${base}---\n`)).toMatchObject({ problems: [], warnings: [] });
  });

  it('that holds no list of items says so', () => {
    expect(problemsOf('rule: a', '- just a text', '- [a]')).toEqual([
      '1.yaml:1 expected a list of rules, macros and lists',
      '2.yaml:1 expected a map: a rule, a macro or a list',
      '3.yaml:1 expected a map: a rule, a macro or a list',
    ]);
    expect(problemsOf('- rule: [')).toHaveLength(1);
  });

  it('warns of items and keys that are not known', () => {
    expect(warningsOf('- rul: a', ruleWith('ka.verb = create', '  colour: red\n'))).toEqual([
      '1.yaml:1 an item of "rul" is not known and is skipped',
      '2.yaml:7 the key "colour" of a rule is not known',
    ]);
  });

  it('that requires what is not there is not loaded', () => {
    for (const requirement of [
      '- required_engine_version: 0.999.0\n',
      '- required_engine_version: 999\n',
      '- required_engine_version: soon\n',
      '- required_plugin_versions: [{ name: okta, version: 0.1.0 }]\n',
      '- required_plugin_versions: [{ name: k8saudit, version: 1.0.0 }]\n',
      '- required_plugin_versions: k8saudit\n',
    ]) {
      const { rules, problems } = loaded(`${base}${requirement}`);
      expect([rules.length, problems.length]).toEqual([0, 1]);
    }
  });

  it('is loaded where one of the alternatives is there', () => {
    const met =
      '- required_engine_version: 0.31.0\n- required_plugin_versions:\n    - { name: okta, version: 0.1.0, alternatives: [{ name: k8saudit-gke, version: 0.1.0 }] }\n';
    expect(loaded(`${met}${base}`)).toMatchObject({ rules: [{ id: 'Invented' }], problems: [] });
  });
});
