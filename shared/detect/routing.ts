/** The fields that rules are indexed by: events that agree in them meet the same rules. */
import type { AuditEvent } from '../schema/audit-event.ts';

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

/** Equal for events that agree in every routed field and in the log source they stand for. */
export const routeOf = (event: AuditEvent): string => {
  const { action, target, origin } = event;
  const object =
    event.kind === 'audit' ? `${target.resource ?? ''}\n${target.subresource ?? ''}` : (target.group ?? '');
  return `${origin.dialect}\n${action.verb ?? ''}\n${object}`;
};
