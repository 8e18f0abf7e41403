/** Cases beside a rule: how they are read, and what is said where one does not hold. */
import { describe, expect, it } from 'vitest';
import { ruleSetOf } from '../../shared/detect/sigma/rule-set.ts';
import { eventOf, type TwinCase, twinOf } from '../../shared/detect/twin.ts';
import { faultOf } from '../../shared/detect/twin-run.ts';
import type { JsonObject } from '../../shared/schema/json.ts';
import { file, loadedSet, ruleText } from './sigma/loading.ts';

const base: JsonObject = {
  kind: 'Event',
  apiVersion: 'audit.k8s.io/v1',
  level: 'RequestResponse',
  auditID: '11111111-2222-4333-8444-555555555555',
  stage: 'ResponseComplete',
  verb: 'create',
  requestURI: '/api/v1/namespaces/shop/pods/web/exec?command=sh',
  user: { username: 'bob', groups: ['system:authenticated'] },
  sourceIPs: ['192.0.2.1'],
  objectRef: { resource: 'pods', subresource: 'exec', namespace: 'shop', name: 'web', apiVersion: 'v1' },
  responseStatus: { code: 101 },
  stageTimestamp: '2026-01-02T03:04:05.000006Z',
};
const library = (name: string): JsonObject | undefined => (name === 'exec' ? base : undefined);
const [rule] = loadedSet(
  `${ruleText('sel: { objectRef.subresource: exec, user.username: bob }\ncondition: sel')}\nlevel: high`,
).rules;
const only = (text: string): TwinCase => {
  const [first] = twinOf('a.test.yml', text).cases;
  if (!first) throw new Error('expected a case');
  return first;
};
const fault = (text: string) => (rule ? faultOf(only(text), rule, [], library, () => []) : 'no rule');

describe('a twin', () => {
  it('is a list of cases, each with its place', () => {
    const { cases, problems } = twinOf(
      'a.test.yml',
      '- { case: a, event: eks/exec, fires: true }\n- { case: b, event: aks/exec, fires: false, severity: low }\n',
    );
    expect(problems).toEqual([]);
    expect(cases).toMatchObject([
      { name: 'a', fires: true, position: { line: 1, column: 3 } },
      { name: 'b', fires: false, severity: 'low', position: { line: 2 } },
    ]);
  });

  it('tells every fault of every case', () => {
    const text = [
      '- text',
      '- { case: a, event: eks/exec, fires: true, wiht: {} }',
      '- { event: eks/exec, fires: true }',
      '- { case: a, event: exec, fires: true }',
      '- { case: a, event: eks/exec, fires: yes }',
    ].join('\n');
    expect(
      twinOf('a.test.yml', text).problems.map(({ line, message }) => `${line}: ${message.slice(0, 30)}`),
    ).toEqual([
      '1: expected a map of case, event,',
      '2: unknown key "wiht"; known are ',
      '3: "case" is missing',
      '4: "event" is missing: <carrier>/',
      '5: "fires" is missing: true or fa',
    ]);
    expect(twinOf('a.test.yml', 'a: b').problems.map(({ message }) => message)).toEqual([
      'expected a list of cases',
    ]);
  });
});

describe('a case', () => {
  for (const carrier of ['eks', 'aks', 'gke', 'audit']) {
    it(`goes the whole way through the carrier ${carrier}`, async () => {
      expect(
        await fault(`- { case: a, event: ${carrier}/exec, fires: true, severity: high }`),
      ).toBeUndefined();
      expect(
        await fault(`- { case: a, event: ${carrier}/exec, with: { user.username: eve }, fires: false }`),
      ).toBeUndefined();
    });
  }

  it('says what it expected where it does not hold', async () => {
    expect(await fault('- { case: a, event: eks/exec, fires: false }')).toBe('expected silence, but fires');
    expect(await fault('- { case: a, event: eks/exec, with: { user.username: eve }, fires: true }')).toBe(
      'expected to fire, but is silent',
    );
    expect(await fault('- { case: a, event: eks/exec, fires: true, severity: low }')).toBe(
      'expected severity low, found high',
    );
    expect(await fault('- { case: a, event: eks/nothing, fires: true }')).toBe('no event is named "nothing"');
    for (const carrier of ['nobody', 'constructor', '__proto__'])
      expect(await fault(`- { case: a, event: ${carrier}/exec, fires: true }`)).toBe(
        `no carrier is named "${carrier}"`,
      );
  });

  describe('of a rule that rests on more than the event', () => {
    const text = ruleText(
      "sel: { verb: create, caller.country: [SE, NO], caller.lists: tor }\nknown: { user.username|expand: '%staff%' }\ncondition: sel and not known",
    );
    const listed = (lists: ReadonlyMap<string, readonly string[]>) => ruleSetOf([file(text)], lists).rules;
    const [first] = listed(new Map([['staff', []]]));
    const faultIn = (more: string) =>
      first
        ? faultOf(
            only(`- { case: a, event: eks/exec, fires: true, ${more} }`),
            first,
            [],
            library,
            (_, lists) => listed(lists),
          )
        : 'no rule';

    it('says what the enrichment would tell of the address', async () => {
      expect(await faultIn('caller: { country: SE, lists: [tor] }')).toBeUndefined();
      for (const caller of ['{ country: DK, lists: [tor] }', '{ country: SE }', '{}'])
        expect(await faultIn(`caller: ${caller}`)).toBe('expected to fire, but is silent');
    });

    it('says what lists hold', async () => {
      const caller = 'caller: { country: SE, lists: [tor] }';
      expect(await faultIn(`${caller}, lists: { staff: [eve, x*] }`)).toBeUndefined();
      expect(await faultIn(`${caller}, lists: { staff: [bo*] }`)).toBe('expected to fire, but is silent');
      expect(await faultIn(`${caller}, lists: { crew: [bob] }`)).toBe(
        'with the lists of this case the rule does not load',
      );
    });

    it('is refused where it says something else', () => {
      const message = (more: string) =>
        twinOf('a.test.yml', `- { case: a, event: eks/exec, fires: true, ${more} }`).problems[0]?.message;
      for (const caller of [
        'SE',
        '[SE]',
        '{ county: SE }',
        '{ asn: AS64500 }',
        '{ anonymous: false }',
        '{ lists: tor }',
      ])
        expect(message(`caller: ${caller}`)).toContain('"caller" is a map of country');
      for (const lists of ['staff', '[staff]', '{ staff: bob }', '{ staff: [1] }'])
        expect(message(`lists: ${lists}`)).toContain('"lists" is a map');
    });
  });

  it('changes paths of its event, and takes fields away, without changing the base', () => {
    const before = structuredClone(base);
    const event = eventOf(
      only(
        '- { case: a, event: audit/exec, fires: true, with: { user.groups.0: x, /annotations/a.b~1c: y, requestObject.spec.containers.0.image: i, responseStatus: null } }',
      ),
      library,
    );
    if (typeof event === 'string') throw new Error(event);
    expect(event.audit).toMatchObject({
      user: { groups: ['x'] },
      annotations: { 'a.b/c': 'y' },
      requestObject: { spec: { containers: [{ image: 'i' }] } },
    });
    expect(event.audit?.responseStatus).toBeUndefined();
    expect(base).toEqual(before);
  });

  it('writes names that every object inherits as fields of its own', () => {
    const paths = '{ __proto__.polluted: x, constructor.prototype.polluted: x, /__proto__/again: x }';
    eventOf(only(`- { case: a, event: audit/exec, fires: true, with: ${paths} }`), library);
    expect('polluted' in {}).toBe(false);
    expect('again' in {}).toBe(false);
  });
});
