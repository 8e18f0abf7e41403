/** An archive in S3: the contract, what is asked of the bucket, what strangers may have put there, and every fault. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bucketArchive } from '../../../functions/aws/archive.ts';
import type { ArchiveStore } from '../../../shared/ports.ts';
import { calls, comesThroughFaults, namesIn, object } from '../../contracts/archive-faults.ts';
import { keepsTheArchiveContract } from '../../contracts/archive-store.ts';
import { type FakeS3, openS3, s3At, wireToS3 } from '../../stand-ins/s3.ts';
import type { Wire } from '../../stand-ins/wire.ts';

let s3: FakeS3;
let wire: Wire;
beforeAll(async () => {
  s3 = await openS3();
  wire = await wireToS3(s3.url);
});
afterAll(async () => {
  await wire.close();
  await s3.close();
});

let made = 0;
const waits: number[] = [];
const archiveIn = (bucket: string, client = s3At(s3.url), kmsKey?: string): ArchiveStore =>
  bucketArchive({
    bucket,
    client,
    kmsKey,
    pause: async (ms) => {
      waits.push(ms);
    },
    random: () => 1,
  });

/** A bucket of its own, spoken to over the wire. */
const opened = (over: Parameters<typeof s3At>[1] = {}) => {
  const bucket = `evidence-${made++}`;
  wire.breaksAt(() => undefined);
  return { bucket, store: archiveIn(bucket, s3At(wire.url, over)) };
};

describe('an archive in S3', () => {
  keepsTheArchiveContract(async () => {
    const bucket = `evidence-${made++}`;
    return [archiveIn(bucket), archiveIn(bucket)];
  });
});

describe('what is asked of the bucket', () => {
  it('is one request for each object, and one for each thousand names', async () => {
    const { bucket, store } = opened();
    await store.put(object('a/b'));
    await store.get('a/b');
    expect(wire.asked()).toEqual(['PutObject', 'GetObject']);
    for (let at = 0; at < 2500; at++) s3.objects.set(`/${bucket}/x/${at}/o`, Buffer.alloc(0));
    wire.breaksAt(() => undefined);
    expect(await namesIn(store.list('x/'))).toHaveLength(2500);
    expect(await namesIn(store.folders('x/'))).toHaveLength(2500);
    expect(wire.asked()).toEqual(Array(6).fill('ListObjectsV2'));
  });

  it('is a page more only for those who read on', async () => {
    const { bucket, store } = opened();
    for (let at = 0; at < 1500; at++) s3.objects.set(`/${bucket}/x/${at}`, Buffer.alloc(0));
    for await (const { name } of store.list('x/')) if (name) break;
    expect(wire.asked()).toHaveLength(1);
  });

  it('names the key to encrypt with, where there is one', async () => {
    const { bucket, store } = opened();
    await store.put(object('a'));
    expect(s3.lastPut()).toMatchObject({ 'if-none-match': '*', 'content-type': 'application/gzip' });
    expect(s3.lastPut()).not.toHaveProperty('x-amz-server-side-encryption');
    const key = 'arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555';
    await archiveIn(bucket, s3At(s3.url), key).put(object('b'));
    expect(s3.lastPut()).toMatchObject({
      'x-amz-server-side-encryption': 'aws:kms',
      'x-amz-server-side-encryption-aws-kms-key-id': key,
      'x-amz-server-side-encryption-bucket-key-enabled': 'true',
    });
  });
});

describe('what strangers have put into the bucket', () => {
  it('is passed over where no name of ours can be like it', async () => {
    const { bucket, store } = opened();
    const strange = ['a/../b', '.hidden', 'folder/', 'a\u0001b', 'a b', 'ü', '%zz/', 'x//y', 'f/.h/x', '<&>'];
    for (const name of strange) s3.objects.set(`/${bucket}/${name}`, Buffer.from('x'));
    await store.put(object('f/o'));
    expect(await namesIn(store.list(''))).toEqual(['f/o']);
    expect(await namesIn(store.folders(''))).toEqual(['%zz/', 'a/', 'f/', 'folder/', 'x/']);
  });
});

describe('a request that fails', () => {
  comesThroughFaults({ open: (over) => opened(over).store, wire: () => wire });

  it('is one of several where another writing of the name is under way', async () => {
    const { store } = opened();
    const conflict = { status: 409, body: '<Error><Code>ConditionalRequestConflict</Code></Error>' };
    waits.length = 0;
    wire.breaksAt((place) => (place < 2 ? conflict : undefined));
    expect(await store.put(object('a'))).toBe(true);
    expect(waits).toEqual([100, 200]);
    wire.breaksAt(() => conflict);
    await expect(store.put(object('b'))).rejects.toMatchObject({ code: 'archive', retryable: true });
    expect(wire.asked()).toHaveLength(5);
  });

  it.each([
    [403, 'AccessDenied'],
    [404, 'NoSuchBucket'],
  ])('is no reason to try again where it will fail again: %i %s', async (status, code) => {
    const { bucket, store } = opened();
    wire.breaksAt(() => ({ status, body: `<Error><Code>${code}</Code><Message>no</Message></Error>` }));
    const refusal = {
      code: 'archive',
      retryable: false,
      message: `the bucket ${bucket} cannot be used: ${code}: no`,
    };
    for (const [, call] of calls) await expect(call(store)).rejects.toMatchObject(refusal);
  });
});
