/** State in a store of items: the contract, whole and in parts, death at every step, and answers that are lost. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { KlaxonError } from '../../shared/errors.ts';
import type { Clock, Member, StateStore } from '../../shared/ports.ts';
import { itemState } from '../../shared/state/item-state.ts';
import { keepsTheContract } from '../contracts/state-store.ts';
import { type MemoryItems, type MemoryItemsOptions, memoryItems } from './memory-items.ts';

const hour = 3600;

const stateOf = (items: MemoryItems, now: Clock = () => 0): StateStore =>
  itemState({ items, now, pause: async () => undefined, random: Math.random });

const idsIn = async (state: StateStore, key: string): Promise<readonly string[]> => {
  const [members] = await state.add([{ key, members: [], ttlSeconds: hour }]);
  return (members ?? []).map(({ id }) => id);
};

const addTo = (state: StateStore, key: string, members: readonly Member[], maxMembers?: number) =>
  state.add([{ key, members, ttlSeconds: hour, maxMembers }]);

const increment = (current: number | undefined): number => (current ?? 0) + 1;

/** Text that no compression makes smaller than its half. */
const noise = (seed: string, size: number): string => {
  let text = '';
  for (let at = 0; text.length < size; at++)
    text += createHash('sha256').update(`${seed}${at}`).digest('hex');
  return text.slice(0, size);
};

/** Larger, alone, than an item of `small`. */
const large = (id: string, time = 1): Member => ({ id, time, value: noise(id, 6000) });
const small = 2048;

describe('state in items', () => {
  keepsTheContract(async (now) => {
    const first = memoryItems();
    return [stateOf(first, now), stateOf(memoryItems({}, first.rows), now)];
  });
});

describe('state in items that hold little', () => {
  keepsTheContract(async (now) => {
    const first = memoryItems({ maxBytes: small });
    return [stateOf(first, now), stateOf(memoryItems({ maxBytes: small }, first.rows), now)];
  });

  it('leaves no part behind that nobody names', async () => {
    const items = memoryItems({ maxBytes: small });
    const state = stateOf(items);
    for (const id of ['a', 'b', 'c']) await addTo(state, 'k', [large(id)]);
    const parts = Math.ceil((3 * 6000) / 2 / small);
    expect(items.rows.size).toBeGreaterThan(parts);
    expect(items.rows.size).toBeLessThan(2 * parts);
    await state.update('k', () => noise('a', 6000), hour);
    await state.update('k', () => 'short', hour);
    await addTo(state, 'k', []);
    expect([...items.rows.keys()].filter((name) => !name.startsWith('part/'))).toEqual([
      'set/k',
      'summary/k',
    ]);
    expect(await idsIn(state, 'k')).toEqual(['a', 'b', 'c']);
  });

  it('is read again where another replaced it between its item and its parts', async () => {
    const rows = memoryItems({ maxBytes: small }).rows;
    const writer = stateOf(memoryItems({ maxBytes: small }, rows));
    await addTo(writer, 'k', [large('a')]);
    let rival: Promise<unknown> | undefined;
    const items = memoryItems({ maxBytes: small }, rows);
    const reader = stateOf({
      ...items,
      read: async (names) => {
        const found = await items.read(names);
        rival ??= addTo(writer, 'k', [large('b', 2)]);
        await rival;
        return found;
      },
    });
    expect(await idsIn(reader, 'k')).toEqual(['a', 'b']);
  });

  it('is gone when it has expired, whatever of it the store has dropped first', async () => {
    let now = 0;
    const items = memoryItems({ maxBytes: small });
    const state = stateOf(items, () => now);
    await addTo(state, 'k', [large('a')]);
    now = hour * 1000;
    for (const name of items.rows.keys()) if (name.startsWith('part/')) items.rows.delete(name);
    expect(await idsIn(state, 'k')).toEqual([]);
    await addTo(state, 'k', [{ id: 'b', time: 2 }]);
    expect(await idsIn(state, 'k')).toEqual(['b']);
  });
});

describe('what is written', () => {
  it('is one item for each key that changes, and nothing for one that is read', async () => {
    const items = memoryItems();
    const entries = ['a', 'b', 'c', 'd'].map((key, at) => ({
      key,
      members: at % 2 ? [] : [{ id: 'x', time: 1 }],
      ttlSeconds: hour,
    }));
    await stateOf(items).add([...entries, ...entries]);
    expect(items.calls.toSorted()).toEqual(['read', 'read', 'write', 'write']);
  });

  it('is once more, after one more reading, where another writer came between', async () => {
    const { rows } = memoryItems();
    const rival = stateOf(memoryItems({}, rows));
    await rival.update('k', increment, hour);
    const seen = rows.get('summary/k');
    const items = memoryItems(
      {
        before: (_, call) => {
          if (call === 'write' && seen && rows.get('summary/k') === seen)
            rows.set('summary/k', { ...seen, content: '{"value":7,"expires":1}', version: 'another' });
        },
      },
      rows,
    );
    expect(await stateOf(items).update('k', increment, hour)).toBe(8);
    expect(items.calls).toEqual(['read', 'write', 'read', 'write']);
  });

  it('is nothing where members come to a full set of earlier ones', async () => {
    const items = memoryItems();
    const state = stateOf(items);
    await addTo(state, 'k', [{ id: 'a', time: 1 }], 1);
    items.calls.length = 0;
    expect(await addTo(state, 'k', [{ id: 'b', time: 2 }], 1)).toEqual([[{ id: 'a', time: 1 }]]);
    expect(items.calls).toEqual(['read']);
  });

  it('bears a name that any store can keep, of its own for every key', async () => {
    const items = memoryItems();
    const state = stateOf(items);
    const keys = ['\ud83d', '\ud83e', '\ufffd', 'é'.repeat(256), 'é'.repeat(257), 'x'.repeat(100_000)];
    for (const key of keys) await addTo(state, key, [{ id: key, time: 1 }]);
    for (const key of keys) expect(await idsIn(state, key)).toEqual([key]);
    expect(items.rows.size).toBe(keys.length);
    for (const name of items.rows.keys()) expect(Buffer.byteLength(name)).toBeLessThan(600);
  });
});

