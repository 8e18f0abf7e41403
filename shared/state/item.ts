/** A JSON value in, the content of an item out, small enough to be paid for; and the value back. */
import { deflateSync, inflateSync } from 'node:zlib';

/** JSON as it is, for a person to read in the store's console; where it is long, compressed in the form of zlib. */
export type Content = string | Uint8Array;

/** An item of a store that writes one only where its version is known. */
export interface Item {
  readonly content: Content;
  /** Chosen by who wrote it, and never the same twice. */
  readonly version: string;
  /** Epoch milliseconds. From then on the store may drop the item; it may as well keep it. */
  readonly expires: number;
}

/**
 * What DynamoDB, Table Storage and Firestore have in common: items of bounded size, each written as a whole by who has
 * seen what it replaces. Each call throws a KlaxonError of code `state`.
 */
export interface ItemStore {
  /** The most bytes that an item's content may have, at least 1 KB. */
  readonly maxBytes: number;
  /** How many names one request reads. */
  readonly namesAtATime: number;
  /** As they stand after every write before the call. What is not there is left out. */
  readonly read: (names: readonly string[]) => Promise<ReadonlyMap<string, Item>>;
  /**
   * Writes the item if what is there is what was read, or nothing where nothing was read. Answers false where another came
   * between; an answer that was lost on its way, and asked for again, is false as well though the item is written.
   */
  readonly write: (name: string, item: Item, replaced: Item | undefined) => Promise<boolean>;
  readonly remove: (names: readonly string[]) => Promise<void>;
}

/** DynamoDB counts what is written in steps of 1 KB: below that nothing is gained. */
const worthPacking = 1024;

export const packed = (value: unknown): Content => {
  const text = JSON.stringify(value);
  return Buffer.byteLength(text) < worthPacking ? text : deflateSync(text);
};

/** @throws Error where the content is damaged. */
export const unpacked = (content: Content): unknown =>
  JSON.parse(
    typeof content === 'string' ? content : inflateSync(content, { maxOutputLength }).toString('utf8'),
  );

/** More than any set of members has; a damaged content cannot fill the memory. */
const maxOutputLength = 64 * 1024 * 1024;
