/** State in Firestore: the contract, what it asks of the database, and every fault at every request. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jsonIn } from '../../../functions/gcp/client.ts';
import { databaseState } from '../../../functions/gcp/state.ts';
import { pause } from '../../../functions/pause.ts';
import { comesThroughFaults, entry, idsIn } from '../../contracts/state-faults.ts';
import { keepsTheContract } from '../../contracts/state-store.ts';
import {
  type FakeFirestore,
  madeDatabase,
  openFirestore,
  wireToFirestore,
} from '../../stand-ins/firestore.ts';
import { askerOf, refusalOf } from '../../stand-ins/google.ts';
import type { Wire } from '../../stand-ins/wire.ts';

let firestore: FakeFirestore;
let wire: Wire;
beforeAll(async () => {
  firestore = await openFirestore();
  wire = await wireToFirestore(firestore.url);
});
afterAll(async () => {
  await wire.close();
  await firestore.close();
});

const start = Date.UTC(2026, 0, 2, 3, 4, 5);
const hour = 3600;

/** A database of its own, spoken to over the wire. */
const opened = (over: Parameters<typeof askerOf>[0] = {}) => {
  const database = madeDatabase();
  wire.breaksAt(() => undefined);
  const state = databaseState({
    database,
    ask: askerOf(over),
    origin: wire.url,
    now: () => start,
    pause: async () => undefined,
    random: () => 0,
  });
  return { database, state };
};

const documentsIn = async (database: string, ids: readonly string[]) => {
  const body = { documents: ids.map((id) => `${database}/documents/state/${id}`) };
  const url = `${firestore.url}/v1/${database}/documents:batchGet`;
  return jsonIn(await askerOf()({ method: 'POST', url, body }));
};

describe('state in Firestore', () => {
  keepsTheContract(async (now) => {
    const database = madeDatabase();
    const opened = () =>
      databaseState({ database, ask: askerOf(), origin: firestore.url, now, pause, random: Math.random });
    return [opened(), opened()];
  });

  it('lies in a document with the time from when Firestore may drop it', async () => {
    const { database, state } = opened();
    await state.add([entry('k', ['a'])]);
    const content = JSON.stringify([{ id: 'a', time: 0, value: { of: 'a' }, expires: start + hour * 1000 }]);
    expect(await documentsIn(database, ['set~1k'])).toMatchObject([
      {
        found: {
          fields: {
            version: { stringValue: expect.any(String) },
            content: { stringValue: content },
            expires: { timestampValue: '2026-01-02T04:04:05.000Z' },
          },
        },
      },
    ]);
  });

  it('has an id for every key, also where Firestore would not have it', async () => {
    const { state } = opened();
    const keys = [
      '.',
      '..',
      '__x__',
      '/',
      '~',
      '~1',
      '/'.repeat(504),
      '~'.repeat(504),
      'é'.repeat(252),
      '\u0000',
    ];
    await state.add(keys.map((key, at) => entry(key, [`m${at}`])));
    expect(await idsIn(state, keys)).toEqual(keys.map((_, at) => [`m${at}`]));
  });

  it('is there until its time by our clock, and not after, though Firestore keeps it a day longer', async () => {
    const { database } = opened();
    let now = start;
    const origin = firestore.url;
    const state = databaseState({ database, ask: askerOf(), origin, now: () => now, pause, random: () => 0 });
    await state.add([entry('k', ['a'])]);
    now += hour * 1000;
    expect(await idsIn(state, ['k'])).toEqual([[]]);
    expect(await documentsIn(database, ['set~1k'])).toMatchObject([{ found: {} }]);
    await state.add([entry('k', ['b'])]);
    expect(await idsIn(state, ['k'])).toEqual([['b']]);
  });

  it('may be for longer than Firestore has time', async () => {
    const { database, state } = opened();
    await state.add([{ ...entry('k', ['a']), ttlSeconds: 1e12 }]);
    expect(await idsIn(state, ['k'])).toEqual([['a']]);
    expect(await documentsIn(database, ['set~1k'])).toMatchObject([
      { found: { fields: { expires: { timestampValue: '9999-12-31T00:00:00.000Z' } } } },
    ]);
  });

  it('is a fault where somebody else has written what is no document of ours', async () => {
    const { database, state } = opened();
    const update = { name: `${database}/documents/state/set~1k`, fields: {} };
    const url = `${firestore.url}/v1/${database}/documents:commit`;
    await askerOf()({ method: 'POST', url, body: { writes: [{ update }] } });
    await expect(idsIn(state, ['k'])).rejects.toMatchObject({
      code: 'state',
      retryable: false,
      message: expect.stringContaining('set/k is damaged'),
    });
  });
});

