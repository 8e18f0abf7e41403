/** What happens in a small invented cluster, and rules that see it: for tests of what a function does with it on any cloud. */
import type { JsonObject } from '../../shared/schema/json.ts';

export const start = Date.UTC(2026, 0, 2, 3, 0, 0);

/** Two rules: one of a single event, and one that counts over several deliveries. */
export const rulesText = `title: Many secrets read
name: many
correlation: { type: value_count, rules: [read], group-by: [user.username], timespan: 10m, condition: { field: objectRef.name, gte: 3 }, generate: true }
level: high
---
title: Secret read
name: read
logsource: { product: kubernetes, service: audit }
detection: { sel: { verb: get, objectRef.resource: secrets }, condition: sel }
level: low
`;

export const secretRead = (minute: number, name: string): JsonObject => {
  const time = new Date(start + minute * 60_000).toISOString();
  return {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: 'Metadata',
    auditID: `00000000-0000-4000-8000-${name.padStart(12, '0')}`,
    stage: 'ResponseComplete',
    requestURI: `/api/v1/namespaces/shop/secrets/${name}`,
    verb: 'get',
    user: { username: 'eve' },
    sourceIPs: ['192.0.2.7'],
    objectRef: { resource: 'secrets', namespace: 'shop', name, apiVersion: 'v1' },
    responseStatus: { code: 200 },
    requestReceivedTimestamp: time,
    stageTimestamp: time,
  };
};

/** As an API server posts them to its webhook backend. */
export const eventList = (...items: readonly JsonObject[]): string =>
  JSON.stringify({ kind: 'EventList', apiVersion: 'audit.k8s.io/v1', metadata: {}, items });
