/** The fields that rules are indexed by: events that agree in them meet the same rules. */
import type { AuditEvent } from '../schema/audit-event.ts';
import { isObject, type JsonObject, type JsonValue, objectOf } from '../schema/json.ts';

/** The same few facts under every name that rules know them by. */
const routedFields = new Set([
  'verb',
  'action.verb',
  'objectRef.resource',
  'target.resource',
  'objectRef.subresource',
  'target.subresource',
  'eventName',
  'eventSource',
  'operationName',
  'protoPayload.methodName',
  'protoPayload.serviceName',
]);

export const isRouted = (field: string): boolean => routedFields.has(field);

/**
 * Equal for events that agree in every routed field and in the log source they stand for; undefined for an event whose
 * routed fields are not plain texts in their usual places, which must be asked on its own.
 */
export const routeOf = (event: AuditEvent): string | undefined => {
  const { action, target, origin, audit, native } = event;
  if (audit) {
    const record = audit as JsonObject;
    const ref = record.objectRef;
    const isUsual =
      action.verb === audit.verb &&
      target.resource === audit.objectRef?.resource &&
      target.subresource === audit.objectRef?.subresource &&
      (ref === undefined || isObject(ref)) &&
      !unusualInAudit.some((key) => record[key] !== undefined);
    return isUsual ? joined(origin.dialect, action.verb, target.resource, target.subresource) : undefined;
  }
  if (!native) return joined(origin.dialect, action.verb, target.resource, target.subresource);
  const payload = native.protoPayload;
  if (Array.isArray(payload) || unusualInNative.some((key) => native[key] !== undefined)) return undefined;
  return joined(
    origin.dialect,
    action.verb,
    target.resource,
    target.subresource,
    native.verb,
    native.eventName,
    native.eventSource,
    native.operationName,
    objectOf(payload)?.methodName,
    objectOf(payload)?.serviceName,
  );
};

/** Other ways to a routed field: keys with dots, and the fields of other clouds' records. */
const dotted = [...routedFields].filter((field) => field.includes('.'));
const unusualInNative = ['objectRef', ...dotted];
const unusualInAudit = ['eventName', 'eventSource', 'operationName', 'protoPayload', ...dotted];

/** One line a part, empty where it is absent; undefined where that could stand for two different routes. */
const joined = (...parts: readonly (JsonValue | undefined)[]): string | undefined => {
  let route = '';
  for (const part of parts) {
    if (part !== undefined && (typeof part !== 'string' || part === '' || part.includes('\n')))
      return undefined;
    route += part === undefined ? '\n' : `${part}\n`;
  }
  return route;
};
