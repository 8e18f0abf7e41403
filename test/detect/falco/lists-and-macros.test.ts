/** Lists are replaced as text, macros as conditions of their own. */
import { describe, expect, it } from 'vitest';
import { fires, holds, loaded, problemsOf, ruleFrom, ruleWith } from './invented-rules.ts';

const list = (name: string, items: string, more = ''): string =>
  `- list: ${name}\n  items: [${items}]\n${more}`;
const macro = (name: string, condition: string, more = ''): string =>
  `- macro: ${name}\n  condition: ${JSON.stringify(condition)}\n${more}`;
const append = '  append: true\n';

describe('a list', () => {
  it('stands for its items, those with spaces as one value', () => {
    const rule = ruleFrom(list('people', 'ana, the admin'), ruleWith('ka.user.name in (people, eve)'));
    for (const username of ['ana', 'the admin', 'eve'])
      expect(fires(rule, { user: { username } })).toBe(true);
    expect(fires(rule, { user: { username: 'people' } })).toBe(false);
  });

  it('grows by what is added, and is replaced by what is defined again', () => {
    const rule = ruleWith('ka.verb in (verbs)');
    expect(fires(ruleFrom(list('verbs', 'get'), rule, list('verbs', 'create', append)))).toBe(true);
    expect(fires(ruleFrom(list('verbs', 'create'), rule, list('verbs', 'get')))).toBe(false);
  });

  it('that is empty takes a comma with it', () => {
    const empty = list('none', '');
    for (const condition of [
      'ka.verb in (none, create)',
      'ka.verb in (create, none)',
      'ka.verb in (a,none,create)',
    ]) {
      expect(fires(ruleFrom(empty, ruleWith(condition)))).toBe(true);
    }
    expect(fires(ruleFrom(empty, ruleWith('ka.verb in (none)')))).toBe(false);
    expect(fires(ruleFrom(empty, ruleWith('not ka.verb in (none)')))).toBe(true);
  });

  it('may hold another list that is defined before it, or after it', () => {
    const rule = ruleWith('ka.verb in (outer)');
    expect(fires(ruleFrom(list('inner', 'create'), list('outer', 'inner'), rule))).toBe(true);
    expect(fires(ruleFrom(list('outer', 'inner'), list('inner', 'create'), rule))).toBe(true);
  });

  it('is replaced only as a whole word, even on the right of an equals sign', () => {
    expect(fires(ruleFrom(list('verb', 'create'), ruleWith('ka.verb=verb')))).toBe(true);
    expect(fires(ruleFrom(list('creat', 'get'), ruleWith('ka.verb in (create)')))).toBe(true);
  });

  it('that is not defined is a value', () => {
    expect(holds('ka.verb in (no_such_list)')).toBe(false);
    expect(holds('ka.verb in (no_such_list)', { verb: 'no_such_list' })).toBe(true);
  });

  it('has to have items that are texts', () => {
    expect(problemsOf('- list: a', list('b', '[c]'), '- list:\n  items: []')).toEqual([
      '1.yaml:1 "items" is missing',
      '2.yaml:2 "items" has to be a list of texts',
      '3.yaml:1 the name of a list is empty',
    ]);
  });
});

describe('a macro', () => {
  it('is negated as a whole', () => {
    const rule = ruleFrom(macro('either', 'ka.verb = get or ka.verb = create'), ruleWith('not either'));
    expect(fires(rule)).toBe(false);
    expect(fires(rule, { verb: 'list' })).toBe(true);
  });

  it('grows by text that is added', () => {
    const rule = ruleWith('writes');
    const added = macro('writes', 'or ka.verb = create', '  override: { condition: append }\n');
    expect(fires(ruleFrom(macro('writes', 'ka.verb = patch'), added, rule))).toBe(true);
  });

  it('may be defined after the rule that uses it, and be replaced', () => {
    expect(fires(ruleFrom(ruleWith('m'), macro('m', 'ka.verb = get'), macro('m', 'ka.verb = create')))).toBe(
      true,
    );
  });

  it('that is not defined, or only later, is a fault', () => {
    expect(problemsOf(ruleWith('nowhere'))).toEqual([
      '1.yaml:3 the rule "Invented": the macro "nowhere" is not defined',
    ]);
    expect(problemsOf(macro('a', 'b'), macro('b', 'ka.verb = get'))).toEqual([
      '1.yaml:2 the macro "a": the macro "b" is not defined before it',
    ]);
  });

  it('that is defined again may use what came before that', () => {
    const files = [
      macro('a', 'ka.verb = get'),
      macro('b', 'ka.verb = create'),
      macro('a', 'b'),
      ruleWith('a'),
    ];
    expect(fires(ruleFrom(...files))).toBe(true);
  });

  it('cannot use itself', () => {
    const problems = problemsOf(macro('a', 'ka.verb = get'), macro('b', 'a'), macro('a', 'b'), ruleWith('a'));
    expect(problems).toEqual([
      '3.yaml:2 the macro "a": it stands in a loop of macros, or uses one that does',
      '2.yaml:2 the macro "b": it stands in a loop of macros, or uses one that does',
      '4.yaml:3 the rule "Invented": the macro "a" cannot be used',
    ]);
  });

  it('for another source may name fields that are not known, as long as no rule uses it', () => {
    const foreign = macro('spawned', 'evt.type in (execve, execveat) and proc.name = sh');
    expect(loaded(foreign, ruleWith('ka.verb = create'))).toMatchObject({
      rules: [{ id: 'Invented' }],
      problems: [],
    });
    expect(problemsOf(foreign, ruleWith('spawned'))).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^1.yaml:2 the field "evt.type" is not one/),
        expect.stringMatching(/^2.yaml:3 .*uses a macro that cannot be used/),
      ]),
    );
  });
});
