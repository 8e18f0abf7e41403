/** An event that writes a Service in; what it exposes, and to whom, out. */
import type { AuditEvent } from '../../schema/audit-event.ts';
import { isObject, type JsonObject, listOf, objectOf } from '../../schema/json.ts';
import { isWrite, requestBodyOf, responseBodyOf } from './request-body.ts';

export const canExpose = (event: AuditEvent): boolean =>
  isWrite(event) && event.target.resource === 'services' && !event.target.subresource;

/** `service`: type as requested; ports (numbers), selector, annotations, sourceRanges as requested, else as answered. */
export const serviceOf = (event: AuditEvent): JsonObject | undefined => {
  if (!canExpose(event)) return undefined;
  const body = requestBodyOf(event);
  const spec = objectOf(body?.spec);
  if (!body || !spec) return undefined;
  const answer = responseBodyOf(event);
  const answered = objectOf(answer?.spec);
  const ports = listOf(spec.ports ?? answered?.ports).filter(isObject);
  return {
    type: spec.type,
    name: event.target.name,
    ports: ports.flatMap((port) => [port.port, port.targetPort]).filter((port) => port !== undefined),
    selector: objectOf(spec.selector) ?? objectOf(answered?.selector),
    annotations:
      objectOf(objectOf(body.metadata)?.annotations) ?? objectOf(objectOf(answer?.metadata)?.annotations),
    sourceRanges: spec.loadBalancerSourceRanges ?? answered?.loadBalancerSourceRanges,
  };
};
