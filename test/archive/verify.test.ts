/** Whatever is taken out of an archive, changed in it or put into it is found. */
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { manifestName } from '../../shared/archive/manifest.ts';
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

/** Three hours of an archive. */
const wholeArchive = async (): Promise<ArchiveStore> => {
  const store = memoryArchive();
  for (const [at, name] of ['a', 'b', 'c'].entries()) {
    await keepDelivery(store, deliveryOf(name));
    await tick(store, start + at * hour);
  }
  return store;
};

type Change = (name: string, bytes: Uint8Array) => Uint8Array | undefined;

const changedArchive = async (change: Change): Promise<ArchiveStore> => {
  const whole = await wholeArchive();
  const store = memoryArchive();
  for (const name of await namesIn(whole)) {
    const bytes = change(name, (await whole.get(name)) ?? new Uint8Array());
    if (bytes) await store.put({ name, contentType: '', bytes });
  }
  return store;
};

const at =
  (target: string, change: (bytes: Uint8Array) => Uint8Array | undefined): Change =>
  (name, bytes) =>
    name === target ? change(bytes) : bytes;

/** One that the first manifest names. */
const firstObject = async (): Promise<string> =>
  (await manifestsIn(await wholeArchive()))[0]?.objects[0]?.name ?? '';

const briefOf = async (store: ArchiveStore, head?: string): Promise<readonly string[]> =>
  (await verified(store, head)).problems.map(({ problem, name }) => `${problem} ${name}`);

