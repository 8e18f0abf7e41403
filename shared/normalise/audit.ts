/** An audit.k8s.io Event and where it came from in, one AuditEvent out: the one mapping for every audit dialect. */
import type { AuditEvent, Origin, Outcome } from '../schema/audit-event.ts';
import { isObject, type JsonObject, type JsonValue, parsedJson, textOf } from '../schema/json.ts';
import type { KubernetesAuditEvent, KubernetesUser } from '../schema/kubernetes-audit.ts';
import type { DropReason, EnvelopeOrigin, RawRecord, Rejection } from '../schema/raw-record.ts';
import { commandOf } from './command.ts';
import { contentId } from './content-id.ts';
import { actorOf } from './identity.ts';
import { holdsSecrets, redactedBody } from './redact.ts';
import { rejectionOf } from './rejection.ts';
import { salvaged } from './salvage.ts';
import { epochOf } from './time.ts';

export interface AuditSource {
  readonly audit: KubernetesAuditEvent;
  readonly truncated: boolean;
}

/** The audit event of a record's line or body; salvaged where the line was cut. */
export const auditOf = (body: JsonValue | undefined, line: string | undefined): AuditSource | undefined => {
  if (isObject(body)) return { audit: body as KubernetesAuditEvent, truncated: false };
  if (line === undefined) return undefined;
  const value = parsedJson(line);
  if (isObject(value)) return { audit: value as KubernetesAuditEvent, truncated: false };
  const rest =
    value === undefined && line.includes('{') ? salvaged(line.slice(line.indexOf('{'))) : undefined;
  return rest && { audit: rest as KubernetesAuditEvent, truncated: true };
};

/** One audit event that a carrier brought as a whole, as a line or as an object. */
export const fromAuditRecord = (
  record: RawRecord,
  body: JsonValue | undefined,
  line: string | undefined,
  origin: EnvelopeOrigin,
): AuditEvent | Rejection | DropReason => {
  const source = auditOf(body, line);
  if (!source) return rejectionOf(record, 'not-json', 'expected an audit event as JSON', line);
  return auditEventOf(record, source, origin);
};

/** Wrong types are as good as absent: a hostile or broken event must not break a rule. */
export const auditEventOf = (
  record: RawRecord,
  source: AuditSource,
  from: EnvelopeOrigin,
  inferred?: readonly string[],
): AuditEvent | DropReason => {
  const audit = trusted(source.audit);
  if (audit.stage === 'RequestReceived') return 'request-received';
  const { objectRef: ref, responseStatus: status, annotations } = audit;
  const timeText = audit.stageTimestamp ?? audit.requestReceivedTimestamp;
  return {
    id: idOf(audit, timeText, record),
    time: epochOf(timeText) ?? record.time,
    timeText,
    kind: 'audit',
    origin: originOf(record, from, source.truncated || annotations?.[truncatedMark] === 'true', inferred),
    actor: actorOf(audit.user, audit.impersonatedUser),
    client: { ips: audit.sourceIPs ?? none, userAgent: audit.userAgent },
    action: { verb: audit.verb, uri: audit.requestURI, command: commandAsked(audit) },
    target: {
      group: ref?.apiGroup,
      version: ref?.apiVersion,
      resource: ref?.resource,
      subresource: ref?.subresource,
      namespace: ref?.namespace,
      name: ref?.name ?? (ref ? nameGiven(audit.responseObject) : undefined),
    },
    outcome: outcomeOf(status, annotations),
    audit,
    native: undefined,
  };
};

const none: readonly string[] = Object.freeze([]);
/** The API server removed the bodies because the event was too large for its backend. */
const truncatedMark = 'audit.k8s.io/truncated';

/**
 * A client may choose its own auditID (the Audit-ID header), so the id also holds the API server's clock: a caller that
 * repeats an id cannot make one request pass for another.
 */
const idOf = (audit: KubernetesAuditEvent, timeText: string | undefined, record: RawRecord): string => {
  if (audit.auditID === undefined || audit.auditID === '') return contentId(record);
  return `${audit.auditID}/${audit.stage ?? ''}/${timeText ?? contentId(record)}`;
};

export const originOf = (
  record: RawRecord,
  from: EnvelopeOrigin,
  truncated = false,
  inferred?: readonly string[],
): Origin => ({
  cloud: from.cloud,
  account: from.account,
  region: from.region,
  cluster: from.cluster,
  clusterId: from.clusterId,
  dialect: record.dialect,
  stream: from.stream,
  deliveryId: record.deliveryId,
  location: record.location,
  truncated: truncated || undefined,
  inferred,
});

const outcomeOf = (
  status: KubernetesAuditEvent['responseStatus'],
  annotations: KubernetesAuditEvent['annotations'],
): Outcome => {
  const code = status?.code;
  const decision = annotations?.['authorization.k8s.io/decision'];
  return {
    result: resultOf(code, status?.status, decision),
    code,
    reason: status?.reason ?? status?.message,
    decision,
    decisionReason: annotations?.['authorization.k8s.io/reason'],
  };
};

/** A code decides; without one a Failure status or a refusal does; otherwise the log does not say. */
const resultOf = (
  code: number | undefined,
  status: string | undefined,
  decision: string | undefined,
): Outcome['result'] => {
  if (code !== undefined) return code < 400 ? 'success' : 'failure';
  return status === 'Failure' || decision === 'forbid' ? 'failure' : 'unknown';
};

