/** An OCSF API Activity that `toOcsf` made of an audit event in, the AuditEvent it was made of out. */
import type { Actor, AuditEvent, Origin, Outcome } from '../audit-event.ts';
import {
  isObject,
  type JsonObject,
  type JsonValue,
  listOf,
  numberOf,
  objectOf,
  someTextOf,
  textOf,
  textsOf,
} from '../json.ts';
import type { KubernetesAuditEvent, KubernetesUser } from '../kubernetes-audit.ts';
import { type CloudName, type Dialect, dialects, type Location } from '../raw-record.ts';
import { timeUnknown } from './event-frame.ts';
import { userTypes } from './ocsf-user.ts';

/** Undefined for an event of any other kind, or of another maker. The versions lose nothing that is read here. */
export const fromOcsf = (ocsf: unknown): AuditEvent | undefined => {
  if (!isObject(ocsf)) return undefined;
  const unmapped = objectOf(ocsf.unmapped);
  const k8s = objectOf(unmapped?.k8s);
  const klaxon = objectOf(unmapped?.klaxon);
  const metadata = objectOf(ocsf.metadata);
  const id = textOf(metadata?.uid);
  const dialect = dialects.find((name) => name === klaxon?.dialect);
  if (!metadata || !k8s || klaxon?.kind !== 'audit' || id === undefined || !dialect) return undefined;
  const resource = objectOf(listOf(ocsf.resources)[0]);
  const audit = auditOf(ocsf, metadata, k8s, objectOf(resource?.data));
  const ref = audit.objectRef;
  return {
    id,
    time: textsOf(metadata.labels).includes(timeUnknown)
      ? undefined
      : (numberOf(klaxon.time) ?? numberOf(ocsf.time)),
    timeText: textOf(metadata.original_time),
    kind: 'audit',
    origin: originOf(ocsf, metadata, klaxon, dialect),
    actor: actorOf(objectOf(ocsf.actor), klaxon, audit),
    client: { ips: audit.sourceIPs ?? [], userAgent: audit.userAgent },
    action: { verb: audit.verb, uri: audit.requestURI, command: maybeTexts(klaxon.command) },
    target: {
      group: ref?.apiGroup,
      version: ref?.apiVersion,
      resource: ref?.resource,
      subresource: ref?.subresource,
      namespace: ref?.namespace,
      name: textOf(resource?.name),
    },
    outcome: outcomeOf(ocsf, audit),
    audit,
  };
};

/** The audit.k8s.io Event: its parts stand where the mapping puts them, the rest in `unmapped.k8s`. */
const auditOf = (
  ocsf: JsonObject,
  metadata: JsonObject,
  k8s: JsonObject,
  ref: JsonObject | undefined,
): KubernetesAuditEvent => {
  const api = objectOf(ocsf.api);
  const request = objectOf(api?.request);
  const response = objectOf(api?.response);
  return {
    ...objectOf(k8s.other),
    kind: textOf(k8s.kind),
    apiVersion: textOf(objectOf(metadata.product)?.version),
    level: textOf(k8s.level),
    auditID: textOf(metadata.correlation_uid),
    stage: textOf(k8s.stage),
    requestURI: textOf(k8s.requestURI),
    verb: textOf(k8s.verb),
    user: userOf(objectOf(objectOf(ocsf.actor)?.user), k8s),
    impersonatedUser: objectOf(k8s.impersonatedUser),
    sourceIPs: maybeTexts(k8s.sourceIPs),
    userAgent: textOf(objectOf(ocsf.http_request)?.user_agent),
    objectRef: ref,
    responseStatus: statusOf(response, objectOf(k8s.responseStatus)),
    requestObject: request?.data,
    responseObject: response?.data,
    requestReceivedTimestamp: textOf(k8s.requestReceivedTimestamp),
    stageTimestamp: textOf(k8s.stageTimestamp),
    annotations: textMapOf(k8s.annotations),
  };
};