describe('an archive as it was written', () => {
  it('is found whole, with what is in it', async () => {
    const store = await wholeArchive();
    const { summary, problems } = await verified(store);
    expect(problems).toEqual([]);
    expect(summary).toMatchObject({
      manifests: 3,
      objects: 6,
      events: 6,
      problems: { chain: 0, missing: 0, changed: 0, unlisted: 0 },
      head: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    const sizes = await Promise.all((await namesIn(store)).map((name) => store.get(name)));
    const manifests = await Promise.all([1, 2, 3].map((sequence) => store.get(manifestName(sequence))));
    const sum = (all: readonly (Uint8Array | undefined)[]): number =>
      all.reduce((total, bytes) => total + (bytes?.length ?? 0), 0);
    expect(summary.bytes).toBe(sum(sizes) - sum(manifests));
  });

  it('is found whole by the digest that an earlier look told', async () => {
    const store = await wholeArchive();
    const { head } = (await verified(store)).summary;
    await tick(store, start + 5 * hour);
    expect(await briefOf(store, head)).toEqual([]);
  });

  it('is found whole where it is empty', async () => {
    const { summary, problems } = await verified(memoryArchive());
    expect(problems).toEqual([]);
    expect(summary).toMatchObject({ manifests: 0, objects: 0, head: undefined });
  });
});

describe('an object', () => {
  it('is missing where it was taken out', async () => {
    const name = await firstObject();
    expect(await briefOf(await changedArchive(at(name, () => undefined)))).toEqual([`missing ${name}`]);
  });

  it.each<[string, (bytes: Uint8Array) => Uint8Array]>([
    ['by a byte', (bytes) => bytes.map((byte, place) => (place === 60 ? byte ^ 1 : byte))],
    ['by being cut', (bytes) => bytes.subarray(0, -1)],
    ['by being longer', (bytes) => Buffer.concat([bytes, Buffer.alloc(1)])],
    ['by being emptied', () => new Uint8Array()],
    ['by other lines', () => gzipSync('{}\n')],
    ['by text', () => Buffer.from('{}\n')],
  ])('is changed %s', async (_name, change) => {
    const name = await firstObject();
    expect(await briefOf(await changedArchive(at(name, change)))).toEqual([`changed ${name}`]);
  });

  it('is unlisted where it was put in', async () => {
    const store = await wholeArchive();
    const name = `audit/cloud=aws/${'0'.repeat(64)}-1.ndjson.gz`;
    for (const stray of [name, 'notes.md', 'manifests/readme', 'manifests/1.json'])
      await store.put({ name: stray, contentType: '', bytes: gzipSync('{}\n') });
    expect(await briefOf(store)).toEqual(
      [name, 'manifests/1.json', 'manifests/readme', 'notes.md'].map((stray) => `unlisted ${stray}`),
    );
  });

  it('is unlisted where it came after the last manifest', async () => {
    const store = await wholeArchive();
    await keepDelivery(store, deliveryOf('later'));
    expect((await verified(store)).summary.problems).toMatchObject({ unlisted: 2, missing: 0 });
  });

  it('is not found under another name, though all its bytes are there', async () => {
    const name = await firstObject();
    const store = await changedArchive(at(name, () => undefined));
    const bytes = await (await wholeArchive()).get(name);
    const moved = name.replace('hour=09', 'hour=08');
    await store.put({ name: moved, contentType: '', bytes: bytes ?? new Uint8Array() });
    expect(await briefOf(store)).toEqual([`missing ${name}`, `unlisted ${moved}`]);
  });
});

describe('a manifest', () => {
  const rewritten = (bytes: Uint8Array, change: (text: string) => string): Uint8Array =>
    Buffer.from(change(Buffer.from(bytes).toString('utf8')));

  it('is missing where it was taken out, and what it named is unlisted', async () => {
    const store = await changedArchive(at(manifestName(2), () => undefined));
    const { summary } = await verified(store);
    expect(summary.problems).toEqual({ chain: 0, missing: 1, changed: 0, unlisted: 2 });
    expect((await briefOf(store))[0]).toBe(`missing ${manifestName(2)}`);
  });

  it('is told to be missing at the beginning as well, and many at once', async () => {
    const store = await changedArchive((name, bytes) =>
      name === manifestName(1) || name === manifestName(2) ? undefined : bytes,
    );
    const [first] = (await verified(store)).problems;
    expect(first).toMatchObject({
      problem: 'missing',
      name: manifestName(1),
      detail: expect.stringContaining('2'),
    });
  });

  it('is no longer what the next one followed where a word of it was changed', async () => {
    const change = (bytes: Uint8Array) => rewritten(bytes, (text) => text.replace('T10', 'T11'));
    expect(await briefOf(await changedArchive(at(manifestName(2), change)))).toEqual([
      `chain ${manifestName(3)}`,
    ]);
  });

  it('is no longer what the next one followed where an object was taken out together with its entry', async () => {
    const name = await firstObject();
    const store = await changedArchive((each, bytes) => {
      if (each === name) return undefined;
      if (each !== manifestName(1)) return bytes;
      return rewritten(bytes, (text) => text.replace(/\{"name":"audit[^}]*\},/, ''));
    });
    expect(await briefOf(store)).toEqual([`chain ${manifestName(2)}`]);
  });

  it.each([
    ['is no JSON', '{'],
    [
      'is of another number',
      '{"klaxon":1,"kind":"manifest","sequence":9,"hour":"2026-03-14T10","objects":[]}',
    ],
  ])('is changed where it %s', async (_name, text) => {
    const brief = await briefOf(await changedArchive(at(manifestName(2), () => Buffer.from(text))));
    expect(brief.slice(0, 2)).toEqual([`changed ${manifestName(2)}`, `chain ${manifestName(3)}`]);
  });

  it.each(['../../etc/passwd', `a/${'0'.repeat(64)}-1.ndjson.gz`, `../${'0'.repeat(64)}-1.ndjson.gz`])(
    'cannot make anybody read %s',
    async (name) => {
      const store = memoryArchive();
      const objects = [{ name, sha256: 'f'.repeat(64), bytes: 1, events: 1 }];
      const manifest = { klaxon: 1, kind: 'manifest', sequence: 1, hour: '2026-03-14T09', objects };
      await store.put({
        name: manifestName(1),
        contentType: '',
        bytes: Buffer.from(JSON.stringify(manifest)),
      });
      expect(await briefOf(store)).toEqual([`changed ${name}`]);
    },
  );
});

describe('the end of the chain', () => {
  it('can be cut off unseen only by whoever kept no digest of it', async () => {
    const whole = await wholeArchive();
    const { head } = (await verified(whole)).summary;
    const named = await namesIn(whole);
    const store = await changedArchive((name, bytes) => (name === manifestName(3) ? undefined : bytes));
    expect(named).toHaveLength(9);
    expect((await briefOf(store, head)).at(-1)).toBe('chain manifests/');
    expect((await briefOf(store)).every((line) => line.startsWith('unlisted'))).toBe(true);
  });
});

it('reads what unfolds to a thousand times its size piece by piece', async () => {
  const store = memoryArchive();
  const bomb = Buffer.concat(Array.from({ length: 20 }, () => gzipSync(Buffer.alloc(8_000_000))));
  const name = `audit/${'0'.repeat(64)}-1.ndjson.gz`;
  await store.put({ name, contentType: '', bytes: bomb });
  await tick(store);
  expect(await briefOf(store)).toEqual([`changed ${name}`]);
});
