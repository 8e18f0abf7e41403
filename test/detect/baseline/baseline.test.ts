/** One key's life: it is learned, hours are judged, told twice, told late, and what is remembered stays small. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { observed } from '../../../shared/detect/baseline/baseline.ts';
import type { Baseline } from '../../../shared/detect/baseline/history.ts';
import { KlaxonError } from '../../../shared/errors.ts';
import { hoursOf, keyOf, monday, negativeBinomial, office, poisson, told } from './traffic.ts';

const steady = keyOf('steady', (hour, chance) => [poisson(office(hour), chance)]);

/** What the baseline would say of an hour of week 7: a Monday's, so many hours after midnight. */
const hour = (clock: number): number => monday + 7 * 168 + clock;
const life = told(steady, hoursOf(7));
const after = life.baseline;
const verdictOf = (clock: number, ...counts: readonly number[]) =>
  observed(after, { hour: hour(clock), counts }, { seed: 'steady' }).verdict;

describe('a baseline', () => {
  it('says nothing in the time it learns, whatever happens', () => {
    const burst = keyOf('burst', (at) => [at % 7 === 0 ? 900 : 1]);
    const { observations } = told(burst, hoursOf(2));
    expect(observations.slice(0, 168).map(({ verdict }) => verdict)).toEqual(Array(168).fill(undefined));
    expect(observations.slice(168).filter(({ verdict }) => verdict === undefined)).toEqual([]);
    const short = told(burst, hoursOf(1), { learningHours: 1 }).observations;
    expect(short.findIndex(({ verdict }) => verdict !== undefined)).toBe(48);
    const judged = short.flatMap(({ verdict }) => verdict?.features ?? []);
    expect(judged.filter(({ seen, least, most }) => seen < 1 || least < 0 || most > 900)).toEqual([]);
  });

  it('finds five times as much as usual in one hour', () => {
    expect(verdictOf(10, 200)).toMatchObject({ score: expect.toSatisfy((score: number) => score > 0.998) });
    expect(verdictOf(10, 38)?.score).toBeLessThan(0.9);
    expect(verdictOf(10, 0)?.score).toBeLessThan(0.9);
  });

  it('finds activity in an hour that is always idle, be it usual at another', () => {
    const night = verdictOf(3, 40);
    expect(night?.score).toBeGreaterThan(0.998);
    expect(night?.deviation).toBeGreaterThan(5);
    expect(verdictOf(11, 40)?.deviation).toBeLessThan(2);
  });

  it('finds a working day in a weekend', () => {
    expect(verdictOf(10, 38)?.score).toBeLessThan(0.9);
    const saturday = told(steady, hoursOf(8).slice(7 * 168, 7 * 168 + 5 * 24), {}, after).baseline;
    const verdict = observed(saturday, { hour: hour(5 * 24 + 10), counts: [38] }, { seed: 'steady' }).verdict;
    expect(verdict?.score).toBeGreaterThan(0.998);
  });

  it('leaves a job alone that always runs at its hour, and one that slips by an hour now and then', () => {
    const nightly = keyOf('nightly', (at, chance) => {
      const isLate = at % 24 === 3 && chance() < 0.1;
      return [at % 24 === 2 || isLate ? 300 : poisson(2, chance)];
    });
    const { observations } = told(nightly, hoursOf(7));
    const strange = observations.flatMap(({ verdict }) =>
      verdict && verdict.hour >= monday + 4 * 168 && verdict.deviation > 3 ? [verdict] : [],
    );
    expect(strange).toEqual([]);
  });

  it('calls less than usual strange only where it was asked to', () => {
    const drop = monday + 2 * 168;
    const noisy = keyOf('drop', (at, chance) => [at === drop ? 2 : 30 + Math.floor(chance() * 40)]);
    const last = (direction: 'above' | 'either') =>
      told(
        noisy,
        hoursOf(3).filter((at) => at <= drop),
        { direction },
      ).observations.at(-1)?.verdict;
    expect(last('either')?.score).toBe(288 / 289);
    expect(last('either')?.deviation).toBeGreaterThan(4);
    expect(last('above')?.score).toBeLessThan(0.5);
    expect(last('above')?.deviation).toBeLessThan(0);
  });

  it('says which feature made the hour strange, and what it had in the weeks before', () => {
    const key = keyOf('vector', (at, chance) => {
      const reads = negativeBinomial(office(at), 20, chance);
      return [reads, Math.min(reads, 3), poisson(1, chance)];
    });
    const baseline = told(key, hoursOf(4)).baseline;
    const point = { hour: monday + 4 * 168 + 10, counts: [41, 30, 1] };
    const verdict = observed(baseline, point, { seed: 'vector' }).verdict;
    expect(verdict?.score).toBeGreaterThan(0.995);
    expect(verdict?.features[1]).toMatchObject({ count: 30, usual: 3, least: 3, most: 3, seen: 4 });
    expect(verdict?.features[1]?.season).toBe('hour-of-week');
    expect(verdict?.features[1]?.share).toBeGreaterThan(0.9);
    expect(verdict?.features.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
    expect(verdict?.deviation).toBe(verdict?.features[1]?.deviation);
  });

  it('does not take one odd week for a habit', () => {
    const odd = keyOf('odd', (at, chance) => [at === hour(3) - 168 ? 400 : poisson(office(at), chance)]);
    const baseline = told(odd, hoursOf(7)).baseline;
    const verdict = observed(baseline, { hour: hour(3), counts: [400] }, { seed: 'odd' }).verdict;
    expect(verdict?.score).toBeGreaterThan(0.995);
    expect(verdict?.features[0]?.usual).toBeLessThan(3);
  });

  it('takes a new level for the habit after its third week', () => {
    const grown = keyOf('grown', (at, chance) => [poisson(at < monday + 4 * 168 ? 10 : 30, chance)]);
    const { observations } = told(grown, hoursOf(9));
    const inWeek = (week: number) =>
      observations.flatMap(({ verdict }) =>
        verdict && Math.floor((verdict.hour - monday) / 168) === week ? [verdict] : [],
      );
    const strangeIn = (week: number) => inWeek(week).filter(({ deviation }) => deviation > 3).length;
    expect(strangeIn(4)).toBeGreaterThan(40);
    expect(strangeIn(8)).toBe(0);
    expect(inWeek(8).every(({ features }) => (features[0]?.usual ?? 0) > 15)).toBe(true);
  });
});

describe('the score', () => {
  it('is at most n / (n + 1) where n hours are known', () => {
    const quiet = keyOf('quiet', () => [1]);
    const baseline = told(quiet, hoursOf(1)).baseline;
    const point = { hour: monday + 168, counts: [1_000_000] };
    expect(observed(baseline, point, { seed: 'quiet' }).verdict?.score).toBe(120 / 121);
  });

  it('is 0 for an hour like all others: who is as strange is not less strange', () => {
    const same = keyOf('same', () => [5]);
    const scores = told(same, hoursOf(2)).observations.flatMap(({ verdict }) => verdict?.score ?? []);
    expect(new Set(scores)).toEqual(new Set([0]));
  });

  it('counts hours without events among the least strange', () => {
    const rare = keyOf('rare', (at) => [(at - monday) % 100 === 0 ? 1 : 0]);
    const { baseline } = told(rare, hoursOf(6));
    const verdict = observed(baseline, { hour: monday + 6 * 168, counts: [30] }, { seed: 'rare' }).verdict;
    expect(verdict?.score).toBeGreaterThan(0.98);
    expect(verdict?.deviation).toBeGreaterThan(5);
  });

  it('is the same in every process that knows the same', () => {
    const again = told(steady, hoursOf(7)).baseline;
    expect(again).toEqual(after);
    const copy = JSON.parse(JSON.stringify(after)) as Baseline;
    const point = { hour: hour(10), counts: [77] };
    expect(observed(copy, point, { seed: 'steady' })).toEqual(observed(after, point, { seed: 'steady' }));
  });
});

describe('an hour that is told', () => {
  const vector = keyOf('retold', (at, chance) => [
    poisson(office(at), chance),
    at % 31 === 0 ? 50 : poisson(1, chance),
  ]);

  const { baseline, observations } = told(vector, hoursOf(3));

  it('twice changes nothing, and gets the verdict it got at first', () => {
    for (const { baseline: last, observations: all, key } of [
      { baseline, observations, key: vector },
      // Long enough that the first hours are forgotten.
      { ...life, key: steady },
    ]) {
      const lastDay = all.flatMap(({ verdict }) =>
        verdict && verdict.hour >= (last?.last ?? 0) - 24 ? [verdict] : [],
      );
      expect(lastDay.length).toBeGreaterThan(5);
      for (const verdict of lastDay) {
        for (const counts of [key.counts(verdict.hour), key.counts(verdict.hour).map(() => 999)]) {
          const again = observed(last, { hour: verdict.hour, counts }, { seed: key.seed });
          expect(again.next).toBe(last);
          expect(again).toEqual({ next: last, outcome: 'repeated', verdict });
        }
      }
    }
  });

  it('twice after a day changes nothing, and gets no verdict', () => {
    const point = { hour: monday + 2 * 168 + 10, counts: [999, 999] };
    const again = observed(baseline, point, { seed: vector.seed });
    expect(again).toEqual({ next: baseline, outcome: 'repeated', verdict: undefined });
  });

  it('after a later one changes nothing and gets no verdict', () => {
    const gap = monday + 168 + 100;
    const gone = told(
      vector,
      hoursOf(2).filter((at) => at !== gap),
    ).baseline;
    const late = observed(gone, { hour: gap, counts: [500, 500] }, { seed: vector.seed });
    expect(late).toEqual({ next: gone, outcome: 'late', verdict: undefined });
    expect(late.next).toBe(gone);
  });

  it('any number of times and in any order among what was told, leaves the same', () => {
    const hours = hoursOf(1).filter((at) => vector.counts(at).some((count) => count > 0));
    const clean = told(vector, hours).baseline;
    const retellings = fc.array(fc.record({ place: fc.nat(hours.length - 1), back: fc.nat(60) }), {
      maxLength: 40,
    });
    fc.assert(
      fc.property(retellings, (again) => {
        let current: Baseline | undefined;
        for (const [place, at] of hours.entries()) {
          current = observed(current, { hour: at, counts: vector.counts(at) }, { seed: vector.seed }).next;
          for (const { back } of again.filter((one) => one.place === place)) {
            const earlier = hours[place - back];
            if (earlier === undefined) continue;
            const point = { hour: earlier, counts: [back, back] };
            const retold = observed(current, point, { seed: vector.seed });
            expect(retold.next).toBe(current);
          }
        }
        expect(current).toEqual(clean);
      }),
      { seed: 4, numRuns: 12 },
    );
  });

  it('leaves what came in as it was', () => {
    const text = JSON.stringify(baseline);
    observed(baseline, { hour: monday + 3 * 168, counts: [9, 9] }, { seed: vector.seed });
    expect(JSON.stringify(baseline)).toBe(text);
  });
});

describe('what is no point', () => {
  const broken = [
    { hour: monday, counts: [Number.NaN] },
    { hour: monday, counts: [1, Number.POSITIVE_INFINITY] },
    { hour: monday, counts: [-1] },
    { hour: monday, counts: [0.5] },
    { hour: monday, counts: [] },
    { hour: monday, counts: Array(9).fill(1) },
    { hour: Number.NaN, counts: [1] },
    { hour: monday + 0.5, counts: [1] },
    { hour: -1, counts: [1] },
    { hour: 1e15, counts: [1] },
  ];

  it.each(broken)('is refused, and said to be: %j', (point) => {
    expect(() => observed(after, point, { seed: 'steady' })).toThrow(KlaxonError);
    expect(() => observed(undefined, point, { seed: 'steady' })).toThrow(/must be/);
  });

  it('is not a count of any size: a huge one is judged and remembered as the largest there is', () => {
    const remembered = (count: number) =>
      observed(after, { hour: hour(0), counts: [count] }, { seed: 'steady' }).next.counts[0]?.at(-1);
    expect([1e9 - 1, 1e9, 1e300].map(remembered)).toEqual([1e9 - 1, 1e9 - 1, 1e9 - 1]);
    expect(verdictOf(0, 1e300)).toEqual(verdictOf(0, 1e9 - 1));
    expect(verdictOf(0, 1e300)?.score).toBeGreaterThan(0.998);
  });
});

describe('what is remembered', () => {
  /** Every hour of twenty weeks, each with the longest numbers there are. */
  const hours = 20 * 168;
  const full: Baseline = {
    version: 1,
    since: monday,
    last: monday + hours - 1,
    steps: Array.from({ length: hours }, (_, at) => Math.min(at, 1)),
    counts: Array.from({ length: 8 }, () => Array(hours).fill(999_999_999)),
    scores: Array(hours - 48).fill(255.55),
  };
  const point = { hour: full.last + 1, counts: Array(8).fill(999_999_999) };

  it('is six weeks and a day, under 100 KB whatever was told', () => {
    const { next } = observed(full, point, { seed: 'full' });
    expect(next.steps).toHaveLength(6 * 168 + 25);
    expect(next.counts.map((column) => column.length)).toEqual(Array(8).fill(6 * 168 + 25));
    expect(next.scores).toHaveLength(6 * 168 + 25);
    expect(JSON.stringify(next).length).toBeLessThan(100_000);
  });

  it('is forgotten by a key that was silent for longer', () => {
    const awake = (silent: number) =>
      observed(after, { hour: (after?.last ?? 0) + silent, counts: [5] }, { seed: 'steady' });
    expect(awake(6 * 168).verdict).toBeDefined();
    expect(awake(6 * 168 + 1)).toMatchObject({ outcome: 'new', verdict: undefined, next: { steps: [0] } });
  });

  it('is begun anew where the rule has other features, or the form is another', () => {
    const next = { hour: hour(10), counts: [5] };
    const begun = { version: 1, since: hour(10), last: hour(10), steps: [0], counts: [[5]], scores: [] };
    expect(observed(full, { ...next, hour: point.hour }, { seed: 'full' }).next).toMatchObject({
      counts: [[5]],
    });
    for (const other of [{}, { ...after, version: 2 }, { version: 0 }]) {
      expect(observed(other as Baseline, next, { seed: 'steady' }).next).toEqual(begun);
    }
  });
});
