/** A container of Blob Storage in, an ArchiveStore that keeps its objects there, out. */
import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { ContainerClient, StorageSharedKeyCredential } from '@azure/storage-blob';
import {
  type ArchiveObject,
  type ArchiveStore,
  checkObjectName,
  isObjectName,
  type ListedObject,
} from '../../shared/ports.ts';
import {
  type Ask,
  type Asker,
  type AskingOptions,
  asking,
  clientLimits,
  isEmulatorKey,
  pagesOf,
  storagePlace,
  unless,
  within,
} from './client.ts';

/** By its URL. */
export const containerAt = (url: string, asker: Asker): ContainerClient => {
  const { signer } = storagePlace(url, asker);
  const credential = isEmulatorKey(signer)
    ? new StorageSharedKeyCredential(signer.account, signer.key)
    : signer;
  return new ContainerClient(url, credential, clientLimits);
};

export interface ContainerArchiveOptions extends AskingOptions {
  /** For itself alone, in an account without a hierarchical namespace: with one a folder is a blob too. */
  readonly container: ContainerClient;
}

/**
 * One request for an object that is put or got, and one for each thousand names that are listed. An object is put only
 * where there is none of its name (`If-None-Match`), with its MD5, which Blob Storage checks and keeps; for how long it is
 * then held, and what becomes of versions, is the container's affair. The function needs blobs/read, and blobs/write or,
 * with which nothing can be replaced, blobs/add/action (Microsoft.Storage/storageAccounts/blobServices/containers).
 */
export const containerArchive = ({ container, ...options }: ContainerArchiveOptions): ArchiveStore => {
  const inContainer = within('archive', `the container ${container.containerName} cannot be used`);
  const ask = asking({ timeoutMs: objectTimeoutMs, ...options });
  const askForPage: Ask = (request) => inContainer(() => ask(request));

  return {
    put: (object) =>
      inContainer(async () => {
        checkObjectName(object.name);
        const blob = container.getBlockBlobClient(object.name);
        const { bytes } = object;
        const terms = termsOf(object);
        const answer = await unless(taken, () =>
          ask((abortSignal) => blob.upload(bytes, bytes.length, { ...terms, abortSignal })),
        );
        return answer !== undefined;
      }),
    get: (name) =>
      inContainer(async () => {
        checkObjectName(name);
        const blob = container.getBlobClient(name);
        return unless(missing, () =>
          ask(async (abortSignal) => {
            const terms = { abortSignal, maxRetryRequests: 0 };
            const { readableStreamBody } = await blob.download(0, undefined, terms);
            return readableStreamBody ? await buffer(readableStreamBody) : new Uint8Array();
          }),
        );
      }),
    list: async function* (prefix): AsyncGenerator<ListedObject> {
      for await (const { segment } of pagesOf(askForPage, maxPageSize, (abortSignal) =>
        container.listBlobsFlat({ prefix, abortSignal }),
      ))
        for (const { name, properties } of segment.blobItems)
          if (isObjectName(name)) yield { name, bytes: properties.contentLength ?? 0 };
    },
    folders: async function* (prefix) {
      let last: string | undefined;
      for await (const { segment } of pagesOf(askForPage, maxPageSize, (abortSignal) =>
        container.listBlobsByHierarchy('/', { prefix, abortSignal }),
      ))
        for (const { name } of segment.blobPrefixes ?? []) {
          // One that goes over the end of a page may be told of on both.
          if (name !== last && isObjectName(name.slice(0, -1))) yield name;
          last = name;
        }
    },
  };
};

/** For some megabytes. */
const objectTimeoutMs = 20_000;

/** 5000 are allowed; a page of a thousand has a megabyte of XML. */
const maxPageSize = 1000;

/**
 * There is an object of that name. Which of them is said depends on whether the service looks first at the condition, at a
 * policy or a legal hold of the container, or at what the function may do.
 */
const taken = new Set([
  'BlobAlreadyExists',
  'ConditionNotMet',
  'BlobImmutableDueToPolicy',
  'BlobImmutableDueToLegalHold',
  'UnauthorizedBlobOverwrite',
]);
const missing = new Set(['BlobNotFound']);

const termsOf = ({ contentType, bytes }: ArchiveObject) => ({
  conditions: { ifNoneMatch: '*' },
  blobHTTPHeaders: { blobContentType: contentType },
  transactionalContentMD5: createHash('md5').update(bytes).digest(),
});
