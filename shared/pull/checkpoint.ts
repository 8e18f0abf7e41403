/** Where the positions of pulls are kept between runs, and the form they are kept in. */
import { KlaxonError } from '../errors.ts';
import type { StateStore } from '../ports.ts';
import { isObject, type JsonObject, type JsonValue, listOf, numberOf, textOf } from '../schema/json.ts';
import { type Position, startingAt } from './position.ts';

/** A write is seen whole or not at all by whoever reads later. Both throw a KlaxonError of code `state`. */
export interface CheckpointStore<P = Position> {
  /** Undefined where there is none of that source. */
  readonly read: (sourceName: string) => Promise<P | undefined>;
  readonly write: (sourceName: string, position: P) => Promise<void>;
}

/** For a pull that nobody wants to go on with. */
export const noCheckpoints = {
  read: async () => undefined,
  write: async () => undefined,
} satisfies CheckpointStore<unknown>;

/** How positions of a kind are kept where only JSON can be. */
export interface CheckpointForm<P> {
  readonly written: (position: P) => JsonObject;
  /** `where` names the place. @throws KlaxonError of code `state` where what is kept is no such position. */
  readonly read: (kept: JsonValue | undefined, where: string) => P;
}

/**
 * Positions among what a function remembers. Only those of pulls that end before the overlap: what has been given since
 * would not fit there, and is left out.
 */
export const checkpointsIn = (state: StateStore, ttlSeconds: number): CheckpointStore => {
  const keyOf = (sourceName: string): string => `pull/${sourceName}`;
  return {
    read: async (sourceName) => {
      const kept = await state.update<JsonValue>(keyOf(sourceName), (current) => current ?? null, ttlSeconds);
      return kept === null ? undefined : positionOf(kept, sourceName);
    },
    write: async (sourceName, { from, settled, lengthMs }) => {
      const kept = { version, from, settled, lengthMs };
      await state.update<JsonValue>(keyOf(sourceName), () => kept, ttlSeconds);
    },
  };
};

const version = 1;

/** Of a store that is asked by time. */
export const positions: CheckpointForm<Position> = {
  written: (position) => writtenPosition(position),
  read: (kept, where) => positionOf(kept, where),
};

/** How far it was read is left out: a run begins by reading all again that is not settled. */
export const writtenPosition = (position: Position): JsonObject => ({
  version,
  from: position.from,
  settled: position.settled,
  lengthMs: position.lengthMs,
  given: [...position.given],
});

/** @throws KlaxonError of code `state` where it is no position of this version; `where` names the place. */
export const positionOf = (kept: JsonValue | undefined, where: string): Position => {
  const found = isObject(kept) ? kept : {};
  const from = numberOf(found.from);
  const settled = numberOf(found.settled);
  if (found.version !== version || from === undefined || settled === undefined)
    throw new KlaxonError('state', `${where} holds no checkpoint of version ${version}`);
  const given = new Map(listOf(found.given).map((entry) => givenOf(entry, where)));
  const lengthMs = numberOf(found.lengthMs) ?? startingAt(from).lengthMs;
  return { from, settled, read: settled, given, lengthMs };
};

const givenOf = (entry: JsonValue, where: string): readonly [string, number] => {
  const [id, time] = listOf(entry);
  const known = textOf(id);
  const at = numberOf(time);
  if (known === undefined || at === undefined)
    throw new KlaxonError('state', `${where} holds an event that is no id and time`);
  return [known, at];
};
