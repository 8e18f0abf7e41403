/**
 * The forest beside an independent implementation: rrcf 0.4.4 (Bartos, Mullapudi, Troutman; Python), run by us over points
 * that a formula makes. The figures are what it answered: averages of collusive displacement over trees that were grown
 * at once (`RCTree(points).codisp(index)`), each with its standard error.
 */
import { describe, expect, it } from 'vitest';
import { chanceOf } from '../../../shared/detect/baseline/chance.ts';
import { type Displacement, displacementOf } from '../../../shared/detect/baseline/random-cut-forest.ts';

type Row = readonly number[];

/** Of one point among the others of a list. */
const displacementAmong = (points: readonly Row[], place: number, trees: number): Displacement =>
  displacementOf(
    Float64Array.from(points[place] ?? []),
    Float64Array.from(points.filter((_, at) => at !== place).flat()),
    trees,
    chanceOf(place),
  );

/** How far two averages of as many trees lie apart, in standard errors of their difference. */
const apart = (ours: number, theirs: number, error: number): number =>
  Math.abs(ours - theirs) / (error * Math.SQRT2);

const rootMeanSquare = (values: Row): number =>
  Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);

/** A crowd, two points equal to one of it, two that stand together far out, one alone, one far out in two dimensions. */
const points: readonly Row[] = [
  ...Array.from({ length: 56 }, (_, i) => pointOf(i)),
  pointOf(3),
  pointOf(3),
  [30, 6, 2],
  [30.5, 6.25, 2],
  [5, 6, 40],
  [5, 40, 40],
];

function pointOf(i: number): Row {
  return [((i * i * 37 + i * 11) % 101) / 10, ((i * 29 + i * i * 7) % 53) / 4, i % 5];
}

/** By point: average and standard error over 4000 trees of all 62 points. */
const ofPoints: readonly (readonly [number, number])[] = [
  [5.97, 0.0739],
  [2.734, 0.03],
  [2.305, 0.0219],
  [1.663, 0.0132],
  [3.112, 0.035],
  [3.209, 0.0312],
  [4.173, 0.0426],
  [3.203, 0.0408],
  [2.864, 0.0315],
  [3.3, 0.0355],
  [3.011, 0.0266],
  [4.457, 0.0646],
  [3.922, 0.0474],
  [2.206, 0.0276],
  [2.963, 0.0298],
  [4.838, 0.0445],
  [2.537, 0.0299],
  [3.31, 0.0398],
  [2.491, 0.0242],
  [4.277, 0.0427],
  [3.041, 0.0296],
  [4.819, 0.0694],
  [4.115, 0.0659],
  [1.923, 0.0192],
  [3.409, 0.0336],
  [2.81, 0.0265],
  [2.368, 0.0286],
  [5.624, 0.0704],
  [2.781, 0.0285],
  [4.425, 0.0551],
  [7.798, 0.143],
  [3.377, 0.0357],
  [3.045, 0.0354],
  [3.45, 0.0286],
  [3.578, 0.0365],
  [4.229, 0.0456],
  [2.838, 0.0279],
  [3.53, 0.0364],
  [3.324, 0.0361],
  [3.338, 0.0388],
  [3.322, 0.0353],
  [2.375, 0.021],
  [4.691, 0.0695],
  [4.045, 0.052],
  [4.71, 0.0695],
  [3.119, 0.0324],
  [2.74, 0.0293],
  [2.465, 0.0302],
  [2.074, 0.0201],
  [7.12, 0.0948],
  [3.264, 0.0338],
  [2.591, 0.0326],
  [2.335, 0.0287],
  [5.187, 0.0665],
  [3.423, 0.0374],
  [3.295, 0.0325],
  [1.663, 0.0132],
  [1.663, 0.0132],
  [21.312, 0.1507],
  [21.716, 0.1592],
  [34.997, 0.2287],
  [37.744, 0.2695],
];

/** The sine with a flat piece in it that rrcf's documentation plants, rounded, four values a point. */
const series = Array.from({ length: 730 }, (_, t) =>
  t >= 235 && t < 255 ? 80 : Math.round((50 * Math.sin(((2 * Math.PI) / 100) * (t - 30)) + 100) * 1e6) / 1e6,
);
const shingles: readonly Row[] = series.slice(3).map((_, at) => series.slice(at, at + 4));

/** Place, average and standard error over 400 trees of the point and the up to 255 before it. */
const ofShingles: readonly (readonly [number, number, number])[] = [
  [20, 6.303, 0.268],
  [60, 3.729, 0.147],
  [100, 2.552, 0.078],
  [150, 2.993, 0.122],
  [200, 2.717, 0.073],
  [231, 3.561, 0.178],
  [232, 17.168, 1.133],
  [233, 18.777, 1.102],
  [234, 17.155, 1.029],
  [235, 4.916, 0.22],
  [240, 2.145, 0.072],
  [250, 1.495, 0.04],
  [251, 1.353, 0.032],
  [252, 50.956, 2.078],
  [253, 41.895, 1.931],
  [254, 29.741, 1.304],
  [255, 3.355, 0.139],
  [260, 3.319, 0.099],
  [300, 3.398, 0.153],
  [400, 3.259, 0.118],
  [500, 3.128, 0.097],
  [600, 3.207, 0.114],
  [726, 3.957, 0.195],
];

describe('displacement', () => {
  it('of every point is what rrcf finds', () => {
    const distances = ofPoints.map(([theirs, error], place) =>
      apart(displacementAmong(points, place, 4000).mean, theirs, error),
    );
    expect(distances).toHaveLength(points.length);
    expect(Math.max(...distances)).toBeLessThan(4);
    expect(rootMeanSquare(distances)).toBeLessThan(1.3);
  });

  it('is won by the dimensions by which rrcf wins it', () => {
    const theirs: readonly Row[] = [
      [0.999, 0.001, 0],
      [0.999, 0, 0],
      [0, 0, 1],
      [0, 0.596, 0.404],
    ];
    const ours = [58, 59, 60, 61].map((place) => displacementAmong(points, place, 4000).shares);
    const differences = ours.flatMap((shares, row) =>
      shares.map((share, dimension) => Math.abs(share - (theirs[row]?.[dimension] ?? 0))),
    );
    expect(Math.max(...differences)).toBeLessThan(0.03);
  });

  it('along a stream is what rrcf finds, and highest at the same places', () => {
    const ours = ofShingles.map(([place]) => {
      const before = shingles.slice(Math.max(0, place - 255), place + 1);
      return displacementAmong(before, before.length - 1, 400).mean;
    });
    const distances = ofShingles.map(([, theirs, error], at) => apart(ours[at] ?? 0, theirs, error));
    expect(Math.max(...distances)).toBeLessThan(4);
    expect(rootMeanSquare(distances)).toBeLessThan(1.4);
    const highest = (values: Row): readonly number[] =>
      ofShingles
        .map(([place], at) => ({ place, value: values[at] ?? 0 }))
        .toSorted((left, right) => right.value - left.value)
        .slice(0, 6)
        .map(({ place }) => place)
        .toSorted();
    expect(highest(ours)).toEqual(highest(ofShingles.map(([, theirs]) => theirs)));
  });
});
