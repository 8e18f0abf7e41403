/** The actor of an AuditEvent in, the OCSF user and session that stand for it out. */
import type { Actor } from '../audit-event.ts';
import { unknownName } from './ocsf-event.ts';

/** `type` tells all of our actor types apart, `type_id` only what OCSF tells apart; Service is 1.6 and later. */
export const userTypes: Readonly<Record<Actor['type'], { type: string; typeId: number }>> = {
  user: { type: 'User', typeId: 1 },
  'service-account': { type: 'ServiceAccount', typeId: 4 },
  node: { type: 'Node', typeId: 3 },
  system: { type: 'System', typeId: 3 },
  anonymous: { type: 'Anonymous', typeId: 3 },
  unknown: { type: 'Unknown', typeId: 0 },
};

export interface UserParts {
  readonly name?: string | undefined;
  readonly uid?: string | undefined;
  readonly uidAlt?: string | undefined;
  readonly account?: object | undefined;
}

/** A user must have a name, a uid or an account; one of whom nothing is known is called `unknown`. */
export const ocsfUserOf = (actor: Actor, parts: UserParts) => {
  const { type, typeId } = userTypes[actor.type];
  const isKnown = parts.name !== undefined || parts.uid !== undefined || parts.account !== undefined;
  return {
    name: isKnown ? parts.name : unknownName,
    uid: parts.uid,
    uid_alt: parts.uidAlt,
    type,
    type_id: typeId,
    groups: actor.groups?.map((name) => ({ name })),
    account: parts.account,
  };
};

export interface SessionParts {
  readonly uid?: string | undefined;
  readonly issuer?: string | undefined;
  /** The ARN of the caller's session. */
  readonly uidAlt?: string | undefined;
}

export const sessionOf = (actor: Actor, { uid, issuer, uidAlt }: SessionParts) => {
  const { credentialId } = actor;
  if (
    uid === undefined &&
    issuer === undefined &&
    uidAlt === undefined &&
    (credentialId === undefined || credentialId === '')
  )
    return undefined;
  return { uid, uid_alt: uidAlt, issuer, credential_uid: credentialId };
};

/** OCSF's own example of a session's uid_alt is an STS ARN. */
export const arnOf = (text: string | undefined): string | undefined =>
  text?.startsWith('arn:') ? text : undefined;
