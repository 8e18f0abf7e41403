/** A store of items in, a StateStore out: one item a key, replaced only by who has seen it. */
import { createHash, randomUUID } from 'node:crypto';
import { KlaxonError } from '../errors.ts';
import type { Clock, Entry, Member, Pause, Random, StateStore } from '../ports.ts';
import { eachOf } from './each-of.ts';
import type { ItemStore } from './item.ts';
import { type Document, itemDocuments } from './item-document.ts';
import { type KeptMember, lastExpiry, membersOf, withEntry } from './member-set.ts';
import { createTurns } from './turns.ts';

export interface ItemStateOptions {
  readonly items: ItemStore;
  readonly now: Clock;
  readonly pause: Pause;
  readonly random: Random;
}

/**
 * A key that is read costs its share of one reading request. One that changes costs one write besides, and, for each time
 * that another writer came between, a reading and a write more. A set that stays as it is, because it is full of earlier
 * members, is not written: a flood costs readings alone. See docs/decisions/0020.
 */
export const itemState = ({ items, now, pause, random }: ItemStateOptions): StateStore => {
  const wait = (round: number): Promise<void> => pause(backoffMs(round, random));
  const documents = itemDocuments(items, { now, wait });

  const inTurn = createTurns();
  const readOne = async (name: string): Promise<Document | undefined> =>
    (await documents.read([name])).get(name);

  /** Tries until nobody came between; `change` answers what to write, or that there is nothing to. */
  const changed = <R>(
    name: string,
    first: Document | undefined,
    change: (found: Document | undefined) => Changed<R>,
  ): Promise<R> =>
    inTurn(name, async (waited) => {
      let found = waited ? await readOne(name) : first;
      for (let round = 0; round < mostRounds; round++) {
        const { result, next } = change(found);
        if (!next) return result;
        const version = randomUUID();
        if (await documents.write(name, { ...next, version }, found)) return result;
        if (round > 0) await wait(round);
        found = await readOne(name);
        // The answer to the writing was lost, and the client asked again: what is there is ours.
        if (found?.version === version) return result;
      }
      const message = `others wrote ${name} ${mostRounds} times in a row`;
      throw new KlaxonError('state', message, { retryable: true });
    });

  return {
    add: async (entries) => {
      const time = now();
      const answers: (readonly Member[])[] = entries.map(() => []);
      const chunks = chunksOf([...placesIn(entries)], items.namesAtATime);
      await eachOf(chunks, readsAtATime, async (chunk) => {
        const found = await documents.read(chunk.map(([name]) => name));
        await eachOf(chunk, writesAtATime, async ([name, places]) => {
          const own = places.flatMap((at) => entries[at] ?? []);
          const sets = await changed(name, found.get(name), (document) => added(document, own, time));
          for (const [nth, at] of places.entries()) answers[at] = sets[nth] ?? [];
        });
      });
      return answers;
    },
    update: async <T>(key: string, change: (current: T | undefined) => T, ttlSeconds: number) => {
      const name = nameOf('summary', key);
      return changed(name, await readOne(name), (found) => {
        const time = now();
        const summary = summaryIn(found);
        const value = change(summary && summary.expires > time ? (summary.value as T) : undefined);
        const expires = time + ttlSeconds * 1000;
        return { result: value, next: { value: { value, expires }, expires } };
      });
    },
  };
};

/** What is worked on at a time: together the requests of a call that are under way. */
const readsAtATime = 4;
const writesAtATime = 16;

/** With what `backoffMs` waits, half a minute: two hundred writers who meet at one key have their turns in ten rounds or so. */
const mostRounds = 24;
const firstDelayMs = 10;
const longestDelayMs = 2_000;

/** Doubles each time, and anything between nothing and all of it, so that those who met do not meet again. */
const backoffMs = (round: number, random: Random): number =>
  Math.min(longestDelayMs, firstDelayMs * 2 ** round) * random();

interface Changed<R> {
  readonly result: R;
  readonly next?: { readonly value: object; readonly expires: number } | undefined;
}

/** The entries of one key, one after the other, each with the set as it stood after it. */
const added = (
  document: Document | undefined,
  entries: readonly Entry[],
  time: number,
): Changed<readonly (readonly Member[])[]> => {
  const before = setIn(document);
  let kept = before;
  const result = entries.map((entry) => {
    kept = withEntry(kept, entry, time);
    return membersOf(kept);
  });
  const known = new Set(before);
  // Who only went past the end of a full set left it as it was, and what has expired goes by itself.
  if (kept.every((member) => known.has(member))) return { result };
  return { result, next: { value: kept, expires: lastExpiry(kept) } };
};

/** What this module has written, so its form is known. */
const setIn = (document: Document | undefined): readonly KeptMember[] =>
  (document?.value ?? []) as readonly KeptMember[];

const summaryIn = (document: Document | undefined) =>
  document?.value as { readonly value: unknown; readonly expires: number } | undefined;

/** DynamoDB allows 2048 bytes, the others less. */
const longestName = 512;

/** A key by its own name, so that a person finds it; by its digest where a store could not keep it as it is. */
const nameOf = (kind: 'set' | 'summary', key: string): string =>
  key.isWellFormed() && Buffer.byteLength(key) <= longestName
    ? `${kind}/${key}`
    : `${kind}~${createHash('sha256').update(Buffer.from(key, 'utf16le')).digest('hex')}`;

/** Of each name the entries it has, by their places: a key may be told of several times in one call. */
const placesIn = (entries: readonly Entry[]): ReadonlyMap<string, readonly number[]> => {
  const places = new Map<string, number[]>();
  for (const [at, { key }] of entries.entries()) {
    const name = nameOf('set', key);
    const known = places.get(name);
    if (known) known.push(at);
    else places.set(name, [at]);
  }
  return places;
};

const chunksOf = <T>(things: readonly T[], size: number): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(things.length / size) }, (_, at) =>
    things.slice(at * size, (at + 1) * size),
  );
