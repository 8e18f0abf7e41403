/** What every test of a pull needs, in a world whose clock goes on only while somebody waits. */
import { type CheckpointStore, positionOf, writtenPosition } from '../../shared/pull/checkpoint.ts';
import type { PullTimes } from '../../shared/pull/position.ts';
import type { PullOptions } from '../../shared/pull/pull.ts';
import type { StoredEvent } from './store.ts';

export const minute = 60_000;
export const start = Date.UTC(2026, 2, 14, 9);
const times: PullTimes = { overlapMs: 15 * minute, recentMs: minute };

/** Keeps checkpoints as a file does: as text. */
export const textCheckpoints = (kept = new Map<string, string>()): CheckpointStore => ({
  read: async (name) => {
    const text = kept.get(name);
    return text === undefined ? undefined : positionOf(JSON.parse(text), name);
  },
  write: async (name, position) => {
    kept.set(name, JSON.stringify(writtenPosition(position)));
  },
});

export interface World {
  now: number;
  readonly given: string[];
}

type Options = PullOptions<StoredEvent>;

export const options = (world: World, more: Partial<Options> & Pick<Options, 'sources'>): Options => ({
  since: start,
  until: world.now,
  checkpoints: textCheckpoints(),
  deliver: async (_, events) => {
    world.given.push(...events.map(({ id }) => id));
  },
  now: () => world.now,
  pause: async (milliseconds) => {
    world.now += milliseconds;
  },
  times,
  onFault: (_, fault) => {
    throw fault;
  },
  ...more,
});

export const event = (at: number, lateMs = 0): StoredEvent => ({
  id: `e${at}-${lateMs}`,
  time: start + at,
  arrives: start + at + lateMs,
});

export const idsOf = (events: readonly StoredEvent[]): readonly string[] => events.map(({ id }) => id);
