/** Ten weeks of invented keys: how often ordinary hours are called strange, and how many planted bursts are found. */
import { describe, expect, it } from 'vitest';
import { observed } from '../../../shared/detect/baseline/baseline.ts';
import { type Chance, chanceOf } from '../../../shared/detect/baseline/chance.ts';
import { hoursOf, type Key, keyOf, monday, negativeBinomial, office, poisson, told } from './traffic.ts';

const weeks = 10;

const keysOf = (law: string, draw: (mean: number, chance: Chance) => number): readonly Key[] =>
  ['a', 'b', 'c'].map((name) => keyOf(`${law} ${name}`, (hour, chance) => [draw(office(hour), chance)]));

const laws = [
  { law: 'Poisson', keys: keysOf('poisson', poisson), foundAtLeast: 0.97 },
  {
    law: 'negative binomial',
    keys: keysOf('negative binomial', (mean, chance) => negativeBinomial(mean, 5, chance)),
    foundAtLeast: 0.85,
  },
];

describe.each(laws)('keys of $law counts with a weekly pattern', ({ keys, foundAtLeast }) => {
  const lives = keys.map((key) => ({ key, ...told(key, hoursOf(weeks)) }));
  const judged = lives.flatMap(({ observations }) => observations.flatMap(({ verdict }) => verdict ?? []));
  const hours = keys.length * (weeks - 1) * 168;

  it.each([0.99, 0.995, 0.998])('reach a score of %d in no more of their hours than it says', (threshold) => {
    const alarms = judged.filter(({ score }) => score >= threshold).length;
    const expected = hours * (1 - threshold);
    // What is due, and what chance adds to it in one life of a thousand.
    expect(alarms).toBeLessThan(expected + 3 * Math.sqrt(expected));
    expect(alarms).toBeGreaterThan(0);
  });

  it('reach a score of 0.995 and four spreads in less than one of a thousand hours', () => {
    const alarms = judged.filter(({ score, deviation }) => score >= 0.995 && deviation >= 4).length;
    expect(alarms / hours).toBeLessThan(0.001);
  });

  it('are found when an hour has five times as much, or an idle one has as much as a busy one', () => {
    // In the week after the last; each is asked for and none is told, so that they do not hide one another.
    const planted = lives.flatMap(({ key, baseline }) =>
      hoursOf(1)
        .filter((hour) => hour % 5 === 0)
        // Beside a busy hour, work that is early or late is no news.
        .filter((hour) => [hour - 1, hour + 1].every((beside) => office(beside) === office(hour)))
        .map((hour) => hour + weeks * 168)
        .map((hour) => {
          const counts = [office(hour) > 1 ? 5 * office(hour) : 40];
          return observed(baseline, { hour, counts }, { seed: key.seed }).verdict?.score ?? 0;
        }),
    );
    expect(planted.length).toBeGreaterThan(60);
    const found = planted.filter((score) => score >= 0.995).length;
    expect(found / planted.length).toBeGreaterThanOrEqual(foundAtLeast);
  });
});

describe('the scores of what never changes its law', () => {
  it('are spread as evenly as ranks are', () => {
    const chance = chanceOf(12);
    const flat = keyOf('flat', () => [poisson(30, chance)]);
    const scores = told(flat, hoursOf(6), { direction: 'either' }).observations.flatMap(({ verdict }) =>
      verdict && verdict.hour >= monday + 3 * 168 ? [verdict.score] : [],
    );
    for (const share of [0.25, 0.5, 0.75, 0.9]) {
      const below = scores.filter((score) => score < share).length / scores.length;
      expect(Math.abs(below - share)).toBeLessThan(0.08);
    }
  });
});
