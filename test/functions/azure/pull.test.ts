/** The partitions of an event hub, read through Azure's own client: where reading begins, ends and goes on. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { decode } from '../../../shared/decode/decode.ts';
import type { Mark } from '../../../shared/pull/forward.ts';
import { type FakeEventHubs, openEventHubs } from '../../stand-ins/event-hubs.ts';
import { hubName, idOf, messageOf, read, until } from './hub.ts';

let hubs: FakeEventHubs;
beforeAll(async () => {
  hubs = await openEventHubs({});
});
afterAll(() => hubs.close());
beforeEach(() => {
  hubs.breaksAt(() => undefined);
  hubs.add('klaxon', 2);
});

const start = Date.UTC(2026, 2, 14, 9);
const minute = 60_000;

/** One event a minute, in turn to each of the partitions. */
const fill = (count: number, from = 0): readonly string[] =>
  Array.from({ length: count }, (_, at) => {
    const id = `e${from + at}`;
    hubs.partition('klaxon', (from + at) % 2).append(messageOf(id), start + (from + at) * minute);
    return id;
  });

const sorted = (lines: readonly string[]): readonly string[] =>
  lines.map(idOf).toSorted((left, right) => Number(left.slice(1)) - Number(right.slice(1)));

const fromEarliest = { from: 'earliest', follow: false } as const;

describe('the partitions of an event hub', () => {
  it('are read from the earliest event to the last that was there when the pull began', async () => {
    const ids = fill(40);
    const { lines, faults } = await read({
      hubs,
      range: fromEarliest,
      deliver: async () => {
        fill(1, 1000);
      },
    });
    expect({ ids: sorted(lines), faults }).toEqual({ ids, faults: [] });
  });

  it('are read from a time on, which itself belongs to it, up to another, which does not', async () => {
    fill(20);
    const since = start + 5 * minute;
    const { lines } = await read({
      hubs,
      range: { from: { since }, until: start + 15 * minute, follow: false },
    });
    expect(sorted(lines)).toEqual(['e5', 'e6', 'e7', 'e8', 'e9', 'e10', 'e11', 'e12', 'e13', 'e14']);
  });

  it('are done at once where nothing came since', async () => {
    fill(4);
    const { lines } = await read({ hubs, range: { from: { since: start + 60 * minute }, follow: false } });
    expect(lines).toEqual([]);
    expect(hubs.done()).not.toContain('receive');
  });

  it('are followed from their end on, across what comes later, until somebody has enough', async () => {
    fill(10);
    const stop = new AbortController();
    const given: string[] = [];
    const following = read({
      hubs,
      range: { from: 'latest', follow: true },
      stop,
      deliver: async ({ lines }) => {
        given.push(...lines);
        if (given.length < 6) fill(1, 20 + given.length);
        else stop.abort();
      },
    });
    await until(() => hubs.receivers() === 2);
    fill(1, 20);
    await following;
    expect(sorted(given)).toEqual(['e20', 'e21', 'e22', 'e23', 'e24', 'e25']);
  });

  it('give lines that decode as what a trigger hands to a function', async () => {
    const event = {
      kind: 'Event',
      apiVersion: 'audit.k8s.io/v1',
      auditID: 'a1',
      stage: 'ResponseComplete',
      verb: 'get',
    };
    const resourceId =
      '/SUBSCRIPTIONS/00000000-0000-0000-0000-000000000000/RESOURCEGROUPS/SHOP/PROVIDERS/MICROSOFT.CONTAINERSERVICE/MANAGEDCLUSTERS/ORDERS';
    const message = {
      records: [
        {
          time: '2026-03-14T09:00:00Z',
          resourceId,
          category: 'kube-audit',
          properties: { log: JSON.stringify(event) },
        },
      ],
    };
    hubs.partition('klaxon', 0).append(`\ufeff${JSON.stringify(message)}\n`);
    const [line = ''] = (await read({ hubs, range: fromEarliest })).lines;
    expect(decode(line).records).toEqual(decode(message).records);
    expect(decode(line).records[0]?.dialect).toBe('aks-audit');
  });

  it('give a line for each message, whatever is in it, and none for an empty one', async () => {
    const { append } = boundTo(0);
    append('{"a":\n 1}');
    append('plain words');
    append('');
    append(new Uint8Array([0x1f, 0x8b, 0xff, 0x00]));
    append({ records: [1] });
    append('{"b":2}\r\n');
    const { lines, portions } = await read({ hubs, range: fromEarliest });
    expect(lines).toEqual([
      '{"log":"{\\"a\\":\\n 1}"}',
      'plain words',
      'H4v/AA==',
      '{"records":[1]}',
      '{"b":2}',
    ]);
    expect(portions.reduce((sum, { events }) => sum + events, 0)).toBe(6);
  });

  it('come in few portions where they are gathered', async () => {
    fill(200);
    const { portions, lines } = await read({ hubs, range: fromEarliest, gatherMs: 300 });
    expect(lines).toHaveLength(200);
    expect(portions.length).toBeLessThanOrEqual(4);
  });
});

