/** The sweep of a table: what it takes out, what it leaves, and that it may be broken off anywhere. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { sweepTable } from '../../../functions/azure/state.ts';
import { entry, idsIn } from '../../contracts/state-faults.ts';
import { type Azurite, openAzurite, wireToTables } from '../../stand-ins/azurite.ts';
import type { Wire } from '../../stand-ins/wire.ts';
import { countsOf, hour, openedTable, rowsIn, start } from './opened-table.ts';

// Each sweep is 256 requests and more.
vi.setConfig({ testTimeout: 300_000 });

let azurite: Azurite;
let wire: Wire;
beforeAll(async () => {
  azurite = await openAzurite();
  wire = await wireToTables(azurite.table);
});
afterAll(async () => {
  await wire?.close();
  await azurite?.close();
});

const day = 24 * hour;
const opened = () => openedTable(azurite, wire);
const lasting = (key: string, ids: readonly string[], ttlSeconds: number) => ({
  ...entry(key, ids),
  ttlSeconds,
});

describe('a sweep', () => {
  const much = 60_000;

  it('takes out what expired before today, and nothing else', async () => {
    const { table, state, options, clock } = await opened();
    await state.add([entry('gone', ['a']), entry('extended', ['a']), lasting('long', ['a'], 40 * day)]);
    await state.update('gone', () => 1, hour);
    clock.time += (hour / 2) * 1000;
    await state.add([lasting('extended', ['b'], 2 * day)]);
    expect(await sweepTable(options, much)).toEqual({ removed: 0, isDone: true });
    clock.time = Date.UTC(2026, 0, 3);
    wire.breaksAt(() => undefined);
    expect(await sweepTable(options, much)).toEqual({ removed: 2, isDone: true });
    expect(countsOf(wire.asked())).toEqual({
      QueryEntities: 256,
      GetEntity: 3,
      DeleteEntity: 2,
      Transaction: 3,
    });
    expect(await rowsIn(table)).toEqual([
      'item|set|extended',
      'item|set|long',
      'reminder|2026-01-04|item|set|extended',
      'reminder|2026-02-11|item|set|long',
    ]);
    expect(await idsIn(state, ['gone', 'extended', 'long'])).toEqual([[], ['b'], ['a']]);
  });

  it('takes out reminders whose item is gone', async () => {
    const { table, state, options, clock } = await opened();
    const members = [{ id: 'a', time: 1, value: randomBytes(1_500_000).toString('base64') }];
    await state.add([{ key: 'k', members, ttlSeconds: hour }]);
    await state.add([{ key: 'k', members: [{ id: 'b', time: 0 }], ttlSeconds: hour, maxMembers: 1 }]);
    expect(await rowsIn(table)).toHaveLength(4);
    clock.time += 2 * day * 1000;
    expect(await sweepTable(options, much)).toEqual({ removed: 1, isDone: true });
    expect(await rowsIn(table)).toEqual([]);
  });

  it('takes out hundreds of a partition', async () => {
    const { table, options, clock } = await opened();
    const rows = Array.from({ length: 250 }, (_, at) => `k${at}`);
    for (const rowKey of rows) {
      const expires = new Date(start);
      await table.createEntity({ partitionKey: '00', rowKey: `item|${rowKey}`, expires });
      await table.createEntity({ partitionKey: '00', rowKey: `reminder|2026-01-02|item|${rowKey}` });
    }
    clock.time += day * 1000;
    expect(await sweepTable(options, much)).toEqual({ removed: 250, isDone: true });
    expect(countsOf(wire.asked())).toMatchObject({ QueryEntities: 258, Transaction: 3 });
    expect(await rowsIn(table)).toEqual([]);
  });

  it('ends when its time is over, and is taken up where it was left', async () => {
    const { table, state, options, clock } = await opened();
    await state.add(Array.from({ length: 40 }, (_, at) => entry(`k${at}`, ['a'])));
    clock.time += day * 1000;
    expect(await sweepTable(options, 0)).toEqual({ removed: 0, isDone: false });
    let calls = 0;
    const swept = await sweepTable({ ...options, now: () => clock.time + calls++ }, 150);
    expect(swept.isDone).toBe(false);
    expect(swept.removed).toBeGreaterThan(0);
    expect(await sweepTable(options, much)).toEqual({ removed: 40 - swept.removed, isDone: true });
    expect(await rowsIn(table)).toEqual([]);
  });

  it('leaves alone what is written meanwhile', async () => {
    const { table, state, options, clock } = await opened();
    await state.add([entry('k', ['a'])]);
    clock.time += day * 1000;
    let rival: Promise<unknown> | undefined;
    const slow = Object.assign(Object.create(table), {
      deleteEntity: async (...args: Parameters<typeof table.deleteEntity>) => {
        rival ??= state.add([entry('k', ['b'])]);
        await rival;
        return table.deleteEntity(...args);
      },
    });
    expect(await sweepTable({ ...options, table: slow }, much)).toEqual({ removed: 0, isDone: false });
    expect(await idsIn(state, ['k'])).toEqual([['b']]);
    expect(await sweepTable(options, much)).toEqual({ removed: 0, isDone: true });
    expect(await rowsIn(table)).toEqual(['item|set|k', 'reminder|2026-01-03|item|set|k']);
  });

  it('may die at any request, be run again and side by side, and leaves nothing behind', async () => {
    for (const failing of [0, 9, 18, 27]) {
      const { table, state, options, clock } = await opened();
      await state.add(Array.from({ length: 10 }, (_, at) => entry(`k${at}`, ['a'])));
      clock.time += day * 1000;
      let changes = 0;
      wire.breaksAt((_, operation) =>
        operation !== 'QueryEntities' && changes++ === failing ? 'loses' : undefined,
      );
      await expect(sweepTable(options, much)).rejects.toMatchObject({ code: 'state', retryable: true });
      wire.breaksAt(() => undefined);
      await Promise.all([sweepTable(options, much), sweepTable(options, much)]);
      await sweepTable(options, much);
      expect(await rowsIn(table)).toEqual([]);
    }
  });
});
