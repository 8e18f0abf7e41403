/** An audit.k8s.io Event and where it came from in, one AuditEvent out: the one mapping for every audit dialect. */
import type { AuditEvent, Origin, Outcome } from '../schema/audit-event.ts';
import { isObject, isShortened, type JsonValue, parsedJson, textOf, textsOf } from '../schema/json.ts';
import type { KubernetesAuditEvent } from '../schema/kubernetes-audit.ts';
import type { DropReason, EnvelopeOrigin, RawRecord, Rejection } from '../schema/raw-record.ts';
import { commandOf } from './command.ts';
import { contentId } from './content-id.ts';
import { actorOf } from './identity.ts';
import { withoutSecrets } from './redact.ts';
import { rejectionOf } from './rejection.ts';
import { salvaged } from './salvage.ts';
import { epochOf } from './time.ts';
import { trusted } from './trusted.ts';

export interface AuditSource {
  readonly audit: KubernetesAuditEvent;
  readonly truncated: boolean;
}

/** The audit event of a record's line or body; salvaged where the line was cut. */
export const auditOf = (body: JsonValue | undefined, line: string | undefined): AuditSource | undefined => {
  if (isObject(body)) return { audit: body as KubernetesAuditEvent, truncated: isShortened(body) };
  if (line === undefined) return undefined;
  const value = parsedJson(line);
  if (isObject(value)) return { audit: value as KubernetesAuditEvent, truncated: isShortened(value) };
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
  const audit = withoutSecrets(trusted(source.audit));
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
  truncated: truncated || isShortened(record.body) || undefined,
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
  const stated = isObject(body) && Array.isArray(body.command) ? textsOf(body.command) : undefined;
  // GKE writes the command into a label, for its entries have no query.
  const label = audit.annotations?.['command.gke.io/command'];
  return commandOf(audit.requestURI) ?? stated ?? label?.split(' ');
};

/** An object created by generateName gets its name from the server. */
const nameGiven = (response: unknown): string | undefined =>
  isObject(response) && isObject(response.metadata) && response.kind !== 'Status'
    ? textOf(response.metadata.name)
    : undefined;
