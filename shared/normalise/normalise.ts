/** One record in; one AuditEvent, a Rejection, or the reason why the record is not wanted, out. */
import type { AuditEvent } from '../schema/audit-event.ts';
import type { ArchivedMarks, Dialect } from '../schema/raw-record.ts';
import { fromAksAudit } from './aks-audit.ts';
import { fromAksGuard } from './aks-guard.ts';
import { fromAzureActivity } from './azure-activity.ts';
import { fromCloudTrail } from './cloudtrail.ts';
import {
  fromAksComponent,
  fromEksComponent,
  fromGkeComponent,
  fromKubernetesComponent,
} from './component.ts';
import { fromEksAudit } from './eks-audit.ts';
import { fromEksAuthenticator } from './eks-authenticator.ts';
import { fromGkeAdmin } from './gke-admin.ts';
import { fromGkeAudit } from './gke-audit.ts';
import { fromGkeNodeAuditd } from './gke-node-auditd.ts';
import { fromHubble } from './hubble.ts';
import { fromIngressNginx } from './ingress-nginx.ts';
import { fromKubernetesAudit } from './kubernetes-audit.ts';
import { fromKubernetesEvent } from './kubernetes-event.ts';
import type { Normaliser } from './normaliser.ts';

/** Which function reads which dialect. */
const normalisers: Readonly<Record<Dialect, Normaliser>> = {
  'eks-audit': fromEksAudit,
  'eks-authenticator': fromEksAuthenticator,
  'eks-component': fromEksComponent,
  'aks-audit': fromAksAudit,
  'aks-audit-admin': fromAksAudit,
  'aks-guard': fromAksGuard,
  'aks-component': fromAksComponent,
  'azure-activity': fromAzureActivity,
  'gke-audit': fromGkeAudit,
  'gke-admin': fromGkeAdmin,
  'gke-component': fromGkeComponent,
  'gke-node-auditd': fromGkeNodeAuditd,
  'kubernetes-audit': fromKubernetesAudit,
  'kubernetes-component': fromKubernetesComponent,
  cloudtrail: fromCloudTrail,
  'kubernetes-event': fromKubernetesEvent,
  'ingress-nginx': fromIngressNginx,
  hubble: fromHubble,
};

export const normalise: Normaliser = (record) => {
  const result = normalisers[record.dialect](record);
  return record.archived && isEvent(result) ? asArchived(result, record.archived) : result;
};

/** An id may be a digest of the record as it came, and a record written again is no longer cut. */
const asArchived = (event: AuditEvent, { id, truncated }: ArchivedMarks): AuditEvent => ({
  ...event,
  id,
  origin: { ...event.origin, truncated: truncated || undefined },
});

export const isEvent = (result: ReturnType<Normaliser>): result is AuditEvent =>
  typeof result !== 'string' && 'kind' in result;
