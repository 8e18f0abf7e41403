/** An archive in Cloud Storage: the contract, what is asked of the bucket, what strangers may have put there, and every fault. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bucketArchive } from '../../../functions/gcp/archive.ts';
import { calls, comesThroughFaults, namesIn, object } from '../../contracts/archive-faults.ts';
import { keepsTheArchiveContract } from '../../contracts/archive-store.ts';
import {
  type FakeCloudStorage,
  openCloudStorage,
  storageRefusal,
  wireToCloudStorage,
} from '../../stand-ins/cloud-storage.ts';
import { askerOf } from '../../stand-ins/google.ts';
import type { Wire } from '../../stand-ins/wire.ts';

let storage: FakeCloudStorage;
let wire: Wire;
beforeAll(async () => {
  storage = await openCloudStorage();
  wire = await wireToCloudStorage(storage.url);
});
afterAll(async () => {
  await wire.close();
  await storage.close();
});

let made = 0;

/** A bucket of its own, spoken to over the wire. */
const opened = (over: Parameters<typeof askerOf>[0] = {}) => {
  const bucket = `evidence-${made++}`;
  wire.breaksAt(() => undefined);
  return { bucket, store: bucketArchive({ bucket, ask: askerOf(over), origin: wire.url }) };
};

describe('an archive in Cloud Storage', () => {
  keepsTheArchiveContract(async () => {
    const bucket = `evidence-${made++}`;
    const store = () => bucketArchive({ bucket, ask: askerOf(), origin: storage.url });
    return [store(), store()];
  });
});

describe('what is asked of the bucket', () => {
  it('is one request for each object, and one for each thousand names', async () => {
    const { bucket, store } = opened();
    await store.put(object('a/b'));
    await store.get('a/b');
    expect(wire.asked()).toEqual(['insert', 'media']);
    for (let at = 0; at < 2500; at++) storage.objects.set(`/${bucket}/x/${at}/o`, Buffer.alloc(0));
    wire.breaksAt(() => undefined);
    expect(await namesIn(store.list('x/'))).toHaveLength(2500);
    expect(await namesIn(store.folders('x/'))).toHaveLength(2500);
    expect(wire.asked()).toEqual(Array(6).fill('list'));
  });

  it('is a page more only for those who read on', async () => {
    const { bucket, store } = opened();
    for (let at = 0; at < 1500; at++) storage.objects.set(`/${bucket}/x/${at}`, Buffer.alloc(0));
    for await (const { name } of store.list('x/')) if (name) break;
    expect(wire.asked()).toHaveLength(1);
  });

  it('says what kind of thing an object is, and what its bytes come to', async () => {
    const { store } = opened();
    await store.put({ ...object('a'), bytes: Buffer.from('--x\r\n\r\n--\r\n') });
    const md5Hash = 'nM3MrT61kwyHdjLFrUjxKg==';
    expect(storage.lastPut()).toEqual({ name: 'a', contentType: 'application/gzip', md5Hash });
  });

  it('is the bucket besides, where an object is not there', async () => {
    const { bucket, store } = opened();
    expect(await store.get('none')).toBe(undefined);
    expect(wire.asked()).toEqual(['media', 'list']);
    wire.breaksAt(() => storageRefusal(404, 'notFound', 'The specified bucket does not exist.'));
    await expect(store.get('none')).rejects.toMatchObject({
      code: 'archive',
      retryable: false,
      message: `the bucket ${bucket} cannot be used: notFound: The specified bucket does not exist.`,
    });
  });

  it('is the object besides, where who may not delete is told just that', async () => {
    const { store } = opened();
    await store.put(object('a'));
    const refusal = storageRefusal(403, 'forbidden', 'no storage.objects.delete access');
    wire.breaksAt((_, operation) => (operation === 'insert' ? refusal : undefined));
    expect(await store.put(object('a'))).toBe(false);
    expect(wire.asked()).toEqual(['insert', 'get']);
    await expect(store.put(object('b'))).rejects.toMatchObject({
      retryable: false,
      message: expect.stringContaining('storage.objects.delete'),
    });
  });
});

describe('what strangers have put into the bucket', () => {
  it('is passed over where no name of ours can be like it', async () => {
    const { bucket, store } = opened();
    const strange = ['a/../b', '.hidden', 'folder/', 'a\u0001b', 'a b', 'ü', '%zz/', 'x//y', 'f/.h/x', '<&>'];
    for (const name of strange) storage.objects.set(`/${bucket}/${name}`, Buffer.from('x'));
    await store.put(object('f/o'));
    expect(await namesIn(store.list(''))).toEqual(['f/o']);
    expect(await namesIn(store.folders(''))).toEqual(['%zz/', 'a/', 'f/', 'folder/', 'x/']);
  });
});

describe('a request that fails', () => {
  comesThroughFaults({ open: (over) => opened(over).store, wire: () => wire });

  it('is one whose answer is not what is kept', async () => {
    const { store } = opened();
    await store.put(object('a'));
    wire.breaksAt(() => ({
      status: 200,
      body: 'b',
      headers: { 'x-goog-hash': 'md5=AAAAAAAAAAAAAAAAAAAAAA==' },
    }));
    await expect(store.get('a')).rejects.toMatchObject({ code: 'archive', retryable: true });
  });

  it.each([
    [401, 'required'],
    [403, 'forbidden'],
    [404, 'notFound'],
  ])('is no reason to try again where it will fail again: %i %s', async (status, code) => {
    const { bucket, store } = opened();
    wire.breaksAt(() => storageRefusal(status, code, 'no'));
    const refusal = {
      code: 'archive',
      retryable: false,
      message: `the bucket ${bucket} cannot be used: ${code}: no`,
    };
    for (const [, call] of calls) await expect(call(store)).rejects.toMatchObject(refusal);
  });
});
