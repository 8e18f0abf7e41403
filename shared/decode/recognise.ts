/** A bare record in, the dialect it is written in out: by what it holds, never by the name of its file. */
import { isObject, type JsonObject, type JsonValue, textOf } from '../schema/json.ts';
import type { Dialect } from '../schema/raw-record.ts';

/** The dialect of an object that no envelope speaks for. */
export const dialectOfObject = (record: JsonObject): Dialect | undefined => {
  if (isAuditEvent(record)) return 'kubernetes-audit';
  if (isObject(record.protoPayload)) return dialectOfAuditLog(record);
  if (isCloudTrail(record)) return 'cloudtrail';
  if (isAzureRecord(record)) return dialectOfAzure(record);
  if (isObject(record.jsonPayload) || typeof record.textPayload === 'string')
    return dialectOfLogEntry(record);
  if (typeof record.msg === 'string' && typeof record.level === 'string' && 'time' in record)
    return 'eks-authenticator';
  if (isKubernetesEvent(record)) return 'kubernetes-event';
  return isHubbleExport(record) ? 'hubble' : undefined;
};

/** The dialect of a line of text that no envelope speaks for. */
export const dialectOfLine = (line: string): Dialect | undefined => {
  if (line.startsWith('time="') && line.includes(' level=')) return 'eks-authenticator';
  if (klogHead.test(line) || chiHead.test(line)) return 'kubernetes-component';
  return accessHead.test(line) ? 'ingress-nginx' : undefined;
};

/** klog: severity, month and day, time, thread, file and line. */
const klogHead = /^[IWEF]\d{4} \d{2}:\d{2}:\d{2}\.\d{6}\s+\d+ [^\]\s]+:\d+\] /;
/** The access line of Go's chi router, which guard writes between its klog lines. */
const chiHead = /^\d{4}\/\d{2}\/\d{2} \d{2}:\d{2}:\d{2} "[A-Z]+ http/;
/** An access line: address, user, the time of the Common Log Format, and the quote that opens the request. */
const accessHead = /^\S+ - [^"]*\[\d{2}\/[A-Z][a-z]{2}\/\d{4}:\d{2}:\d{2}:\d{2} [+-]\d{4}\] "/;

/** Events may be cut down: kind and auditID are often missing, and `kind` has been seen as a number. */
const isAuditEvent = (record: JsonObject): boolean => {
  const { apiVersion, kind, verb } = record;
  if (typeof apiVersion === 'string' && apiVersion.startsWith('audit.k8s.io/'))
    return typeof kind !== 'string' || !kind.endsWith('List');
  if (typeof record.auditID === 'string') return true;
  if (typeof verb !== 'string') return false;
  return isObject(record.objectRef) || isObject(record.user) || typeof record.requestURI === 'string';
};

const isCloudTrail = (record: JsonObject): boolean =>
  (typeof record.eventName === 'string' && isServiceHost(record.eventSource) && isDated(record)) ||
  (isObject(record.insightDetails) && typeof record.eventTime === 'string');

/** Lambda events name their source too: `aws:dynamodb`, `aws:kinesis`. CloudTrail names a host. */
const isServiceHost = (source: JsonValue | undefined): boolean =>
  typeof source === 'string' && /^[a-z0-9.-]+\.(?:amazonaws\.com(?:\.cn)?|amazon\.com|aws)$/i.test(source);

const isDated = (record: JsonObject): boolean =>
  typeof record.eventTime === 'string' || typeof record.eventVersion === 'string';

/** A Cloud Audit Log entry: of the Kubernetes API itself, or of a Google API. */
const dialectOfAuditLog = (entry: JsonObject): Dialect => {
  const payload = entry.protoPayload;
  if (!isObject(payload)) return 'gke-admin';
  if (payload.serviceName === 'k8s.io') return 'gke-audit';
  const method = textOf(payload.methodName);
  return method?.startsWith('io.k8s.') ? 'gke-audit' : 'gke-admin';
};

/** An Event of the core group or of events.k8s.io, whole, or as collectors hand it on: without kind and version. */
const isKubernetesEvent = ({ kind, apiVersion, reason, involvedObject, regarding }: JsonObject): boolean =>
  (isObject(involvedObject) || isObject(regarding)) &&
  (typeof reason === 'string' || (kind === 'Event' && typeof apiVersion === 'string'));

/** What a Hubble exporter writes beside flows, each under its own name (ExportEvent of Cilium's observer.proto). */
const hubbleNotices = ['lost_events', 'node_status', 'agent_event', 'debug_event'] as const;

/** A flow, wrapped as exporters write it or bare as older command lines print it, or a word of the exporter's own. */
const isHubbleExport = (record: JsonObject): boolean => {
  const flow = isObject(record.flow) ? record.flow : record;
  if (typeof flow.verdict === 'string') return isObject(flow.IP) || isObject(flow.event_type);
  return typeof record.time === 'string' && hubbleNotices.some((name) => isObject(record[name]));
};

/**
 * Node audit lines carry auditd's fields. What a container writes to its output arrives as a text, or as an object where
 * it was JSON. Control-plane and node components write what they like.
 */
const dialectOfLogEntry = (entry: JsonObject): Dialect | undefined => {
  const payload = entry.jsonPayload;
  if (isObject(payload)) {
    if ('_AUDIT_TYPE_NAME' in payload || '_AUDIT_TYPE' in payload) return 'gke-node-auditd';
    if (isKubernetesEvent(payload)) return 'kubernetes-event';
    if (isHubbleExport(payload)) return 'hubble';
  }
  if (typeof entry.textPayload === 'string' && accessHead.test(entry.textPayload)) return 'ingress-nginx';
  const resource = isObject(entry.resource) ? textOf(entry.resource.type) : undefined;
  return resource === undefined || typeof entry.logName !== 'string' ? undefined : 'gke-component';
};

const isAzureRecord = (record: JsonObject): boolean => {
  const hasPlace = typeof record.resourceId === 'string' || typeof record.operationName === 'string';
  return hasPlace && (typeof record.category === 'string' || 'properties' in record);
};

const activityCategories = new Set([
  'administrative',
  'security',
  'servicehealth',
  'alert',
  'recommendation',
  'policy',
  'autoscale',
  'resourcehealth',
  'write',
  'action',
  'delete',
]);

/** AKS control-plane logs are told apart by category, whatever its case; all else on the hub is the activity log. */
export const dialectOfAzure = (record: JsonObject): Dialect | undefined => {
  const category = textOf(record.category)?.toLowerCase() ?? '';
  if (category === 'kube-audit') return 'aks-audit';
  if (category === 'kube-audit-admin') return 'aks-audit-admin';
  if (category === 'guard') return 'aks-guard';
  const properties = record.properties;
  if (isObject(properties) && 'log' in properties) return 'aks-component';
  if (activityCategories.has(category) || typeof record.operationName === 'string') return 'azure-activity';
  return undefined;
};
