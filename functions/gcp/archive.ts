/** A bucket of Cloud Storage in, an ArchiveStore that keeps its objects there, out. */
import { createHash, randomUUID } from 'node:crypto';
import { KlaxonError } from '../../shared/errors.ts';
import {
  type ArchiveObject,
  type ArchiveStore,
  checkObjectName,
  isObjectName,
  type ListedObject,
} from '../../shared/ports.ts';
import { type JsonValue, listOf, propertyOf, textOf } from '../../shared/schema/json.ts';
import { type ApiAnswer, type AskApi, jsonIn, statusOf, within } from './client.ts';

export interface BucketArchiveOptions {
  /** For itself alone, and without folders of its own (a hierarchical namespace lists in no order of bytes). */
  readonly bucket: string;
  readonly ask: AskApi;
  /** Where Cloud Storage is: `originOf('storage', ...)`. */
  readonly origin: string;
}

/**
 * One request for an object that is put or got, and one for each thousand names that are listed; one more where an object is
 * not there. An object is put only where there is none of its name (`ifGenerationMatch=0`), with its MD5, which Cloud Storage
 * checks and keeps; for how long it is then held, and by which key, is the bucket's affair. The function needs
 * storage.objects.create, get and list on the bucket, and no right to delete: then nothing can be replaced.
 */
export const bucketArchive = ({ bucket, ask, origin }: BucketArchiveOptions): ArchiveStore => {
  const inBucket = within('archive', `the bucket ${bucket} cannot be used`);
  const place = `storage/v1/b/${encodeURIComponent(bucket)}/o`;
  const objectUrl = (name: string): string => `${origin}/${place}/${encodeURIComponent(name)}`;

  const page = async (query: Readonly<Record<string, string>>): Promise<JsonValue> =>
    jsonIn(await ask({ method: 'GET', url: `${origin}/${place}?${new URLSearchParams(query)}` }));

  async function* pages(query: Readonly<Record<string, string>>): AsyncGenerator<JsonValue> {
    let pageToken: string | undefined;
    do {
      const asked = { maxResults: '1000', ...query, ...(pageToken !== undefined && { pageToken }) };
      const answer = await inBucket(() => page(asked));
      yield answer;
      pageToken = textOf(propertyOf(answer, 'nextPageToken'));
    } while (pageToken !== undefined);
  }

  const isThere = (name: string): Promise<boolean> =>
    ask({ method: 'GET', url: `${objectUrl(name)}?fields=name` }).then(
      () => true,
      () => false,
    );

  return {
    put: (object) =>
      inBucket(async () => {
        checkObjectName(object.name);
        const { contentType, body } = uploadOf(object);
        const url = `${origin}/upload/${place}?uploadType=multipart&ifGenerationMatch=0&fields=name`;
        try {
          await ask({ method: 'POST', url, headers: { 'content-type': contentType }, body });
          return true;
        } catch (thrown) {
          if (statusOf(thrown) === 412) return false;
          // Who may not delete what is there may be told so, instead of that the condition does not hold.
          if (statusOf(thrown) === 403 && (await isThere(object.name))) return false;
          throw thrown;
        }
      }),
    get: (name) =>
      inBucket(async () => {
        checkObjectName(name);
        try {
          return checked(name, await ask({ method: 'GET', url: `${objectUrl(name)}?alt=media` }));
        } catch (thrown) {
          if (statusOf(thrown) !== 404) throw thrown;
          // A bucket that is none answers the same: then this request fails as well.
          await page({ maxResults: '1', fields: 'kind' });
          return undefined;
        }
      }),
    list: async function* (prefix): AsyncGenerator<ListedObject> {
      for await (const answer of pages({ prefix, fields: 'items(name,size),nextPageToken' }))
        for (const item of listOf(propertyOf(answer, 'items'))) {
          const name = textOf(propertyOf(item, 'name')) ?? '';
          if (isObjectName(name)) yield { name, bytes: Number(propertyOf(item, 'size')) };
        }
    },
    folders: async function* (prefix) {
      for await (const answer of pages({ prefix, delimiter: '/', fields: 'prefixes,nextPageToken' }))
        for (const item of listOf(propertyOf(answer, 'prefixes'))) {
          const folder = textOf(item) ?? '';
          if (isObjectName(folder.slice(0, -1))) yield folder;
        }
    },
  };
};

/** What an object is called, and what it holds, in one body: https://cloud.google.com/storage/docs/uploading-objects#uploading-an-object */
const uploadOf = ({ name, contentType, bytes }: ArchiveObject) => {
  const boundary = randomUUID();
  const metadata = JSON.stringify({ name, contentType, md5Hash: md5Of(bytes) });
  const start = `--${boundary}\r\ncontent-type: application/json\r\n\r\n${metadata}\r\n`;
  const body = Buffer.concat([
    Buffer.from(`${start}--${boundary}\r\ncontent-type: ${contentType}\r\n\r\n`),
    bytes,
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ]);
  return { contentType: `multipart/related; boundary=${boundary}`, body };
};

const md5Of = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('base64');

/** The bytes, if they are those that Cloud Storage has; it tells no MD5 of what was put together from parts. */
const checked = (name: string, { headers, body }: ApiAnswer): Uint8Array => {
  const kept = /\bmd5=([\w+/=]+)/.exec(headers.get('x-goog-hash') ?? '')?.[1];
  if (kept === undefined || kept === md5Of(body)) return body;
  throw new KlaxonError('archive', `${name} came other than it is kept`, { retryable: true });
};
