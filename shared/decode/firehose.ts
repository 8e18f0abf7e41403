/** A Firehose transformation event in; what its records hold, packed, plain or extracted to bare messages, out. */
import { isObject, listOf, textOf } from '../schema/json.ts';
import type { EnvelopeOrigin } from '../schema/raw-record.ts';
import type { Envelope } from './envelope.ts';
import { base64Bytes } from './gunzip.ts';

export const openFirehose: Envelope = (value, decoding, origin, open) => {
  if (typeof value.invocationId !== 'string' || !Array.isArray(value.records)) return false;
  decoding.batch();
  const from: EnvelopeOrigin = { ...origin, cloud: 'aws', region: textOf(value.region) ?? origin.region };
  for (const record of listOf(value.records)) {
    const data = isObject(record) ? textOf(record.data) : undefined;
    const bytes = data === undefined ? undefined : base64Bytes(data);
    if (bytes) open(bytes, from);
    else decoding.reject('not-base64', 'a Firehose record without base64 data', data ?? '');
  }
  return true;
};
