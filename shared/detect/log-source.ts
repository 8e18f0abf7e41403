/** Which log source, in Sigma's words, each dialect is; and whether a rule is for it. */
import type { Dialect } from '../schema/raw-record.ts';
import type { LogSource, Rule } from './rule.ts';

const kubernetesAudit: LogSource = { product: 'kubernetes', service: 'audit', category: 'application' };

/** `cloud-api` is our own category: it lets one rule speak of three clouds' management APIs. */
const logSources: Readonly<Record<Dialect, LogSource>> = {
  'eks-audit': kubernetesAudit,
  'aks-audit': kubernetesAudit,
  'aks-audit-admin': kubernetesAudit,
  'gke-audit': kubernetesAudit,
  'kubernetes-audit': kubernetesAudit,
  'eks-authenticator': { product: 'aws', service: 'eks-authenticator', category: 'authentication' },
  'aks-guard': { product: 'azure', service: 'aks-guard', category: 'authentication' },
  cloudtrail: { product: 'aws', service: 'cloudtrail', category: 'cloud-api' },
  'azure-activity': { product: 'azure', service: 'activitylogs', category: 'cloud-api' },
  'gke-admin': { product: 'gcp', service: 'gcp.audit', category: 'cloud-api' },
  'gke-node-auditd': { product: 'linux', service: 'auditd', category: 'process' },
  'eks-component': { product: 'kubernetes', service: 'component', category: 'component' },
  'aks-component': { product: 'kubernetes', service: 'component', category: 'component' },
  'gke-component': { product: 'kubernetes', service: 'component', category: 'component' },
  'kubernetes-component': { product: 'kubernetes', service: 'component', category: 'component' },
  'kubernetes-event': { product: 'kubernetes', service: 'event', category: 'kubernetes-event' },
  'ingress-nginx': { product: 'nginx', service: 'ingress', category: 'webserver' },
  hubble: { product: 'cilium', service: 'hubble', category: 'network' },
};

/** A rule is for a dialect where no key that both state differs. */
export const isFor = (rule: LogSource, dialect: Dialect): boolean => {
  const source = logSources[dialect];
  return (
    agrees(rule.category, source.category) &&
    agrees(rule.product, source.product) &&
    agrees(rule.service, source.service)
  );
};

const agrees = (left: string | undefined, right: string | undefined): boolean =>
  left === undefined || right === undefined || left === right;

/** The dialects whose events a rule meets. */
export const dialectsFor = (rule: LogSource): readonly Dialect[] =>
  (Object.keys(logSources) as Dialect[]).filter((dialect) => isFor(rule, dialect));

/** The dialects whose events a rule meets; of a correlation, those whose events can count. */
export const dialectsOf = ({ correlation, logSource }: Rule): readonly Dialect[] =>
  correlation?.dialects ?? dialectsFor(logSource);

/** Whether all that a rule meets are Kubernetes audit events, whose fields have the types of audit.k8s.io. */
export const isForAuditOnly = (rule: LogSource): boolean =>
  dialectsFor(rule).every((dialect) => logSources[dialect] === kubernetesAudit);

/** A filter applies to a rule whose log source it contains: every key it states is the same there. */
export const contains = (outer: LogSource, inner: LogSource): boolean =>
  (['category', 'product', 'service'] as const).every(
    (key) => outer[key] === undefined || outer[key] === inner[key],
  );

/** Names that public rules use for fields that events know by another. */
const fieldAliases: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  kubernetes: {
    apiGroup: 'objectRef.apiGroup',
    hostPath: 'workload.hostPaths',
    capabilities: 'workload.capabilities',
  },
  gcp: {
    'gcp.audit.method_name': 'protoPayload.methodName',
    'gcp.audit.service_name': 'protoPayload.serviceName',
    'gcp.audit.resource_name': 'protoPayload.resourceName',
    'data.protoPayload.methodName': 'protoPayload.methodName',
    'data.protoPayload.serviceName': 'protoPayload.serviceName',
    'data.protoPayload.resourceName': 'protoPayload.resourceName',
    'data.protoPayload.logName': 'logName',
  },
};

/** Sigma's own names for the fields of a category, whatever the product: its appendix on taxonomy. */
const categoryAliases: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  webserver: {
    'c-ip': 'remote_addr',
    'cs-username': 'remote_user',
    'cs-method': 'request_method',
    'cs-uri': 'request_uri',
    'cs-uri-stem': 'http.path',
    'cs-uri-query': 'http.queries',
    'cs-version': 'server_protocol',
    'cs-user-agent': 'http_user_agent',
    'cs-referer': 'http_referer',
    'cs-bytes': 'request_length',
    'sc-bytes': 'body_bytes_sent',
    'sc-status': 'status',
  },
  network: {
    src_ip: 'IP.source',
    dst_ip: 'IP.destination',
    'source.ip': 'IP.source',
    'destination.ip': 'IP.destination',
  },
};

export const aliasOf = (source: LogSource, field: string): string => {
  const category = source.category ?? '';
  const product = source.product ?? 'kubernetes';
  const aliases = ownOf(categoryAliases, category) ?? ownOf(fieldAliases, product);
  return (aliases && ownOf(aliases, field)) ?? field;
};

const ownOf = <T>(table: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(table, key) ? table[key] : undefined;
