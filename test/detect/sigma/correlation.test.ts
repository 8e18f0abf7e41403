/** Correlation documents: what is read, what is refused, and who stays silent. */
import { describe, expect, it } from 'vitest';
import { loadedSet } from './loading.ts';

const base = (name: string) =>
  `---\ntitle: ${name}\nname: ${name}\nid: 0f8fad5b-d9cb-469f-a165-70867728950${name.length}\nlogsource: { product: kubernetes }\ndetection: { sel: { f: ${name} }, condition: sel }\n`;
const set = (correlation: string, more = '') =>
  loadedSet(`title: top\nname: top\ncorrelation: ${correlation}\n${more}${base('a')}${base('bb')}`);
const faults = (correlation: string, more = '') =>
  set(correlation, more).problems.map(({ message }) => message);
const counted = (more: string) => `{ type: event_count, rules: [a], timespan: 5m, ${more} }`;

describe('a correlation document', () => {
  it('is read with its timespan in any unit', () => {
    for (const [text, seconds] of [
      ['30s', 30],
      ['5m', 300],
      ['2h', 7200],
      ['1d', 86_400],
      ['1w', 604_800],
      ['1M', 2_629_746],
    ] as const) {
      const { rules } = set(`{ type: event_count, rules: [a], timespan: ${text}, condition: { gte: 2 } }`);
      expect(rules.find(({ id }) => id === 'top')?.correlation?.seconds).toBe(seconds);
    }
  });

  it('names rules by name, or by id in any spelling', () => {
    const { problems, rules } = set(
      '{ type: temporal, rules: [a, "{0F8FAD5BD9CB469FA165708677289502}"], timespan: 5m }',
    );
    expect(problems).toEqual([]);
    expect(rules.find(({ id }) => id === 'top')?.correlation?.inputs.map(({ rule }) => rule)).toEqual([
      '0f8fad5b-d9cb-469f-a165-708677289501',
      '0f8fad5b-d9cb-469f-a165-708677289502',
    ]);
  });

  it.each([
    ['text', 'expected a map of type'],
    ['{ type: near, rules: [a], timespan: 5m }', 'expected one of event_count'],
    ['{ type: event_count, timespan: 5m, condition: { gte: 2 } }', 'expected the ids or names of rules'],
    ['{ type: event_count, rules: [a, a], timespan: 5m, condition: { gte: 2 } }', 'each once'],
    [
      '{ type: event_count, rules: [nobody], timespan: 5m, condition: { gte: 2 } }',
      'no rule is named "nobody"',
    ],
    ['{ type: event_count, rules: [top], timespan: 5m, condition: { gte: 2 } }', 'a circle'],
    ['{ type: event_count, rules: [a], timespan: 1h30m, condition: { gte: 2 } }', 'expected a time'],
    ['{ type: event_count, rules: [a], timespan: 5m }', 'needs a "condition"'],
    [counted('condition: { least: 2 }'), 'unknown comparison'],
    [counted('condition: { gte: many }'), 'expected a number'],
    [counted('condition: { gte: 2, field: f }'), 'looks at no field'],
    [counted('condition: a and bb'), 'takes a map'],
    [counted('condition: {}'), 'expected a comparison'],
    [counted('condition: { gte: 2 }, window: 5m'), 'unknown key'],
    [counted('condition: { gte: 2 }, generate: maybe'), 'expected true or false'],
    [counted('condition: { gte: 2 }, group-by: [g], aliases: { g: { bb: f } }'), 'no field is given for "a"'],
    [counted('condition: { gte: 2 }, aliases: { g: f }'), 'expected a map of rules'],
    ['{ type: value_count, rules: [a], timespan: 5m, condition: { gte: 2 } }', 'needs the name of a field'],
    [
      '{ type: value_sum, rules: [a], timespan: 5m, condition: { field: [f, g], gte: 2 } }',
      'needs the name of a field',
    ],
    [
      '{ type: value_percentile, rules: [a], timespan: 5m, condition: { field: f, percentile: 101, gte: 2 } }',
      'from 0 to 100',
    ],
    ['{ type: temporal, rules: [a, bb], timespan: 5m, condition: a }', 'names every entry'],
    ['{ type: temporal, rules: [a], timespan: 5m, condition: "a and" }', 'character 6'],
    ['{ type: temporal, timespan: 5m, condition: "1 of a*" }', 'no meaning here'],
    ['{ type: first_seen, rules: [a], timespan: 5m, condition: { field: f, gte: 2 } }', 'no comparison'],
    ['{ type: absence, rules: [a], while: [bb], timespan: 5m, condition: { lt: 2 } }', 'takes "gte"'],
    ['{ type: absence, rules: [a], timespan: 5m, known-by: [g] }', 'entries of "group-by"'],
  ])('is refused where it says %s', (correlation, message) => {
    expect(faults(correlation)[0]).toContain(message);
    expect(set(correlation).rules.some(({ id }) => id === 'top')).toBe(false);
  });

  it('is refused in a circle, and where what it names is refused', () => {
    const circle = set(
      '{ type: event_count, rules: [other], timespan: 5m, condition: { gte: 2 } }',
      '---\ntitle: other\nname: other\ncorrelation: { type: event_count, rules: [top], timespan: 5m, condition: { gte: 2 } }\n',
    );
    expect(circle.problems.map(({ message }) => message)).toEqual([
      '"top" refers back to this correlation: a circle',
      'the rule "other" has a fault',
    ]);
    expect(circle.rules.map(({ title }) => title)).toEqual(['a', 'bb']);
  });

  it('counts no fields of a correlation, which has none, but may count which rules held', () => {
    const inner =
      '---\ntitle: inner\nname: inner\ncorrelation: { type: event_count, rules: [a], timespan: 5m, condition: { gte: 2 } }\n';
    const over = (field: string) =>
      `{ type: value_count, rules: [inner], timespan: 5m, condition: { field: ${field}, gte: 2 } }`;
    expect(faults(over('f'), inner)[0]).toContain('has no fields to count');
    expect(faults(over('rule.id'), inner)).toEqual([]);
  });

  it('knows nothing but its group when alerts are suppressed, and has one severity', () => {
    const more = (klaxon: string) => `klaxon: ${klaxon}\n`;
    expect(
      faults(counted('condition: { gte: 2 }, group-by: [g]'), more('{ suppress: { by: [h] } }'))[0],
    ).toContain('knows g');
    expect(
      faults(counted('condition: { gte: 2 }'), more('{ severity: [{ when: a, level: high }] }'))[0],
    ).toContain('one severity');
    const { rules } = set(
      '{ type: first_seen, rules: [a], group-by: [g], timespan: 2d, condition: { field: f } }',
    );
    expect(rules.find(({ id }) => id === 'top')?.suppress).toEqual({ by: ['g', 'f'], forSeconds: 172_800 });
  });

  it('reads the logs that its rules read', () => {
    const [top] = set(counted('condition: { gte: 2 }')).rules;
    expect(top?.correlation?.dialects).toContain('eks-audit');
    expect(top?.correlation?.dialects).not.toContain('cloudtrail');
  });
});

