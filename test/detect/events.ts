/** Audit events and native records, made by hand for the tests of the detector. */
import { EventScope } from '../../shared/detect/event-scope.ts';
import type { AuditEvent } from '../../shared/schema/audit-event.ts';
import { type JsonObject, objectOf, textOf, textsOf } from '../../shared/schema/json.ts';
import type { KubernetesAuditEvent } from '../../shared/schema/kubernetes-audit.ts';
import type { Dialect } from '../../shared/schema/raw-record.ts';

/** An audit event as the API server writes it, in the shape that rules are run on. */
export const auditEvent = (record: JsonObject, dialect: Dialect = 'kubernetes-audit'): AuditEvent => {
  const ref = objectOf(record.objectRef);
  return {
    id: 'e1',
    kind: 'audit',
    origin: { dialect },
    actor: { type: 'user', name: textOf(objectOf(record.user)?.username) },
    client: { ips: textsOf(record.sourceIPs) },
    action: { verb: textOf(record.verb), uri: textOf(record.requestURI) },
    target: {
      group: textOf(ref?.apiGroup),
      resource: textOf(ref?.resource),
      subresource: textOf(ref?.subresource),
      namespace: textOf(ref?.namespace),
      name: textOf(ref?.name),
    },
    outcome: { result: 'unknown' },
    audit: record as KubernetesAuditEvent,
    native: undefined,
  };
};

export const nativeEvent = (native: JsonObject, dialect: Dialect = 'cloudtrail'): AuditEvent => ({
  id: 'e1',
  kind: 'cloud-api',
  origin: { dialect },
  actor: { type: 'unknown' },
  client: { ips: [] },
  action: { verb: textOf(native.eventName) },
  target: { group: textOf(native.eventSource) },
  outcome: { result: 'unknown' },
  audit: undefined,
  native,
});

/** A write of an object, as the views see it. */
export const writeEvent = (
  resource: string,
  requestObject: unknown,
  more: { verb?: string; subresource?: string; name?: string; responseObject?: unknown } = {},
): AuditEvent =>
  auditEvent({
    verb: more.verb ?? 'create',
    objectRef: {
      resource,
      ...(more.subresource !== undefined && { subresource: more.subresource }),
      ...(more.name !== undefined && { name: more.name }),
    },
    requestObject: requestObject as JsonObject,
    ...(more.responseObject !== undefined && { responseObject: more.responseObject as JsonObject }),
  });

export const scopeOf = (record: JsonObject): EventScope => new EventScope(auditEvent(record));
