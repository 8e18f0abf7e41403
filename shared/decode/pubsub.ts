/** Pub/Sub pushes, CloudEvents and first-generation events in; the log entries they carry, out. */
import { isObject, type JsonObject, textOf } from '../schema/json.ts';
import type { EnvelopeOrigin } from '../schema/raw-record.ts';
import type { Decoding } from './decoding.ts';
import type { Envelope, Opener } from './envelope.ts';
import { base64Bytes } from './gunzip.ts';

export const openPubSub: Envelope = (value, decoding, origin, open) => {
  if (isObject(value.message) && 'data' in value.message) {
    openMessage(value.message, decoding, origin, open);
    return true;
  }
  if (typeof value.data === 'string' && isPubSubMessage(value)) {
    openMessage(value, decoding, origin, open);
    return true;
  }
  if (typeof value.specversion !== 'string' && !isAuditLogEvent(value)) return false;
  decoding.batch();
  const packed = textOf(value.data_base64);
  open(packed === undefined ? value.data : base64Bytes(packed), origin);
  return true;
};

const isPubSubMessage = (value: JsonObject): boolean =>
  'messageId' in value || 'attributes' in value || textOf(value['@type'])?.endsWith('PubsubMessage') === true;

const isAuditLogEvent = (value: JsonObject): boolean =>
  isObject(value.data) && value.type === 'google.cloud.audit.log.v1.written';

const openMessage = (message: JsonObject, decoding: Decoding, origin: EnvelopeOrigin, open: Opener): void => {
  decoding.batch();
  const data = textOf(message.data) ?? '';
  const bytes = base64Bytes(data);
  if (bytes) open(bytes, { ...origin, cloud: 'gcp' });
  else decoding.reject('not-base64', 'message.data is not base64', data);
};
