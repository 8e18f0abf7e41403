/** State in DynamoDB: the contract, what it asks of the table, and every fault at every request. */
import { randomBytes } from 'node:crypto';
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tableState } from '../../../functions/aws/state.ts';
import { pause } from '../../../functions/pause.ts';
import { comesThroughFaults, entry, idsIn } from '../../contracts/state-faults.ts';
import { keepsTheContract } from '../../contracts/state-store.ts';
import {
  dynamoDbAt,
  madeTable,
  openDynamoDb,
  type StandIn,
  wireToDynamoDb,
} from '../../stand-ins/dynamodb.ts';
import type { Wire } from '../../stand-ins/wire.ts';

let dynamoDb: StandIn;
let wire: Wire;
beforeAll(async () => {
  dynamoDb = await openDynamoDb();
  wire = await wireToDynamoDb(dynamoDb.url);
});
afterAll(async () => {
  await wire.close();
  await dynamoDb.close();
});

const start = Date.UTC(2026, 0, 2, 3, 4, 5);
const hour = 3600;

/** A table of its own, spoken to over the wire. */
const opened = async (over: Parameters<typeof dynamoDbAt>[1] = {}) => {
  const table = await madeTable(dynamoDbAt(dynamoDb.url));
  const client = dynamoDbAt(wire.url, over);
  wire.breaksAt(() => undefined);
  const state = tableState({
    table,
    client,
    now: () => start,
    pause: async () => undefined,
    random: () => 0,
  });
  return { table, state };
};

describe('state in DynamoDB', () => {
  keepsTheContract(async (now) => {
    const clients = [dynamoDbAt(dynamoDb.url), dynamoDbAt(dynamoDb.url)] as const;
    const table = await madeTable(clients[0]);
    const storeOf = (client: (typeof clients)[number]) =>
      tableState({ table, client, now, pause, random: Math.random });
    return [storeOf(clients[0]), storeOf(clients[1])];
  });

  it('lies in an item with the time from when DynamoDB may drop it, in seconds', async () => {
    const { table, state } = await opened();
    await state.add([entry('k', ['a'])]);
    const command = new GetItemCommand({ TableName: table, Key: { key: { S: 'set/k' } } });
    const { Item } = await dynamoDbAt(dynamoDb.url).send(command);
    expect(Item).toEqual({
      key: { S: 'set/k' },
      version: { S: expect.any(String) },
      content: {
        S: JSON.stringify([{ id: 'a', time: 0, value: { of: 'a' }, expires: start + hour * 1000 }]),
      },
      expires: { N: String(start / 1000 + hour) },
    });
  });
});

describe('what is asked of the table', () => {
  it('is one reading for a hundred keys, and one writing for each key that changes', async () => {
    const { state } = await opened();
    const written = Array.from({ length: 150 }, (_, at) => entry(`w${at}`, ['a']));
    const read = Array.from({ length: 300 }, (_, at) => entry(`r${at}`, []));
    await state.add([...written, ...read]);
    expect(countsOf(wire.asked())).toEqual({ BatchGetItem: 5, PutItem: 150 });
  });

  it('is one reading and one writing for a summary', async () => {
    const { state } = await opened();
    await state.update('k', () => 1, hour);
    expect(wire.asked()).toEqual(['BatchGetItem', 'PutItem']);
  });

  it('is more readings where a set is larger than an item, and where DynamoDB answers in parts', async () => {
    const { state } = await opened();
    const keys = ['k', 'l', 'm', 'n'];
    const members = [{ id: 'a', time: 1, value: randomBytes(450_000).toString('base64') }];
    await state.add(keys.map((key) => ({ key, members, ttlSeconds: hour })));
    expect(countsOf(wire.asked())).toEqual({ BatchGetItem: 1, PutItem: 12 });
    wire.breaksAt(() => undefined);
    expect(await idsIn(state, keys)).toEqual([['a'], ['a'], ['a'], ['a']]);
    expect(wire.asked().length).toBeGreaterThan(2);
    wire.breaksAt(() => undefined);
    await state.update('k', () => members, hour);
    await state.update('k', () => 1, hour);
    expect(countsOf(wire.asked())).toEqual({ BatchGetItem: 3, PutItem: 4, BatchWriteItem: 1 });
  });
});

describe('a request that fails', () => {
  comesThroughFaults({ open: async (over) => (await opened(over)).state, wire: () => wire, requests: 7 });

  it('is no reason to try again where it will fail again', async () => {
    const client = dynamoDbAt(dynamoDb.url);
    const state = tableState({ table: 'missing', client, now: () => start, pause, random: Math.random });
    await expect(idsIn(state, ['k'])).rejects.toMatchObject({
      code: 'state',
      retryable: false,
      message: expect.stringMatching(/^the table missing cannot be used: ResourceNotFoundException: /),
    });
  });

  it('is given up where DynamoDB hands everything back, again and again', async () => {
    const { table, state } = await opened();
    const body = JSON.stringify({
      Responses: {},
      UnprocessedKeys: { [table]: { Keys: [{ key: { S: 'set/k' } }], ConsistentRead: true } },
    });
    wire.breaksAt(() => ({ status: 200, body }));
    await expect(idsIn(state, ['k'])).rejects.toMatchObject({ code: 'state', retryable: true });
    expect(wire.asked()).toHaveLength(8);
    wire.breaksAt((place) => (place < 7 ? { status: 200, body } : undefined));
    expect(await idsIn(state, ['k'])).toEqual([[]]);
  });
});

const countsOf = (operations: readonly string[]): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {};
  for (const operation of operations) counts[operation] = (counts[operation] ?? 0) + 1;
  return counts;
};