const boundTo = (id: number): { readonly append: (body: unknown) => void } => ({
  append: (body) => hubs.partition('klaxon', id).append(body),
});

describe('a pull that goes on', () => {
  it('gives what has come since, and begins each partition after its own last event', async () => {
    const kept = new Map<string, Mark>();
    const first = fill(10);
    expect(sorted((await read({ hubs, range: fromEarliest, kept })).lines)).toEqual(first);
    expect((await read({ hubs, range: fromEarliest, kept })).lines).toEqual([]);
    const second = fill(6, 10);
    expect(
      sorted((await read({ hubs, range: { from: { since: start }, follow: false }, kept })).lines),
    ).toEqual(second);
    expect(kept).toEqual(
      new Map([
        ['aks/localhost/klaxon/0', { version: 1, sequenceNumber: 7, offset: '448' }],
        ['aks/localhost/klaxon/1', { version: 1, sequenceNumber: 7, offset: '448' }],
      ]),
    );
  });

  it.each(['latest', 'a time'])(
    'from %s begins at the same place, though nothing had come',
    async (begun) => {
      fill(4);
      const kept = new Map<string, Mark>();
      const from = begun === 'latest' ? begun : { since: start + 3.5 * minute };
      const stop = new AbortController();
      const first = read({ hubs, range: { from, follow: true }, kept, stop });
      while (hubs.done().filter((operation) => operation === 'receive').length < 2)
        await new Promise((resolve) => setImmediate(resolve));
      stop.abort();
      await first;
      const later = fill(4, 4);
      const { lines } = await read({
        hubs,
        range: { from: { since: start + 100 * minute }, follow: false },
        kept,
      });
      expect(sorted(lines)).toEqual(later);
    },
  );

  it('says how many events the hub kept no longer', async () => {
    const kept = new Map<string, Mark>();
    fill(4);
    await read({ hubs, range: fromEarliest, kept });
    fill(20, 4);
    hubs.partition('klaxon', 0).forget(9);
    const { lines, missing } = await read({ hubs, range: fromEarliest, kept });
    expect(lines).toHaveLength(13);
    expect(missing).toEqual(['7 events before event 9 are gone: the hub kept them no longer']);
  });

  it('ends where what it was to read is forgotten while it waits for it', async () => {
    fill(8);
    hubs.breaksAt((_, operation) => {
      if (operation !== 'message') return undefined;
      hubs.partition('klaxon', 0).forget(100);
      hubs.partition('klaxon', 1).forget(100);
      return 'falls silent';
    });
    const { lines, faults } = await read({ hubs, range: fromEarliest, silenceMs: 20 });
    expect({ lines, faults }).toEqual({ lines: [], faults: [] });
  });

  it('refuses to wait for what a hub that was made anew will not have for long', async () => {
    const kept = new Map<string, Mark>();
    fill(10);
    await read({ hubs, range: fromEarliest, kept });
    hubs.add('klaxon', 2);
    fill(2);
    const { faults, lines } = await read({ hubs, range: fromEarliest, kept });
    expect(lines).toEqual([]);
    expect(faults.map(({ message }) => message)).toEqual([
      expect.stringContaining(
        'partition 0 of event hub klaxon in localhost was read up to event 4, and has none after 0',
      ),
      expect.stringContaining('another --checkpoint') && expect.stringContaining('partition 1'),
    ]);
  });

  it.each([{ version: 2 }, { version: 1, sequenceNumber: 4 }, {}])(
    'refuses the checkpoint %j',
    async (mark) => {
      fill(2);
      await expect(
        read({ hubs, range: fromEarliest, kept: new Map([['aks/localhost/klaxon/0', mark]]) }),
      ).rejects.toThrow('the checkpoint of aks/localhost/klaxon/0 is none of version 1');
    },
  );
});

describe('a hub that holds much', () => {
  it('is not read further ahead than can be held, however long it was quiet before', async () => {
    hubs.add('klaxon', 1);
    const { append } = boundTo(0);
    const stop = new AbortController();
    const held = Promise.withResolvers<void>();
    let given = 0;
    const following = read({
      hubs,
      range: { from: 'latest', follow: true },
      stop,
      silenceMs: 5,
      limits: { ahead: 8, bytes: 32 * 1024 },
      deliver: async ({ events }) => {
        given += events;
        if (given === 1) await held.promise;
        if (given === 301) stop.abort();
      },
    });
    // The client grants more with every silence it meets.
    await until(() => hubs.credit() > 400);
    append('first');
    await until(() => given === 1);
    for (let count = 0; count < 300; count++) {
      append('x'.repeat(1024));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await until(() => hubs.receivers() === 0);
    const ahead = hubs.sent();
    held.resolve();
    await following;
    expect(given).toBe(301);
    expect(ahead).toBeLessThan(200);
  });
});

describe('the names of what is read', () => {
  it('are those of the hub and its partitions', async () => {
    fill(2);
    const kept = new Map<string, Mark>();
    await read({ hubs, range: fromEarliest, kept, name: { ...hubName, consumerGroup: 'pull' } });
    expect([...kept.keys()]).toEqual(['aks/localhost/klaxon/0', 'aks/localhost/klaxon/1']);
  });
});
