/** Cases in which our rules differ from Panther's on purpose; docs/conformance.md argues each. */

export interface Difference {
  readonly rule: string;
  readonly test: string;
}

export const differences: readonly Difference[] = [
  { rule: 'Kubernetes.Pod.SystemNamespace', test: 'Deployment creating pod (not direct pod creation)' },
  { rule: 'Kubernetes.Role.NodeProxyPermissions', test: 'Updating existing role (not creating)' },
  { rule: 'Amazon.EKS.AnonymousAPIAccess', test: 'ELB Health Check from Public IP' },
  { rule: 'Amazon.EKS.AnonymousAPIAccess', test: 'Anonymous API Access Web Scanner Denied' },
  { rule: 'GCP.GKE.Kubernetes.Cron.Job.Created.Or.Modified', test: 'create' },
  { rule: 'GCP.K8S.Privileged.Pod.Created', test: 'Run-As-Root Pod Created' },
  {
    rule: 'GCP.K8S.Privileged.Pod.Created',
    test: 'GCP Service Account Creating Privileged Pod (Excluded)',
  },
  { rule: 'Kubernetes.BulkSecretAccess', test: 'User Gets Secret - Access Denied' },
  {
    rule: 'Amazon.EKS.Audit.SystemNamespaceFromPublicIP',
    test: 'system username - public ip - not ResponseComplete',
  },
];
