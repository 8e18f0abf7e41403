/** Remarks on conditions: what never matches, what excepts nothing, and rules inside other rules. */
import { describe, expect, it } from 'vitest';
import type { RuleFile } from '../../../shared/detect/sigma/facts.ts';
import { lintOf } from '../../../shared/detect/sigma/lint.ts';
import { file } from './loading.ts';

interface Written {
  readonly detection: string;
  readonly level?: string;
  readonly logsource?: string;
  readonly more?: string;
}

const uuid = (name: string): string =>
  `3b1a6a52-9d0b-4c0e-8f0e-${Buffer.from(name.padEnd(6, '-')).toString('hex').slice(0, 12)}`;

const rule = (name: string, written: Written): RuleFile =>
  file(
    [
      `title: ${name}`,
      `id: ${uuid(name)}`,
      `name: ${name}`,
      `logsource: ${written.logsource ?? '{ product: kubernetes, service: audit }'}`,
      'detection:',
      ...written.detection.split('\n').map((line) => `  ${line}`),
      `level: ${written.level ?? 'medium'}`,
      written.more ?? '',
    ].join('\n'),
    `${name}.yml`,
    'builtin',
  );

const filter = (
  name: string,
  rules: string,
  selection: string,
  logsource = '{ product: kubernetes }',
): RuleFile =>
  file(
    `title: ${name}\nid: ${uuid(name)}\nlogsource: ${logsource}\nfilter:\n  rules: ${rules}\n  sel: ${selection}\n  condition: not sel\n`,
    `${name}.yml`,
  );

const remarksOn = (...files: readonly RuleFile[]): readonly string[] =>
  lintOf(files, new Map([['robots', ['robot-a', 'robot-b']]])).map(
    ({ path, line, message }) => `${path}:${line}: ${message}`,
  );

describe('a rule that no event can match', () => {
  it('gets a remark at the part that cannot be, with the field', () => {
    expect(
      remarksOn(rule('a', { detection: 'sel: { responseStatus.code: ALLOW }\ncondition: sel' })),
    ).toEqual(['a.yml:6: no event can match "sel": what it asks of responseStatus.code cannot be']);
    expect(
      remarksOn(
        rule('a', { detection: 'good: { verb: get }\nodd: { actor.type: robot }\ncondition: good or odd' }),
      ),
    ).toEqual(['a.yml:7: no event can match "odd": what it asks of actor.type cannot be']);
  });

  it('gets it at the condition, where its parts contradict one another', () => {
    expect(
      remarksOn(
        rule('a', { detection: 'one: { verb: get }\ntwo: { verb: create }\ncondition: one and two' }),
      ),
    ).toEqual(['a.yml:8: no event can match this rule: what it asks of verb cannot be']);
  });
});

describe('an exception that excepts nothing', () => {
  const excepting = (exceptions: string, condition: string): readonly string[] =>
    remarksOn(
      rule('a', {
        detection: `sel: { verb: [get, list], user.username|startswith: dev- }\n${exceptions}\ncondition: ${condition}`,
      }),
    );

  it('is one that the rest of the condition rules out', () => {
    expect(excepting('new: { verb: create }', 'sel and not new')).toEqual([
      'a.yml:7: "new" excepts nothing: no event that meets the rest of the condition matches it',
    ]);
    expect(excepting("robots: { user.username|expand: '%robots%' }", 'sel and not robots')).toHaveLength(1);
  });

  it('is told of each of several, and of none that does except', () => {
    const [remark, ...more] = excepting(
      'except_new: { verb: create }\nexcept_dana: { user.username: dev-dana }',
      'sel and not 1 of except_*',
    );
    expect(more).toEqual([]);
    expect(remark).toContain('"except_new" excepts nothing');
    expect(
      excepting('new: { verb: create }\ndana: { user.username: dev-dana }', 'sel and not (new or dana)'),
    ).toHaveLength(1);
  });

  it('is one that another exception holds already', () => {
    expect(
      excepting(
        'dana: { user.username: dev-dana }\nmany: { user.username: [dev-dana, dev-kim] }',
        'sel and not dana and not many',
      ),
    ).toEqual(['a.yml:7: "dana" excepts nothing: no event that meets the rest of the condition matches it']);
  });

  it('is not one that may meet an event, as far as can be seen', () => {
    expect(excepting('other: { user.username|endswith: -bot }', 'sel and not other')).toEqual([]);
    expect(excepting('both: { user.groups: a }', 'sel and not both')).toEqual([]);
  });
});

