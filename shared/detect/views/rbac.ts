/** An event that writes a role or a binding in; its rules, subjects and role reference out. */
import type { AuditEvent } from '../../schema/audit-event.ts';
import { type JsonObject, listOf, objectOf } from '../../schema/json.ts';
import { isWrite, requestBodyOf, responseBodyOf } from './request-body.ts';

const roles = new Set(['roles', 'clusterroles']);
const bindings = new Set(['rolebindings', 'clusterrolebindings']);

export const canGrant = (event: AuditEvent): boolean => {
  const resource = event.target.resource ?? '';
  return isWrite(event) && (roles.has(resource) || bindings.has(resource));
};

/** `rbac`: rules and aggregationRule of a role; roleRef and subjects of a binding. */
export const rbacOf = (event: AuditEvent): JsonObject | undefined => {
  const resource = event.target.resource ?? '';
  const isBinding = bindings.has(resource);
  if (!isBinding && !roles.has(resource)) return undefined;
  const body = requestBodyOf(event);
  if (!body) return undefined;
  if (!isBinding) return { rules: listOf(body.rules), aggregationRule: body.aggregationRule };
  // A binding's role cannot be changed, so a patch leaves it out: the server's answer names it.
  const roleRef = objectOf(body.roleRef) ?? objectOf(responseBodyOf(event)?.roleRef);
  return { roleRef, subjects: listOf(body.subjects) };
};