const commandAsked = (audit: KubernetesAuditEvent): readonly string[] | undefined => {
  if (audit.objectRef?.subresource !== 'exec') return undefined;
  const body = audit.requestObject;
  const stated = isObject(body) && Array.isArray(body.command) ? texts(body.command) : undefined;
  // GKE writes the command into a label, for its entries have no query.
  const label = audit.annotations?.['command.gke.io/command'];
  return commandOf(audit.requestURI) ?? stated ?? label?.split(' ');
};

/** An object created by generateName gets its name from the server. */
const nameGiven = (response: unknown): string | undefined =>
  isObject(response) && isObject(response.metadata) && response.kind !== 'Status'
    ? textOf(response.metadata.name)
    : undefined;

const texts = (list: readonly unknown[]): readonly string[] =>
  list.filter((item) => typeof item === 'string');

/** The same event where every known field has the type the schema gives it; the usual event is passed on as it is. */
const trusted = (audit: KubernetesAuditEvent): KubernetesAuditEvent => {
  const typed = isWellTyped(audit) ? audit : mended(audit);
  const ref = typed.objectRef;
  if (ref?.resource === undefined || !holdsSecrets(ref.resource, ref.subresource)) return typed;
  if (typed.requestObject === undefined && typed.responseObject === undefined) return typed;
  return {
    ...typed,
    requestObject: redactedBody(typed.requestObject, ref.resource, ref.subresource),
    responseObject: redactedBody(typed.responseObject, ref.resource, ref.subresource),
  };
};

const textFields = [
  'apiVersion',
  'level',
  'auditID',
  'stage',
  'requestURI',
  'verb',
  'userAgent',
  'requestReceivedTimestamp',
  'stageTimestamp',
] as const;

const isTextOrAbsent = (value: unknown): boolean => value === undefined || typeof value === 'string';

const isWellTyped = (audit: KubernetesAuditEvent): boolean => {
  for (const field of textFields) if (!isTextOrAbsent(audit[field])) return false;
  if (!isTextOrAbsent(audit.kind)) return false;
  return (
    isUser(audit.user) &&
    isUser(audit.impersonatedUser) &&
    isTexts(audit.sourceIPs) &&
    isTextMap(audit.objectRef) &&
    isTextMap(audit.annotations) &&
    isStatus(audit.responseStatus)
  );
};

const isTexts = (value: unknown): boolean =>
  value === undefined || (Array.isArray(value) && value.every((item) => typeof item === 'string'));

const isTextMap = (value: unknown): boolean => {
  if (value === undefined) return true;
  if (!isObject(value)) return false;
  for (const key in value) if (typeof value[key] !== 'string') return false;
  return true;
};

const isStatus = (value: unknown): boolean =>
  value === undefined ||
  (isObject(value) &&
    (value.code === undefined || typeof value.code === 'number') &&
    isTextOrAbsent(value.status) &&
    isTextOrAbsent(value.reason) &&
    isTextOrAbsent(value.message));

const isUser = (value: unknown): boolean => {
  if (value === undefined) return true;
  if (!isObject(value)) return false;
  if (!isTextOrAbsent(value.username) || !isTextOrAbsent(value.uid) || !isTexts(value.groups)) return false;
  const { extra } = value;
  if (extra === undefined) return true;
  if (!isObject(extra)) return false;
  for (const key in extra) if (!isTexts(extra[key])) return false;
  return true;
};

/** Known fields of a wrong type are left out; everything else stays as it came. */
const mended = (audit: KubernetesAuditEvent): KubernetesAuditEvent => {
  const copy: Record<string, unknown> = { ...audit };
  for (const field of [...textFields, 'kind']) if (!isTextOrAbsent(copy[field])) delete copy[field];
  for (const field of ['user', 'impersonatedUser']) copy[field] = mendedUser(copy[field]);
  if (!isTexts(copy.sourceIPs))
    copy.sourceIPs = Array.isArray(copy.sourceIPs) ? texts(copy.sourceIPs) : undefined;
  copy.objectRef = mendedTexts(copy.objectRef);
  copy.annotations = mendedTexts(copy.annotations);
  if (!isStatus(copy.responseStatus)) copy.responseStatus = mendedStatus(copy.responseStatus);
  return copy as KubernetesAuditEvent;
};

const mendedTexts = (value: unknown): JsonObject | undefined =>
  isObject(value)
    ? Object.fromEntries(Object.entries(value).filter(([, text]) => typeof text === 'string'))
    : undefined;

const mendedStatus = (value: unknown): JsonObject | undefined => {
  if (!isObject(value)) return undefined;
  const code = typeof value.code === 'string' && /^\d{3}$/.test(value.code) ? Number(value.code) : value.code;
  return {
    code: typeof code === 'number' ? code : undefined,
    status: textOf(value.status),
    reason: textOf(value.reason),
    message: textOf(value.message),
  };
};

const mendedUser = (value: unknown): KubernetesUser | undefined => {
  if (!isObject(value)) return undefined;
  const extra = isObject(value.extra) ? Object.entries(value.extra).filter(([, list]) => isTexts(list)) : [];
  return {
    username: textOf(value.username),
    uid: textOf(value.uid),
    groups: Array.isArray(value.groups) ? texts(value.groups) : undefined,
    extra: isObject(value.extra)
      ? (Object.fromEntries(extra) as Record<string, readonly string[]>)
      : undefined,
  };
};
