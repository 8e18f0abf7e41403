/** What a window remembers, in buckets as long as the window: it touches two of them, and the oldest expire whole. */
import type { Entry, Member } from '../../ports.ts';

/** A late line finds its window for a day after the window has passed. */
const lateSeconds = 86_400;

export const bucketAt = (time: number, seconds: number): number => Math.floor(time / (seconds * 1000));

export interface BucketOptions {
  readonly key: string;
  readonly seconds: number;
  readonly maxMembers: number;
  /** Neighbours of a bucket that a window may reach into: -1 for the one before, 1 for the one after. */
  readonly reach: readonly number[];
}

/** What is told of each bucket; and the neighbours of each, which are only read. */
export const bucketEntries = (
  told: ReadonlyMap<number, readonly Member[]>,
  { key, seconds, maxMembers, reach }: BucketOptions,
): readonly Entry[] => {
  const buckets = new Set<number>();
  for (const bucket of told.keys()) {
    for (const step of reach) buckets.add(bucket + step);
    buckets.add(bucket);
  }
  return [...buckets].map((bucket) => ({
    key: `${key}/${seconds}s/${bucket}`,
    members: told.get(bucket) ?? [],
    ttlSeconds: 2 * seconds + lateSeconds,
    maxMembers,
  }));
};

/** A set keeps the earliest of each member: told with its time mirrored at zero, it keeps the latest. */
export const mirrored = (time: number): number => -time;
