/** One good delivery of each dialect, invented, for tests that damage them. */
import type { Dialect } from '../../shared/schema/raw-record.ts';

export const auditEvent = {
  kind: 'Event',
  apiVersion: 'audit.k8s.io/v1',
  level: 'RequestResponse',
  auditID: '6a1c0000-0000-4000-8000-000000000001',
  stage: 'ResponseComplete',
  requestURI: '/api/v1/namespaces/shop/pods?fieldManager=kubectl',
  verb: 'create',
  user: {
    username: 'dana',
    uid: 'aws-iam-authenticator:111122223333:AROAEXAMPLE',
    groups: ['team-shop', 'system:authenticated'],
    extra: { arn: ['arn:aws:sts::111122223333:assumed-role/dev/dana'], accessKeyId: ['ASIAEXAMPLE'] },
  },
  impersonatedUser: { username: 'erin', groups: ['team-shop'] },
  authenticationMetadata: { impersonationConstraint: 'example' },
  sourceIPs: ['192.0.2.10'],
  userAgent: 'kubectl/v1.36.1',
  objectRef: { resource: 'pods', namespace: 'shop', name: 'web', apiVersion: 'v1' },
  responseStatus: { metadata: {}, status: 'Success', reason: '', message: '', code: 201 },
  requestObject: {
    kind: 'Pod',
    metadata: { name: 'web' },
    spec: { containers: [{ image: 'example.com/web' }] },
  },
  responseObject: { kind: 'Pod', metadata: { name: 'web', uid: 'e1' }, spec: { containers: [] } },
  requestReceivedTimestamp: '2026-03-04T05:06:07.123456Z',
  stageTimestamp: '2026-03-04T05:06:07.223456Z',
  annotations: { 'authorization.k8s.io/decision': 'allow', 'authorization.k8s.io/reason': '' },
};

const clusterId =
  '/SUBSCRIPTIONS/00000000-0000-0000-0000-00000000000A/RESOURCEGROUPS/RG/PROVIDERS/MICROSOFT.CONTAINERSERVICE/MANAGEDCLUSTERS/SHOP';

const diagnostic = (category: string, log: string) => ({
  time: '2026-03-04T05:06:07.123456789Z',
  resourceId: clusterId,
  operationName: 'Microsoft.ContainerService/managedClusters/diagnosticLogs/Read',
  category,
  properties: { log, stream: 'stdout', pod: 'pod-1', containerID: 'c1' },
});

const auditLog = {
  '@type': 'type.googleapis.com/google.cloud.audit.AuditLog',
  serviceName: 'k8s.io',
  methodName: 'io.k8s.core.v1.pods.create',
  resourceName: 'core/v1/namespaces/shop/pods/web',
  status: {},
  authenticationInfo: {
    principalEmail: 'dana@example.com',
    serviceAccountDelegationInfo: [{ principalSubject: 's' }],
  },
  authorizationInfo: [
    { granted: true, permission: 'io.k8s.core.v1.pods.create', resource: 'core/v1/namespaces/shop/pods/web' },
  ],
  requestMetadata: { callerIp: '192.0.2.11', callerSuppliedUserAgent: 'kubectl/v1.36.1' },
  request: { '@type': 'core.k8s.io/v1.Pod', spec: { containers: [] } },
  response: { '@type': 'core.k8s.io/v1.Pod', metadata: { name: 'web' } },
};

const logEntry = {
  insertId: 'op-1',
  logName: 'projects/example-project/logs/cloudaudit.googleapis.com%2Factivity',
  resource: {
    type: 'k8s_cluster',
    labels: { project_id: 'example-project', location: 'europe-west1', cluster_name: 'shop' },
  },
  timestamp: '2026-03-04T05:06:07.123456Z',
  receiveTimestamp: '2026-03-04T05:06:08.123456789Z',
  severity: 'NOTICE',
  operation: { id: 'op-1', producer: 'k8s.io', first: true, last: true },
};

const cloudWatch = (logStream: string, message: string) => ({
  messageType: 'DATA_MESSAGE',
  owner: '111122223333',
  logGroup: '/aws/eks/shop/cluster',
  logStream,
  subscriptionFilters: ['all'],
  logEvents: [{ id: '3950', timestamp: 1772600767123, message }],
});

const klog = 'I0304 05:06:07.123456       1 server.go:218] "Started" key="value"';