describe('an answer that is lost', () => {
  const losesEveryWrite: MemoryItemsOptions = { after: (_, call) => call !== 'write' };

  it.each([100_000, small])('counts a change once, in items of %i bytes', async (maxBytes) => {
    const state = stateOf(memoryItems({ ...losesEveryWrite, maxBytes }));
    const grow = (current: readonly string[] = []) => [...current, noise(`${current.length}`, 3000)];
    await state.update('k', grow, hour);
    expect(await state.update('k', grow, hour)).toHaveLength(2);
    await addTo(state, 'k', [large('a')]);
    await addTo(state, 'k', [large('b')]);
    expect(await idsIn(state, 'k')).toEqual(['a', 'b']);
  });
});

describe('a process that dies', () => {
  class Death extends Error {}

  const delivery = async (state: StateStore): Promise<void> => {
    await state.add(['k', 'l'].map((key) => ({ key, members: [large('a'), large('b')], ttlSeconds: hour })));
    await addTo(state, 'k', [large('c')]);
    await state.update('k', () => noise('x', 6000), hour);
  };
  const snapshot = async (state: StateStore) => [await idsIn(state, 'k'), await idsIn(state, 'l')];

  const wholeCalls = memoryItems({ maxBytes: small });
  const steps = delivery(stateOf(wholeCalls)).then(() => wholeCalls.calls.length);

  it.each(['before', 'after'] as const)(
    'leaves every key as it was or as it should be, at any step, %s the store has done it',
    async (side) => {
      for (let dieAt = 0; dieAt < (await steps); dieAt++) {
        let isDead = false;
        const dies = (place: number): undefined => {
          if (isDead || place === dieAt) {
            isDead = true;
            throw new Death();
          }
        };
        const items = memoryItems({ maxBytes: small, [side]: dies });
        await expect(delivery(stateOf(items))).rejects.toThrow(Death);
        const survivor = stateOf(memoryItems({ maxBytes: small }, items.rows));
        const [k = [], l = []] = await snapshot(survivor);
        expect(['', 'a b', 'a b c']).toContain(k.join(' '));
        expect(['', 'a b']).toContain(l.join(' '));
        await delivery(survivor);
        expect(await snapshot(survivor)).toEqual([
          ['a', 'b', 'c'],
          ['a', 'b'],
        ]);
      }
    },
  );
});

describe('a store that does not do its part', () => {
  it('is given up where others are always first, and what is written may be tried again', async () => {
    const items = memoryItems();
    const state = stateOf({ ...items, write: async () => false });
    for (const attempt of [addTo(state, 'k', [large('a')]), state.update('l', increment, hour)])
      await expect(attempt).rejects.toMatchObject({ code: 'state', retryable: true });
    expect(items.calls.length).toBeLessThan(60);
  });

  it('is given up where parts never come', async () => {
    const items = memoryItems({ maxBytes: small });
    await addTo(stateOf(items), 'k', [large('a')]);
    for (const name of items.rows.keys()) if (name.startsWith('part/')) items.rows.delete(name);
    await expect(idsIn(stateOf(items), 'k')).rejects.toMatchObject({ code: 'state', retryable: true });
  });

  it('has failed nobody where only old parts could not be removed', async () => {
    const items = memoryItems({ maxBytes: small });
    const state = stateOf({
      ...items,
      remove: async () => {
        throw new KlaxonError('state', 'no', { retryable: true });
      },
    });
    for (const id of ['a', 'b']) await addTo(state, 'k', [large(id)]);
    expect(await idsIn(state, 'k')).toEqual(['a', 'b']);
  });

  it.each(['', 'no JSON', '{"parts":', Uint8Array.of(0x78, 0x9c, 1, 2, 3)])(
    'is named where it gives damaged content: %j',
    async (content) => {
      const items = memoryItems();
      items.rows.set('set/k', { content, version: 'v', expires: 1 });
      await expect(idsIn(stateOf(items), 'k')).rejects.toMatchObject({
        code: 'state',
        retryable: false,
        message: expect.stringContaining('set/k'),
      });
    },
  );
});
