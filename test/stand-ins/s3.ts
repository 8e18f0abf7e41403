/**
 * The part of S3 that an archive stands on, in memory, and clients for it. The servers for tests that npm offers write over
 * an object in spite of `If-None-Match`; this one does not, and is held to what moto does by the same tests.
 */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { S3Client } from '@aws-sdk/client-s3';
import { clientLimits } from '../../functions/aws/client.ts';
import { limitsOf } from './client-limits.ts';
import { pageOf } from './object-pages.ts';
import { closed, listening, openWire, type Wire } from './wire.ts';

export interface FakeS3 {
  readonly url: string;
  /** By `/bucket/name`: also what others than we have put there. */
  readonly objects: Map<string, Buffer>;
  /** The headers of the latest request to put something. */
  readonly lastPut: () => IncomingMessage['headers'];
  readonly close: () => Promise<void>;
}

export const openS3 = async (): Promise<FakeS3> => {
  const objects = new Map<string, Buffer>();
  let lastPut: IncomingMessage['headers'] = {};
  const server = createServer(async (incoming, outgoing) => {
    const body = await buffer(incoming);
    const url = new URL(incoming.url ?? '/', 'http://127.0.0.1');
    const path = decodeURIComponent(url.pathname);
    if (incoming.method === 'PUT') lastPut = incoming.headers;
    const answer =
      incoming.method === 'PUT'
        ? put(objects, path, body, incoming.headers)
        : url.searchParams.has('list-type')
          ? list(objects, path, url.searchParams)
          : get(objects, path);
    outgoing.writeHead(answer.status, { 'content-length': Buffer.byteLength(answer.body) }).end(answer.body);
  });
  return { url: await listening(server), objects, lastPut: () => lastPut, close: () => closed(server) };
};

interface S3Answer {
  readonly status: number;
  readonly body: string | Buffer;
}

const refusal = (status: number, code: string): S3Answer => ({ status, body: errorXml(code) });

const errorXml = (code: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`;

/** As a bucket with Object Lock does it: without a checksum nothing is taken. */
const put = (
  objects: Map<string, Buffer>,
  path: string,
  body: Buffer,
  headers: IncomingMessage['headers'],
): S3Answer => {
  const checksum = headers['x-amz-checksum-sha256'];
  if (checksum === undefined) return refusal(400, 'InvalidRequest');
  if (checksum !== createHash('sha256').update(body).digest('base64')) return refusal(400, 'BadDigest');
  if (headers['if-none-match'] === '*' && objects.has(path)) return refusal(412, 'PreconditionFailed');
  objects.set(path, body);
  return { status: 200, body: '' };
};

const get = (objects: ReadonlyMap<string, Buffer>, path: string): S3Answer => {
  const body = objects.get(path);
  return body ? { status: 200, body } : refusal(404, 'NoSuchKey');
};

const pageSize = 1000;

/** ListObjectsV2, names in the order of their bytes: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
const list = (objects: ReadonlyMap<string, Buffer>, path: string, query: URLSearchParams): S3Answer => {
  const { entries, isLast } = pageOf(objects, {
    bucket: path.replaceAll('/', ''),
    prefix: query.get('prefix') ?? '',
    delimiter: query.get('delimiter') ?? undefined,
    after: query.get('continuation-token') ?? '',
    size: pageSize,
  });
  const lines = entries.map(({ name, bytes }) => entryXml(name, bytes)).join('');
  const last = entries.at(-1)?.name;
  const next = isLast ? '' : `<NextContinuationToken>${escaped(last)}</NextContinuationToken>`;
  const body = `<?xml version="1.0" encoding="UTF-8"?><ListBucketResult><IsTruncated>${!isLast}</IsTruncated>${next}${lines}</ListBucketResult>`;
  return { status: 200, body };
};

const entryXml = (name: string, size: number | undefined): string => {
  const text = encodeURIComponent(name).replaceAll('%2F', '/');
  return size === undefined
    ? `<CommonPrefixes><Prefix>${text}</Prefix></CommonPrefixes>`
    : `<Contents><Key>${text}</Key><Size>${size}</Size></Contents>`;
};

const escaped = (text = ''): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** A wire to S3, or to what stands in for it. */
export const wireToS3 = (target: string): Promise<Wire> =>
  openWire({
    target,
    operationOf: ({ method, url = '' }) =>
      url.includes('list-type=2') ? 'ListObjectsV2' : method === 'PUT' ? 'PutObject' : 'GetObject',
    throttles: { status: 503, body: errorXml('SlowDown') },
    fails: { status: 500, body: errorXml('InternalError') },
  });

/** `silenceMs`: how long it waits for an answer, and for each part of one. */
export const s3At = (
  endpoint: string,
  {
    maxAttempts = 1,
    silenceMs = 10_000,
  }: { readonly maxAttempts?: number; readonly silenceMs?: number } = {},
): S3Client =>
  new S3Client({
    ...clientLimits,
    endpoint,
    forcePathStyle: true,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'invented', secretAccessKey: 'invented' },
    maxAttempts,
    requestHandler: limitsOf(silenceMs),
  });
