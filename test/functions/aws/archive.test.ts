/** An archive in S3: the contract, what is asked of the bucket, what strangers may have put there, and every fault. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bucketArchive } from '../../../functions/aws/archive.ts';
import { KlaxonError } from '../../../shared/errors.ts';
import type { ArchiveObject, ArchiveStore } from '../../../shared/ports.ts';
import { keepsTheArchiveContract } from '../../contracts/archive-store.ts';
import { type FakeS3, openS3, s3At, wireToS3 } from '../../stand-ins/s3.ts';
import { faults, type Wire } from '../../stand-ins/wire.ts';

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

const object = (name: string, text = name): ArchiveObject => ({
  name,
  contentType: 'application/gzip',
  bytes: Buffer.from(text),
});

const namesIn = async (items: AsyncIterable<string | { readonly name: string }>) => {
  const names: string[] = [];
  for await (const item of items) names.push(typeof item === 'string' ? item : item.name);
  return names;
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
  const calls: readonly (readonly [string, (store: ArchiveStore) => Promise<unknown>])[] = [
    ['put', (store) => store.put(object('new'))],
    ['get', (store) => store.get('old')],
    ['list', (store) => namesIn(store.list(''))],
    ['folders', (store) => namesIn(store.folders(''))],
  ];
  const cases = faults.flatMap((fault) => calls.map(([name, call]) => [fault, name, call] as const));

  it.each(cases)('(it %s) fails %s, which may be repeated', async (fault, _, call) => {
    const { store } = opened({ silenceMs: fault === 'hangs' ? 300 : 10_000 });
    await store.put(object('old'));
    wire.breaksAt((place) => (place === 0 ? fault : undefined));
    const thrown = await call(store).catch((reason: unknown) => reason);
    expect(thrown).toBeInstanceOf(KlaxonError);
    expect(thrown).toMatchObject({ code: 'archive', retryable: true });
    await call(store);
    await store.put(object('new', 'another'));
    expect(Buffer.from((await store.get('new')) ?? []).toString()).toMatch(/^(new|another)$/);
    expect(await namesIn(store.list(''))).toEqual(['new', 'old']);
  });

  it.each(faults)('is noticed by nobody where it goes well the second time: it %s', async (fault) => {
    const { store } = opened({ maxAttempts: 2, silenceMs: fault === 'hangs' ? 300 : 10_000 });
    wire.breaksAt((place) => (place % 2 === 0 ? fault : undefined));
    // Where the answer was lost it finds the name taken, by itself.
    expect(await store.put(object('a'))).toBe(fault !== 'loses');
    expect(Buffer.from((await store.get('a')) ?? []).toString()).toBe('a');
    expect(await namesIn(store.list(''))).toEqual(['a']);
  });

  it('may be one whose answer ends halfway', async () => {
    const { store } = opened({ silenceMs: 300 });
    await store.put(object('a', 'x'.repeat(1_000_000)));
    wire.breaksAt(() => 'stalls');
    await expect(store.get('a')).rejects.toMatchObject({ code: 'archive', retryable: true });
    await expect(namesIn(store.list(''))).rejects.toMatchObject({ code: 'archive', retryable: true });
  });

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
