/** Events as a hub hands them to a function, around what happens in test/functions/story.ts. */
import type { JsonObject } from '../../../shared/schema/json.ts';

/** As Azure Monitor writes it: in capitals, whatever the cluster is called. */
export const resourceId =
  '/SUBSCRIPTIONS/00000000-0000-0000-0000-00000000000A/RESOURCEGROUPS/RG-SHOP/PROVIDERS/MICROSOFT.CONTAINERSERVICE/MANAGEDCLUSTERS/PROD';

/** What Azure Monitor makes of a line of a diagnostic setting. */
export const diagnosticRecord = (
  line: JsonObject | string,
  over: Readonly<Record<string, string>> = {},
): JsonObject => ({
  time: '2026-01-02T03:05:00.1234567Z',
  resourceId,
  operationName: 'Microsoft.ContainerService/managedClusters/diagnosticLogs/Read',
  category: 'kube-audit',
  properties: {
    log: typeof line === 'string' ? line : JSON.stringify(line),
    stream: 'stdout',
    pod: 'kube-apiserver-0',
  },
  ...over,
});

/** The body of an event: many records in one. */
export const bodyOf = (...records: readonly JsonObject[]): Buffer => Buffer.from(JSON.stringify({ records }));

/** The same of lines that an API server logged. */
export const auditBody = (...lines: readonly (JsonObject | string)[]): Buffer =>
  bodyOf(...lines.map((line) => diagnosticRecord(line)));
