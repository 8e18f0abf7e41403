/** An event that tells of new objects in buckets in, which they are out; and the bytes of one, piece by piece. */
import { GetObjectCommand, NoSuchKey, type S3Client } from '@aws-sdk/client-s3';
import { KlaxonError } from '../../shared/errors.ts';
import {
  isObject,
  type JsonObject,
  type JsonValue,
  listOf,
  objectOf,
  parsedJson,
  pathOf,
  textOf,
} from '../../shared/schema/json.ts';
import { faultOf } from './client.ts';

export interface NamedObject {
  readonly bucket: string;
  readonly key: string;
  readonly region?: string | undefined;
  /** When it was put there, epoch milliseconds. */
  readonly arrived?: number | undefined;
}

/**
 * Told by S3 itself, by EventBridge, or by either through SNS and SQS; undefined for an event that tells of none. What was
 * removed or is only a test is none.
 */
export const objectsIn = (event: JsonValue | undefined): readonly NamedObject[] | undefined => {
  const value = typeof event === 'string' ? parsedJson(event) : event;
  if (!isObject(value)) return undefined;
  if (value['Event'] === 's3:TestEvent') return [];
  if (value['source'] === 'aws.s3') return toldByEventBridge(value);
  if (value['Type'] === 'Notification') return objectsIn(value['Message']);
  if (!Array.isArray(value['Records'])) return undefined;
  const told = listOf(value['Records']).map(toldByRecord);
  return told.some((objects) => objects === undefined) ? undefined : told.flatMap((objects) => objects ?? []);
};

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html */
const toldByEventBridge = (event: JsonObject): readonly NamedObject[] => {
  const bucket = textOf(pathOf(event, 'detail', 'bucket', 'name'));
  const key = textOf(pathOf(event, 'detail', 'object', 'key'));
  if (event['detail-type'] !== 'Object Created' || bucket === undefined || key === undefined) return [];
  return [{ bucket, key, region: textOf(event['region']), arrived: timeOf(event['time']) }];
};

const toldByRecord = (record: JsonValue): readonly NamedObject[] | undefined => {
  if (!isObject(record)) return undefined;
  if (isObject(record['s3'])) return toldByS3(record);
  const message = textOf(objectOf(record['Sns'])?.['Message']) ?? textOf(record['body']);
  return message === undefined ? undefined : objectsIn(message);
};

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html */
const toldByS3 = (record: JsonObject): readonly NamedObject[] => {
  const bucket = textOf(pathOf(record, 's3', 'bucket', 'name'));
  const key = writtenKey(textOf(pathOf(record, 's3', 'object', 'key')));
  const isNew = textOf(record['eventName'])?.startsWith('ObjectCreated') === true;
  if (!isNew || bucket === undefined || key === undefined) return [];
  return [{ bucket, key, region: textOf(record['awsRegion']), arrived: timeOf(record['eventTime']) }];
};

/** As in a form: a plus sign is a space. */
const writtenKey = (key: string | undefined): string | undefined => {
  try {
    return key === undefined ? undefined : decodeURIComponent(key.replaceAll('+', ' '));
  } catch {
    return key;
  }
};

const timeOf = (value: JsonValue | undefined): number | undefined => {
  const time = Date.parse(textOf(value) ?? '');
  return Number.isNaN(time) ? undefined : time;
};

export type OpenObject = (object: NamedObject) => Promise<AsyncIterable<Uint8Array>>;

/** The function needs s3:GetObject on the objects. */
export const bucketObjects =
  (client: S3Client): OpenObject =>
  async ({ bucket, key }) => {
    const what = `the object ${key} of ${bucket} cannot be read`;
    try {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      return piecesOf(Body?.transformToWebStream(), what);
    } catch (thrown) {
      if (thrown instanceof NoSuchKey)
        throw new KlaxonError('delivery', `${what}: it is gone`, { cause: thrown });
      throw faultOf('delivery', what, thrown);
    }
  };

async function* piecesOf(
  body: ReadableStream<Uint8Array> | undefined,
  what: string,
): AsyncGenerator<Uint8Array> {
  if (!body) return;
  try {
    for await (const piece of body) yield piece;
  } catch (thrown) {
    throw faultOf('delivery', what, thrown);
  }
}
