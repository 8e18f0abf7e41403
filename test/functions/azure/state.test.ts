/** State in Table Storage: the contract, what it asks of the table, and every fault at every request. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { AskingOptions } from '../../../functions/azure/client.ts';
import { tableAt, tableState } from '../../../functions/azure/state.ts';
import { pause } from '../../../functions/pause.ts';
import { comesThroughFaults, entry, idsIn } from '../../contracts/state-faults.ts';
import { keepsTheContract } from '../../contracts/state-store.ts';
import { type Azurite, madeTable, openAzurite, tableFault, wireToTables } from '../../stand-ins/azurite.ts';
import type { Wire } from '../../stand-ins/wire.ts';
import { countsOf, hour, openedTable, rowsIn, start } from './opened-table.ts';

// Azurite takes a few thousand requests a second, and the contract makes thirty thousand at once.
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

const waits: number[] = [];

const opened = (over: Partial<AskingOptions> = {}) =>
  openedTable(azurite, wire, {
    pause: async (ms) => {
      waits.push(ms);
    },
    ...over,
  });

describe('state in Table Storage', () => {
  keepsTheContract(async (now) => {
    const url = await madeTable(azurite);
    const storeOf = () => tableState({ table: tableAt(url, azurite.asker), now, pause, random: Math.random });
    return [storeOf(), storeOf()];
  });

  it('lies in an entity that a person can read, beside the reminder of when it expires', async () => {
    const { table, state } = await opened();
    await state.add([entry('rule/a b', ['a'])]);
    const rows: unknown[] = [];
    for await (const row of table.listEntities()) rows.push(row);
    expect(rows).toEqual([
      expect.objectContaining({
        partitionKey: 'd5',
        rowKey: 'item|set|rule|a~20~b',
        version: expect.any(String),
        content: JSON.stringify([{ id: 'a', time: 0, value: { of: 'a' }, expires: start + hour * 1000 }]),
        expires: new Date(start + hour * 1000),
      }),
      expect.objectContaining({ partitionKey: 'd5', rowKey: 'reminder|2026-01-02|item|set|rule|a~20~b' }),
    ]);
  });

  it('takes keys of any length and any characters for what they are', async () => {
    const { table, state } = await opened();
    const keys = ['a/b', 'a|b', 'a~7c~b', "a'b", 'a%2Fb', 'a\\b#c?d', '\u0001\u007f\u0085', 'é'.repeat(250)];
    await state.add(keys.map((key) => entry(key, [key])));
    expect(await idsIn(state, keys)).toEqual(keys.map((key) => [key]));
    expect((await rowsIn(table)).filter((row) => row.startsWith('item|'))).toHaveLength(keys.length);
  });
});

describe('what is asked of the table', () => {
  it('is one reading for each key, and one writing for each that changes', async () => {
    const { state } = await opened();
    const written = Array.from({ length: 30 }, (_, at) => entry(`w${at}`, ['a']));
    const read = Array.from({ length: 90 }, (_, at) => entry(`r${at}`, []));
    await state.add([...written, ...read]);
    expect(countsOf(wire.asked())).toEqual({ GetEntity: 120, Transaction: 30 });
    wire.breaksAt(() => undefined);
    await state.add([...written.map(({ key }) => entry(key, ['b'])), ...read]);
    expect(countsOf(wire.asked())).toEqual({ GetEntity: 120, UpdateEntity: 30 });
  });

  it('is one reading and one writing for a summary', async () => {
    const { state } = await opened();
    await state.update('k', () => 1, hour);
    expect(wire.asked()).toEqual(['GetEntity', 'Transaction']);
  });

  it('is more where a set is larger than an entity', async () => {
    const { table, state } = await opened();
    const members = [{ id: 'a', time: 1, value: randomBytes(1_500_000).toString('base64') }];
    await state.add([{ key: 'k', members, ttlSeconds: hour }]);
    expect(countsOf(wire.asked())).toEqual({ GetEntity: 1, Transaction: 3 });
    wire.breaksAt(() => undefined);
    expect(await state.add([entry('k', [])])).toEqual([members]);
    expect(countsOf(wire.asked())).toEqual({ GetEntity: 3 });
    wire.breaksAt(() => undefined);
    await state.update('k', () => members, hour);
    await state.update('k', () => 1, hour);
    expect(countsOf(wire.asked())).toEqual({
      GetEntity: 4,
      Transaction: 3,
      UpdateEntity: 1,
      DeleteEntity: 2,
    });
    expect((await rowsIn(table)).filter((row) => row.startsWith('item|part'))).toHaveLength(2);
  });
});

describe('a request that fails', () => {
  comesThroughFaults({
    open: async ({ maxAttempts = 1, silenceMs }) =>
      (await opened({ mostAttempts: maxAttempts, ...(silenceMs !== undefined && { timeoutMs: silenceMs }) }))
        .state,
    wire: () => wire,
    requests: 9,
  });

  it('is no reason to try again where it will fail again', async () => {
    const { options } = await opened();
    const table = tableAt(`${azurite.table}/missing`, azurite.asker);
    const state = tableState({ ...options, table });
    await expect(idsIn(state, ['k'])).rejects.toMatchObject({
      code: 'state',
      retryable: false,
      message: expect.stringMatching(/^the table missing cannot be used: TableNotFound: /),
    });
    await expect(state.update('k', () => 1, hour)).rejects.toMatchObject({ retryable: false });
  });

  it.each([
    [403, 'AuthorizationPermissionMismatch', false],
    [413, 'RequestBodyTooLarge', false],
    [503, 'ServerBusy', true],
    [500, 'OperationTimedOut', true],
    [409, 'TableBeingDeleted', true],
  ])('is told by its name, which stands in the body: %i %s', async (status, code, retryable) => {
    const { state } = await opened();
    wire.breaksAt(() => tableFault(status, code));
    await expect(idsIn(state, ['k'])).rejects.toMatchObject({
      retryable,
      message: expect.stringContaining(code),
    });
    expect(wire.asked()).toHaveLength(1);
  });

  it('is one of four, at growing distances, none shorter than the service asks for', async () => {
    const { state } = await opened({ mostAttempts: 4 });
    const busy = (headers = {}) => tableFault(429, 'TooManyRequests', headers);
    waits.length = 0;
    wire.breaksAt(() => busy());
    await expect(idsIn(state, ['k'])).rejects.toMatchObject({ retryable: true });
    expect(waits.splice(0)).toEqual([100, 200, 400]);
    wire.breaksAt((place) => (place < 2 ? busy({ 'retry-after': '1' }) : undefined));
    expect(await idsIn(state, ['k'])).toEqual([[]]);
    expect(waits.splice(0)).toEqual([1000, 1000]);
    wire.breaksAt(() => busy({ 'retry-after': '60' }));
    await expect(idsIn(state, ['k'])).rejects.toMatchObject({ retryable: true });
    expect(waits).toEqual([]);
    expect(wire.asked()).toHaveLength(1);
  });
});
