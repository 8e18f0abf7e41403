/** Remarks on rules that load: each with its place, and none on a rule that is as it should be. */
import { describe, expect, it } from 'vitest';
import { lintOf } from '../../../shared/detect/sigma/lint.ts';
import { file } from './loading.ts';

const good = `title: Good
id: 3b1a6a52-9d0b-4c0e-8f0e-2a5b1c7d9e01
status: stable
logsource: { product: kubernetes, service: audit }
detection:
  pods: { objectRef.resource: pods, user.username: ['a*', b] }
  condition: pods
level: low
tags: [attack.execution, attack.t1609, attack.t1552.007]
`;

const remarksOn = (text: string, path = 'good.yml'): readonly string[] =>
  lintOf([file(text, path)]).map(({ line, message }) => `${line}: ${message}`);

describe('a rule as it should be', () => {
  it('gets no remark', () => {
    expect(remarksOn(good)).toEqual([]);
  });
});

describe('what may stand as it is', () => {
  it('is a word in quotes, a number in a field that is a text, and a pattern of numbers', () => {
    for (const item of [
      "objectRef.name: ['yes', '0644', '403']",
      "responseStatus.code: [403, '4*']",
      "responseStatus.code|startswith: '40'",
      "annotations.x: '1'",
    ])
      expect(remarksOn(good.replace('objectRef.resource: pods', item)), item).toEqual([]);
  });

  it('is a date of the document itself, as Sigma writes it', () => {
    expect(remarksOn(good.replace('level: low', 'level: low\ndate: 2024-01-02'))).toEqual([]);
  });
});

describe('a remark', () => {
  const cases: readonly (readonly [string, string, string, string])[] = [
    [
      'a missing id',
      'id: 3b1a6a52-9d0b-4c0e-8f0e-2a5b1c7d9e01\n',
      '',
      '1: without an "id" other documents cannot name it for good',
    ],
    ['a misspelt key', 'level: low', 'severity: low', '8: "severity" is not read: did you mean "level"?'],
    ['a level that is not lower case', 'level: low', 'level: Low', '8: write "low"'],
    [
      'a log source that is not lower case',
      'product: kubernetes',
      'product: Kubernetes',
      '4: write "kubernetes"',
    ],
    [
      'a log source that no log is of',
      'product: kubernetes',
      'product: windows',
      '4: no log that Klaxon reads is of this source: the rule never meets an event',
    ],
    [
      'an unknown key of a log source',
      'service: audit',
      'service: audit, realm: x',
      '4: "realm" is not evaluated',
    ],
    [
      'a deprecated rule without a successor',
      'status: stable',
      'status: deprecated',
      '3: a deprecated rule says in "related" what took its place',
    ],
    [
      'a date before its own',
      'level: low',
      'level: low\ndate: 2026-02-01\nmodified: 2026/1/3',
      '10: modified before it was written',
    ],
    [
      'an unknown namespace of tags',
      'attack.execution',
      'mitre.execution',
      '9: "mitre" is no namespace of tags',
    ],
    ['a malformed tag of ATT&CK', 'attack.t1609', 'attack.t16', '9: "attack.t16" is no tag of ATT&CK'],
    ['a tag that stands twice', 'attack.t1609', 'attack.execution', '9: "attack.execution" stands twice'],
    ['wildcards for a modifier', "['a*', b]", "['a*', 'b*']", '6: use "|startswith" instead of wildcards'],
    ['a wildcard for existence', "['a*', b]", "'*'", '6: use "|exists" instead of wildcards'],
    ['two wildcards in a row', "['a*', b]", "['a**c', b]", '6: "a**c": one * is as good as two'],
    ['a control character', "['a*', b]", '["a\\u0007", b]', '6: a control character in a value'],
    [
      'a word that other tools take for true',
      "['a*', b]",
      "['a*', yes]",
      '6: other tools read yes as true or false: put it in quotes',
    ],
    [
      'a date that other tools take for more than a text',
      "['a*', b]",
      "['a*', 2024-01-02]",
      '6: other tools read 2024-01-02 as a date: put it in quotes',
    ],
    [
      'a number that other tools take for another',
      'objectRef.resource: pods',
      'requestObject.spec.defaultMode: 0644',
      '6: other tools read 0644 as an octal number: put it in quotes',
    ],
    [
      'a number in quotes where the field is one',
      'objectRef.resource: pods',
      "responseStatus.code: '403'",
      '6: "responseStatus.code" is a number: write 403 without quotes',
    ],
    [
      'them for one identifier',
      'condition: pods',
      'condition: 1 of them',
      '7: "them" is one identifier: name it',
    ],
  ];

  for (const [name, from, to, remark] of cases) {
    it(`is made on ${name}, with its line`, () => {
      expect(remarksOn(good.replace(from, to))).toEqual([remark]);
    });
  }

  it('is made on a filter that keeps what it names, or has a level', () => {
    const filter = `title: Except
id: 4b1a6a52-9d0b-4c0e-8f0e-2a5b1c7d9e01
logsource: { product: kubernetes }
level: low
filter:
  rules: any
  selection: { user.username: dana }
  condition: selection
`;
    expect(remarksOn(filter)).toEqual([
      '4: a filter has no level',
      '8: this keeps only what "selection" matches: to leave that out, write "not selection"',
    ]);
  });

  it('is made on a title and a file name that stand twice', () => {
    const remarks = lintOf([file(good, 'a/same.yml'), file(good, 'b/same.yml')]);
    expect(remarks.map(({ path, message }) => `${path}: ${message}`)).toEqual([
      'b/same.yml: the same title "Good" stands at a/same.yml:1',
      'b/same.yml: the same file name "same.yml" stands at a/same.yml:1',
    ]);
  });
});
