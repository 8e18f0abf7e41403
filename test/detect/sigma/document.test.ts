/** The fields of a Sigma document: what they may hold, and what is said where they do not. */
import { describe, expect, it } from 'vitest';
import { referenceOf } from '../../../shared/detect/sigma/document.ts';
import { loadedSet } from './loading.ts';

const body = 'detection: { sel: { f: 1 }, condition: sel }';
const source = 'logsource: { product: kubernetes }';
const faults = (text: string) => loadedSet(text).problems.map(({ message }) => message);

describe('a document', () => {
  it('needs what its kind needs', () => {
    expect(faults('description: x')).toEqual([
      '"title" is missing',
      '"logsource" is missing',
      '"detection" is missing',
    ]);
    expect(faults('correlation: {}')).toContain('"title" is missing');
    expect(faults('title: t\nfilter: { rules: any, selection: { f: 1 }, condition: selection }')).toEqual([
      '"logsource" is missing',
    ]);
    expect(faults(`title: t\n${source}\ndetection: null`)).toEqual(['"detection" is missing']);
  });

  it('must be a map', () => {
    expect(faults('- a')).toEqual(['expected a map']);
    expect(faults('text')).toEqual(['expected a map']);
    expect(faults('---\n---\n')).toEqual([]);
  });

  const wrong: readonly (readonly [string, string])[] = [
    ['id', 'not-a-uuid'],
    ['id', '5'],
    ['name', "''"],
    ['name', '[a]'],
    ['status', 'finished'],
    ['level', 'severe'],
    ['level', '3'],
    ['description', '[a]'],
    ['author', '{ a: b }'],
    ['references', 'https://example.com'],
    ['references', '[1]'],
    ['tags', 'attack.t1609'],
    ['tags', '[ATTACK.t1609]'],
    ['tags', '[attack]'],
    ['falsepositives', 'none'],
    ['date', '5'],
    ['date', 'yesterday'],
    ['modified', '02.01.2024'],
    ['related', '[{ id: x }]'],
    ['related', 'x'],
    ['fields', 'x'],
    ['scope', '[1]'],
  ];
  for (const [field, value] of wrong) {
    it(`refuses ${value} as "${field}"`, () => {
      const found = faults(`title: t\n${source}\n${body}\n${field}: ${value}`);
      expect(found).toHaveLength(1);
      expect(found[0]).toContain(`"${field}": expected`);
    });
  }

  it('takes every field of the specification, and any other', () => {
    const text = [
      'title: t',
      'id: 5013332f-8a70-4e04-bcc1-06a98a2cca2e',
      'related: [{ id: 5013332f-8a70-4e04-bcc1-06a98a2cca2f, type: derived }]',
      'name: a_rule',
      'taxonomy: sigma',
      'status: Test',
      "description: ''",
      'license: MIT',
      'author: A, B',
      'references: [https://example.com]',
      'date: 2024-01-02',
      'modified: 2024/1/2',
      'fields: [f]',
      'falsepositives: [an administrator]',
      'level: High',
      'tags: [attack.t1609, attack.privilege-escalation]',
      'scope: [servers]',
      'custom: { a: [1] }',
      'references2: null',
      source,
      body,
    ].join('\n');
    const { rules, problems } = loadedSet(text);
    expect(problems).toEqual([]);
    expect(rules[0]?.severity).toBe('high');
    expect(rules[0]?.id).toBe('5013332f-8a70-4e04-bcc1-06a98a2cca2e');
  });

  it('is of medium severity where it states none', () => {
    expect(loadedSet(`title: t\n${source}\n${body}`).rules[0]?.severity).toBe('medium');
  });

  it('has a title of at most 256 characters', () => {
    expect(faults(`title: ${'x'.repeat(256)}\n${source}\n${body}`)).toEqual([]);
    expect(faults(`title: ${'x'.repeat(257)}\n${source}\n${body}`)).toHaveLength(1);
  });

  it('is told all its faults at once, each with its place', () => {
    const text =
      'title: 5\nid: x\nlogsource: {}\ndetection:\n  sel:\n    f|like: 1\n    g: []\n  condition: nope\n';
    expect(
      loadedSet(text).problems.map(({ line, column, message }) => `${line}:${column}: ${message}`),
    ).toEqual([
      '1:1: "title": expected a text of at most 256 characters',
      '2:1: "id": expected a UUID',
      '3:1: none of category, product and service is set',
      '6:5: unknown modifier "like"',
      '7:5: an empty list of values',
      '8:3: in the condition, character 1: no search identifier is named "nope"',
    ]);
  });
});

describe('a log source', () => {
  it('needs one of its three keys, as texts', () => {
    expect(faults(`title: t\nlogsource: { definition: x, custom: y }\n${body}`)).toEqual([
      'none of category, product and service is set',
    ]);
    expect(faults(`title: t\nlogsource: { product: 5 }\n${body}`)).toEqual(['expected a text']);
    expect(faults(`title: t\nlogsource: kubernetes\n${body}`)).toEqual([
      '"logsource": expected a map of category, product and service',
    ]);
  });

  it('is read without regard to case', () => {
    expect(
      loadedSet(`title: t\nlogsource: { product: Kubernetes }\n${body}`).rules[0]?.logSource.product,
    ).toBe('kubernetes');
  });
});

describe('a reference', () => {
  it('is a UUID in any form, or a name as it stands', () => {
    const plain = '5013332f8a704e04bcc106a98a2cca2e';
    expect(referenceOf('{5013332F-8A70-4E04-BCC1-06A98A2CCA2E}')).toBe(plain);
    expect(referenceOf('5013332f8a704e04bcc106a98a2cca2e')).toBe(plain);
    expect(referenceOf('A_Rule')).toBe('A_Rule');
  });
});

describe('a version', () => {
  const at = (version: string) => faults(`title: t\nsigma-version: ${version}\n${source}\n${body}`);

  it('counts by its major number, in any writing', () => {
    for (const version of ['3', '3.0', "'3'", "'3.1.0'", 'v3', '2', '2.1.0', '1'])
      expect(at(version)).toEqual([]);
    expect(at('4')).toEqual(['Sigma 4 is not known; versions 2 and 3 are']);
    expect(at("'30.1'")).toEqual(['Sigma 30 is not known; versions 2 and 3 are']);
    expect(at('latest')).toEqual(['"latest" is no version']);
  });

  it('lets brackets select members from 3 on', () => {
    for (const version of ['3', '3.0', "'3'", "'3.1.0'", 'v3']) {
      const text = `title: t\nsigma-version: ${version}\n${source}\ndetection: { sel: { 'f[some]': 1 }, condition: sel }`;
      expect(faults(text)).toHaveLength(1);
      expect(faults(text.replace(version, '2'))).toEqual([]);
    }
  });
});
