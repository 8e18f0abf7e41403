/** An AuditEvent in; what every OCSF class says of it alike (time, status, cloud, what OCSF has no word for) out. */
import type { AuditEvent, Outcome } from '../audit-event.ts';
import type { CloudName, Dialect } from '../raw-record.ts';
import type { OcsfMetadata, OcsfProduct } from './ocsf-event.ts';

const clouds: Readonly<Record<CloudName, { provider: string; accountTypeId: number }>> = {
  aws: { provider: 'AWS', accountTypeId: 10 },
  azure: { provider: 'Azure', accountTypeId: 13 },
  gcp: { provider: 'GCP', accountTypeId: 11 },
};

export const awsAccountTypeId = clouds.aws.accountTypeId;

/** OCSF knows a cloud by its provider: without one, account and region stay in `unmapped.klaxon`. */
export const cloudOf = ({
  cloud,
  account,
  region,
}: Pick<AuditEvent['origin'], 'cloud' | 'account' | 'region'>) => {
  if (cloud === undefined) return undefined;
  const { provider, accountTypeId } = clouds[cloud];
  return {
    provider,
    account: account === undefined ? undefined : { uid: account, type_id: accountTypeId },
    region,
  };
};

const profiles = {
  neither: undefined,
  cloud: ['cloud'],
  decision: ['security_control'],
  both: ['cloud', 'security_control'],
} as const;

/** A profile is named only where its attributes are given: naming `cloud` makes `cloud` required. */
export const profilesOf = (event: AuditEvent, actionId?: number): readonly string[] | undefined => {
  if (event.origin.cloud === undefined) return actionId === undefined ? profiles.neither : profiles.decision;
  return actionId === undefined ? profiles.cloud : profiles.both;
};

const kubernetes: OcsfProduct = { name: 'Kubernetes', vendor_name: 'Kubernetes' };
const eks: OcsfProduct = {
  name: 'Amazon EKS',
  vendor_name: 'AWS',
  feature: { name: 'Elastic Kubernetes Service' },
};
const aks: OcsfProduct = {
  name: 'Azure Kubernetes Service',
  vendor_name: 'Microsoft',
  feature: { name: 'Control plane logs' },
};
const gke: OcsfProduct = {
  name: 'Google Kubernetes Engine',
  vendor_name: 'Google Cloud',
  feature: { name: 'Cloud Audit Logs' },
};

/** Who wrote the record, as OCSF names products. */
export const products: Readonly<Record<Dialect, OcsfProduct>> = {
  'eks-audit': eks,
  'eks-authenticator': { name: 'aws-iam-authenticator', vendor_name: 'AWS' },
  'eks-component': { name: 'Amazon EKS', vendor_name: 'AWS' },
  'aks-audit': aks,
  'aks-audit-admin': aks,
  'aks-guard': { name: 'Azure Kubernetes Service', vendor_name: 'Microsoft', feature: { name: 'guard' } },
  'aks-component': aks,
  'azure-activity': { name: 'Azure Activity Log', vendor_name: 'Microsoft' },
  'gke-audit': gke,
  'gke-admin': { name: 'Cloud Audit Logs', vendor_name: 'Google Cloud' },
  'gke-component': { name: 'Google Kubernetes Engine', vendor_name: 'Google Cloud' },
  'gke-node-auditd': { name: 'Linux audit', vendor_name: 'Linux' },
  'kubernetes-audit': kubernetes,
  'kubernetes-component': kubernetes,
  cloudtrail: { name: 'CloudTrail', vendor_name: 'AWS' },
  'kubernetes-event': kubernetes,
  'ingress-nginx': { name: 'ingress-nginx', vendor_name: 'Kubernetes' },
  hubble: { name: 'Hubble', vendor_name: 'Cilium' },
};

export const timeUnknown = 'time-unknown';
const timeUnknownLabels: readonly string[] = Object.freeze([timeUnknown]);

/** A number so large that JSON cannot write it is no time. */
const isTimed = (event: AuditEvent): boolean => event.time !== undefined && Number.isFinite(event.time);

/**
 * OCSF requires a time in whole milliseconds. An event whose record states none gets 0, which no reader can take for a
 * real one, and the label `time-unknown`; the time of its arrival would be a guess that looks like evidence.
 */
export const timeOf = (event: AuditEvent): number => (isTimed(event) ? Math.trunc(event.time ?? 0) : 0);

const labelsOf = (event: AuditEvent): readonly string[] | undefined =>
  isTimed(event) ? undefined : timeUnknownLabels;

const statusIds: Readonly<Record<Outcome['result'], number>> = { success: 1, failure: 2, unknown: 0 };
const statusNames = { success: 'Success', failure: 'Failure', unknown: 'Unknown' } as const;

export interface OcsfClass {
  readonly uid: number;
  readonly name: string;
  readonly category: { readonly uid: number; readonly name: string };
}

/** An activity of a class: its number there, and its name. */
export type OcsfActivity = readonly [id: number, name: string];

/** An event is informational whatever it tells of: what is suspicious, rules say. */
export const frameOf = ({ uid, name, category }: OcsfClass, [id, activity]: OcsfActivity) => ({
  class_uid: uid,
  class_name: name,
  category_uid: category.uid,
  category_name: category.name,
  activity_id: id,
  activity_name: activity,
  type_uid: uid * 100 + id,
  type_name: `${name}: ${activity}`,
  severity_id: 1,
  severity: 'Informational',
});

export const statusOf = (outcome: Outcome) => ({
  status_id: statusIds[outcome.result],
  status: statusNames[outcome.result],
  status_code: outcome.code === undefined ? undefined : String(outcome.code),
  status_detail: outcome.reason,
});

/** What is known of the record itself; `more` is what only some classes know. */
export const metadataOf = (event: AuditEvent, more: Partial<OcsfMetadata> = {}): OcsfMetadata => ({
  version: '1.8.0',
  profiles: profilesOf(event),
  product: products[event.origin.dialect],
  uid: event.id,
  original_time: event.timeText,
  log_name: event.origin.stream,
  is_truncated: event.origin.truncated,
  labels: labelsOf(event),
  ...more,
});

/** `unmapped.klaxon`: what OCSF has no home for, so that the event can be rebuilt and its record found again. */
export const klaxonOf = (event: AuditEvent) => {
  const { origin, time } = event;
  const isHomeless = origin.cloud === undefined;
  return {
    kind: event.kind,
    dialect: origin.dialect,
    deliveryId: origin.deliveryId,
    location: origin.location,
    truncated: origin.truncated,
    inferred: origin.inferred,
    account: isHomeless ? origin.account : undefined,
    region: isHomeless ? origin.region : undefined,
    time: time === undefined || Number.isInteger(time) ? undefined : time,
    command: event.action.command,
  };
};
