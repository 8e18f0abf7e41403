/** The contract, for memory that lasts as long as the process; and that it lets go of what has expired. */
import { describe, expect, it } from 'vitest';
import { memoryState } from '../../shared/state/memory-state.ts';
import { keepsTheContract } from '../contracts/state-store.ts';

describe('state in memory', () => {
  keepsTheContract(async (now) => {
    const state = memoryState(now);
    return [state, state];
  });

  it('keeps what lives while it lets go of what has expired', async () => {
    let now = 0;
    const state = memoryState(() => now);
    const add = (key: string, ttlSeconds: number) =>
      state.add([{ key, members: [{ id: key, time: 0 }], ttlSeconds }]);
    await add('short', 60);
    await add('long', 600);
    await state.update('short', () => 1, 60);
    await state.update('long', () => 1, 600);
    now = 120_000;
    const read = (key: string) => state.add([{ key, members: [], ttlSeconds: 60 }]);
    expect(await read('short')).toEqual([[]]);
    expect(await read('long')).toEqual([[{ id: 'long', time: 0 }]]);
    expect(await state.update<number | 'none'>('short', (current) => current ?? 'none', 60)).toBe('none');
    expect(await state.update<number | 'none'>('long', (current) => current ?? 'none', 60)).toBe(1);
  });
});
