/** An event that writes a ConfigMap in; what it holds, whatever the keys are called, out. */
import type { AuditEvent } from '../../schema/audit-event.ts';
import { type JsonObject, objectOf } from '../../schema/json.ts';
import { isWrite, requestBodyOf } from './request-body.ts';

export const canConfigure = (event: AuditEvent): boolean =>
  isWrite(event) && event.target.resource === 'configmaps' && !event.target.subresource;

/** `configuration`: keys; values, of those that are texts. */
export const configurationOf = (event: AuditEvent): JsonObject | undefined => {
  if (!canConfigure(event)) return undefined;
  const data = objectOf(requestBodyOf(event)?.data);
  if (!data) return undefined;
  return {
    keys: Object.keys(data),
    values: Object.values(data).filter((value) => typeof value === 'string'),
  };
};
