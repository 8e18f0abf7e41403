/** An archive in Blob Storage: the contract, what is asked of the container, what strangers may have put there, and every fault. */
import type { ContainerClient } from '@azure/storage-blob';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { containerArchive, containerAt } from '../../../functions/azure/archive.ts';
import type { AskingOptions } from '../../../functions/azure/client.ts';
import type { ArchiveStore } from '../../../shared/ports.ts';
import { calls, comesThroughFaults, namesIn, object } from '../../contracts/archive-faults.ts';
import { keepsTheArchiveContract } from '../../contracts/archive-store.ts';
import {
  type Azurite,
  blobFault,
  madeContainer,
  openAzurite,
  overWire,
  wireToBlobs,
} from '../../stand-ins/azurite.ts';
import type { Wire } from '../../stand-ins/wire.ts';

let azurite: Azurite;
let wire: Wire;
beforeAll(async () => {
  azurite = await openAzurite();
  wire = await wireToBlobs(azurite.blob);
});
afterAll(async () => {
  await wire?.close();
  await azurite?.close();
});

const archiveIn = (url: string, over: Partial<AskingOptions> = {}): ArchiveStore =>
  containerArchive({
    container: containerAt(url, azurite.asker),
    pause: async () => undefined,
    random: () => 1,
    mostAttempts: 1,
    ...over,
  });

/** A container of its own, spoken to over the wire. */
const opened = async (over: Partial<AskingOptions> = {}) => {
  const url = await madeContainer(azurite);
  wire.breaksAt(() => undefined);
  return { container: containerAt(url, azurite.asker), store: archiveIn(overWire(url, wire), over) };
};

const uploaded = async (container: ContainerClient, names: readonly string[]): Promise<void> => {
  for (let at = 0; at < names.length; at += 50)
    await Promise.all(
      names.slice(at, at + 50).map((name) => container.getBlockBlobClient(name).upload('', 0)),
    );
};

describe('an archive in Blob Storage', () => {
  keepsTheArchiveContract(async () => {
    const url = await madeContainer(azurite);
    return [archiveIn(url), archiveIn(url)];
  });

  it('keeps what an object is, and its MD5, with it', async () => {
    const { container, store } = await opened();
    await store.put(object('a', 'text'));
    const { contentType, contentMD5 } = await container.getBlobClient('a').getProperties();
    expect(contentType).toBe('application/gzip');
    expect(Buffer.from(contentMD5 ?? []).toString('hex')).toBe('1cb251ec0d568de6a929b520c4aed8d1');
  });

  it('is of bytes that are a part of others as well', async () => {
    const { store } = await opened();
    await store.put({ ...object('a'), bytes: new TextEncoder().encode('before text after').subarray(7, 11) });
    expect(Buffer.from((await store.get('a')) ?? []).toString()).toBe('text');
  });
});

describe('what is asked of the container', () => {
  it('is one request for each object, and one for each thousand names', async () => {
    const { container, store } = await opened();
    await store.put(object('a/b'));
    await store.get('a/b');
    expect(wire.asked()).toEqual(['PutBlob', 'GetBlob']);
    await uploaded(
      container,
      Array.from({ length: 1200 }, (_, at) => `x/${at}/o`),
    );
    wire.breaksAt(() => undefined);
    expect(await namesIn(store.list('x/'))).toHaveLength(1200);
    expect(await namesIn(store.folders('x/'))).toHaveLength(1200);
    expect(wire.asked()).toEqual(Array(4).fill('ListBlobs'));
    wire.breaksAt(() => undefined);
    for await (const { name } of store.list('x/')) if (name) break;
    expect(wire.asked()).toHaveLength(1);
  });
});

describe('what strangers have put into the container', () => {
  it('is passed over where no name of ours can be like it', async () => {
    const { container, store } = await opened();
    await uploaded(container, ['.hidden', 'a b', 'ü', '%zz/x', 'x:y', 'f/.h/x', '<&>', "it's"]);
    await store.put(object('f/o'));
    expect(await namesIn(store.list(''))).toEqual(['%zz/x', 'f/o']);
    expect(await namesIn(store.folders(''))).toEqual(['%zz/', 'f/']);
  });
});

describe('a request that fails', () => {
  comesThroughFaults({
    open: async ({ maxAttempts = 1, silenceMs }) =>
      (await opened({ mostAttempts: maxAttempts, ...(silenceMs !== undefined && { timeoutMs: silenceMs }) }))
        .store,
    wire: () => wire,
  });

  it.each([
    [409, 'BlobAlreadyExists'],
    [412, 'ConditionNotMet'],
    [409, 'BlobImmutableDueToPolicy'],
    [409, 'BlobImmutableDueToLegalHold'],
    [403, 'UnauthorizedBlobOverwrite'],
  ])('finds the name taken, in whichever words that is said: %i %s', async (status, code) => {
    const { store } = await opened();
    wire.breaksAt(() => blobFault(status, code));
    expect(await store.put(object('a'))).toBe(false);
    expect(wire.asked()).toHaveLength(1);
  });

  it.each([
    [403, 'AuthorizationPermissionMismatch'],
    [404, 'ContainerNotFound'],
    [400, 'Md5Mismatch'],
  ])('is no reason to try again where it will fail again: %i %s', async (status, code) => {
    const { store } = await opened({ mostAttempts: 4 });
    wire.breaksAt(() => blobFault(status, code));
    for (const [, call] of calls)
      await expect(call(store)).rejects.toMatchObject({
        code: 'archive',
        retryable: false,
        message: expect.stringMatching(new RegExp(`^the container evidence-\\d+ cannot be used: ${code}: `)),
      });
    expect(wire.asked()).toHaveLength(calls.length);
  });
});
