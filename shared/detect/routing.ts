/** The fields that rules are indexed by: events that agree in them meet the same rules. */
import type { AuditEvent } from '../schema/audit-event.ts';
import { type JsonObject, objectOf } from '../schema/json.ts';
import type { KubernetesAuditEvent } from '../schema/kubernetes-audit.ts';

/** The same few facts under every name that rules know them by. */
const routedFields = new Set([
  'verb',
  'action.verb',
  'objectRef.resource',
  'target.resource',
  'objectRef.subresource',
  'target.subresource',
  'objectRef.apiGroup',
  'target.group',
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

/** Fields of other clouds' records, under which an audit event has nothing, whatever its record may hold. */
const ofOtherRecords = new Set(['eventName', 'eventSource', 'operationName', 'protoPayload']);

export const isOfOtherRecords = (field: string): boolean => ofOtherRecords.has(field);

export const isRouted = (field: string): boolean => routedFields.has(field);

/** What stands in a routed field; undefined where nothing does. */
export type RoutePart = string | number | undefined;

/**
 * The same for events that agree in every routed field, in the log source they stand for, and in whether they impersonate;
 * undefined for an event whose routed fields are not plain values in their usual places, which must be asked on its own.
 */
export const routeOf = (event: AuditEvent): readonly RoutePart[] | undefined => {
  const { audit, native, outcome, actor, origin } = event;
  const { code, decision } = outcome;
  if (code !== undefined && !(Number.isInteger(code) && code >= 100 && code < 600)) return undefined;
  if (decision !== undefined && decision !== 'allow' && decision !== 'forbid') return undefined;
  if (audit && !isUsualAudit(event, audit)) return undefined;
  const { verb } = event.action;
  const { resource, subresource, group } = event.target;
  const as = audit?.impersonatedUser === undefined ? undefined : 'as';
  const { result } = outcome;
  const own = [origin.dialect, resource, verb, subresource, actor.type, result, code, decision, group, as];
  return audit || !native ? own : withNative(own, native);
};

/** Whether what rules call by its audit name is what the event calls by ours. */
const isUsualAudit = ({ action, target }: AuditEvent, audit: KubernetesAuditEvent): boolean => {
  const { objectRef, verb, responseStatus } = audit;
  const isUsual =
    action.verb === verb &&
    target.resource === objectRef?.resource &&
    target.subresource === objectRef?.subresource &&
    target.group === objectRef?.apiGroup;
  return isUsual && !Array.isArray(objectRef) && !Array.isArray(responseStatus);
};

/** Other ways to a routed field: keys with dots, and the fields of audit events. */
const dotted = [...routedFields].filter((field) => field.includes('.'));
const unusualInNative = ['objectRef', 'responseStatus', 'annotations', ...dotted];

const withNative = (own: RoutePart[], native: JsonObject): readonly RoutePart[] | undefined => {
  const payload = native.protoPayload;
  if (Array.isArray(payload) || unusualInNative.some((key) => native[key] !== undefined)) return undefined;
  const { verb, eventName, eventSource, operationName } = native;
  const { methodName, serviceName } = objectOf(payload) ?? {};
  for (const part of [verb, eventName, eventSource, operationName, methodName, serviceName]) {
    if (part !== undefined && typeof part !== 'string') return undefined;
    own.push(part);
  }
  return own;
};
