/** AWS events that carry a list named Records, in: Kinesis, SNS, SQS, S3 and CloudTrail; what each record holds, out. */
import { isObject, type JsonObject, type JsonValue, listOf, textOf } from '../schema/json.ts';
import type { EnvelopeOrigin } from '../schema/raw-record.ts';
import { type Decoding, describe } from './decoding.ts';
import type { Envelope, Opener } from './envelope.ts';
import { base64Bytes } from './gunzip.ts';

export const openLambdaRecords: Envelope = (value, decoding, origin, open) => {
  if (!Array.isArray(value.Records)) return false;
  decoding.batch();
  for (const record of listOf(value.Records)) openRecord(record, decoding, origin, open);
  return true;
};

const openRecord = (record: JsonValue, decoding: Decoding, origin: EnvelopeOrigin, open: Opener): void => {
  if (!isObject(record)) {
    decoding.reject('not-an-object', 'a record that is no object', describe(record));
    return;
  }
  const from: EnvelopeOrigin = { ...origin, cloud: 'aws', region: textOf(record.awsRegion) ?? origin.region };
  if (isObject(record.kinesis)) openKinesis(record.kinesis, decoding, from, open);
  else if (isObject(record.Sns)) open(record.Sns.Message, from);
  else if (isObject(record.s3)) decoding.drop('notification');
  else if (typeof record.body === 'string' && typeof record.messageId === 'string') open(record.body, from);
  else open(record, origin);
};

const openKinesis = (kinesis: JsonObject, decoding: Decoding, origin: EnvelopeOrigin, open: Opener): void => {
  const data = textOf(kinesis.data) ?? '';
  const bytes = base64Bytes(data);
  if (bytes) open(bytes, origin);
  else decoding.reject('not-base64', 'kinesis.data is not base64', data);
};
