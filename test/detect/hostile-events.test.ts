/** Events that were made to break the matcher: it answers as it does for others, and its work stays within bounds. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDetector } from '../../shared/detect/detect.ts';
import { EventScope } from '../../shared/detect/event-scope.ts';
import { askedAnew, compiled, testsOf } from '../../shared/detect/expression.ts';
import { patternOf, textMatcher } from '../../shared/detect/sigma/pattern.ts';
import type { JsonObject, JsonValue } from '../../shared/schema/json.ts';
import { auditEvent, writeEvent } from './events.ts';
import { holds, loadedSet, ruleText } from './sigma/loading.ts';

describe('the matcher', () => {
  it('answers for expressions of catastrophic shape on long texts', () => {
    const long = 'a'.repeat(100_000);
    for (const source of ['^(a+)+$', '^(a|a)*$', '(.*a){20}$', '^(a?){50}a{50}$', '(x+x+)+y'])
      expect(holds(`f|re: '${source}'`, { f: `${long}b` })).toBe(false);
    expect(holds("f|re: '(a+)+$'", { f: long })).toBe(true);
  });

  it('takes at most one step for each character and part of a wildcard pattern', () => {
    let steps = 0;
    const counting = (text: string): string => {
      const counted = new String(text);
      counted.startsWith = (...words) => {
        steps++;
        return text.startsWith(...words);
      };
      return counted as unknown as string;
    };
    const length = 100_000;
    for (const pattern of ['*a*a*a*a*b', '*a?a?a?b', 'a*a*a*a*a*a*c', '*aaab*aaab']) {
      steps = 0;
      expect(textMatcher(patternOf(pattern), true)(counting('a'.repeat(length)))).toBe(false);
      expect(steps).toBeGreaterThan(0);
      expect(steps).toBeLessThanOrEqual(length * pattern.length);
    }
    expect(holds("f: '*a*a*a*a*b'", { f: 'a'.repeat(length) })).toBe(false);
    expect(holds("f: '*a*a*a*a*b'", { f: `${'a'.repeat(length)}B` })).toBe(true);
  });

  it('looks at no more values of an event than it has set itself', () => {
    const event = { list: Array.from({ length: 150_000 }, (_, at) => `v${at}`) };
    expect(holds('v99990', event)).toBe(true);
    expect(holds('v149999', event)).toBe(false);
  });

  const deep = (depth: number): JsonValue => {
    let value: JsonValue = { needle: 'needle' };
    for (let at = 0; at < depth; at++) value = at % 2 === 0 ? [value] : { a: value };
    return value;
  };
  const wide = Array.from({ length: 100_000 }, (_, at) => ({ name: `c${at}`, image: `i${at}` }));
  const selections = [
    'needle',
    "'|re': 'n.*e'",
    'requestObject.spec.containers.image: i99999',
    'requestObject.a.a.a.a: x',
    'workload.images: i99999',
    'workload.containers[all]: { image|startswith: i }',
    'requestObject.spec.containers[none]: { name: c5, image: i6 }',
    'requestObject.spec.containers.image|fieldref: requestObject.spec.containers.name',
    'requestObject.spec.containers.image|fieldref|contains: requestObject.spec.containers.name',
    'requestObject|exists: true',
    '__proto__.a: x',
    'requestObject.__proto__.needle: x',
    'requestObject.constructor: x',
  ];
  const bodies: Readonly<Record<string, unknown>> = {
    'nested ten thousand deep': deep(10_000),
    'of a hundred thousand containers': { spec: { containers: wide } },
    'of lists in lists': { spec: { containers: [[wide.slice(0, 100)], [[[wide.slice(0, 100)]]]] } },
    'of lone surrogates and NUL': {
      spec: { containers: [{ image: '\ud800\0\udc00', name: '\0' }] },
      '\ud800': 1,
    },
    'with the names that objects inherit': JSON.parse(
      '{"__proto__":{"a":"y","spec":{"containers":[]}},"constructor":{"prototype":1},"hasOwnProperty":1,"toString":null}',
    ),
    'that is a long JSON patch': Array.from({ length: 20_000 }, (_, at) => ({
      op: 'add',
      path: `/spec/containers/${at % 7 === 0 ? '-' : 0}`,
      value: { image: `i${at}` },
    })),
  };
  for (const [name, body] of Object.entries(bodies)) {
    it(`answers for a body ${name}`, () => {
      const rules = selections.flatMap((selection, at) => {
        const text = ruleText(`sel:\n  ${selection}\ncondition: sel`, { version: 3 }).replace(
          'A rule',
          `Rule ${at}`,
        );
        return loadedSet(text).rules;
      });
      expect(rules).toHaveLength(selections.length);
      const detector = createDetector(rules);
      for (const resource of ['pods', 'clusterroles', 'services']) {
        const event = writeEvent(resource, body, { verb: 'create', responseObject: body });
        const expected = rules.filter((rule) => compiled(rule.expression, askedAnew)(new EventScope(event)));
        expect(detector.findingsFor(event).map(({ rule }) => rule.title)).toEqual(
          expected.map(({ title }) => title),
        );
      }
      expect(Object.keys(Object.prototype)).toEqual([]);
    });
  }

  it('finds a text beside a lone surrogate and a NUL', () => {
    expect(holds('f|contains: b', { f: '\ud800b\0' })).toBe(true);
    expect(holds("f|re: 'b'", { f: '\ud800b\0' })).toBe(true);
    expect(holds('f: "\\0"', { f: '\0' })).toBe(true);
    expect(holds('f|startswith: a', { f: `a\udc00` })).toBe(true);
  });

  it('answers for any record with any rule', () => {
    const record = fc.dictionary(
      fc.constantFrom(
        'f',
        'g',
        'verb',
        'objectRef',
        'user',
        'requestObject',
        '__proto__',
        'a.b',
        'sourceIPs',
        'annotations',
      ),
      fc.jsonValue({ maxDepth: 4 }),
    );
    const { rules, problems } = loadedSet(
      ruleText(
        [
          'a: { f: x, g|contains: y, requestObject.spec|exists: true }',
          "b: { f|re: 'x+', g|gt: 5, a.b|neq: z }",
          'c: { user.username|cidr: 10.0.0.0/8, objectRef.resource|fieldref: verb }',
          "d: { 'f[all]': 5, 'requestObject[none]': { a: null }, g|hour: 5 }",
          'e: [word, 5]',
          'condition: 1 of them or not (a and b)',
        ].join('\n'),
        { version: 3 },
      ),
    );
    expect(problems).toEqual([]);
    for (const rule of rules) expect([...testsOf(rule.expression)].length).toBeGreaterThan(8);
    const detector = createDetector(rules);
    fc.assert(
      fc.property(record, (body) => {
        const own = JSON.parse(JSON.stringify(body)) as JsonObject;
        detector.findingsFor({ ...auditEvent({ verb: 'get' }), audit: undefined, native: own });
      }),
      { numRuns: 2000 },
    );
  });
});