export const specimens: Readonly<Record<Dialect, object>> = {
  'eks-audit': cloudWatch(
    'kube-apiserver-audit-0123456789abcdef0123456789abcdef',
    JSON.stringify(auditEvent),
  ),
  'eks-authenticator': cloudWatch(
    'authenticator-0123456789abcdef0123456789abcdef',
    'time="2026-03-04T05:06:07Z" level=info msg="access granted" arn="arn:aws:iam::111122223333:role/dev" client="127.0.0.1:40000" groups="[team-shop]" method=POST path=/authenticate uid="aws-iam-authenticator:111122223333:AROAEXAMPLE" username=dana',
  ),
  'eks-component': cloudWatch('kube-scheduler-0123456789abcdef0123456789abcdef', klog),
  'aks-audit': diagnostic('kube-audit', JSON.stringify(auditEvent)),
  'aks-audit-admin': diagnostic('kube-audit-admin', JSON.stringify(auditEvent)),
  'aks-guard': diagnostic(
    'guard',
    'I0304 05:06:07.123456       1 azure.go:202] "Authorization check completed" allowed=true resourceAttributes="&ResourceAttributes{Namespace:shop,Verb:get,Group:,Version:v1,Resource:pods,Subresource:,Name:,}"\n',
  ),
  'aks-component': diagnostic('kube-scheduler', `${klog}\n`),
  'azure-activity': {
    time: '2026-03-04T05:06:07.1234567Z',
    resourceId: clusterId,
    operationName: 'MICROSOFT.CONTAINERSERVICE/MANAGEDCLUSTERS/LISTCLUSTERADMINCREDENTIAL/ACTION',
    category: 'Administrative',
    resultType: 'Success',
    resultSignature: 'Succeeded.',
    callerIpAddress: '192.0.2.12:443',
    correlationId: '00000000-0000-0000-0000-00000000000c',
    identity: { claims: { 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn': 'dana@example.com' } },
    properties: { statusCode: 'OK', message: 'done' },
  },
  'gke-audit': { ...logEntry, protoPayload: auditLog, labels: { 'authorization.k8s.io/decision': 'allow' } },
  'gke-admin': {
    ...logEntry,
    protoPayload: {
      ...auditLog,
      serviceName: 'container.googleapis.com',
      methodName: 'google.container.v1.ClusterManager.UpdateCluster',
    },
  },
  'gke-component': { ...logEntry, jsonPayload: { message: 'Started', pid: '1' } },
  'gke-node-auditd': {
    ...logEntry,
    jsonPayload: {
      _AUDIT_TYPE_NAME: 'SYSCALL',
      _AUDIT_LOGINUID: '1000',
      _EXE: '/bin/sh',
      MESSAGE: 'SYSCALL',
    },
  },
  'kubernetes-audit': auditEvent,
  'kubernetes-component': { log: klog },
  cloudtrail: {
    eventVersion: '1.11',
    eventID: '00000000-0000-0000-0000-00000000000d',
    eventTime: '2026-03-04T05:06:07Z',
    eventSource: 'eks.amazonaws.com',
    eventName: 'CreateAccessEntry',
    awsRegion: 'eu-west-1',
    sourceIPAddress: '192.0.2.13',
    userAgent: 'aws-cli/2.31',
    recipientAccountId: '111122223333',
    userIdentity: {
      type: 'AssumedRole',
      arn: 'arn:aws:sts::111122223333:assumed-role/dev/dana',
      principalId: 'AROAEXAMPLE:dana',
    },
    requestParameters: { name: 'shop', principalArn: 'arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Fdev' },
    responseElements: { credentials: { accessKeyId: 'ASIAEXAMPLE', sessionToken: 'x' } },
  },
  'kubernetes-event': {
    kind: 'Event',
    apiVersion: 'v1',
    metadata: {
      name: 'web.17a0',
      namespace: 'shop',
      uid: '00000000-0000-0000-0000-00000000000e',
      resourceVersion: '42',
      creationTimestamp: '2026-03-04T05:06:07Z',
    },
    involvedObject: { kind: 'Pod', namespace: 'shop', name: 'web', apiVersion: 'v1', uid: 'e1' },
    reason: 'Pulling',
    message: 'Pulling image "example.com/web"',
    source: { component: 'kubelet', host: 'node-1' },
    firstTimestamp: '2026-03-04T05:06:07Z',
    lastTimestamp: '2026-03-04T05:06:07Z',
    eventTime: null,
    series: { count: 2, lastObservedTime: '2026-03-04T05:06:08.000000Z' },
    count: 1,
    type: 'Normal',
  },
  'ingress-nginx': {
    log: '192.0.2.14 - - [04/Mar/2026:05:06:07 +0000] "GET /cart?id=1 HTTP/1.1" 200 512 "-" "curl/8.5.0" 120 0.004 [shop-web-80] [] 10.0.0.8:8080 512 0.004 200 0123456789abcdef0123456789abcdef',
  },
  hubble: {
    flow: {
      time: '2026-03-04T05:06:07.123456789Z',
      uuid: '00000000-0000-0000-0000-00000000000f',
      verdict: 'FORWARDED',
      IP: { source: '10.0.0.8', destination: '192.0.2.15', ipVersion: 'IPv4' },
      l4: { TCP: { source_port: 40000, destination_port: 443, flags: { SYN: true } } },
      source: { namespace: 'shop', pod_name: 'web', labels: ['k8s:app=web'] },
      destination: { identity: 2, labels: ['reserved:world'] },
      Type: 'L7',
      node_name: 'prod/node-1',
      l7: { type: 'RESPONSE', http: { code: 200, method: 'GET', url: '/', headers: [{ key: 'Host' }] } },
      traffic_direction: 'EGRESS',
      is_reply: false,
    },
    node_name: 'prod/node-1',
    time: '2026-03-04T05:06:07.123456789Z',
  },
};
