/** One line of an EKS audit stream in, one AuditEvent out. */
import type { EnvelopeOrigin } from '../schema/raw-record.ts';
import { fromAuditRecord } from './audit.ts';
import type { Normaliser } from './normaliser.ts';

export const fromEksAudit: Normaliser = (record) =>
  fromAuditRecord(record, record.body, record.line, eksOrigin(record.origin));

/** The cluster's ARN can be told only where the region is known, and its partition goes by the region. */
export const eksOrigin = (origin: EnvelopeOrigin): EnvelopeOrigin => {
  const known = named.get(origin);
  if (known) return known;
  const found = withClusterId(origin);
  named.set(origin, found);
  return found;
};

/** The records of a delivery share their origin. */
const named = new WeakMap<EnvelopeOrigin, EnvelopeOrigin>();

const withClusterId = (origin: EnvelopeOrigin): EnvelopeOrigin => {
  const { account, cluster, region } = origin;
  if (
    origin.clusterId !== undefined ||
    account === undefined ||
    cluster === undefined ||
    region === undefined
  ) {
    return origin;
  }
  return { ...origin, clusterId: `arn:${partitionOf(region)}:eks:${region}:${account}:cluster/${cluster}` };
};

const partitionOf = (region: string): string => {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
};
