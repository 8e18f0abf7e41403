/** The routed detector against every rule asked by itself. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDetector } from '../../shared/detect/detect.ts';
import { EventScope } from '../../shared/detect/event-scope.ts';
import { always, askedAnew, compiled, testOf } from '../../shared/detect/expression.ts';
import { isFor } from '../../shared/detect/log-source.ts';
import type { Rule } from '../../shared/detect/rule.ts';
import type { AuditEvent } from '../../shared/schema/audit-event.ts';
import type { JsonObject } from '../../shared/schema/json.ts';
import { auditEvent, nativeEvent } from './events.ts';
import { randomEvents } from './random-events.ts';
import { rulesOf, writtenRules } from './random-rules.ts';
import { firedBy, loadedSet, ruleText } from './sigma/loading.ts';

/** What the detector is to agree with: each rule's own expression, asked of the event alone. */
const naive = (rules: readonly Rule[], event: AuditEvent): readonly string[] => {
  const holds = (expression: Rule['expression']) => compiled(expression, askedAnew)(new EventScope(event));
  return rules
    .filter((rule) => isFor(rule.logSource, event.origin.dialect) && holds(rule.expression))
    .map((rule) => {
      const found = rule.severityCases.find(({ when }) => holds(when));
      return `${rule.title} ${found?.severity ?? rule.severity}`;
    });
};

const detected = (detector: ReturnType<typeof createDetector>, event: AuditEvent): readonly string[] =>
  detector.findingsFor(event).map(({ rule, severity }) => `${rule.title} ${severity}`);

describe('the routed detector', () => {
  it('answers as every rule asked by itself does', () => {
    let [compared, fired] = [0, 0];
    fc.assert(
      fc.property(writtenRules, randomEvents, (written, events) => {
        const rules = rulesOf(written);
        const detector = createDetector(rules);
        for (const event of events) {
          const expected = naive(rules, event);
          expect(detected(detector, event)).toEqual(expected);
          compared++;
          fired += expected.length;
        }
      }),
      { numRuns: 800 },
    );
    expect(compared).toBeGreaterThan(1000);
    expect(fired).toBeGreaterThan(1000);
  });

  it('keeps events apart whose routes would read the same in one line', () => {
    const set = loadedSet(
      `${ruleText('sel: { objectRef.resource: "b\\nc" }\ncondition: sel')}\n---\n${ruleText('sel: { verb: "a\\nb" }\ncondition: sel').replace('A rule', 'Another rule')}`,
    );
    const detector = createDetector(set.rules);
    const titles = (verb: string, resource: string) =>
      detector.findingsFor(auditEvent({ verb, objectRef: { resource } })).map(({ rule }) => rule.title);
    expect(titles('a', 'b\nc')).toEqual(['A rule of a test']);
    expect(titles('a\nb', 'c')).toEqual(['Another rule of a test']);
  });

  it('keeps an empty subresource apart from a missing one', () => {
    const set = loadedSet(ruleText('sel: { objectRef.subresource|exists: false }\ncondition: sel'));
    const detector = createDetector(set.rules);
    const fires = (ref: JsonObject) =>
      detector.findingsFor(auditEvent({ verb: 'get', objectRef: ref })).length;
    expect(fires({ resource: 'pods' })).toBe(1);
    expect(fires({ resource: 'pods', subresource: '' })).toBe(0);
    expect(fires({ resource: 'pods' })).toBe(1);
  });

  it('keeps events apart that differ in a routed field outside its usual place', () => {
    const pairs: readonly (readonly [string, AuditEvent, AuditEvent])[] = [
      ['protoPayload.methodName: x', nativeEvent({}), nativeEvent({ protoPayload: [{ methodName: 'x' }] })],
      ['protoPayload.methodName: x', nativeEvent({}), nativeEvent({ 'protoPayload.methodName': 'x' })],
      ['objectRef.resource: x', nativeEvent({}), nativeEvent({ objectRef: { resource: 'x' } })],
      ['impersonatedUser.username: x', auditEvent({}), auditEvent({ impersonatedUser: { username: 'x' } })],
    ];
    for (const [selection, without, having] of pairs) {
      const [rule] = loadedSet(ruleText(`sel: { ${selection} }\ncondition: sel`)).rules;
      if (!rule) throw new Error('expected a rule');
      const detector = createDetector([{ ...rule, logSource: {} }]);
      const counts = [without, having, without].map((event) => detector.findingsFor(event).length);
      expect([selection, ...counts]).toEqual([selection, 0, 1, 0]);
    }
  });

  it("finds nothing under the names of other clouds' records in an audit event, whatever it holds", () => {
    for (const selection of ['eventName: x', 'protoPayload.methodName: x']) {
      const [rule] = loadedSet(ruleText(`sel: { ${selection} }\ncondition: sel`)).rules;
      if (!rule) throw new Error('expected a rule');
      const detector = createDetector([{ ...rule, logSource: {} }]);
      const found = [
        auditEvent({ eventName: 'x', protoPayload: { methodName: 'x' } }),
        nativeEvent({ eventName: 'x', protoPayload: { methodName: 'x' } }),
      ].map((event) => detector.findingsFor(event).length);
      expect([selection, ...found]).toEqual([selection, 0, 1]);
    }
  });

  it('answers rightly after more routes than it keeps', () => {
    const set = loadedSet(ruleText('sel: { verb: v7, f: x }\ncondition: sel'));
    const detector = createDetector(set.rules);
    for (let round = 0; round < 2; round++) {
      for (let at = 0; at < 5000; at++) {
        const findings = detector.findingsFor(auditEvent({ verb: `v${at}`, f: 'x' }));
        expect(findings).toHaveLength(at === 7 ? 1 : 0);
      }
    }
  });
});

