/** An audit.k8s.io Event in; `unmapped.k8s`, the part of it that OCSF has no home for, out. */
import type { KubernetesAuditEvent, KubernetesUser } from '../kubernetes-audit.ts';

export const kubernetesRemainderOf = (audit: KubernetesAuditEvent, cluster: string | undefined) => ({
  cluster,
  kind: audit.kind,
  stage: audit.stage,
  level: audit.level,
  verb: audit.verb,
  requestURI: audit.requestURI,
  sourceIPs: audit.sourceIPs,
  // OCSF keeps milliseconds; the API server writes microseconds.
  requestReceivedTimestamp: audit.requestReceivedTimestamp,
  stageTimestamp: audit.stageTimestamp,
  user: isPlain(audit.user) ? undefined : audit.user,
  userExtra: audit.user?.extra,
  impersonatedUser: audit.impersonatedUser,
  annotations: audit.annotations,
  responseStatus: remainderOf(audit.responseStatus),
  other: othersOf(audit),
});

/** A user who has a name and nothing that `actor.user` has no attribute for. */
const isPlain = (user: KubernetesUser | undefined): boolean => {
  if (user === undefined) return true;
  if (!user.username || user.uid === '') return false;
  for (const key in user) if (!userFields.has(key) && user[key] !== undefined) return false;
  return true;
};

const userFields: ReadonlySet<string> = new Set(['username', 'uid', 'groups', 'extra']);

const remainderOf = (status: KubernetesAuditEvent['responseStatus']): object | undefined => {
  if (status === undefined) return undefined;
  const isWhole = status.code === undefined || Number.isInteger(status.code);
  return Object.fromEntries(
    Object.entries(status).filter(([key]) => !statusFields.has(key) || (key === 'code' && !isWhole)),
  );
};

const statusFields: ReadonlySet<string> = new Set(['code', 'status', 'reason', 'message']);

const knownFields: ReadonlySet<string> = new Set([
  'kind',
  'apiVersion',
  'level',
  'auditID',
  'stage',
  'requestURI',
  'verb',
  'user',
  'impersonatedUser',
  'sourceIPs',
  'userAgent',
  'objectRef',
  'responseStatus',
  'requestObject',
  'responseObject',
  'requestReceivedTimestamp',
  'stageTimestamp',
  'annotations',
]);

/** Fields of v1beta1, of relays and of API servers to come. */
const othersOf = (audit: KubernetesAuditEvent): object | undefined => {
  for (const key in audit) {
    if (knownFields.has(key)) continue;
    // Not by assignment: a key `__proto__` from the log must stay a key.
    return Object.fromEntries(Object.entries(audit).filter(([name]) => !knownFields.has(name)));
  }
  return undefined;
};
