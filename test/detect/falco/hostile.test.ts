/** Rule files that were made to hurt, and files of noise, end in problems and in bounded work. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDetector } from '../../../shared/detect/detect.ts';
import { EventScope } from '../../../shared/detect/event-scope.ts';
import { askedAnew, compiled } from '../../../shared/detect/expression.ts';
import { ConditionError } from '../../../shared/detect/falco/condition.ts';
import { globMatcher } from '../../../shared/detect/falco/glob.ts';
import { itemKinds } from '../../../shared/detect/falco/items.ts';
import { outputOf } from '../../../shared/detect/falco/output.ts';
import { conditionOf } from '../../../shared/detect/falco/parse-condition.ts';
import { eventFrom, loaded, ruleWith } from './invented-rules.ts';

const tokens = [
  ...[
    'and',
    'or',
    'not',
    ' ',
    ' ',
    '(',
    ')',
    ',',
    '"',
    "'",
    '\\',
    '[',
    ']',
    '=',
    '!=',
    '<',
    'in',
    'exists',
    '%',
  ],
  ...['intersects', 'startswith', 'regex', 'anyof', 'val(', 'tolower(', 'len(', 'ka.verb', 'ka.user.groups'],
  ...['ka.uri.param', 'jevt.value[/a]', 'macro', 'list', 'x', '1', '\u0000', '\ud800', '\n', '__proto__'],
];
const noise = fc.array(fc.constantFrom(...tokens), { maxLength: 40 }).map((parts) => parts.join(''));

/** Every problem has its place. */
const expectPlaces = (...texts: readonly string[]): void => {
  const { problems, warnings } = loaded(...texts);
  for (const { path, line, column } of [...problems, ...warnings]) {
    expect(path).toMatch(/^\d+\.yaml$/);
    expect(Math.min(line, column)).toBeGreaterThanOrEqual(1);
  }
};

/** The error that is thrown has to be one of the family; anything else is a fault of ours. */
const isRead = (reading: () => unknown): boolean => {
  try {
    reading();
    return true;
  } catch (thrown) {
    if (thrown instanceof ConditionError) return false;
    throw thrown;
  }
};

describe('noise', () => {
  it('is read as a condition, or refused', () => {
    fc.assert(
      fc.property(fc.oneof(noise, fc.string()), (text) => {
        isRead(() => conditionOf(text));
      }),
      { numRuns: 2000 },
    );
  });

  it('is read as an output, or refused', () => {
    fc.assert(
      fc.property(fc.oneof(noise, fc.string()), (text) => {
        isRead(() => outputOf(text)(new EventScope(eventFrom())));
      }),
      { numRuns: 1000 },
    );
  });

  it('is read as a file, or refused', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => expectPlaces(text)),
      { numRuns: 500 },
    );
  });

  it('is read as items of any shape, or refused', () => {
    const keys = [
      ...itemKinds,
      'items',
      'condition',
      'output',
      'desc',
      'priority',
      'source',
      'tags',
      'enabled',
    ];
    const more = [
      'append',
      'override',
      'exceptions',
      'name',
      'fields',
      'comps',
      'values',
      '__proto__',
      'constructor',
    ];
    const leaf = fc.oneof(
      noise,
      fc.constantFrom('k8s_audit', 'append', 'replace', 'NOTICE', 'true', '', 'a'),
    );
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4, withCrossShrink: true },
        leaf,
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom(...keys, ...more), tie('value'), { maxKeys: 8 }),
      ),
    }));
    fc.assert(
      fc.property(fc.array(value, { maxLength: 6 }), (items) => expectPlaces(JSON.stringify(items))),
      {
        numRuns: 500,
      },
    );
  });
});

