/** The part of Cloud Storage that an archive stands on, in memory, in its JSON form. */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { objectOf, parsedJson } from '../../shared/schema/json.ts';
import { pageOf } from './object-pages.ts';
import { closed, listening, openWire, type Wire } from './wire.ts';

export interface FakeCloudStorage {
  readonly url: string;
  /** By `/bucket/name`: also what others than we have put there. */
  readonly objects: Map<string, Buffer>;
  /** What was said of the latest object that somebody wanted to put. */
  readonly lastPut: () => Readonly<Record<string, unknown>>;
  readonly close: () => Promise<void>;
}

interface StorageAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** https://cloud.google.com/storage/docs/json_api/v1/status-codes */
export const storageRefusal = (status: number, reason: string, message = reason) => ({
  status,
  body: JSON.stringify({ error: { code: status, message, errors: [{ message, domain: 'global', reason }] } }),
});

export const openCloudStorage = async (): Promise<FakeCloudStorage> => {
  const objects = new Map<string, Buffer>();
  let lastPut: Readonly<Record<string, unknown>> = {};

  const put = (bucket: string, query: URLSearchParams, type: string, body: Buffer): StorageAnswer => {
    const upload = uploadIn(type, body);
    if (query.get('uploadType') !== 'multipart' || !upload) return storageRefusal(400, 'invalid');
    lastPut = upload.metadata;
    const path = `/${bucket}/${upload.metadata['name']}`;
    if (query.get('ifGenerationMatch') === '0' && objects.has(path))
      return storageRefusal(412, 'conditionNotMet');
    if (upload.metadata['md5Hash'] !== md5Of(upload.bytes)) return storageRefusal(400, 'invalid');
    objects.set(path, upload.bytes);
    return { status: 200, body: '{}' };
  };

  const server = createServer(async (incoming, outgoing) => {
    const body = await buffer(incoming);
    const { operation, bucket, name, query } = partsOf(incoming);
    const answer =
      operation === 'insert'
        ? put(bucket, query, incoming.headers['content-type'] ?? '', body)
        : operation === 'list'
          ? list(objects, bucket, query)
          : get(objects, bucket, name, operation);
    const length = { 'content-length': Buffer.byteLength(answer.body) };
    outgoing.writeHead(answer.status, { ...answer.headers, ...length }).end(answer.body);
  });
  return { url: await listening(server), objects, lastPut: () => lastPut, close: () => closed(server) };
};

/** As the methods of its API are called: insert, list, get; `media` is a get of what an object holds. */
const partsOf = ({ url = '/' }: IncomingMessage) => {
  const { pathname, searchParams: query } = new URL(url, 'http://127.0.0.1');
  const [, upload, bucket = '', name] =
    /^(\/upload)?\/storage\/v1\/b\/([^/]+)\/o(?:\/([^/]+))?$/.exec(pathname) ?? [];
  const read = query.get('alt') === 'media' ? 'media' : 'get';
  const operation = upload ? 'insert' : name === undefined ? 'list' : read;
  return { operation, bucket, name: decodeURIComponent(name ?? ''), query };
};

/** https://cloud.google.com/storage/docs/uploading-objects#uploading-an-object; undefined for what is no such body. */
const uploadIn = (type: string, body: Buffer) => {
  const boundary = /^multipart\/related; boundary=([\w-]+)$/.exec(type)?.[1];
  const text = body.toString('latin1');
  const end = text.lastIndexOf(`\r\n--${boundary}--`);
  const second = text.indexOf(`\r\n--${boundary}\r\n`);
  const metadataAt = text.indexOf('\r\n\r\n');
  const bytesAt = text.indexOf('\r\n\r\n', second);
  if (!boundary || !text.startsWith(`--${boundary}\r\n`) || second < 0 || end < bytesAt) return undefined;
  const metadata = objectOf(parsedJson(body.subarray(metadataAt + 4, second).toString('utf8')));
  return metadata && { metadata, bytes: body.subarray(bytesAt + 4, end) };
};

const md5Of = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('base64');

const get = (
  objects: ReadonlyMap<string, Buffer>,
  bucket: string,
  name: string,
  operation: string,
): StorageAnswer => {
  const body = objects.get(`/${bucket}/${name}`);
  // Where bytes are asked for, the refusal is no JSON either.
  if (!body && operation === 'media') return { status: 404, body: `No such object: ${bucket}/${name}` };
  if (!body) return storageRefusal(404, 'notFound');
  if (operation === 'get') return { status: 200, body: JSON.stringify({ name }) };
  return { status: 200, headers: { 'x-goog-hash': `crc32c=AAAAAA==,md5=${md5Of(body)}` }, body };
};

/** https://cloud.google.com/storage/docs/json_api/v1/objects/list */
const list = (
  objects: ReadonlyMap<string, Buffer>,
  bucket: string,
  query: URLSearchParams,
): StorageAnswer => {
  const after = Buffer.from(query.get('pageToken') ?? '', 'base64url').toString();
  const delimiter = query.get('delimiter') ?? undefined;
  const size = Math.min(1000, Number(query.get('maxResults') ?? 1000));
  const { entries, isLast } = pageOf(objects, {
    bucket,
    prefix: query.get('prefix') ?? '',
    delimiter,
    after,
    size,
  });
  const told = {
    items: entries.flatMap(({ name, bytes }) => (bytes === undefined ? [] : [{ name, size: `${bytes}` }])),
    prefixes: entries.flatMap(({ name, bytes }) => (bytes === undefined ? [name] : [])),
    ...(!isLast && { nextPageToken: Buffer.from(entries.at(-1)?.name ?? '').toString('base64url') }),
  };
  // Only what was asked for: https://cloud.google.com/storage/docs/json_api#partial-response
  const fields = (query.get('fields') ?? '').replace(/\([^)]*\)/g, '').split(',');
  const asked = Object.entries(told).filter(([name]) => fields.includes(name));
  return { status: 200, body: JSON.stringify(Object.fromEntries(asked)) };
};

/** A wire to Cloud Storage, or to what stands in for it. */
export const wireToCloudStorage = (target: string): Promise<Wire> =>
  openWire({
    target,
    operationOf: (incoming) => partsOf(incoming).operation,
    throttles: storageRefusal(429, 'rateLimitExceeded'),
    fails: storageRefusal(503, 'backendError'),
  });
