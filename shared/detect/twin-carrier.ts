/** An event of a rule's twin in, the delivery in which a cloud would bring it out. */
import { type JsonObject, type JsonValue, objectOf, textOf } from '../schema/json.ts';

/** An event that reads the same for every cloud is written once, as audit.k8s.io has it; each carrier puts it in its own form. */
const carriers: Readonly<Record<string, (event: JsonObject) => JsonValue>> = {
  eks: (event) => cloudWatch('kube-apiserver-audit-0123456789abcdef0123456789abcdef', event),
  aks: (event) => diagnostic('kube-audit', event),
  gke: (event) => logEntry(event),
  audit: (event) => event,
  authenticator: (event) => cloudWatch('authenticator-0123456789abcdef0123456789abcdef', event),
  guard: (event) => diagnostic('guard', event),
  cloudtrail: (event) => event,
  activity: (event) => event,
  gcp: (event) => event,
  auditd: (event) => event,
  event: (event) => event,
  access: (event) => lineOf(event),
  hubble: (event) => event,
};

export const carried = (carrier: string, event: JsonObject): JsonValue | undefined =>
  Object.hasOwn(carriers, carrier) ? carriers[carrier]?.(event) : undefined;

/** Events that are one line of text are written as `{ line: ... }`. */
const lineOf = (event: JsonObject): string => textOf(event.line) ?? JSON.stringify(event);

const cloudWatch = (logStream: string, event: JsonObject): JsonObject => ({
  messageType: 'DATA_MESSAGE',
  owner: '111122223333',
  logGroup: '/aws/eks/prod/cluster',
  logStream,
  subscriptionFilters: ['klaxon'],
  logEvents: [{ id: '1', timestamp: 1_767_323_045_000, message: lineOf(event) }],
});

const diagnostic = (category: string, event: JsonObject): JsonObject => ({
  time: '2026-01-02T03:04:05.000000000Z',
  category,
  operationName: 'Microsoft.ContainerService/managedClusters/diagnosticLogs/Read',
  resourceId:
    '/SUBSCRIPTIONS/00000000-0000-0000-0000-000000000001/RESOURCEGROUPS/RG/PROVIDERS/MICROSOFT.CONTAINERSERVICE/MANAGEDCLUSTERS/PROD',
  properties: { log: lineOf(event), stream: 'stdout', pod: 'kube-apiserver-0' },
});

/** What a Cloud Audit Log entry can hold of an audit event: no groups, no uid, no HTTP status, no query. */
const logEntry = (event: JsonObject): JsonObject => {
  const ref = objectOf(event.objectRef);
  const status = objectOf(event.responseStatus);
  const annotations = objectOf(event.annotations) ?? {};
  const verb = textOf(event.verb) ?? 'get';
  const [ip] = Array.isArray(event.sourceIPs) ? event.sourceIPs : [];
  const methodName = ref ? methodOf(ref, verb) : `io.k8s.${verb}`;
  const resourceName = ref ? resourceNameOf(ref) : (textOf(event.requestURI) ?? '/').slice(1);
  const command = commandsOf(textOf(event.requestURI));
  return {
    insertId: textOf(event.auditID) ?? 'e1',
    logName: 'projects/demo/logs/cloudaudit.googleapis.com%2Factivity',
    resource: {
      type: 'k8s_cluster',
      labels: { project_id: 'demo', location: 'europe-west1', cluster_name: 'prod' },
    },
    timestamp: textOf(event.stageTimestamp) ?? '2026-01-02T03:04:05.000006Z',
    operation: { id: textOf(event.auditID) ?? 'e1', producer: 'k8s.io', first: true, last: true },
    labels:
      command.length > 0 ? { ...annotations, 'command.gke.io/command': command.join(' ') } : annotations,
    protoPayload: {
      '@type': 'type.googleapis.com/google.cloud.audit.AuditLog',
      serviceName: 'k8s.io',
      methodName,
      resourceName,
      authenticationInfo: { principalEmail: textOf(objectOf(event.user)?.username) },
      authorizationInfo: [{ permission: methodName, resource: resourceName, granted: status?.code !== 403 }],
      requestMetadata: { callerIp: ip, callerSuppliedUserAgent: event.userAgent },
      status: rpcStatus(status?.code, status?.message),
      request: event.requestObject,
      response: event.responseObject,
    },
  };
};

/** `rbac.authorization.k8s.io` is written `authorization.rbac`. */
const methodOf = (ref: JsonObject, verb: string): string => {
  const group = (textOf(ref.apiGroup) ?? '').replace(/\.k8s\.io$/, '');
  const reversed = group === '' ? 'core' : group.split('.').toReversed().join('.');
  const parts = ['io.k8s', reversed, textOf(ref.apiVersion) ?? 'v1', ref.resource, ref.subresource, verb];
  return parts.filter(Boolean).join('.');
};

const resourceNameOf = (ref: JsonObject): string => {
  const isNamespace = ref.resource === 'namespaces';
  const namespace = textOf(ref.namespace);
  const parts = [
    textOf(ref.apiGroup) ?? 'core',
    textOf(ref.apiVersion) ?? 'v1',
    ...(namespace === undefined || isNamespace ? [] : ['namespaces', namespace]),
    ref.resource,
    ref.name,
    ref.subresource,
  ];
  return parts.filter(Boolean).join('/');
};

const commandsOf = (uri: string | undefined): readonly string[] =>
  [...new URLSearchParams(uri?.slice(uri.indexOf('?') + 1) ?? '').entries()].flatMap(([key, value]) =>
    key === 'command' ? [value] : [],
  );

const rpcCodes: Readonly<Record<number, number>> = { 400: 3, 401: 16, 403: 7, 404: 5, 409: 6, 101: 2 };

const rpcStatus = (code: JsonValue | undefined, message: JsonValue | undefined): JsonObject | undefined => {
  if (typeof code !== 'number') return undefined;
  const rpc = rpcCodes[code];
  return rpc === undefined ? {} : { code: rpc, message };
};
