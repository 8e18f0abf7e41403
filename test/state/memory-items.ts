/** A store of items in memory, and what a test may do between its calls. */
import type { Item, ItemStore } from '../../shared/state/item.ts';

export type Call = 'read' | 'write' | 'remove';

export interface MemoryItems extends ItemStore {
  readonly rows: Map<string, Item>;
  readonly calls: Call[];
}

export interface MemoryItemsOptions {
  readonly maxBytes?: number;
  /** Before each call, by its place among all calls. */
  readonly before?: (place: number, call: Call) => void;
  /** After what the call does is done. A write that it answers false for is done all the same. */
  readonly after?: (place: number, call: Call) => boolean | undefined;
}

export const memoryItems = (
  { maxBytes = 100_000, before, after }: MemoryItemsOptions = {},
  rows = new Map<string, Item>(),
): MemoryItems => {
  const calls: Call[] = [];
  const step = async <T>(
    call: Call,
    work: () => T,
  ): Promise<{ readonly done: T; readonly isLost: boolean }> => {
    const place = calls.push(call) - 1;
    before?.(place, call);
    const done = work();
    return { done, isLost: after?.(place, call) === false };
  };
  return {
    rows,
    calls,
    maxBytes,
    namesAtATime: 3,
    read: async (names) => {
      const { done } = await step('read', () => names.map((name) => [name, rows.get(name)] as const));
      return new Map(done.flatMap(([name, item]) => (item ? [[name, item] as const] : [])));
    },
    write: async (name, item, replaced) => {
      const { done, isLost } = await step('write', () => {
        if (rows.get(name)?.version !== replaced?.version) return false;
        if (Buffer.byteLength(item.content) > maxBytes) throw new RangeError(`${name} is too large`);
        rows.set(name, item);
        return true;
      });
      return done && !isLost;
    },
    remove: async (names) => {
      await step('remove', () => {
        for (const name of names) rows.delete(name);
      });
    },
  };
};
