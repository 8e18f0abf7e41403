/** The chain of manifests: one an hour, whatever comes late, twice or at the same time. */
import { describe, expect, it } from 'vitest';
import { digestOf, manifestName, manifestObjectOf } from '../../shared/archive/manifest.ts';
import { memoryArchive } from '../../shared/archive/memory-archive.ts';
import type { ArchiveStore } from '../../shared/ports.ts';
import {
  deliveryOf,
  hour,
  keepDelivery,
  manifestsIn,
  namesIn,
  start,
  tick,
  verified,
} from './archive-steps.ts';

const archiveOf = async (...deliveries: readonly unknown[]): Promise<ArchiveStore> => {
  const store = memoryArchive();
  for (const delivery of deliveries) await keepDelivery(store, delivery);
  return store;
};

const countsIn = async (store: ArchiveStore): Promise<readonly (number | undefined)[]> =>
  (await manifestsIn(store)).map((manifest) => manifest?.objects.length);

describe('a manifest', () => {
  it('names every object by its digest, its size and its events, and the manifest before by its digest', async () => {
    const store = await archiveOf(deliveryOf('a', 'b'));
    expect(await tick(store)).toEqual({ manifests: 1, objects: 3 });
    await keepDelivery(store, deliveryOf('c'));
    expect(await tick(store, start + hour)).toEqual({ manifests: 1, objects: 2 });
    const [first, second] = await manifestsIn(store);
    expect(first).toMatchObject({ klaxon: 1, kind: 'manifest', sequence: 1, hour: '2026-03-14T09' });
    expect(first).not.toHaveProperty('previous', expect.anything());
    expect(second).toMatchObject({ sequence: 2, hour: '2026-03-14T10' });
    expect(second?.previous).toBe(
      digestOf((await store.get('manifests/0000000001.json')) ?? new Uint8Array()),
    );
    const [entry] = first?.objects ?? [];
    expect(entry).toEqual({
      name: expect.stringMatching(/^audit\/.*\/hour=09\/[0-9a-f]{64}-1\.ndjson\.gz$/),
      sha256: entry?.name.slice(-76, -12),
      bytes: (await store.get(entry?.name ?? ''))?.length,
      events: 1,
    });
  });

  it('is not written again within its hour, and names nothing in an hour in which nothing came', async () => {
    const store = await archiveOf(deliveryOf('a'));
    expect(await tick(store)).toEqual({ manifests: 1, objects: 2 });
    expect(await tick(store, start + 60_000)).toEqual({ manifests: 0, objects: 0 });
    expect(await tick(store, start + hour)).toEqual({ manifests: 1, objects: 0 });
    expect(await countsIn(store)).toEqual([2, 0]);
  });

  it('is written once more in its hour where something came after it', async () => {
    const store = await archiveOf(deliveryOf('a'));
    await tick(store);
    await keepDelivery(store, deliveryOf('late'));
    expect(await tick(store)).toEqual({ manifests: 1, objects: 2 });
    expect((await verified(store)).problems).toEqual([]);
  });

  it('is followed by one that names what it missed, however old that is', async () => {
    const store = await archiveOf(deliveryOf('a'));
    await tick(store, start + 1000 * 24 * hour);
    await keepDelivery(store, deliveryOf('years late'));
    await tick(store, start + 1001 * 24 * hour);
    expect((await verified(store)).problems).toEqual([]);
  });

  it('never vouches for what Klaxon did not write', async () => {
    const store = await archiveOf(deliveryOf('a'));
    for (const name of ['audit/note.txt', 'notes.md', 'manifests/readme'])
      await store.put({ name, contentType: 'text/plain', bytes: Buffer.from('x') });
    expect(await tick(store)).toEqual({ manifests: 1, objects: 2 });
  });

  it('is followed by more where there are more objects than one may name', async () => {
    const store = memoryArchive();
    for (let at = 0; at < 10_001; at++) {
      const name = `audit/x/${String(at).padStart(64, '0')}-1.ndjson.gz`;
      await store.put({ name, contentType: 'application/gzip', bytes: new Uint8Array() });
    }
    expect(await tick(store)).toEqual({ manifests: 2, objects: 10_001 });
    expect(await countsIn(store)).toEqual([10_000, 1]);
  });

  it('says the same bytes, whoever writes it', async () => {
    const [one, other] = [await archiveOf(deliveryOf('a')), await archiveOf(deliveryOf('a'))];
    await tick(one, start);
    await tick(other, start + 60_000);
    expect(await one.get(manifestName(1))).toEqual(await other.get(manifestName(1)));
  });
});

