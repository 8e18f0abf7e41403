/** What each operator answers for texts, lists and missing fields. */
import { describe, expect, it } from 'vitest';
import { testsOf } from '../../../shared/detect/expression.ts';
import { holds, problemsOf, ruleFrom, ruleWith } from './invented-rules.ts';

const pod = (...images: readonly string[]) => ({
  requestObject: { spec: { containers: images.map((image) => ({ name: 'a', image })) } },
});

describe('a check of a text', () => {
  it.each([
    ['ka.verb = create', true],
    ['ka.verb == Create', false],
    ['ka.verb != get', true],
    ['ka.verb != create', false],
    ['ka.user.name contains @example', true],
    ['ka.user.name icontains EXAMPLE', true],
    ['ka.user.name startswith ana', true],
    ['ka.user.name endswith .com', true],
    ['ka.uri glob /api/*/pods', true],
    ['ka.uri glob /api/v?/[m-o]*', true],
    ['ka.uri glob /api/[!v]*', false],
    ['ka.uri iglob /API/*', true],
    ['ka.user.name regex "[a-z]+@example[.]com"', true],
    ['ka.user.name regex "[a-z]+"', false],
    ['ka.response.code startswith 2', true],
    ['ka.response.code >= 201', true],
    ['ka.response.code < 201', false],
    ['ka.verb in (get, create)', true],
    ['ka.verb intersects (get, list)', false],
    ['ka.verb in ()', false],
    ['ka.uri pmatch (/api/v1, /x)', true],
    ['ka.uri pmatch (/api/v)', false],
    ['ka.verb startswith anyof (g, c)', true],
    ['ka.verb contains allof (cr, ate)', true],
    ['ka.verb contains oneof (cr, ate)', false],
    ['toupper(ka.verb) = CREATE', true],
    ['basename(ka.uri) = pods', true],
    ['len(ka.user.groups) = 2', true],
    ['len(ka.verb) > 6', false],
    ['ka.verb != val(ka.user.name)', true],
    ['ka.verb in val(ka.user.groups)', false],
  ])('%s: %s', (condition, expected) => {
    expect(holds(condition)).toBe(expected);
  });

  it('ends at a NUL, as C strings do', () => {
    expect(holds('ka.user.name = ana', { user: { username: 'ana\u0000eve' } })).toBe(true);
  });
});

describe('a missing field', () => {
  it.each([
    'ka.impuser.name exists',
    'ka.impuser.name = ""',
    'ka.impuser.name != x',
    'ka.impuser.name in (x)',
    'ka.impuser.name < 9',
    'ka.impuser.name != val(ka.verb)',
    'ka.verb != val(ka.impuser.name)',
    'ka.req.pod.containers.image in (x)',
  ])('makes %s false, and its negation true', (condition) => {
    expect(holds(condition)).toBe(false);
    expect(holds(`not ${condition}`)).toBe(true);
  });

  it('is what an empty list is', () => {
    expect(holds('ka.user.groups exists', { user: { username: 'a', groups: [] } })).toBe(false);
  });

  it('is every field of an event without an auditID, but not its JSON', () => {
    expect(holds('ka.verb exists', { auditID: undefined })).toBe(false);
    expect(holds('not ka.verb = create', { auditID: undefined })).toBe(true);
    expect(holds('jevt.value[/verb] = create', { auditID: undefined })).toBe(true);
  });

  it('is asked for event by event, although verbs are indexed', () => {
    expect(holds('ka.verb = create or not ka.verb exists', { verb: undefined })).toBe(true);
    expect(
      holds('not ka.target.subresource exists', { objectRef: { resource: 'pods', subresource: '' } }),
    ).toBe(false);
  });
});

describe('a check of a list', () => {
  it('asks every member with in, and any with intersects', () => {
    expect(holds('ka.req.pod.containers.image in (a, b)', pod('a', 'b'))).toBe(true);
    expect(holds('ka.req.pod.containers.image in (a, b)', pod('a', 'c'))).toBe(false);
    expect(holds('ka.req.pod.containers.image intersects (a, b)', pod('a', 'c'))).toBe(true);
    expect(holds('ka.req.pod.containers.image exists', pod())).toBe(false);
  });

  it('cannot compare it as a text', () => {
    const [problem] = problemsOf(ruleWith('ka.user.groups = developers'));
    expect(problem).toMatch(/^1.yaml:3 .*"=" cannot compare the list "ka.user.groups"/);
  });

  it('compares any member as a text in files for engines that did', () => {
    const old = `- required_engine_version: 2\n${ruleWith('ka.user.groups contains devel')}`;
    expect(problemsOf(old)).toEqual([]);
    expect(ruleFrom(old).id).toBe('Invented');
  });
});

describe('an event', () => {
  it.each(['yesterday', '2026-01-02 03:04:05Z', '2026-01-02T03:04:05', undefined])(
    'whose stageTimestamp is %s is not accepted',
    (stageTimestamp) => {
      expect(holds('ka.verb exists', { stageTimestamp })).toBe(false);
      expect(holds('jevt.rawtime exists', { stageTimestamp })).toBe(false);
    },
  );
});

describe('checks that ask the same', () => {
  const keysOf = (condition: string): readonly string[] =>
    [...testsOf(ruleFrom(ruleWith(condition)).expression)]
      .map(({ key }) => key)
      .filter((key) => key.includes('ka.verb'));

  it('have the same key', () => {
    expect(new Set(['ka.verb = get', 'ka.verb == "get"', 'ka.verb in (get, get)'].flatMap(keysOf)).size).toBe(
      1,
    );
    expect(keysOf('ka.verb in (a, b)')).toEqual(keysOf('ka.verb intersects (b, a)'));
  });

  it('are indexed where they look at the verb, the resource or the subresource alone', () => {
    const routed = [...testsOf(ruleFrom(ruleWith('ka.verb = get and ka.user.name = x')).expression)]
      .filter(({ routed }) => routed)
      .map(({ key }) => key);
    expect(routed).toEqual([expect.stringContaining('ka.verb')]);
  });
});
