/** The fields that rules are indexed by: events that agree in them meet the same rules. */
import type { AuditEvent } from '../schema/audit-event.ts';
import { type JsonObject, type JsonValue, objectOf } from '../schema/json.ts';
import type { KubernetesAuditEvent } from '../schema/kubernetes-audit.ts';

/** The same few facts under every name that rules know them by. */
const routedFields = new Set([
  'verb',
  'action.verb',
  'objectRef.resource',
  'target.resource',
  'objectRef.subresource',
  'target.subresource',
  'actor.type',
  'outcome.result',
  'outcome.code',
  'outcome.decision',
  'responseStatus.code',
  'annotations.authorization.k8s.io/decision',
  'eventName',
  'eventSource',
  'operationName',
  'protoPayload.methodName',
  'protoPayload.serviceName',
]);

export const isRouted = (field: string): boolean => routedFields.has(field);

/**
 * Equal for events that agree in every routed field, in the log source they stand for, and in whether they impersonate;
 * undefined for an event whose routed fields are not plain values in their usual places, which must be asked on its own.
 */
export const routeOf = (event: AuditEvent): string | undefined => {
  const { audit, native } = event;
  const path = audit ? auditPathOf(event, audit) : nativePathOf(event, native);
  if (path === undefined) return undefined;
  const { outcome, actor, origin } = event;
  const { code, decision } = outcome;
  if (code !== undefined && !(Number.isInteger(code) && code >= 100 && code < 600)) return undefined;
  if (decision !== undefined && decision !== 'allow' && decision !== 'forbid') return undefined;
  const impersonates = audit?.impersonatedUser === undefined ? '' : 'as';
  return `${origin.dialect} ${actor.type} ${outcome.result} ${code ?? ''} ${decision ?? ''} ${impersonates}\n${path}`;
};

/** Fields of other clouds' records, under which an audit event has nothing. */
const unusualInAudit = ['eventName', 'eventSource', 'operationName', 'protoPayload'] as const;

const auditPathOf = ({ action, target }: AuditEvent, audit: KubernetesAuditEvent): string | undefined => {
  for (const key of unusualInAudit) if (audit[key] !== undefined) return undefined;
  const { objectRef, verb, responseStatus } = audit;
  const isUsual =
    action.verb === verb &&
    target.resource === objectRef?.resource &&
    target.subresource === objectRef?.subresource;
  if (!isUsual || Array.isArray(objectRef) || Array.isArray(responseStatus)) return undefined;
  return joined([verb, target.resource, target.subresource]);
};

/** Other ways to a routed field: keys with dots, and the fields of audit events. */
const dotted = [...routedFields].filter((field) => field.includes('.'));
const unusualInNative = ['objectRef', 'responseStatus', 'annotations', ...dotted];

const nativePathOf = ({ action, target }: AuditEvent, native: JsonObject | undefined): string | undefined => {
  if (!native) return joined([action.verb, target.resource, target.subresource]);
  const payload = native.protoPayload;
  if (Array.isArray(payload) || unusualInNative.some((key) => native[key] !== undefined)) return undefined;
  const { verb, eventName, eventSource, operationName } = native;
  const { methodName, serviceName } = objectOf(payload) ?? {};
  const { resource, subresource } = target;
  return joined([
    action.verb,
    resource,
    subresource,
    verb,
    eventName,
    eventSource,
    operationName,
    methodName,
    serviceName,
  ]);
};

/** One line a part, empty where it is absent; undefined where that could stand for two different routes. */
const joined = (parts: readonly (JsonValue | undefined)[]): string | undefined => {
  let route = '';
  for (const part of parts) {
    if (part !== undefined && (typeof part !== 'string' || part === '' || part.includes('\n')))
      return undefined;
    route += part === undefined ? '\n' : `${part}\n`;
  }
  return route;
};
