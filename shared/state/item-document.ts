/** A store of items in; documents of any size, each read and replaced as a whole, out. */
import { randomUUID } from 'node:crypto';
import { KlaxonError, messageOf } from '../errors.ts';
import type { Clock } from '../ports.ts';
import { isObject } from '../schema/json.ts';
import { eachOf } from './each-of.ts';
import { type Content, type Item, type ItemStore, packed, unpacked } from './item.ts';

export interface Document {
  /** Undefined where it has expired: then it is only there to be replaced. */
  readonly value: unknown;
  readonly version: string;
  /** What a writing replaces. */
  readonly item: Item;
  /** The names of the items that hold the value where it is too large for its own. */
  readonly parts: readonly string[];
}

export interface NewDocument {
  readonly value: object;
  readonly version: string;
  /** Epoch milliseconds. */
  readonly expires: number;
}

export interface DocumentStore {
  readonly read: (names: readonly string[]) => Promise<ReadonlyMap<string, Document>>;
  /** As `ItemStore.write`: whole, in the place of what was read, or not at all. */
  readonly write: (name: string, next: NewDocument, replaced: Document | undefined) => Promise<boolean>;
}

export interface DocumentOptions {
  readonly now: Clock;
  /** Waits between two readings of something that others are writing; rounds count from 1. */
  readonly wait: (round: number) => Promise<void>;
}

/**
 * A value that is too large for an item lies in parts, which are written first, under names that nobody knows; the item that
 * names them is written last, so a value is there as a whole or not at all. Parts that nobody names any more are removed;
 * those that a crash leaves expire by themselves.
 */
export const itemDocuments = (items: ItemStore, { now, wait }: DocumentOptions): DocumentStore => {
  const read: DocumentStore['read'] = async (names) => {
    const documents = new Map<string, Document>();
    let open: readonly string[] = names;
    for (let round = 0; open.length > 0; round++) {
      if (round === mostRounds) throw partsMissing(open);
      if (round > 0) await wait(round);
      const heads = [...(await items.read(open))].map(([name, item]) => headIn(name, item, now()));
      const partNames = heads.flatMap(({ isLive, parts }) => (isLive ? parts : []));
      const found = partNames.length === 0 ? new Map<string, Item>() : await items.read(partNames);
      const torn: string[] = [];
      for (const head of heads) {
        // A part that is not there belonged to a value that was replaced since its item was read.
        if (head.isLive && !head.parts.every((part) => found.has(part))) torn.push(head.name);
        else documents.set(head.name, documentOf(head, found));
      }
      open = torn;
    }
    return documents;
  };

  const writeParts = async (content: Uint8Array, { version, expires }: NewDocument) => {
    const parts = piecesOf(content, items.maxBytes).map((piece) => ({
      name: `part/${randomUUID()}`,
      item: { content: piece, version, expires: expires + partsOutliveMs },
    }));
    await eachOf(parts, partsAtATime, ({ name, item }) => items.write(name, item, undefined));
    return parts.map(({ name }) => name);
  };

  const remove = async (names: readonly string[]): Promise<void> => {
    if (names.length === 0) return;
    try {
      await items.remove(names);
    } catch (thrown) {
      // What was to be written is written, and must not seem to have failed: what stays expires.
      if (!(thrown instanceof KlaxonError)) throw thrown;
    }
  };

  /** Whether an item whose writing was refused is there all the same: the answer was lost, and the request sent again. */
  const isOurs = async (name: string, { version }: NewDocument): Promise<boolean> =>
    (await items.read([name])).get(name)?.version === version;

  return {
    read,
    write: async (name, next, replaced) => {
      const { version, expires } = next;
      const content = packed(next.value);
      if (typeof content === 'string' || content.length <= items.maxBytes) {
        const isWritten = await items.write(name, { content, version, expires }, replaced?.item);
        if (isWritten) await remove(replaced?.parts ?? []);
        return isWritten;
      }
      const parts = await writeParts(content, next);
      const head = { content: JSON.stringify({ parts }), version, expires };
      const isWritten = (await items.write(name, head, replaced?.item)) || (await isOurs(name, next));
      await remove(isWritten ? (replaced?.parts ?? []) : parts);
      return isWritten;
    },
  };
};

/** A value that is replaced faster than it can be read so often is a fault. */
const mostRounds = 10;
const partsAtATime = 4;
/** A store's clock is not ours: what an item names must not expire before it. */
const partsOutliveMs = 3_600_000;

const partsMissing = (names: readonly string[]): KlaxonError =>
  new KlaxonError('state', `parts of what is remembered are not there: ${names.join(', ')}`, {
    retryable: true,
  });

const piecesOf = (content: Uint8Array, size: number): readonly Uint8Array[] =>
  Array.from({ length: Math.ceil(content.length / size) }, (_, at) =>
    content.subarray(at * size, (at + 1) * size),
  );

interface Head {
  readonly name: string;
  readonly item: Item;
  readonly isLive: boolean;
  readonly value: unknown;
  readonly parts: readonly string[];
}

const headIn = (name: string, item: Item, time: number): Head => {
  const value = valueIn(name, item.content);
  const parts = isObject(value) && Array.isArray(value.parts) ? value.parts.filter(isText) : [];
  return { name, item, isLive: item.expires > time, value, parts };
};

const isText = (value: unknown): value is string => typeof value === 'string';

const documentOf = (
  { name, item, isLive, value, parts }: Head,
  found: ReadonlyMap<string, Item>,
): Document => {
  const { version } = item;
  if (!isLive) return { value: undefined, version, item, parts };
  if (parts.length === 0) return { value, version, item, parts };
  const pieces = parts.map((part) => Buffer.from(found.get(part)?.content ?? ''));
  return { value: valueIn(name, Buffer.concat(pieces)), version, item, parts };
};

const valueIn = (name: string, content: Content): unknown => {
  try {
    return unpacked(content);
  } catch (thrown) {
    throw new KlaxonError('state', `what is remembered as ${name} is damaged: ${messageOf(thrown)}`, {
      cause: thrown,
    });
  }
};
