/** Records of a stream in; groups of them that memory holds well, each dealt with for itself, out. */
import { KlaxonError, messageOf } from '../shared/errors.ts';
import { type Rejection, rejectionPrefixLength } from '../shared/schema/raw-record.ts';

/** Records in their order, as many together as fit. The same records always make the same groups. */
export const groupsOf = <R>(
  records: readonly R[],
  lengthOf: (record: R) => number,
  mostLength: number,
): readonly (readonly R[])[] => {
  const groups: R[][] = [];
  let length = Number.POSITIVE_INFINITY;
  for (const record of records) {
    const own = lengthOf(record);
    if (length + own > mostLength) {
      groups.push([]);
      length = 0;
    }
    groups.at(-1)?.push(record);
    length += own;
  }
  return groups;
};

/** How the records of a stream are dealt with. */
export interface GroupWork<R> {
  /** Throws a KlaxonError where they have to come again. */
  readonly take: (group: readonly R[]) => Promise<void>;
  /** Keeps what there is to say of a record that makes the program itself fail. */
  readonly setAside: (record: R, thrown: unknown) => Promise<void>;
  /** What did not go well and is dealt with all the same. */
  readonly warn: (message: string) => void;
}

/** The first of some records that has to come again, and why; all before it are done. */
export interface Held<R> {
  readonly record: R;
  readonly reason: KlaxonError;
}

/**
 * A store that fails holds the whole group back and blames none of it. What is no failure of a store is looked for record
 * by record, and set aside: it must not keep the others back.
 */
export const takeGroup = async <R>(group: readonly R[], work: GroupWork<R>): Promise<Held<R> | undefined> => {
  const [first] = group;
  if (first === undefined) return undefined;
  try {
    await work.take(group);
    return undefined;
  } catch (thrown) {
    work.warn(`records of the stream come again: ${messageOf(thrown)}`);
    if (thrown instanceof KlaxonError) return { record: first, reason: thrown };
    if (group.length === 1) {
      await work.setAside(first, thrown);
      return undefined;
    }
  }
  for (const record of group) {
    const held = await takeGroup([record], work);
    if (held) return held;
  }
  return undefined;
};

/** How the archive keeps a record that makes the program itself fail. */
export const poisonOf = (text: string, thrown: unknown): Rejection => ({
  index: 0,
  reason: 'unreadable',
  detail: messageOf(thrown),
  prefix: text.slice(0, rejectionPrefixLength),
});
