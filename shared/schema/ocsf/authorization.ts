/** The authorizer's decision in, OCSF's action and authorizations out. */
import type { Outcome } from '../audit-event.ts';

/** The words that OCSF has an action for: 1 is Allowed, 2 is Denied. */
export const actionIdOf = ({ decision }: Outcome): number | undefined => {
  if (decision === 'allow') return 1;
  return decision === 'forbid' ? 2 : undefined;
};

const role = /of (ClusterRole|Role) "([^"]+)"/;

/** The RBAC authorizer names the role that allowed the call; a policy must have a name. */
export const authorizationsOf = ({ decision, decisionReason: reason }: Outcome) => {
  if (decision === undefined && !reason) return undefined;
  const match = reason ? role.exec(reason) : null;
  return [
    {
      decision,
      policy: reason ? { name: match?.[2] ?? 'unspecified', type: match?.[1], desc: reason } : undefined,
    },
  ];
};