describe('a test that several rules share', () => {
  const asked: string[] = [];
  const counted = testOf({
    key: 'counted',
    routed: false,
    cost: 1,
    holds: () => {
      asked.push('once');
      return true;
    },
  });
  const [base] = loadedSet(ruleText('sel: { f: x }\ncondition: sel')).rules;

  it('is evaluated once an event', () => {
    if (!base) throw new Error('expected a rule');
    const rules = ['a', 'b', 'c'].map((id): Rule => ({ ...base, id, expression: counted }));
    const detector = createDetector(rules);
    const events = [auditEvent({ f: 1 }), auditEvent({ f: 2 }), auditEvent({ f: 3 })];
    for (const one of events) expect(detector.findingsFor(one)).toHaveLength(3);
    expect(asked).toHaveLength(events.length);
  });

  it('is shared only by rules that ask the same', () => {
    const text = (title: string, detection: string, version?: number) =>
      ruleText(detection, { version }).replace('A rule of a test', title);
    const pairs: readonly (readonly [string, string, JsonObject])[] = [
      // a literal name and an index
      [
        text('one', 'sel: { "f[0]": a }\ncondition: sel'),
        text('two', 'sel: { "f[0]": a }\ncondition: sel', 3),
        { f: ['a'] },
      ],
      // two values and one that reads like two
      [
        text('one', 'sel: { f: [a, b] }\ncondition: sel'),
        text('two', 'sel: { f: "a\\u0001text:b" }\ncondition: sel'),
        { f: 'a' },
      ],
      [
        text('one', 'sel: { f: "a\\u0001text:b" }\ncondition: sel'),
        text('two', 'sel: { f: [a, b] }\ncondition: sel'),
        { f: 'a' },
      ],
      // any and all, cased and not, keyword and field
      [
        text('one', 'sel: { f|all: [a, b] }\ncondition: sel'),
        text('two', 'sel: { f: [a, b] }\ncondition: sel'),
        { f: 'a' },
      ],
      [
        text('one', 'sel: { f|cased: A }\ncondition: sel'),
        text('two', 'sel: { f: A }\ncondition: sel'),
        { f: 'a' },
      ],
      [
        text('one', 'sel: { f: "5" }\ncondition: sel'),
        text('two', 'sel: { f: 5 }\ncondition: sel'),
        { f: '5.0' },
      ],
      [
        text('one', 'sel: { "f[all]": a }\ncondition: sel', 3),
        text('two', 'sel: { "f[any]": a }\ncondition: sel', 3),
        { f: ['a', 'b'] },
      ],
      [
        text('one', 'sel: { "f[any]": { g: 1, h: 2 } }\ncondition: sel', 3),
        text('two', 'sel: { "f[any]": [1, 2] }\ncondition: sel', 3),
        { f: [2] },
      ],
    ];
    for (const [one, two, record] of pairs) {
      const apart = [one, two].flatMap((rule) => firedBy(loadedSet(rule), auditEvent(record)));
      expect(firedBy(loadedSet(`${one}\n---\n${two}`), auditEvent(record))).toEqual(apart);
    }
  });
});

describe('a rule without a question', () => {
  it('fires on every event of its log source', () => {
    const [base] = loadedSet(ruleText('sel: { f: x }\ncondition: sel')).rules;
    if (!base) throw new Error('expected a rule');
    const detector = createDetector([{ ...base, expression: always }]);
    expect(detector.findingsFor(auditEvent({}))).toHaveLength(1);
    expect(detector.findingsFor({ ...auditEvent({}), origin: { dialect: 'cloudtrail' } })).toHaveLength(0);
  });
});
