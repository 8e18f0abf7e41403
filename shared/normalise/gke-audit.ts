/** One Cloud Audit Log entry of the Kubernetes API in, the audit event it stands for out, with what was inferred named. */
import {
  isObject,
  type JsonObject,
  type JsonValue,
  listOf,
  objectOf,
  someTextOf,
  textOf,
} from '../schema/json.ts';
import type { KubernetesAuditEvent } from '../schema/kubernetes-audit.ts';
import type { EnvelopeOrigin } from '../schema/raw-record.ts';
import { auditEventOf } from './audit.ts';
import { type GkeTarget, gkeTargetOf } from './gke-target.ts';
import type { Normaliser } from './normaliser.ts';
import { withoutPatches } from './redact.ts';

export const fromGkeAudit: Normaliser = (record) => {
  const entry = record.body ?? {};
  const payload = isObject(entry.protoPayload) ? entry.protoPayload : {};
  const inferred: string[] = [];
  const audit = rebuilt(entry, payload, inferred);
  const source = { audit, truncated: false };
  return auditEventOf(
    record,
    source,
    gkeOrigin(entry, record.origin),
    inferred.length > 0 ? inferred : undefined,
  );
};

/** Resource labels of k8s_cluster, gke_cluster and the node resources alike. */
export const gkeOrigin = (entry: JsonObject, from: EnvelopeOrigin): EnvelopeOrigin => {
  const labels = isObject(entry.resource) && isObject(entry.resource.labels) ? entry.resource.labels : {};
  const account = textOf(labels.project_id) ?? from.account;
  const region = textOf(labels.location) ?? textOf(labels.zone) ?? from.region;
  const cluster = textOf(labels.cluster_name) ?? from.cluster;
  const isWhole = account !== undefined && region !== undefined && cluster !== undefined;
  return {
    cloud: 'gcp',
    account,
    region,
    cluster,
    clusterId: isWhole
      ? `//container.googleapis.com/projects/${account}/locations/${region}/clusters/${cluster}`
      : from.clusterId,
    stream: logNameOf(textOf(entry.logName)),
  };
};

