/** An event in; who asked, under a name that stays the same from one session to the next, out. */
import type { AuditEvent } from '../../schema/audit-event.ts';
import type { JsonObject } from '../../schema/json.ts';

/**
 * `principal`: name, the caller's own, but of an assumed role whose session a machine has named only the role with a `*`:
 * such names hold the hour, an instance or a build, and would make a new caller of each. Sessions of people keep theirs.
 */
export const principalOf = ({ actor }: AuditEvent): JsonObject | undefined => {
  const { name } = actor;
  if (name === undefined || name === '') return undefined;
  if (!name.startsWith('arn:')) return { name };
  const [, role, session] = assumedRole.exec(name) ?? [];
  return role === undefined || session === undefined || !isMachineMade(session)
    ? { name }
    : { name: `${role}/*` };
};

const assumedRole = /^(arn:aws[a-z-]*:sts::\d{12}:assumed-role\/[^/]+)\/([^/]+)$/;

/** `botocore-session-1767323045`, `i-0123456789abcdef0`, `eks-prod-web-` and a UUID; no one's address, though. */
const isMachineMade = (session: string): boolean => !session.includes('@') && longHex.test(session);

const longHex = /(?=[a-f]*\d)[0-9a-f]{9,}/i;