describe('what is asked of the database', () => {
  it('is one reading for a hundred keys, and one writing for each key that changes', async () => {
    const { state } = opened();
    const written = Array.from({ length: 150 }, (_, at) => entry(`w${at}`, ['a']));
    const read = Array.from({ length: 300 }, (_, at) => entry(`r${at}`, []));
    await state.add([...written, ...read]);
    expect(countsOf(wire.asked())).toEqual({ batchGet: 5, commit: 150 });
  });

  it('is one reading and one writing for a summary', async () => {
    const { state } = opened();
    await state.update('k', () => 1, hour);
    expect(wire.asked()).toEqual(['batchGet', 'commit']);
  });

  it('is more where a set is larger than a document, and one removal of the parts that it had', async () => {
    const { state } = opened();
    const members = [{ id: 'a', time: 1, value: randomBytes(1_800_000).toString('base64') }];
    await state.add([{ key: 'k', members, ttlSeconds: hour }]);
    expect(countsOf(wire.asked())).toEqual({ batchGet: 1, commit: 3 });
    wire.breaksAt(() => undefined);
    expect(await idsIn(state, ['k'])).toEqual([['a']]);
    expect(wire.asked()).toEqual(['batchGet', 'batchGet']);
    await state.update('k', () => members, hour);
    wire.breaksAt(() => undefined);
    await state.update('k', () => 1, hour);
    expect(countsOf(wire.asked())).toEqual({ batchGet: 2, commit: 2 });
  });
});

describe('another writer', () => {
  it.each([
    ['a document that was not there', [], refusalOf(409, 'ALREADY_EXISTS')],
    ['a document that was not there', [], refusalOf(409, 'ABORTED')],
    ['a document that was read', ['a'], refusalOf(400, 'FAILED_PRECONDITION')],
    ['a document that was read', ['a'], refusalOf(404, 'NOT_FOUND')],
    ['a document that was read', ['a'], refusalOf(409, 'ABORTED')],
  ])('comes between, and %s is read again', async (_, before, refusal) => {
    const { state } = opened();
    await state.add([entry('k', before)]);
    wire.breaksAt((place) => (place === 1 ? refusal : undefined));
    await state.add([entry('k', ['b'])]);
    expect(wire.asked()).toEqual(['batchGet', 'commit', 'batchGet', 'commit']);
    expect(await idsIn(state, ['k'])).toEqual([[...before, 'b']]);
  });

  it('that comes between for ever is given up on', async () => {
    const { state } = opened();
    wire.breaksAt((_, operation) => (operation === 'commit' ? refusalOf(409, 'ABORTED') : undefined));
    await expect(state.add([entry('k', ['a'])])).rejects.toMatchObject({ code: 'state', retryable: true });
    expect(wire.asked()).toHaveLength(49);
  });
});

describe('a request that fails', () => {
  comesThroughFaults({ open: (over) => opened(over).state, wire: () => wire, requests: 7 });

  it.each([
    [403, 'PERMISSION_DENIED'],
    [404, 'NOT_FOUND'],
  ])('is no reason to try again where it will fail again: %i %s', async (status, name) => {
    const { database, state } = opened({ maxAttempts: 4 });
    wire.breaksAt(() => refusalOf(status, name, 'no'));
    const message = `the database ${database} cannot be used: ${name}: no`;
    await expect(idsIn(state, ['k'])).rejects.toMatchObject({ code: 'state', retryable: false, message });
    expect(wire.asked()).toHaveLength(1);
    wire.breaksAt((_, operation) => (operation === 'commit' ? refusalOf(status, name, 'no') : undefined));
    await expect(state.add([entry('new', ['a'])])).rejects.toMatchObject({ retryable: false, message });
  });
});

const countsOf = (operations: readonly string[]): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {};
  for (const operation of operations) counts[operation] = (counts[operation] ?? 0) + 1;
  return counts;
};