/** A user whom `actor.user` cannot hold as a whole stands in `unmapped.k8s`. */
const userOf = (user: JsonObject | undefined, k8s: JsonObject): KubernetesUser | undefined => {
  const whole = objectOf(k8s.user);
  if (whole) return whole;
  if (!user || user.type === userTypes.unknown.type) return undefined;
  return {
    username: textOf(user.name),
    uid: textOf(user.uid),
    groups: Array.isArray(user.groups) ? listOf(user.groups).map(nameOf) : undefined,
    extra: textListMapOf(k8s.userExtra),
  };
};

const nameOf = (group: JsonValue): string => textOf(objectOf(group)?.name) ?? '';

const statusOf = (
  response: JsonObject | undefined,
  rest: JsonObject | undefined,
): KubernetesAuditEvent['responseStatus'] =>
  rest && {
    code: numberOf(response?.code),
    reason: textOf(response?.error),
    status: textOf(response?.error_message),
    message: textOf(response?.message),
    ...rest,
  };

const maybeTexts = (value: JsonValue | undefined): readonly string[] | undefined =>
  Array.isArray(value) ? textsOf(value) : undefined;

const textMapOf = (value: JsonValue | undefined): KubernetesAuditEvent['annotations'] => {
  if (!isObject(value)) return undefined;
  const isWhole = Object.values(value).every((text) => typeof text === 'string');
  return isWhole ? (value as Record<string, string>) : undefined;
};

const textListMapOf = (value: JsonValue | undefined): KubernetesUser['extra'] => {
  if (!isObject(value)) return undefined;
  const isWhole = Object.values(value).every(Array.isArray);
  return isWhole ? (value as Record<string, readonly string[]>) : undefined;
};

const cloudNames: Readonly<Record<string, CloudName | undefined>> = {
  AWS: 'aws',
  Azure: 'azure',
  GCP: 'gcp',
};

const originOf = (ocsf: JsonObject, metadata: JsonObject, klaxon: JsonObject, dialect: Dialect): Origin => {
  const cloud = objectOf(ocsf.cloud);
  const cluster = objectOf(ocsf.dst_endpoint);
  return {
    cloud: cloudNames[textOf(cloud?.provider) ?? ''],
    account: textOf(objectOf(cloud?.account)?.uid) ?? textOf(klaxon.account),
    region: textOf(cloud?.region) ?? textOf(klaxon.region),
    cluster: textOf(cluster?.name),
    clusterId: textOf(cluster?.uid),
    dialect,
    stream: textOf(metadata.log_name),
    deliveryId: textOf(klaxon.deliveryId),
    location: locationOf(objectOf(klaxon.location)),
    truncated: klaxon.truncated === true ? true : undefined,
    inferred: maybeTexts(klaxon.inferred),
  };
};

const locationOf = (location: JsonObject | undefined): Location | undefined => {
  const path = textOf(location?.path);
  const line = numberOf(location?.line);
  if (path === undefined || line === undefined) return undefined;
  return { path, line, index: numberOf(location?.index) };
};

const actorTypes = new Map(
  Object.entries(userTypes).map(([type, { type: name }]) => [name, type as Actor['type']]),
);

const actorOf = (actor: JsonObject | undefined, klaxon: JsonObject, audit: KubernetesAuditEvent): Actor => {
  const session = objectOf(actor?.session);
  const { user, impersonatedUser: other } = audit;
  return {
    name: someTextOf(user?.username),
    type: actorTypes.get(textOf(objectOf(actor?.user)?.type) ?? '') ?? 'unknown',
    uid: someTextOf(user?.uid),
    groups: user?.groups,
    cloudIdentity: textOf(klaxon.cloudIdentity) ?? textOf(session?.uid_alt),
    credentialId: textOf(session?.credential_uid),
    impersonates: other && { name: other.username, uid: other.uid, groups: other.groups },
  };
};

const results: readonly Outcome['result'][] = ['unknown', 'success', 'failure'];

const outcomeOf = (ocsf: JsonObject, audit: KubernetesAuditEvent): Outcome => ({
  result: results[numberOf(ocsf.status_id) ?? 0] ?? 'unknown',
  code: audit.responseStatus?.code,
  reason: textOf(ocsf.status_detail),
  decision: audit.annotations?.['authorization.k8s.io/decision'],
  decisionReason: audit.annotations?.['authorization.k8s.io/reason'],
});
