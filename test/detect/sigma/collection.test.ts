/** The actions of old rule collections. */
import { describe, expect, it } from 'vitest';
import { auditEvent } from '../events.ts';
import { firedBy, loadedSet } from './loading.ts';

const template = `action: global
logsource: { product: kubernetes }
level: high
tags: [attack.t1609]
detection:
  shared: { g: 1 }
  condition: sel and shared
`;
const rule = (title: string, more = '') => `---
title: ${title}
id: 5013332f-8a70-4e04-bcc1-06a98a2c${title.padEnd(4, '0')}
${more}`;
const own = (value: string) => `detection:\n  sel: { f: ${value} }\n`;

describe('a collection', () => {
  it('merges its template into each rule, and the template wins', () => {
    const set = loadedSet(
      template + rule('aa', `level: low\ntags: [attack.t1610]\n${own('x')}`) + rule('bb', own('y')),
    );
    expect(set.problems).toEqual([]);
    expect(set.rules.map(({ title, severity, tags }) => ({ title, severity, tags }))).toEqual([
      { title: 'aa', severity: 'high', tags: ['attack.t1609'] },
      { title: 'bb', severity: 'high', tags: ['attack.t1609'] },
    ]);
    expect(firedBy(set, auditEvent({ f: 'y', g: 1 }))).toEqual(['bb']);
    expect(firedBy(set, auditEvent({ f: 'y' }))).toEqual([]);
  });

  it('replaces a template by a later one, and forgets it on reset', () => {
    const later = '---\naction: global\nlogsource: { product: kubernetes }\n';
    const full = (value: string) => `detection:\n  sel: { f: ${value} }\n  condition: sel\n`;
    const set = loadedSet(
      `${template + later + rule('aa', full('x'))}---\naction: reset\n${rule('bb', full('y'))}`,
    );
    expect(set.problems.map(({ message }) => message)).toEqual(['"logsource" is missing']);
    expect(set.rules.map(({ title, severity }) => `${title} ${severity}`)).toEqual(['aa medium']);
  });

  it('repeats the document before with changes, without changing that one', () => {
    const repeat = `---\naction: repeat\ntitle: cc\nid: 5013332f-8a70-4e04-bcc1-06a98a2ccc00\ndetection:\n  sel: { f: z }\n`;
    const set = loadedSet(template + rule('aa', own('x')) + repeat);
    expect(set.problems).toEqual([]);
    expect(firedBy(set, auditEvent({ f: 'x', g: 1 }))).toEqual(['aa']);
    expect(firedBy(set, auditEvent({ f: 'z', g: 1 }))).toEqual(['cc']);
  });

  it('leaves filters and correlations without the template', () => {
    const filter = `---
title: ff
logsource: { product: kubernetes }
filter: { rules: any, selection: { h: 1 }, condition: not selection }
`;
    const set = loadedSet(template + rule('aa', own('x')) + filter);
    expect(set.problems).toEqual([]);
    expect(firedBy(set, auditEvent({ f: 'x', g: 1 }))).toEqual(['aa']);
    expect(firedBy(set, auditEvent({ f: 'x', g: 1, h: 1 }))).toEqual([]);
  });

  it('refuses any other action', () => {
    const { problems } = loadedSet(`a: 1\naction: merge\n`);
    expect(problems).toEqual([
      { path: 'rules/test.yml', line: 2, column: 1, message: 'unknown collection action "merge"' },
    ]);
  });

  it('merges keys that every object inherits as plain keys', () => {
    const set = loadedSet(
      `${template}__proto__: { level: critical }\n${rule('aa', `__proto__: { a: 1 }\n${own('x')}`)}`,
    );
    expect(set.problems).toEqual([]);
    expect(set.rules[0]?.severity).toBe('high');
    expect(Object.getPrototypeOf({})).toBe(Object.prototype);
  });
});
