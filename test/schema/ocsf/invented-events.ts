/** Small events of our own invention, one for each OCSF class. */
import type { AuditEvent } from '../../../shared/schema/audit-event.ts';

export const reason = 'RBAC: allowed by ClusterRoleBinding "ops" of ClusterRole "edit" to Group "ops"';

export const execEvent: AuditEvent = {
  id: 'a1/ResponseStarted/2026-01-02T03:04:05.678901Z',
  time: 1_767_323_045_678,
  timeText: '2026-01-02T03:04:05.678901Z',
  kind: 'audit',
  origin: {
    cloud: 'aws',
    account: '111122223333',
    region: 'eu-west-1',
    cluster: 'shop',
    clusterId: 'arn:aws:eks:eu-west-1:111122223333:cluster/shop',
    dialect: 'eks-audit',
    stream: 'kube-apiserver-audit-1',
    deliveryId: '42',
  },
  actor: {
    name: 'alice',
    type: 'user',
    uid: 'aws-iam-authenticator:111122223333:AROAEXAMPLE',
    groups: ['ops'],
    cloudIdentity: 'arn:aws:sts::111122223333:assumed-role/ops/alice',
    credentialId: 'ASIAEXAMPLE',
  },
  client: { ips: ['192.0.2.7', '198.51.100.1'], userAgent: 'kubectl/v1.36' },
  action: {
    verb: 'create',
    uri: '/api/v1/namespaces/web/pods/front/exec?command=id',
    command: ['id'],
  },
  target: { version: 'v1', resource: 'pods', subresource: 'exec', namespace: 'web', name: 'front' },
  outcome: { result: 'success', code: 101, decision: 'allow', decisionReason: reason },
  audit: {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: 'Request',
    auditID: 'a1',
    stage: 'ResponseStarted',
    requestURI: '/api/v1/namespaces/web/pods/front/exec?command=id',
    verb: 'create',
    user: {
      username: 'alice',
      uid: 'aws-iam-authenticator:111122223333:AROAEXAMPLE',
      groups: ['ops'],
      extra: {
        accessKeyId: ['ASIAEXAMPLE'],
        arn: ['arn:aws:sts::111122223333:assumed-role/ops/alice'],
        canonicalArn: ['arn:aws:iam::111122223333:role/ops'],
        principalId: ['AROAEXAMPLE'],
        sessionName: ['alice'],
      },
    },
    sourceIPs: ['192.0.2.7', '198.51.100.1'],
    userAgent: 'kubectl/v1.36',
    objectRef: { resource: 'pods', subresource: 'exec', namespace: 'web', name: 'front', apiVersion: 'v1' },
    responseStatus: { metadata: {}, code: 101 },
    requestReceivedTimestamp: '2026-01-02T03:04:05.600001Z',
    stageTimestamp: '2026-01-02T03:04:05.678901Z',
    annotations: { 'authorization.k8s.io/decision': 'allow', 'authorization.k8s.io/reason': reason },
  },
};

const parts = {
  time: 1_767_323_045_000,
  timeText: '2026-01-02T03:04:05Z',
  client: { ips: [] },
  action: {},
  target: {},
  actor: { type: 'unknown' },
  outcome: { result: 'unknown' },
} as const;

/** An audit event of which the log says almost nothing. */
export const bareEvent: AuditEvent = {
  ...parts,
  id: 'b1',
  time: undefined,
  timeText: undefined,
  kind: 'audit',
  origin: { dialect: 'kubernetes-audit' },
  action: { verb: 'approve', uri: '/somewhere' },
  audit: { verb: 'approve', requestURI: '/somewhere' },
};

export const patchEvent: AuditEvent = {
  ...parts,
  id: 'c1',
  kind: 'audit',
  origin: { cloud: 'azure', account: 'subscription-1', dialect: 'aks-audit', truncated: true },
  actor: { name: 'system:serviceaccount:web:deployer', type: 'service-account' },
  action: { verb: 'patch' },
  target: { group: 'apps', version: 'v1', resource: 'deployments', namespace: 'web', name: 'front' },
  outcome: { result: 'failure', code: 403, reason: 'Forbidden', decision: 'forbid', decisionReason: '' },
  audit: {
    verb: 'patch',
    user: { username: 'system:serviceaccount:web:deployer' },
    objectRef: {
      resource: 'deployments',
      apiGroup: 'apps',
      apiVersion: 'v1',
      namespace: 'web',
      name: 'front',
      uid: 'u1',
    },
    responseStatus: { status: 'Failure', reason: 'Forbidden', code: 403 },
    requestObject: {
      spec: {
        template: {
          spec: {
            initContainers: [{ name: 'setup', image: 'registry.example.com/setup@sha256:0123' }],
            containers: [{ name: 'front', image: 'nginx:1.29' }, { image: 'nameless' }],
          },
        },
      },
    },
    annotations: { 'authorization.k8s.io/decision': 'forbid', 'authorization.k8s.io/reason': '' },
  },
};

