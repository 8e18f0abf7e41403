/** What is proved of rules holds for every event; what is not proved is left alone. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventScope } from '../../shared/detect/event-scope.ts';
import { askedAnew, compiled, type Expression } from '../../shared/detect/expression.ts';
import { fieldKinds } from '../../shared/detect/field-kind.ts';
import { isFor } from '../../shared/detect/log-source.ts';
import { implies, refuted } from '../../shared/detect/refute.ts';
import type { Rule } from '../../shared/detect/rule.ts';
import type { AuditEvent } from '../../shared/schema/audit-event.ts';
import { randomEvents } from './random-events.ts';
import { rulesOf, writtenRules } from './random-rules.ts';
import { loadedDetection } from './sigma/loading.ts';

const ruleFor = (detection: string, logsource?: string): Rule => {
  const { rules, problems } = loadedDetection(detection, logsource === undefined ? {} : { logsource });
  expect(problems).toEqual([]);
  const [rule] = rules;
  if (!rule) throw new Error('no rule');
  return rule;
};

const selection = (yaml: string): Rule => ruleFor(`sel: ${yaml}\ncondition: sel`);
const both = (yaml: string, other: string): Rule =>
  ruleFor(`sel: ${yaml}\nother: ${other}\ncondition: sel and other`);
const except = (yaml: string, other: string): Rule =>
  ruleFor(`sel: ${yaml}\nother: ${other}\ncondition: sel and not other`);

const refutation = (rule: Rule) => refuted(rule.expression, fieldKinds(rule.logSource));

describe('what no event can match', () => {
  const impossible: readonly (readonly [string, Rule, readonly string[]])[] = [
    ['two values of one field', both('{ verb: get }', '{ verb: create }'), ['verb']],
    ['a value outside a list', both('{ verb: get }', '{ verb: [create, update] }'), ['verb']],
    [
      'a value that a pattern does not take in',
      both('{ objectRef.name: web }', '{ objectRef.name|startswith: db- }'),
      ['objectRef.name'],
    ],
    [
      'a value that an expression does not match',
      both('{ verb|cased: get }', "{ verb|re: '^cre' }"),
      ['verb'],
    ],
    ['a value that has to be absent as well', both('{ verb: get }', '{ verb|exists: false }'), ['verb']],
    ['two values at once', selection('{ verb|all: [get, create] }'), ['verb']],
    ['a part and its negation', except('{ user.groups: a }', '{ user.groups: [a, b] }'), ['user.groups']],
    [
      'a narrower pattern without a wider one',
      except('{ user.username|startswith: "system:node:" }', '{ user.username|contains: "node:" }'),
      ['user.username'],
    ],
    ['a word for a number', selection('{ responseStatus.code: ALLOW }'), ['responseStatus.code']],
    [
      'a number outside a range',
      both('{ responseStatus.code: 200 }', '{ responseStatus.code|gte: 400 }'),
      ['responseStatus.code'],
    ],
    ['a word that the schema does not know', selection('{ actor.type: serviceaccount }'), ['actor.type']],
    [
      'none of all the words',
      ruleFor('sel: { outcome.result: [success, failure, unknown] }\ncondition: not sel'),
      ['outcome.result'],
    ],
    [
      'one annotation with two values',
      both(
        '{ annotations.authorization.k8s.io/decision: allow }',
        '{ annotations.authorization.k8s.io/decision: forbid }',
      ),
      ['annotations.authorization.k8s.io/decision'],
    ],
    [
      'every way of a choice',
      ruleFor('a: { verb: get }\nb: { verb: list }\nc: { verb: create }\ncondition: (a or b) and c'),
      ['verb'],
    ],
  ];

  for (const [name, rule, fields] of impossible) {
    it(`is ${name}`, () => {
      expect(refutation(rule)).toEqual(fields);
    });
  }

  const possible: readonly (readonly [string, Rule])[] = [
    ['two values of a list', both('{ user.groups: a }', '{ user.groups: b }')],
    [
      'two values of a field that a cloud may write as a list',
      ruleFor(
        'a: { eventName: x }\nb: { eventName: y }\ncondition: a and b',
        '{ product: aws, service: cloudtrail }',
      ),
    ],
    [
      'two values of an audit field where other logs are read too',
      ruleFor('a: { verb: x }\nb: { verb: y }\ncondition: a and b', '{ category: cloud-api }'),
    ],
    ['a value in another case', both('{ verb: get }', '{ verb|cased: GET }')],
    ['a value without one of another case', except('{ verb: get }', '{ verb|cased: get }')],
    ['a number in a text', both('{ verb: 5 }', '{ verb: "5.0" }')],
    ['two patterns that may meet', both('{ verb: "get*" }', '{ verb: "*list" }')],
    ['a wider pattern without a narrower one', except('{ verb|contains: a }', '{ verb|startswith: a }')],
    ['a pattern without one of exactly so many letters', except('{ verb|startswith: a }', '{ verb: "a?" }')],
    ['a pattern without the bare text', except('{ verb|startswith: a }', '{ verb: a }')],
    ['an absent field', both('{ verb: null }', '{ objectRef.resource: pods }')],
    ['a field that is compared with another', both('{ verb: get }', '{ verb|fieldref: objectRef.resource }')],
    ['a code in quotes', selection('{ responseStatus.code: "403" }')],
    ['a code by a pattern', selection('{ responseStatus.code: "4*" }')],
    ['members of a list that differ', both('{ workload.images: a }', '{ workload.images: b }')],
  ];

  for (const [name, rule] of possible) {
    it(`is not ${name}`, () => {
      expect(refutation(rule)).toBeUndefined();
    });
  }
});

describe('an implication', () => {
  const ofAudit = fieldKinds({ product: 'kubernetes', service: 'audit' });
  const leads = (narrow: Rule, wide: Rule): boolean => implies(narrow.expression, wide.expression, ofAudit);

  it('leads from more conditions to fewer, and from fewer values to more', () => {
    const narrow = selection('{ verb: get, objectRef.resource: pods, user.groups: [a, b] }');
    expect(leads(narrow, selection('{ verb: get }'))).toBe(true);
    expect(leads(narrow, selection('{ user.groups: [c, b, a], objectRef.resource: [pods, nodes] }'))).toBe(
      true,
    );
    expect(leads(narrow, selection('{ user.groups: [b] }'))).toBe(false);
    expect(leads(selection('{ verb: get }'), narrow)).toBe(false);
  });

  it('leads from each of a choice to what all of it implies', () => {
    const either = ruleFor('a: { verb: get, user.username: x }\nb: { verb: list }\ncondition: a or b');
    expect(leads(either, selection('{ verb: [get, list] }'))).toBe(true);
    expect(leads(either, selection('{ verb: get }'))).toBe(false);
  });
});

describe('a proof', () => {
  const holds = (expression: Expression, event: AuditEvent): boolean =>
    compiled(expression, askedAnew)(new EventScope(event));

  it('is right for every event, however odd', () => {
    let [refutations, implications] = [0, 0];
    fc.assert(
      fc.property(writtenRules, randomEvents, (written, events) => {
        const rules = rulesOf(written);
        for (const rule of rules) {
          const kindOf = fieldKinds(rule.logSource);
          const met = events.filter(({ origin }) => isFor(rule.logSource, origin.dialect));
          if (refuted(rule.expression, kindOf)) {
            refutations++;
            expect(met.filter((event) => holds(rule.expression, event))).toEqual([]);
          }
          for (const other of rules) {
            if (other === rule || !implies(rule.expression, other.expression, kindOf)) continue;
            implications++;
            const found = met.filter((event) => holds(rule.expression, event));
            expect(found.filter((event) => !holds(other.expression, event))).toEqual([]);
          }
        }
      }),
      { numRuns: 400 },
    );
    expect(refutations).toBeGreaterThan(20);
    expect(implications).toBeGreaterThan(50);
  });

  /** Pigeons in fewer holes, each hole for one: true of no event, and famously long to prove by cases. */
  const pigeons = (count: number): Rule => {
    const holes = Array.from({ length: count - 1 }, (_, hole) => hole);
    const birds = Array.from({ length: count }, (_, bird) => bird);
    const fields = birds.flatMap((bird) =>
      holes.map((hole) => `p${bird}h${hole}: { f${bird}.h${hole}: [x] }`),
    );
    const housed = birds.map((bird) => `(${holes.map((hole) => `p${bird}h${hole}`).join(' or ')})`);
    const apart = holes.flatMap((hole) =>
      birds.flatMap((bird) =>
        birds.slice(bird + 1).map((other) => `not (p${bird}h${hole} and p${other}h${hole})`),
      ),
    );
    return ruleFor(`${fields.join('\n')}\ncondition: ${[...housed, ...apart].join(' and ')}`);
  };

  it('is found by cases, and given up where there are too many', () => {
    expect(refutation(pigeons(4))).toBeDefined();
    expect(refutation(pigeons(9))).toBeUndefined();
  });
});
