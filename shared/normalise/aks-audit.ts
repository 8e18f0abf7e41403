/** One AKS diagnostic record of category kube-audit or kube-audit-admin in, one AuditEvent out. */
import { isObject, type JsonObject, textOf } from '../schema/json.ts';
import type { EnvelopeOrigin, RawRecord } from '../schema/raw-record.ts';
import { fromAuditRecord } from './audit.ts';
import type { Normaliser } from './normaliser.ts';
import { epochOf, epochOfUsTime } from './time.ts';

export const fromAksAudit: Normaliser = (record) => {
  const diagnostic = record.body ?? {};
  // AKS wraps the API server's event as a JSON string in properties.log; some relays have parsed it already.
  const log = isObject(diagnostic.properties) ? diagnostic.properties.log : undefined;
  const received: RawRecord = { ...record, time: aksTime(diagnostic) };
  return fromAuditRecord(
    received,
    isObject(log) ? log : undefined,
    textOf(log),
    aksOrigin(diagnostic, record.origin),
  );
};

export const aksTime = (diagnostic: JsonObject): number | undefined => {
  const text = textOf(diagnostic.time);
  return epochOf(text) ?? epochOfUsTime(text);
};

const resourcePath =
  /^\/subscriptions\/([^/]+)\/resourcegroups\/[^/]+\/providers\/microsoft\.[^/]+\/(?:managedclusters|connectedclusters)\/([^/]+)/;

/** The resource id's case says nothing: diagnostic records shout it, other services do not. */
export const aksOrigin = (diagnostic: JsonObject, from: EnvelopeOrigin): EnvelopeOrigin => {
  const resourceId = (textOf(diagnostic.resourceId) ?? textOf(diagnostic._ResourceId))?.toLowerCase();
  const match = resourceId === undefined ? null : resourcePath.exec(resourceId);
  return {
    cloud: 'azure',
    account: match?.[1] ?? from.account,
    region: textOf(diagnostic.location) ?? from.region,
    cluster: match?.[2] ?? from.cluster,
    clusterId: match?.[0] ?? from.clusterId,
    stream: textOf(diagnostic.category)?.toLowerCase(),
  };
};
