/** An EventBridge event in; the CloudTrail record it carries out. */
import { isObject, textOf } from '../schema/json.ts';
import type { Envelope } from './envelope.ts';

export const openCloudTrailEnvelope: Envelope = (value, decoding, origin, open) => {
  if (typeof value['detail-type'] !== 'string' || !isObject(value.detail)) return false;
  decoding.batch();
  open(value.detail, {
    ...origin,
    cloud: 'aws',
    account: textOf(value.account) ?? origin.account,
    region: textOf(value.region) ?? origin.region,
  });
  return true;
};
