/** Random cut trees as their paper defines them, whole: grown, put into, taken from, and every tree with its probability. */
import type { Chance } from '../../../shared/detect/baseline/chance.ts';

/** Guha, Mishra, Roy, Schrijvers 2016: definition 1, and algorithms 1 (taking out) and 2 (putting in). */
export type Tree = Leaf | Branch;

interface Leaf {
  readonly point: readonly number[];
  /** More than one where points are equal. */
  readonly ids: readonly number[];
}

interface Branch {
  readonly dimension: number;
  /** What is at most this lies below. */
  readonly cut: number;
  readonly below: Tree;
  readonly above: Tree;
}

export interface Named {
  readonly id: number;
  readonly point: readonly number[];
}

export const grown = (points: readonly Named[], chance: Chance): Tree => {
  const box = boxOf(points.map(({ point }) => point));
  const drawn = drawnCut(box, chance);
  if (!drawn) return leafOf(points);
  const isBelow = ({ point }: Named): boolean => at(point, drawn.dimension) <= drawn.cut;
  return {
    ...drawn,
    below: grown(points.filter(isBelow), chance),
    above: grown(
      points.filter((named) => !isBelow(named)),
      chance,
    ),
  };
};

export const withPoint = (tree: Tree | undefined, named: Named, chance: Chance): Tree => {
  if (!tree) return leafOf([named]);
  const box = boxOf(pointsOf(tree));
  const drawn = drawnCut(boxOf([...box, named.point]), chance);
  if (!drawn) return 'ids' in tree ? { ...tree, ids: [...tree.ids, named.id].toSorted() } : tree;
  const [lows, highs] = box;
  if (drawn.cut < at(lows, drawn.dimension)) return { ...drawn, below: leafOf([named]), above: tree };
  if (drawn.cut >= at(highs, drawn.dimension)) return { ...drawn, below: tree, above: leafOf([named]) };
  if ('ids' in tree) throw new Error('a leaf has no inside to cut');
  return at(named.point, tree.dimension) <= tree.cut
    ? { ...tree, below: withPoint(tree.below, named, chance) }
    : { ...tree, above: withPoint(tree.above, named, chance) };
};

export const withoutPoint = (tree: Tree, id: number): Tree | undefined => {
  if ('ids' in tree) {
    const ids = tree.ids.filter((other) => other !== id);
    return ids.length === 0 ? undefined : { ...tree, ids };
  }
  const below = withoutPoint(tree.below, id);
  const above = withoutPoint(tree.above, id);
  return below && above ? { ...tree, below, above } : (below ?? above);
};

/** Collusive displacement of a point of the tree. */
export const displacementIn = (tree: Tree, id: number): number => {
  if ('ids' in tree) return 0;
  const isBelow = idsOf(tree.below).includes(id);
  const [own, other] = isBelow ? [tree.below, tree.above] : [tree.above, tree.below];
  return Math.max(idsOf(other).length / idsOf(own).length, displacementIn(own, id));
};

/** Which points each cut sets apart, through which dimension. */
export const shapeOf = (tree: Tree): string =>
  'ids' in tree ? tree.ids.join('=') : `(${shapeOf(tree.below)} ${tree.dimension} ${shapeOf(tree.above)})`;

/** Every shape that a tree over the points can have, with its probability: a sum over all places of the first cut. */
export const lawOf = (
  points: readonly Named[],
): readonly { readonly tree: Tree; readonly probability: number }[] => {
  const [lows, highs] = boxOf(points.map(({ point }) => point));
  const total = highs.reduce((sum, high, dimension) => sum + high - at(lows, dimension), 0);
  if (total === 0) return [{ tree: leafOf(points), probability: 1 }];
  return lows.flatMap((_, dimension) => {
    const values = [...new Set(points.map(({ point }) => at(point, dimension)))].toSorted((a, b) => a - b);
    return values.slice(1).flatMap((next, place) => {
      const cut = at(values, place);
      const isBelow = ({ point }: Named): boolean => at(point, dimension) <= cut;
      const aboves = lawOf(points.filter((named) => !isBelow(named)));
      return lawOf(points.filter(isBelow)).flatMap((below) =>
        aboves.map((above) => ({
          tree: { dimension, cut, below: below.tree, above: above.tree },
          probability: ((next - cut) / total) * below.probability * above.probability,
        })),
      );
    });
  });
};

const leafOf = (points: readonly Named[]): Leaf => ({
  point: points[0]?.point ?? [],
  ids: points.map(({ id }) => id).toSorted(),
});

const idsOf = (tree: Tree): readonly number[] =>
  'ids' in tree ? tree.ids : [...idsOf(tree.below), ...idsOf(tree.above)];

const pointsOf = (tree: Tree): readonly (readonly number[])[] =>
  'ids' in tree ? [tree.point] : [...pointsOf(tree.below), ...pointsOf(tree.above)];

const boxOf = (
  points: readonly (readonly number[])[],
): readonly [lows: readonly number[], highs: readonly number[]] => {
  const dimensions = points[0] ?? [];
  const along = (dimension: number): readonly number[] => points.map((point) => at(point, dimension));
  return [
    dimensions.map((_, dimension) => Math.min(...along(dimension))),
    dimensions.map((_, dimension) => Math.max(...along(dimension))),
  ];
};

const drawnCut = (
  [lows, highs]: readonly [readonly number[], readonly number[]],
  chance: Chance,
): { readonly dimension: number; readonly cut: number } | undefined => {
  const ranges = highs.map((high, dimension) => high - at(lows, dimension));
  let place = chance() * ranges.reduce((sum, range) => sum + range, 0);
  for (const [dimension, range] of ranges.entries()) {
    if (place < range) return { dimension, cut: at(lows, dimension) + place };
    place -= range;
  }
  return undefined;
};

const at = (values: readonly number[], place: number): number => values[place] ?? Number.NaN;
