/** An audit event in, what the request wrote, whatever the form of its body, out. */
import type { AuditEvent } from '../../schema/audit-event.ts';
import { isObject, type JsonObject, type JsonValue } from '../../schema/json.ts';
import { patchedPart } from './json-patch.ts';

const writes = new Set(['create', 'update', 'patch']);

/** Whether a request of this verb brings an object. */
export const isWrite = (event: AuditEvent): boolean => writes.has(event.audit?.verb ?? '');

/**
 * The object that a create, update or patch sent. A merge patch, a strategic merge patch and a server-side apply are
 * parts of the object already; a JSON patch is made into one. The response is not asked: it also holds what was there
 * before, and would blame each small change for it.
 */
export const requestBodyOf = (event: AuditEvent): JsonObject | undefined => {
  const { audit } = event;
  if (!audit || !isWrite(event)) return undefined;
  const body = audit.requestObject;
  if (Array.isArray(body)) return patchedPart(body as readonly JsonValue[]);
  return isObject(body) && body.kind !== 'DeleteOptions' ? body : undefined;
};

/** The object as the server answered it, where the log holds it. */
export const responseBodyOf = (event: AuditEvent): JsonObject | undefined => {
  const body = event.audit?.responseObject;
  return isObject(body) && body.kind !== 'Status' ? body : undefined;
};