describe('a filter', () => {
  const reads = rule('reads', { detection: 'sel: { verb: get }\ncondition: sel' });

  it('that its rules never meet gets a remark', () => {
    expect(remarksOn(reads, filter('f', '[reads]', '{ verb: create }'))).toEqual([
      'f.yml:1: this filter excepts nothing: no event that its rules match meets it',
    ]);
    expect(remarksOn(reads, filter('f', 'any', '{ user.username: a }', '{ product: aws }'))).toEqual([
      'f.yml:1: this filter excepts nothing: no rule that it is for is of its log source',
    ]);
  });

  it('that leaves nothing of a rule gets a remark with the remedy', () => {
    expect(remarksOn(reads, filter('f', '[reads]', '{ verb: [get, list] }'))).toEqual([
      'f.yml:1: nothing is left of the rule "reads": to turn it off, disable it in the settings',
    ]);
  });

  it('that excepts something of one of its rules gets none', () => {
    const writes = rule('writes', { detection: 'sel: { verb: create }\ncondition: sel' });
    expect(remarksOn(reads, writes, filter('f', 'any', '{ verb: create, user.username: dana }'))).toEqual([]);
  });
});

describe('a rule inside another', () => {
  const narrow = 'sel: { verb: get, objectRef.resource: secrets }\ncondition: sel';
  const wide = 'sel: { objectRef.resource: [secrets, configmaps] }\ncondition: sel';
  const remark = 'narrow.yml:1: "wide" (wide.yml:1) finds every event that this rule finds, and is as severe';

  it('gets a remark where it is not the more severe one', () => {
    expect(remarksOn(rule('narrow', { detection: narrow }), rule('wide', { detection: wide }))).toEqual([
      remark,
    ]);
    expect(
      remarksOn(rule('narrow', { detection: narrow, level: 'high' }), rule('wide', { detection: wide })),
    ).toEqual([]);
  });

  it('gets none where the wider one may be milder for some events', () => {
    const milder = 'klaxon: { severity: [{ when: sel, level: low }] }';
    expect(
      remarksOn(rule('narrow', { detection: narrow }), rule('wide', { detection: wide, more: milder })),
    ).toEqual([]);
  });

  it('gets none where it reads logs that the other does not', () => {
    const more = rule('narrow', { detection: narrow, logsource: '{ product: kubernetes }' });
    expect(remarksOn(more, rule('wide', { detection: wide }))).toEqual([]);
  });

  it('gets none where the other is only heard by a correlation', () => {
    const burst = file(
      `title: burst\nid: ${uuid('burst')}\nname: burst\ncorrelation: { type: event_count, rules: [wide], group-by: [user.username], timespan: 5m, condition: { gte: 9 } }\nlevel: high\n`,
      'burst.yml',
      'builtin',
    );
    expect(
      remarksOn(rule('narrow', { detection: narrow }), rule('wide', { detection: wide }), burst),
    ).toEqual([]);
  });

  it('is the later of two that find the same', () => {
    const same = 'one: { objectRef.resource: secrets }\ntwo: { verb: get }\ncondition: one and two';
    expect(remarksOn(rule('first', { detection: narrow }), rule('second', { detection: same }))).toEqual([
      'second.yml:1: "first" (first.yml:1) finds every event that this rule finds, and is as severe',
    ]);
  });
});
