/** Events as services of AWS hand them to a function, around what happens in test/functions/story.ts. */
import { gzipSync } from 'node:zlib';
import type { JsonObject } from '../../../shared/schema/json.ts';
import { start } from '../story.ts';

/** What a subscription of CloudWatch Logs packs: lines of one log stream. */
export const payloadOf = (...lines: readonly (JsonObject | string)[]): Buffer =>
  gzipSync(
    JSON.stringify({
      messageType: 'DATA_MESSAGE',
      owner: '111122223333',
      logGroup: '/aws/eks/prod/cluster',
      logStream: 'kube-apiserver-audit-0123456789abcdef0123456789abcdef',
      subscriptionFilters: ['klaxon'],
      logEvents: lines.map((line, at) => ({
        id: String(at).padStart(56, '0'),
        timestamp: start,
        message: typeof line === 'string' ? line : JSON.stringify(line),
      })),
    }),
  );

export const cloudWatchEvent = (...lines: readonly (JsonObject | string)[]) => ({
  awslogs: { data: payloadOf(...lines).toString('base64') },
});

export const kinesisEvent = (...payloads: readonly (Buffer | string)[]) => ({
  Records: payloads.map((payload, at) => ({
    kinesis: {
      kinesisSchemaVersion: '1.0',
      partitionKey: 'p',
      sequenceNumber: sequenceOf(at),
      data: typeof payload === 'string' ? payload : payload.toString('base64'),
      approximateArrivalTimestamp: start / 1000 + 0.25,
    },
    eventSource: 'aws:kinesis',
    eventVersion: '1.0',
    eventID: `shardId-000000000000:${sequenceOf(at)}`,
    eventName: 'aws:kinesis:record',
    awsRegion: 'eu-west-1',
    eventSourceARN: 'arn:aws:kinesis:eu-west-1:111122223333:stream/klaxon',
  })),
});

export const sequenceOf = (at: number): string => `4959${String(at).padStart(52, '0')}`;

export const objectCreated = (bucket: string, key: string) => ({
  version: '0',
  id: '00000000-0000-4000-8000-000000000001',
  'detail-type': 'Object Created',
  source: 'aws.s3',
  account: '111122223333',
  time: '2026-01-02T03:05:00Z',
  region: 'eu-west-1',
  resources: [`arn:aws:s3:::${bucket}`],
  detail: { version: '0', bucket: { name: bucket }, object: { key, size: 1 }, reason: 'PutObject' },
});

/** As S3 tells of it by itself: keys are written as in a form. */
export const s3Notification = (bucket: string, key: string, eventName = 'ObjectCreated:Put') => ({
  Records: [
    {
      eventVersion: '2.1',
      eventSource: 'aws:s3',
      awsRegion: 'eu-west-1',
      eventTime: '2026-01-02T03:05:00.000Z',
      eventName,
      s3: {
        bucket: { name: bucket },
        object: { key: encodeURIComponent(key).replaceAll('%20', '+'), size: 1 },
      },
    },
  ],
});

export const sqsEvent = (...bodies: readonly unknown[]) => ({
  Records: bodies.map((body, at) => ({
    messageId: `message-${at}`,
    receiptHandle: 'r',
    body: JSON.stringify(body),
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:eu-west-1:111122223333:klaxon',
    awsRegion: 'eu-west-1',
  })),
});

export const posted = (
  body: string | Buffer,
  over: {
    readonly token?: string;
    readonly cluster?: string;
    readonly headers?: Readonly<Record<string, string>>;
  } = {},
) => ({
  version: '2.0',
  routeKey: 'POST /audit/{cluster}',
  rawPath: `/audit/${over.cluster ?? 'edge'}`,
  rawQueryString: '',
  headers: {
    'content-type': 'application/json',
    ...(over.token !== undefined && { Authorization: `Bearer ${over.token}` }),
    ...over.headers,
  },
  requestContext: { http: { method: 'POST', path: `/audit/${over.cluster ?? 'edge'}` } },
  body: Buffer.from(body).toString('base64'),
  isBase64Encoded: true,
});