export const signInEvent: AuditEvent = {
  ...parts,
  id: 'd1',
  kind: 'authentication',
  origin: { cloud: 'aws', account: '111122223333', cluster: 'shop', dialect: 'eks-authenticator' },
  actor: { type: 'unknown', cloudIdentity: 'arn:aws:iam::444455556666:role/dev' },
  action: { verb: 'authenticate' },
  outcome: { result: 'failure', reason: 'identity is not mapped' },
  native: {
    level: 'warning',
    msg: 'access denied',
    arn: 'arn:aws:iam::444455556666:role/dev',
    client: '127.0.0.1:40000',
    error: 'identity is not mapped',
    method: 'POST',
    path: '/authenticate',
  },
};

export const cloudEvent: AuditEvent = {
  ...parts,
  id: 'e1',
  kind: 'cloud-api',
  origin: { cloud: 'aws', account: '111122223333', region: 'eu-west-1', dialect: 'cloudtrail' },
  actor: {
    name: 'alice',
    type: 'user',
    uid: 'AIDAEXAMPLE',
    cloudIdentity: 'arn:aws:iam::111122223333:user/alice',
  },
  client: { ips: ['203.0.113.9'], userAgent: 'aws-cli/2' },
  action: { verb: 'DeleteCluster' },
  target: { group: 'eks.amazonaws.com', name: 'shop' },
  outcome: { result: 'failure', reason: 'AccessDenied' },
  native: { eventName: 'DeleteCluster', requestID: 'r1', errorMessage: 'not yours' },
};

export const processEvent: AuditEvent = {
  ...parts,
  id: 'f1',
  kind: 'process',
  origin: { cloud: 'gcp', account: 'project-1', dialect: 'gke-node-auditd' },
  actor: { type: 'unknown', uid: '1000' },
  action: { verb: 'execve', command: ['cat', '/etc/shadow'] },
  target: { name: '/usr/bin/cat' },
  outcome: { result: 'success' },
  native: {
    jsonPayload: {
      _AUDIT_TYPE_NAME: 'EXECVE',
      _PID: '77',
      _PPID: '7',
      _UID: '0',
      _AUDIT_LOGINUID: '1000',
      _COMM: 'cat',
      _HOSTNAME: 'node-1',
    },
    resource: { labels: { instance_id: '99' } },
  },
};

export const componentEvent: AuditEvent = {
  ...parts,
  id: 'g1',
  kind: 'component',
  origin: { dialect: 'kubernetes-component', cluster: 'shop' },
  native: { message: 'leader election lost', severity: 'error' },
};

export const httpEvent: AuditEvent = {
  ...parts,
  id: 'h1',
  kind: 'http',
  origin: { dialect: 'ingress-nginx', cluster: 'shop' },
  client: { ips: ['192.0.2.9'], userAgent: 'curl/8.5.0' },
  action: { verb: 'PATCH', uri: '/cart?id=1' },
  target: { name: 'shop-web-80' },
  outcome: { result: 'failure', code: 403 },
  native: { request_time: 0.004, req_id: 'r1', server_protocol: 'HTTP/1.1', body_bytes_sent: 146 },
};

export const flowEvent: AuditEvent = {
  ...parts,
  id: 'i1',
  kind: 'network',
  origin: { dialect: 'hubble' },
  outcome: { result: 'failure', reason: 'POLICY_DENIED' },
  native: {
    verdict: 'DROPPED',
    IP: { source: '10.0.0.8', destination: 'nowhere', ipVersion: 'IPv4' },
    l4: { UDP: { source_port: 40_000, destination_port: 53 } },
    source: { namespace: 'web', pod_name: 'front' },
    traffic_direction: 'EGRESS',
  },
};

export const kubernetesEvent: AuditEvent = {
  ...parts,
  id: 'j1',
  kind: 'kubernetes-event',
  origin: { dialect: 'kubernetes-event' },
  action: { verb: 'ScalingReplicaSet' },
  target: { group: 'apps', version: 'v1', resource: 'deployments', namespace: 'web', name: 'front' },
  native: { reason: 'ScalingReplicaSet', message: 'Scaled up replica set front-1 to 2', count: 3 },
};

export const inventedEvents: readonly AuditEvent[] = [
  execEvent,
  bareEvent,
  patchEvent,
  signInEvent,
  cloudEvent,
  processEvent,
  componentEvent,
  httpEvent,
  flowEvent,
  kubernetesEvent,
];