describe('the rules that a correlation hears of', () => {
  const silent = (...correlations: readonly string[]) =>
    loadedSet(
      `${correlations.map((correlation, n) => `title: c${n}\nname: c${n}\n${correlation}\n---\n`).join('')}${base('a').slice(4)}`,
    )
      .rules.filter(({ isSilent }) => isSilent)
      .map(({ title }) => title);
  const plain = 'correlation: { type: event_count, rules: [a], timespan: 5m, condition: { gte: 2 } }';
  const generating =
    'correlation: { type: event_count, rules: [a], timespan: 5m, condition: { gte: 2 }, generate: true }';

  it('raise no alert of their own, unless one of them asks for it', () => {
    expect(silent(plain)).toEqual(['a']);
    expect(silent(generating)).toEqual([]);
    expect(silent(`generate: true\n${plain}`)).toEqual([]);
    expect(silent(plain, generating)).toEqual([]);
  });

  it('count only what no filter takes away', () => {
    const { rules } = loadedSet(
      `title: c\nname: c\n${plain}\n---\ntitle: f\nlogsource: { product: kubernetes }\nfilter: { rules: [a], sel: { g: x }, condition: not sel }\n${base('a')}`,
    );
    expect(rules.find(({ title }) => title === 'a')?.expression.kind).toBe('and');
  });
});
