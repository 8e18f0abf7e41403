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
  return undefined;
};

/** The dialect of a line of text that no envelope speaks for. */
export const dialectOfLine = (line: string): Dialect | undefined => {
  if (line.startsWith('time="') && line.includes(' level=')) return 'eks-authenticator';
  if (klogHead.test(line) || chiHead.test(line)) return 'kubernetes-component';
  return undefined;
};

/** klog: severity, month and day, time, thread, file and line. */
const klogHead = /^[IWEF]\d{4} \d{2}:\d{2}:\d{2}\.\d{6}\s+\d+ [^\]\s]+:\d+\] /;
/** The access line of Go's chi router, which guard writes between its klog lines. */
const chiHead = /^\d{4}\/\d{2}\/\d{2} \d{2}:\d{2}:\d{2} "[A-Z]+ http/;

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

/** Node audit lines carry auditd's fields; control-plane and node components write what they like. */
const dialectOfLogEntry = (entry: JsonObject): Dialect | undefined => {
  const payload = entry.jsonPayload;
  if (isObject(payload) && ('_AUDIT_TYPE_NAME' in payload || '_AUDIT_TYPE' in payload))
    return 'gke-node-auditd';
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
