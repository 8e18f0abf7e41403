/** The invented project whose logs are pulled in tests. */
import type { JsonObject } from '../../../shared/schema/json.ts';

export const minute = 60_000;
export const start = Date.UTC(2026, 2, 14, 9);

/** A request to the Kubernetes API of a cluster, so long after the start. */
export const entryAt = (at: number, more: JsonObject = {}): JsonObject => ({
  insertId: `i${at}`,
  logName: 'projects/shop-prod/logs/cloudaudit.googleapis.com%2Factivity',
  resource: {
    type: 'k8s_cluster',
    labels: { project_id: 'shop-prod', location: 'europe-west1', cluster_name: 'orders' },
  },
  timestamp: new Date(start + at).toISOString().replace(/\.?0*Z$/, 'Z'),
  receiveTimestamp: new Date(start + at + 900).toISOString().replace(/\.?0*Z$/, 'Z'),
  operation: { id: `request-${at}`, producer: 'k8s.io', first: true, last: true },
  protoPayload: {
    '@type': 'type.googleapis.com/google.cloud.audit.AuditLog',
    serviceName: 'k8s.io',
    methodName: 'io.k8s.core.v1.pods.create',
    resourceName: 'core/v1/namespaces/shop/pods/web',
    authenticationInfo: { principalEmail: 'robin@example.com' },
    requestMetadata: { callerIp: '203.0.113.31' },
    status: {},
  },
  ...more,
});

export const ofCluster = (name: string, location = 'europe-west1'): JsonObject => ({
  resource: { type: 'k8s_cluster', labels: { project_id: 'shop-prod', location, cluster_name: name } },
});

export const idsOf = (entries: readonly JsonObject[]): readonly unknown[] =>
  entries.map(({ insertId }) => insertId);
