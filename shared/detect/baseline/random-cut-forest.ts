/**
 * A point and a sample of others in, how far out the point lies, out: the anomaly measure of random cut forests.
 * Guha, Mishra, Roy, Schrijvers: Robust Random Cut Forest Based Anomaly Detection on Streams, ICML 2016.
 */
import type { Chance } from './chance.ts';

export interface Displacement {
  /**
   * Collusive displacement, averaged over the trees. In one tree it is the most, over all parts of the tree that hold the
   * point, of how many others move up for each one of that part when the part is taken away: from 0 (the point is all
   * there is) to the number of others (one cut sets the point alone against all of them).
   */
  readonly mean: number;
  /** By dimension: the share of `mean` that was won by cuts through it. They add up to 1 where `mean` is not 0. */
  readonly shares: readonly number[];
}

/**
 * Only the way from a tree's root to the point decides the measure, and the cuts beside the way are independent of those
 * on it. So no tree is kept: each way is drawn anew through the sample and the point together. Their distribution is that
 * of a tree from which points were taken and into which they were put one by one, which is what the paper proves of trees
 * (theorems 2 and 3), and the reason why nothing but the sample has to be remembered.
 *
 * @param point finite numbers, one a dimension
 * @param others point after point, each as long as `point`
 */
export const displacementOf = (
  point: Float64Array,
  others: Float64Array,
  trees: number,
  chance: Chance,
): Displacement => {
  const room: Room = {
    members: new Int32Array(others.length / point.length),
    lows: new Float64Array(point.length),
    highs: new Float64Array(point.length),
  };
  const sums = new Float64Array(point.length);
  let sum = 0;
  for (let tree = 0; tree < trees; tree++) {
    const { displacement, dimension } = mostOnTheWay(point, others, room, chance);
    if (displacement === 0) continue;
    sum += displacement;
    sums[dimension] = (sums[dimension] ?? 0) + displacement;
  }
  return { mean: sum / trees, shares: Array.from(sums, (part) => (sum === 0 ? 0 : part / sum)) };
};

/** What every tree writes over. */
interface Room {
  /** Which of the others lie in the same part as the point, before `size`. */
  readonly members: Int32Array;
  /** The bounding box of the point and the members. */
  readonly lows: Float64Array;
  readonly highs: Float64Array;
}

interface Most {
  readonly displacement: number;
  readonly dimension: number;
}

interface Cut {
  readonly dimension: number;
  /** What is at most this lies on one side. */
  readonly at: number;
}

/** From the root down, until nothing but the point and its equals is left. */
const mostOnTheWay = (point: Float64Array, others: Float64Array, room: Room, chance: Chance): Most => {
  let size = room.members.length;
  for (let at = 0; at < size; at++) room.members[at] = at;
  let most: Most = { displacement: 0, dimension: 0 };
  while (size > 0) {
    const total = measure(point, others, room, size);
    if (total === 0) break;
    const cut = drawnCut(room, chance() * total);
    const kept = keepSide(point, others, room.members, size, cut);
    const displacement = (size - kept) / (kept + 1);
    if (displacement > most.displacement) most = { displacement, dimension: cut.dimension };
    size = kept;
  }
  return most;
};

/** Answers the sum of the box's sides. */
const measure = (point: Float64Array, others: Float64Array, room: Room, size: number): number => {
  const { members, lows, highs } = room;
  const dimensions = point.length;
  let total = 0;
  for (let dimension = 0; dimension < dimensions; dimension++) {
    let low = point[dimension] ?? 0;
    let high = low;
    for (let at = 0; at < size; at++) {
      const value = others[(members[at] ?? 0) * dimensions + dimension] ?? 0;
      if (value < low) low = value;
      else if (value > high) high = value;
    }
    lows[dimension] = low;
    highs[dimension] = high;
    total += high - low;
  }
  return total;
};

/** A place along all sides laid end to end: so a side is chosen by its length, and a place in it evenly. */
const drawnCut = ({ lows, highs }: Room, place: number): Cut => {
  let left = place;
  let cut: Cut = { dimension: 0, at: 0 };
  for (let dimension = 0; dimension < lows.length; dimension++) {
    const low = lows[dimension] ?? 0;
    const high = highs[dimension] ?? 0;
    if (low === high) continue;
    // Rounding may carry a place to the upper end or past the last side; a cut at the lower end parts as well.
    cut = { dimension, at: low + left < high ? low + left : low };
    if (left < high - low) break;
    left -= high - low;
  }
  return cut;
};

/** Moves the members on the point's side of the cut to the front, and answers how many they are. */
const keepSide = (
  point: Float64Array,
  others: Float64Array,
  members: Int32Array,
  size: number,
  cut: Cut,
): number => {
  const isBelow = (point[cut.dimension] ?? 0) <= cut.at;
  let kept = 0;
  for (let at = 0; at < size; at++) {
    const member = members[at] ?? 0;
    if ((others[member * point.length + cut.dimension] ?? 0) <= cut.at === isBelow) members[kept++] = member;
  }
  return kept;
};
