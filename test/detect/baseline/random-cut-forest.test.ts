/** What the paper promises of random cut trees, and that the forest's measure is that of such trees. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Chance, chanceOf } from '../../../shared/detect/baseline/chance.ts';
import { displacementOf } from '../../../shared/detect/baseline/random-cut-forest.ts';
import {
  displacementIn,
  grown,
  lawOf,
  type Named,
  shapeOf,
  type Tree,
  withoutPoint,
  withPoint,
} from './random-cut-tree.ts';

/** Two near each other, one aside, one far out, two equal ones. */
const points: readonly Named[] = [
  [0, 0],
  [1, 0.5],
  [3, 1],
  [3, 1],
  [2, 9],
].map((point, id) => ({ id, point }));

const expectedShapes = new Map<string, number>();
for (const { tree, probability } of lawOf(points)) {
  const shape = shapeOf(tree);
  expectedShapes.set(shape, (expectedShapes.get(shape) ?? 0) + probability);
}

/** By how many of its standard deviations Pearson's statistic of many trees' shapes is off what the law gives. */
const excessOf = (treeOf: (chance: Chance) => Tree | undefined): number => {
  const trees = 20_000;
  const chance = chanceOf(41);
  const seen = new Map<string, number>();
  for (let count = 0; count < trees; count++) {
    const tree = treeOf(chance);
    const shape = tree ? shapeOf(tree) : 'none';
    seen.set(shape, (seen.get(shape) ?? 0) + 1);
  }
  expect([...seen.keys()].filter((shape) => !expectedShapes.has(shape))).toEqual([]);
  const statistic = [...expectedShapes].reduce((sum, [shape, probability]) => {
    const expected = probability * trees;
    return sum + ((seen.get(shape) ?? 0) - expected) ** 2 / expected;
  }, 0);
  const freedom = expectedShapes.size - 1;
  return (statistic - freedom) / Math.sqrt(2 * freedom);
};

const putInto = (start: Tree | undefined, more: readonly Named[], chance: Chance): Tree | undefined =>
  more.reduce<Tree | undefined>((tree, named) => withPoint(tree, named, chance), start);

const strangers: readonly Named[] = [
  { id: 7, point: [-20, 4] },
  { id: 8, point: [2.5, 0.75] },
  { id: 9, point: [1, 30] },
];

const flat = (list: readonly Named[]): Float64Array => Float64Array.from(list.flatMap(({ point }) => point));

describe('a random cut tree', () => {
  it('has a law whose probabilities add up', () => {
    expect(expectedShapes.size).toBeGreaterThan(20);
    expect([...expectedShapes.values()].reduce((sum, part) => sum + part, 0)).toBeCloseTo(1, 12);
  });

  it('follows the law when it is grown at once', () => {
    expect(excessOf((chance) => grown(points, chance))).toBeLessThan(4);
  });

  it('follows the law when its points are put in one by one, in either order', () => {
    expect(excessOf((chance) => putInto(undefined, points, chance))).toBeLessThan(4);
    expect(excessOf((chance) => putInto(undefined, points.toReversed(), chance))).toBeLessThan(4);
  });

  it('follows the law when other points were in it and were taken out', () => {
    const treeOf = (chance: Chance): Tree | undefined =>
      strangers.reduce<Tree | undefined>(
        (tree, { id }) => tree && withoutPoint(tree, id),
        grown([...points, ...strangers], chance),
      );
    expect(excessOf(treeOf)).toBeLessThan(4);
  });

  it('follows the law when points come and go as in a stream', () => {
    const treeOf = (chance: Chance): Tree | undefined => {
      let tree = putInto(undefined, [...strangers, ...points.slice(0, 2)], chance);
      for (const { id } of strangers.slice(0, 2)) tree = tree && withoutPoint(tree, id);
      tree = putInto(tree, points.slice(2), chance);
      return tree && withoutPoint(tree, 9);
    };
    expect(excessOf(treeOf)).toBeLessThan(4);
  });

  it('tells another law from its own', () => {
    const even: readonly Named[] = points.map(({ id, point: [x = 0, y = 0] }) => ({ id, point: [x, y / 2] }));
    expect(excessOf((chance) => grown(even, chance))).toBeGreaterThan(100);
  });
});

