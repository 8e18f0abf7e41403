/** What Sigma has no word for: how a rule's matches become alerts. */
import { describe, expect, it } from 'vitest';
import { createDetector } from '../../../shared/detect/detect.ts';
import { defaultSuppression } from '../../../shared/detect/rule.ts';
import { secondsOf } from '../../../shared/detect/sigma/duration.ts';
import { auditEvent } from '../events.ts';
import { loadedSet } from './loading.ts';

const loaded = (block: string) =>
  loadedSet(
    `title: t\nlevel: low\nlogsource: { product: kubernetes }\ndetection:\n  sel: { f: x }\n  root: { g: root }\n  _bad: { g: bad }\n  condition: sel\n${block}`,
  );
const faults = (block: string) => loaded(block).problems.map(({ message }) => message);

describe('a klaxon block', () => {
  it('may be left out', () => {
    const [rule] = loaded('').rules;
    expect(rule).toMatchObject({
      suppress: defaultSuppression,
      respond: [],
      severityCases: [],
      covers: ['t'],
    });
    expect(rule?.misses).toBeUndefined();
  });

  it('is read part by part', () => {
    const [rule] = loaded(
      'klaxon: { suppress: { by: [actor.name], for: 30m }, misses: m, respond: [a, b], covers: [x] }',
    ).rules;
    expect(rule).toMatchObject({
      suppress: { by: ['actor.name'], forSeconds: 1800 },
      misses: 'm',
      respond: ['a', 'b'],
      covers: ['x'],
    });
  });

  it('raises the severity by the first case that holds', () => {
    const set = loaded(
      'klaxon: { severity: [{ when: root, level: critical }, { when: 1 of _*, level: high }, { when: not root, level: medium }] }',
    );
    expect(set.problems).toEqual([]);
    const severity = (g: string) =>
      createDetector(set.rules)
        .findingsFor(auditEvent({ f: 'x', g }))
        .map((finding) => finding.severity);
    expect(severity('root')).toEqual(['critical']);
    expect(severity('bad')).toEqual(['high']);
    expect(severity('other')).toEqual(['medium']);
  });

  it('counts an identifier that only a case names as named', () => {
    const { warnings } = loaded('klaxon: { severity: [{ when: root or _bad, level: high }] }');
    expect(warnings).toEqual([]);
  });

  it('tells each fault', () => {
    expect(faults('klaxon: text')).toEqual(['expected a map']);
    expect(faults('klaxon: { supress: x }')[0]).toContain('unknown key');
    expect(faults('klaxon: { suppress: { for: soon } }')).toEqual(['expected a time such as 30m or 1h']);
    expect(faults('klaxon: { suppress: { by: [] } }')).toEqual(['expected a list of field names']);
    expect(faults('klaxon: { severity: high }')).toEqual(['expected a list of {when, level}']);
    expect(faults('klaxon: { severity: [{ when: root, level: worst }] }')[0]).toContain(
      'expected {when, level}',
    );
    expect(faults('klaxon: { severity: [{ when: nobody, level: high }] }')[0]).toContain(
      'no search identifier is named "nobody"',
    );
  });
});

describe('a time', () => {
  it('is a positive whole number and one unit', () => {
    expect(secondsOf('90m')).toBe(5400);
    expect(secondsOf('1h')).toBe(3600);
    expect(secondsOf('2d')).toBe(172_800);
    expect(secondsOf('1w')).toBe(604_800);
    expect(secondsOf('1M')).toBe(2_629_746);
    expect(secondsOf('1y')).toBe(31_556_952);
    for (const text of ['0m', '-1h', '1h30m', '1.5h', 'h', '60', '1x', '', '99999999999999999999d'])
      expect(secondsOf(text)).toBeUndefined();
  });
});