/** `projects/p/logs/cloudaudit.googleapis.com%2Factivity` is `cloudaudit.googleapis.com/activity`. */
const logNameOf = (logName: string | undefined): string | undefined =>
  logName?.replace(/^.*\/logs\//, '').replaceAll('%2F', '/');

const rebuilt = (entry: JsonObject, payload: JsonObject, inferred: string[]): KubernetesAuditEvent => {
  const target = gkeTargetOf(payload);
  const metadata = isObject(payload.requestMetadata) ? payload.requestMetadata : {};
  const operation = isObject(entry.operation) ? entry.operation : {};
  const timestamp = someTextOf(entry.timestamp);
  // Test data and old exports spell it callerIP.
  const callerIp = someTextOf(metadata.callerIp) ?? someTextOf(metadata.callerIP);
  if (target.resource !== undefined) inferred.push('requestURI');
  return {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: payload.response ? 'RequestResponse' : payload.request ? 'Request' : 'Metadata',
    auditID: someTextOf(operation.id) ?? someTextOf(entry.insertId),
    stage: stageOf(operation),
    requestURI: uriOf(target, payload),
    verb: target.verb,
    user: userOf(payload),
    sourceIPs: callerIp === undefined ? undefined : [callerIp],
    userAgent: textOf(metadata.callerSuppliedUserAgent),
    objectRef: target.resource === undefined ? undefined : refOf(target),
    responseStatus: statusOf(payload, target, inferred),
    requestObject: withoutType(payload.request),
    responseObject: withoutType(payload.response),
    requestReceivedTimestamp: timestamp,
    stageTimestamp: timestamp,
    annotations: annotationsOf(entry, payload),
  };
};

/** A long call gives an entry at its start and one at its end; any other gives one that is both. */
const stageOf = (operation: JsonObject): string =>
  operation.first === true && operation.last !== true ? 'ResponseStarted' : 'ResponseComplete';

const refOf = (target: GkeTarget): NonNullable<KubernetesAuditEvent['objectRef']> => ({
  resource: target.resource,
  namespace: target.namespace,
  name: target.name,
  apiGroup: target.group === '' ? undefined : target.group,
  apiVersion: target.version,
  subresource: target.subresource,
});

const uriOf = (target: GkeTarget, payload: JsonObject): string | undefined => {
  const name = someTextOf(payload.resourceName);
  if (name === undefined) return undefined;
  if (target.resource === undefined) return name.startsWith('/') ? name : `/${name}`;
  // The object's name is written again after the subresource, which no URI does.
  const again = `/${target.subresource}/${target.name}`;
  const path =
    target.name !== undefined && name.endsWith(again) ? name.slice(0, -target.name.length - 1) : name;
  return path.startsWith('core/') ? `/api/${path.slice('core/'.length)}` : `/apis/${path}`;
};

/** The name of the caller is an address, a Kubernetes name, or for a federated one a principal subject. */
const userOf = (payload: JsonObject): KubernetesAuditEvent['user'] => {
  const info = isObject(payload.authenticationInfo) ? payload.authenticationInfo : {};
  const username =
    someTextOf(info.principalEmail) ??
    someTextOf(info.principalSubject) ??
    someTextOf(info.authoritySelector);
  const delegation = listOf(info.serviceAccountDelegationInfo)
    .map((item) => (isObject(item) ? (textOf(item.principalSubject) ?? delegatedBy(item)) : undefined))
    .filter((subject) => subject !== undefined);
  if (username === undefined) return undefined;
  return delegation.length === 0
    ? { username }
    : { username, extra: { serviceAccountDelegationInfo: delegation } };
};

const delegatedBy = (item: JsonObject): string | undefined =>
  isObject(item.firstPartyPrincipal) ? textOf(item.firstPartyPrincipal.principalEmail) : undefined;

/** google.rpc.Code to the HTTP status that the API server most often means by it. 2 (UNKNOWN) says nothing. */
const httpCodes: Readonly<Record<number, number>> = {
  3: 400,
  5: 404,
  6: 409,
  7: 403,
  8: 429,
  10: 409,
  13: 500,
  14: 503,
  16: 401,
};

/** The outcome as stated: by a Status in the response, else by protoPayload.status; nothing where neither is there. */
const statusOf = (
  payload: JsonObject,
  target: GkeTarget,
  inferred: string[],
): KubernetesAuditEvent['responseStatus'] => {
  const { response, status } = payload;
  const type = isObject(response) ? textOf(response['@type']) : undefined;
  if (
    isObject(response) &&
    (type?.endsWith('.Status') || response.kind === 'Status') &&
    typeof response.code === 'number'
  ) {
    return {
      code: response.code,
      status: textOf(response.status),
      reason: textOf(response.reason),
      message: textOf(response.message),
    };
  }
  // A Status cut down to its word: in a real object `status` is a map.
  if (isObject(response) && response.status === 'Failure') {
    return { status: 'Failure', reason: textOf(response.reason), message: textOf(response.message) };
  }
  if (!isObject(status)) return undefined;
  const rpcCode = typeof status.code === 'number' ? status.code : 0;
  const message = textOf(status.message);
  if (rpcCode === 0) {
    inferred.push('responseStatus.code');
    return { code: target.verb === 'create' ? 201 : 200, message };
  }
  const code = httpCodes[rpcCode];
  if (code !== undefined) inferred.push('responseStatus.code');
  // A WebSocket or SPDY upgrade (101) is written as UNKNOWN, so an exec with code 2 did not fail for certain.
  const isUpgrade = rpcCode === 2 && upgrades.has(target.subresource ?? '');
  return { code, status: isUpgrade ? undefined : 'Failure', message };
};

const upgrades = new Set(['exec', 'attach', 'portforward', 'proxy']);

/** Labels hold the audit annotations; where they lack the decision, authorizationInfo has it. */
const annotationsOf = (entry: JsonObject, payload: JsonObject): KubernetesAuditEvent['annotations'] => {
  const labels = isObject(entry.labels) ? entry.labels : {};
  const annotations: Record<string, string> = {};
  for (const [key, value] of Object.entries(labels)) if (typeof value === 'string') annotations[key] = value;
  const decision = annotations['authorization.k8s.io/decision'] ?? decisionOf(payload);
  if (decision !== undefined) annotations['authorization.k8s.io/decision'] = decision;
  return annotations;
};

/**
 * `granted` is left out where it is false, so its absence is a refusal only where the status says so as well: an entry
 * cut down by a relay has neither.
 */
export const decisionOf = (payload: JsonObject): 'allow' | 'forbid' | undefined => {
  const [authorization] = listOf(payload.authorizationInfo);
  if (!isObject(authorization)) return undefined;
  if (authorization.granted === true) return 'allow';
  const isDenied = isObject(payload.status) && payload.status.code === permissionDenied;
  return authorization.granted === false || isDenied ? 'forbid' : undefined;
};

/** google.rpc.Code PERMISSION_DENIED */
const permissionDenied = 7;

const withoutType = (body: unknown): unknown => {
  if (!isObject(body) || !('@type' in body)) return body;
  const { '@type': _, ...rest } = body;
  return rest;
};

/** The entry as it may be kept, with its bodies replaced by those of the event that was made of it and has no secrets. */
export const safeEntry = (entry: JsonObject, audit: KubernetesAuditEvent): JsonObject => {
  const payload = objectOf(entry.protoPayload) ?? {};
  const labels = objectOf(entry.labels);
  return {
    ...entry,
    labels: labels && withoutPatches(labels),
    protoPayload: {
      ...payload,
      request: safeBody(payload.request, audit.requestObject),
      response: safeBody(payload.response, audit.responseObject),
    },
  };
};

/** A Status says how it went, and holds no secret: its members stay whether or not it names its kind. */
const safeBody = (body: JsonValue | undefined, safe: unknown): JsonValue | undefined => {
  if (!isObject(body) || !isObject(safe)) return safe as JsonValue | undefined;
  const type = textOf(body['@type']);
  const status = type?.endsWith('.Status') || body.status === 'Failure' ? body : {};
  return { '@type': type, ...safe, ...statusMembers(status) };
};

const statusMembers = ({ code, status, reason, message }: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries({ code, status, reason, message }).filter(
      ([, value]) => typeof value === 'string' || typeof value === 'number',
    ),
  );