describe('a condition', () => {
  const check = fc.oneof(
    fc
      .tuple(
        fc.constantFrom('ka.verb', 'ka.target.resource', 'ka.target.subresource', 'ka.user.name'),
        fc.constantFrom('= get', 'exists', '!= get', 'in (get, pods)', 'startswith p'),
      )
      .map((parts) => parts.join(' ')),
    fc.constantFrom(
      'ka.user.groups intersects (a)',
      'ka.verb != val(ka.target.resource)',
      'jevt.value[/verb] = get',
    ),
  );
  const { condition } = fc.letrec<{ condition: string }>((tie) => ({
    condition: fc.oneof(
      { maxDepth: 4 },
      check,
      tie('condition').map((inner) => `not (${inner})`),
      fc
        .tuple(tie('condition'), fc.constantFrom('and', 'or'), tie('condition'))
        .map(([a, word, b]) => `(${a}) ${word} (${b})`),
    ),
  }));
  const word = fc.constantFrom(undefined, '', 'get', 'pods', 'list');
  const event = fc
    .record({
      verb: word,
      resource: word,
      subresource: word,
      username: word,
      auditID: fc.constantFrom(undefined, 'a'),
    })
    .map(({ verb, resource, subresource, username, auditID }) =>
      eventFrom({ verb, auditID, objectRef: { resource, subresource }, user: { username } }),
    );

  it('holds for the same events with and without the index', () => {
    fc.assert(
      fc.property(condition, fc.array(event, { minLength: 1, maxLength: 8 }), (text, events) => {
        const { rules } = loaded(ruleWith(text));
        const [rule] = rules;
        if (!rule) throw new Error(`"${text}" does not load`);
        const detector = createDetector(rules);
        const asked = compiled(rule.expression, askedAnew);
        for (const one of events) {
          expect(detector.findingsFor(one).length > 0).toBe(asked(new EventScope(one)));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('nested ten thousand deep is refused', () => {
    for (const text of [
      `${'('.repeat(10_000)}ka.verb exists${')'.repeat(10_000)}`,
      `${'not ('.repeat(10_000)}a`,
      `${'tolower('.repeat(10_000)}ka.verb`,
    ]) {
      expect(loaded(ruleWith(text)).problems.map(({ message }) => message)).toEqual([
        expect.stringContaining('nested deeper'),
      ]);
    }
    expect(isRead(() => conditionOf(`${'not '.repeat(10_000)}a`))).toBe(true);
  });

  it('of a hundred thousand checks is refused', () => {
    const text = Array.from({ length: 100_000 }, () => 'm').join(' or ');
    const [problem] = loaded('- macro: m\n  condition: ka.verb = a', ruleWith(text)).problems;
    expect(problem?.message).toContain('written out it is larger');
  });
});

describe('a bomb', () => {
  const files = (count: number, item: (at: number) => string): string =>
    Array.from({ length: count }, (_, at) => item(at)).join('');

  it('of macros is refused', () => {
    const macros = files(
      40,
      (at) => `- macro: m${at}\n  condition: ${at === 0 ? 'ka.verb = get' : `m${at - 1} and m${at - 1}`}\n`,
    );
    const { rules, problems } = loaded(macros, ruleWith('m39'), ruleWith('m3').replace('Invented', 'Small'));
    expect(rules.map(({ id }) => id)).toEqual(['Small']);
    expect(problems.map(({ message }) => message).join()).toContain('written out it is larger');
  });

  it('of a long chain of macros is refused', () => {
    const macros = files(
      5000,
      (at) => `- macro: m${at}\n  condition: ${at === 0 ? 'ka.verb = get' : `not m${at - 1}`}\n`,
    );
    const { rules, problems } = loaded(macros, ruleWith('m4999'));
    expect(rules).toEqual([]);
    expect(problems.length).toBeGreaterThan(0);
  });

  it('of lists in lists is refused', () => {
    const many = (name: string): string => Array.from({ length: 50 }, () => name).join(', ');
    const lists = files(12, (at) => `- list: l${at}\n  items: [${many(`l${at + 1}`)}]\n`);
    const { rules, problems } = loaded(lists, ruleWith('ka.verb in (l0)'));
    expect(rules).toEqual([]);
    expect(problems.map(({ message }) => message).join()).toContain('grow past what is read');
  });

  it('of a list that names itself ends', () => {
    const { problems } = loaded('- list: l\n  items: [l, l, l]\n', ruleWith('ka.verb in (l)'));
    expect(problems).toEqual([]);
  });

  it('of many rules over many lists ends', () => {
    const lists = files(3000, (at) => `- list: l${at}\n  items: [a]\n`);
    const rules = files(
      3000,
      (at) =>
        `- rule: r${at}\n  desc: d\n  condition: ka.verb in (l${at}, b)\n  output: o\n  priority: INFO\n  source: k8s_audit\n`,
    );
    expect(loaded(lists, rules)).toMatchObject({ problems: [], rules: { length: 3000 } });
  });

  it('of stars in a pattern is matched step by step', () => {
    expect(globMatcher('*a'.repeat(2000))('a'.repeat(1999))).toBe(false);
  });

  it('of a regular expression is refused, or matched without backtracking', () => {
    expect(loaded(ruleWith('ka.verb regex "((a{500}){500}){500}"')).problems).toHaveLength(1);
    expect(loaded(ruleWith('ka.verb regex "(a"')).problems).toHaveLength(1);
    const [rule] = loaded(ruleWith('ka.user.name regex "(a+)+b"')).rules;
    if (!rule) throw new Error('does not load');
    const event = eventFrom({ user: { username: 'a'.repeat(5000) } });
    expect(createDetector([rule]).findingsFor(event)).toEqual([]);
  });

  it('of brackets in the event itself makes a field missing, not the detector fail', () => {
    let deep: unknown = 'x';
    for (let depth = 0; depth < 20_000; depth++) deep = [deep];
    const event = eventFrom({ requestObject: { data: deep as never } });
    const { rules } = loaded(
      ruleWith('ka.req.configmap.obj exists'),
      ruleWith('not jevt.obj exists').replace('Invented', 'Deep'),
    );
    expect(() => createDetector(rules).findingsFor(event)).not.toThrow();
    for (const rule of rules) expect(rule.messageOf?.(event)).toBe('seen');
  });
});
