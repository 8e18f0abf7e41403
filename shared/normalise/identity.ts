/** A Kubernetes user as an API server names it in; what kind of actor it is, and the cloud identity behind it, out. */
import type { Actor } from '../schema/audit-event.ts';
import type { KubernetesUser } from '../schema/kubernetes-audit.ts';

/** Both names that an API server gives a caller without credentials. */
export const isAnonymous = (name: string | undefined, groups: readonly string[] | undefined): boolean =>
  name === 'system:anonymous' ||
  name === 'system:unauthenticated' ||
  groups?.includes('system:unauthenticated') === true;

export const actorTypeOf = (
  name: string | undefined,
  groups: readonly string[] | undefined,
): Actor['type'] => {
  if (isAnonymous(name, groups)) return 'anonymous';
  if (name === undefined || name === '') return 'unknown';
  if (name.startsWith('system:serviceaccount:')) return 'service-account';
  if (name.startsWith('system:node:')) return 'node';
  return name.startsWith('system:') || name.startsWith('eks:') ? 'system' : 'user';
};

export const actorOf = (
  user: KubernetesUser | undefined,
  impersonated: KubernetesUser | undefined,
): Actor => {
  const name = user?.username === '' ? undefined : user?.username;
  const extra = user?.extra;
  return {
    name,
    type: actorTypeOf(name, user?.groups),
    uid: user?.uid === '' ? undefined : user?.uid,
    groups: user?.groups,
    cloudIdentity: user && cloudIdentityOf(user),
    credentialId: first(extra?.accessKeyId) ?? first(extra?.['authentication.kubernetes.io/credential-id']),
    impersonates: impersonated && {
      name: impersonated.username,
      uid: impersonated.uid,
      groups: impersonated.groups,
    },
  };
};

/** aws-iam-authenticator writes the caller's ARN into `extra`; Entra and Google users are named by address. */
const cloudIdentityOf = ({ username: name, extra }: KubernetesUser): string | undefined => {
  const arn = first(extra?.arn) ?? first(extra?.canonicalArn);
  if (arn !== undefined) return arn;
  if (name === undefined || name.startsWith('system:')) return undefined;
  return name.startsWith('arn:') || name.includes('@') ? name : undefined;
};

/** What is stated; a list of a user's extra attributes may be empty, or hold an empty text. */
const first = (list: readonly string[] | undefined): string | undefined => list?.[0] || undefined;