describe('looking back so many days', () => {
  const day = 24 * hour;

  it('costs what was written in them, and names what is in them', async () => {
    const store = await archiveOf(deliveryOf('a', 'b'));
    const asked: string[] = [];
    const watched: ArchiveStore = {
      ...store,
      list: (prefix) => {
        asked.push(prefix);
        return store.list(prefix);
      },
    };
    // The line without a time is of no day.
    expect(await tick(watched, start + day, 2)).toEqual({ manifests: 1, objects: 2 });
    expect(asked.filter((prefix) => !prefix.startsWith('manifests/'))).toEqual([
      'audit/cloud=unknown/account=unknown/region=unknown/cluster=unknown/date=2026-03-14/',
      'audit/cloud=unknown/account=unknown/region=unknown/cluster=unknown/date=2026-03-14/',
    ]);
  });

  it('leaves what is older to a run without bounds', async () => {
    const store = await archiveOf(deliveryOf('a'));
    expect(await tick(store, start + 5 * day, 2)).toEqual({ manifests: 1, objects: 0 });
    expect(await tick(store, start + 5 * day)).toEqual({ manifests: 1, objects: 2 });
    expect((await verified(store)).problems).toEqual([]);
  });

  it('names nothing twice, hour after hour', async () => {
    const store = memoryArchive();
    for (let at = 0; at < 100; at++) {
      const stageTimestamp = new Date(start + at * hour).toISOString();
      await keepDelivery(store, { kind: 'Event', auditID: `e${at}`, verb: 'get', user: {}, stageTimestamp });
      expect(await tick(store, start + at * hour, 2)).toEqual({ manifests: 1, objects: 1 });
    }
    expect((await verified(store)).problems).toEqual([]);
  });
});

describe('several who write at once', () => {
  it('make one chain without a fork, in which all is named', async () => {
    for (const many of [2, 3, 8]) {
      const store = await archiveOf(deliveryOf('a', 'b', 'c'), deliveryOf('d'));
      await Promise.all(Array.from({ length: many }, () => tick(store)));
      expect(await countsIn(store)).toEqual([6]);
      expect((await verified(store)).problems).toEqual([]);
    }
  });

  it('follow one another where one sees more', async () => {
    const inner = await archiveOf(deliveryOf('a'));
    let isRaced = false;
    const raced: ArchiveStore = {
      ...inner,
      put: async (object) => {
        if (!isRaced && object.name.startsWith('manifests/')) {
          isRaced = true;
          await tick(inner);
          await keepDelivery(inner, deliveryOf('meanwhile'));
        }
        return inner.put(object);
      },
    };
    expect(await tick(raced)).toEqual({ manifests: 1, objects: 2 });
    expect(await countsIn(inner)).toEqual([2, 2]);
    expect((await verified(inner)).problems).toEqual([]);
  });

  it('give up, and may be asked again, where they never win', async () => {
    const inner = await archiveOf(deliveryOf('a'));
    const losing: ArchiveStore = { ...inner, put: async () => false };
    await expect(tick(losing)).rejects.toMatchObject({ code: 'archive', retryable: true });
  });
});

describe('a chain that was damaged', () => {
  const damaged = async (change: (name: string, bytes: Uint8Array) => Uint8Array | undefined) => {
    const whole = await archiveOf(deliveryOf('a'));
    await tick(whole);
    await keepDelivery(whole, deliveryOf('b'));
    await tick(whole, start + hour);
    const store = memoryArchive();
    for (const name of await namesIn(whole)) {
      const bytes = change(name, (await whole.get(name)) ?? new Uint8Array());
      if (bytes) await store.put({ name, contentType: '', bytes });
    }
    return store;
  };

  it.each([
    ['is gone', () => undefined],
    ['is no JSON', () => Buffer.from('{')],
    [
      'names what cannot be',
      () => Buffer.from('{"klaxon":1,"kind":"manifest","sequence":1,"hour":"x","objects":[1]}'),
    ],
  ])('goes on where a manifest %s: what it named is named again', async (_name, change) => {
    const store = await damaged((name, bytes) => (name === manifestName(1) ? change() : bytes));
    expect(await tick(store, start + 2 * hour)).toEqual({ manifests: 1, objects: 2 });
    const { problems } = await verified(store);
    expect(problems.filter(({ problem }) => problem === 'unlisted')).toEqual([]);
    expect(problems.length).toBeGreaterThan(0);
  });

  it('goes on after its last manifest, though one before is gone', async () => {
    const store = await damaged((name, bytes) => (name === manifestName(1) ? undefined : bytes));
    await tick(store, start + 2 * hour);
    expect((await manifestsIn(store)).map((manifest) => manifest?.sequence)).toEqual([2, 3]);
  });
});

it('is an object of JSON with a number of ten digits for a name', () => {
  const manifest = { klaxon: 1, kind: 'manifest', sequence: 42, hour: '2026-03-14T09', objects: [] } as const;
  expect(manifestObjectOf(manifest)).toMatchObject({
    name: 'manifests/0000000042.json',
    contentType: 'application/json',
    bytes: Buffer.from(`${JSON.stringify(manifest)}\n`),
  });
});