describe('displacement in a forest', () => {
  it('is what the law of trees expects of each point', () => {
    const trees = 40_000;
    const law = lawOf(points);
    for (const { id, point } of points) {
      const moment = (power: number): number =>
        law.reduce((sum, { tree, probability }) => sum + probability * displacementIn(tree, id) ** power, 0);
      const others = flat(points.filter((other) => other.id !== id));
      const { mean } = displacementOf(Float64Array.from(point), others, trees, chanceOf(id));
      const error = Math.sqrt((moment(2) - moment(1) ** 2) / trees);
      expect(Math.abs(mean - moment(1))).toBeLessThan(4 * error + 1e-12);
    }
  });

  it('is what whole trees give, where there are too many to list', () => {
    const chance = chanceOf(5);
    const many: readonly Named[] = Array.from({ length: 40 }, (_, id) => ({
      id,
      point: [chance(), chance() ** 3, Math.floor(chance() * 3)],
    }));
    const target = { id: 40, point: [0.5, 1.2, 1] };
    const whole = Array.from({ length: 1500 }, () =>
      displacementIn(grown([...many, target], chance), target.id),
    );
    const mean = whole.reduce((sum, value) => sum + value, 0) / whole.length;
    const error = Math.sqrt(whole.reduce((sum, value) => sum + (value - mean) ** 2, 0) / whole.length ** 2);
    const forest = displacementOf(Float64Array.from(target.point), flat(many), 20_000, chanceOf(6));
    expect(Math.abs(forest.mean - mean)).toBeLessThan(4 * error);
  });

  it('cuts through a dimension as often as its range says', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 8 }),
        fc.integer(),
        (ranges, seed) => {
          const total = ranges.reduce((sum, range) => sum + range, 0);
          fc.pre(total > 0);
          const trees = 2000;
          // With one other point every tree is one cut, and the share of a dimension is how often it was cut.
          const { shares } = displacementOf(
            new Float64Array(ranges.length),
            Float64Array.from(ranges),
            trees,
            chanceOf(seed),
          );
          for (const [dimension, range] of ranges.entries()) {
            const probability = range / total;
            const error = Math.sqrt((probability * (1 - probability)) / trees);
            expect(Math.abs((shares[dimension] ?? 0) - probability)).toBeLessThanOrEqual(5 * error + 1e-9);
          }
        },
      ),
      { seed: 1, numRuns: 100 },
    );
  });

  const sample = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 6, maxLength: 60 });

  it('of a point far out is at least as much as the first cut alone gives, which grows with its distance', () => {
    fc.assert(
      fc.property(sample, fc.integer({ min: 1, max: 10_000 }), fc.integer(), (values, distance, seed) => {
        const others = Float64Array.from(values);
        const [low, high] = [Math.min(...values), Math.max(...values)];
        const trees = 400;
        const { mean } = displacementOf(Float64Array.of(high + distance), others, trees, chanceOf(seed));
        const alone = (values.length * distance) / (distance + high - low);
        expect(mean).toBeGreaterThan(alone - (5 * values.length) / 2 / Math.sqrt(trees));
        expect(mean).toBeLessThanOrEqual(values.length);
      }),
      { seed: 2, numRuns: 200 },
    );
  });

  it('of a point that is all there is, or equal to all there is, is nothing', () => {
    const nothing = { mean: 0, shares: [0, 0] };
    expect(displacementOf(Float64Array.of(3, 4), new Float64Array(0), 10, chanceOf(1))).toEqual(nothing);
    expect(displacementOf(Float64Array.of(3, 4), Float64Array.of(3, 4, 3, 4), 10, chanceOf(1))).toEqual(
      nothing,
    );
  });

  it('of colluding points is shared among them, and not hidden', () => {
    const crowd = Array.from({ length: 100 }, (_, at) => at / 100);
    const of = (others: readonly number[]): number =>
      displacementOf(Float64Array.of(50), Float64Array.from(others), 200, chanceOf(3)).mean;
    expect(of(crowd)).toBeGreaterThan(95);
    expect(of([...crowd, 50.1, 49.9, 50.2])).toBeGreaterThan(20);
    expect(of([...crowd, 50.1, 49.9, 50.2])).toBeLessThan(30);
  });

  it('is the same for the same seed, whatever the scale, and whatever dimension says nothing', () => {
    fc.assert(
      fc.property(sample, fc.integer({ min: -60, max: 60 }), fc.integer(), (values, value, seed) => {
        const plain = displacementOf(Float64Array.of(value), Float64Array.from(values), 20, chanceOf(seed));
        const scaled = displacementOf(
          Float64Array.of(value * 1024),
          Float64Array.from(values, (other) => other * 1024),
          20,
          chanceOf(seed),
        );
        const beside = displacementOf(
          Float64Array.of(7, value),
          Float64Array.from(values.flatMap((other) => [7, other])),
          20,
          chanceOf(seed),
        );
        expect(scaled).toEqual(plain);
        expect(beside).toEqual({ mean: plain.mean, shares: [0, ...plain.shares] });
      }),
      { seed: 3, numRuns: 200 },
    );
  });

  it('ends, however close together points lie', () => {
    const next = 1 + Number.EPSILON;
    const others = Float64Array.from({ length: 50 }, (_, at) => (at % 2 === 0 ? 1 : next));
    for (const always of [0, 1 - 2 ** -32]) {
      expect(displacementOf(Float64Array.of(1), others, 5, () => always).mean).toBeCloseTo(25 / 26, 12);
    }
    expect(displacementOf(Float64Array.of(5e-324), new Float64Array(9), 5, chanceOf(1)).mean).toBe(9);
  });
});
