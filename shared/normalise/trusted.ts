/** An audit event as it came in; the same event with every known field of the type that the schema gives it, out. */
import {
  isObject,
  type JsonObject,
  type JsonValue,
  numberOf,
  objectOf,
  textOf,
  textsOf,
} from '../schema/json.ts';
import type { KubernetesAuditEvent, KubernetesUser } from '../schema/kubernetes-audit.ts';

/** The same event where every known field has the type the schema gives it; the usual event is passed on as it is. */
export const trusted = (audit: KubernetesAuditEvent): KubernetesAuditEvent =>
  isWellTyped(audit) ? audit : mended(audit);

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

/** Field by field, for a loop over their names costs several times as much; a test holds it against that list. */
const isWellTyped = (audit: KubernetesAuditEvent): boolean => {
  return (
    isTextOrAbsent(audit.kind) &&
    isTextOrAbsent(audit.apiVersion) &&
    isTextOrAbsent(audit.level) &&
    isTextOrAbsent(audit.auditID) &&
    isTextOrAbsent(audit.stage) &&
    isTextOrAbsent(audit.requestURI) &&
    isTextOrAbsent(audit.verb) &&
    isTextOrAbsent(audit.userAgent) &&
    isTextOrAbsent(audit.requestReceivedTimestamp) &&
    isTextOrAbsent(audit.stageTimestamp) &&
    isUser(audit.user) &&
    isUser(audit.impersonatedUser) &&
    isTexts(audit.sourceIPs) &&
    isTextMap(audit.objectRef) &&
    isTextMap(audit.annotations) &&
    isObjectOrAbsent(audit.authenticationMetadata) &&
    isStatus(audit.responseStatus)
  );
};

const isObjectOrAbsent = (value: unknown): boolean => value === undefined || isObject(value);

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
    (value.code === undefined || Number.isFinite(value.code)) &&
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
  if (!isTexts(copy.sourceIPs)) copy.sourceIPs = textsOrAbsent(copy.sourceIPs);
  copy.objectRef = mendedTexts(copy.objectRef);
  copy.annotations = mendedTexts(copy.annotations);
  if (!isStatus(copy.responseStatus)) copy.responseStatus = mendedStatus(copy.responseStatus);
  copy.authenticationMetadata = objectOf(audit.authenticationMetadata as JsonValue | undefined);
  return copy as KubernetesAuditEvent;
};

/** The texts of a list. */
const textsOrAbsent = (value: unknown): readonly string[] | undefined =>
  Array.isArray(value) ? textsOf(value) : undefined;

const mendedTexts = (value: unknown): JsonObject | undefined =>
  isObject(value)
    ? Object.fromEntries(Object.entries(value).filter(([, text]) => typeof text === 'string'))
    : undefined;

const mendedStatus = (value: unknown): JsonObject | undefined => {
  if (!isObject(value)) return undefined;
  const code = typeof value.code === 'string' && /^\d{3}$/.test(value.code) ? Number(value.code) : value.code;
  return {
    ...value,
    code: numberOf(code),
    status: textOf(value.status),
    reason: textOf(value.reason),
    message: textOf(value.message),
  };
};

const mendedUser = (value: unknown): KubernetesUser | undefined => {
  if (!isObject(value)) return undefined;
  const extra = isObject(value.extra) ? Object.entries(value.extra).filter(([, list]) => isTexts(list)) : [];
  return {
    ...value,
    username: textOf(value.username),
    uid: textOf(value.uid),
    groups: textsOrAbsent(value.groups),
    extra: isObject(value.extra)
      ? (Object.fromEntries(extra) as Record<string, readonly string[]>)
      : undefined,
  };
};
