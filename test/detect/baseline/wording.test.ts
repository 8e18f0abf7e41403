/** What a person reads of a verdict. */
import { describe, expect, it } from 'vitest';
import type { FeatureVerdict, Verdict } from '../../../shared/detect/baseline/verdict.ts';
import { inWords } from '../../../shared/detect/baseline/wording.ts';
import { monday } from './traffic.ts';

const feature = (more: Partial<FeatureVerdict>): FeatureVerdict => ({
  count: 412,
  season: 'hour-of-week',
  usual: 2,
  seen: 6,
  least: 0,
  most: 6,
  deviation: 9,
  share: 1,
  ...more,
});

const verdict = (hour: number, ...features: readonly FeatureVerdict[]): Verdict => ({
  hour,
  score: 0.999,
  displacement: 200,
  deviation: 9,
  features,
});

describe('a verdict in words', () => {
  it('says what was counted, when, and what the same hour had before', () => {
    expect(inWords(verdict(monday + 3, feature({})), ['secret reads'])).toBe(
      '412 secret reads from 03:00 to 04:00 UTC (the last 6 Mondays: 0 to 6)',
    );
    expect(
      inWords(verdict(monday + 6 * 24 + 23, feature({ least: 4, most: 4, seen: 1 })), ['secret reads']),
    ).toBe('412 secret reads from 23:00 to 00:00 UTC (the last Sunday: 4)');
    expect(inWords(verdict(monday + 3, feature({ season: 'hour-of-day', seen: 7 })), ['secret reads'])).toBe(
      '412 secret reads from 03:00 to 04:00 UTC (the last 7 days: 0 to 6)',
    );
  });

  it('names the features that made the hour strange, the strongest first', () => {
    const features = [
      feature({ count: 9, share: 0.3, least: 1, most: 2 }),
      feature({ count: 1, share: 0.05 }),
      feature({ share: 0.65 }),
    ];
    expect(inWords(verdict(monday, ...features), ['namespaces', 'users', 'secret reads'])).toBe(
      '412 secret reads from 00:00 to 01:00 UTC (the last 6 Mondays: 0 to 6), 9 namespaces (the last 6 Mondays: 1 to 2)',
    );
  });

  it('knows the day of the week of every hour', () => {
    const days = Array.from({ length: 7 }, (_, day) => inWords(verdict(day * 24, feature({})), ['reads']));
    expect(days.map((text) => /6 (\w+)s:/.exec(text)?.[1])).toEqual(
      // 1970-01-01 was a Thursday.
      ['Thursday', 'Friday', 'Saturday', 'Sunday', 'Monday', 'Tuesday', 'Wednesday'],
    );
    expect(new Date(monday * 3_600_000).toUTCString()).toMatch(/^Mon/);
  });
});
