/** Invented but ordinary traffic of one cluster: audit events in the mix and sizes that a real API server writes. */
import { gzipSync } from 'node:zlib';

type Part = Readonly<Record<string, unknown>>;

/** A small generator of the same numbers each time (mulberry32). */
const chance = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};

const serviceAccount = (namespace: string, name: string): Part => ({
  username: `system:serviceaccount:${namespace}:${name}`,
  uid: '6f0c5a1e-0d8a-4a55-9a3e-1f0c6b1f7a10',
  groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
  extra: {
    'authentication.kubernetes.io/credential-id': ['JTI=2a6d2f7e-6a1c-4c55-8f5a-0d4b6b3c1d2e'],
    'authentication.kubernetes.io/node-name': ['ip-192-0-2-17.eu-west-1.compute.internal'],
    'authentication.kubernetes.io/pod-name': [`${name}-6c9f7d5b8-x2x7k`],
  },
});

const person: Part = {
  username: 'arn:aws:sts::111122223333:assumed-role/Developer/dana',
  uid: 'aws-iam-authenticator:111122223333:AROAEXAMPLEEXAMPLE01',
  groups: ['developers', 'system:authenticated'],
  extra: {
    accessKeyId: ['ASIAEXAMPLEEXAMPLE01'],
    arn: ['arn:aws:sts::111122223333:assumed-role/Developer/dana'],
    canonicalArn: ['arn:aws:iam::111122223333:role/Developer'],
    principalId: ['AROAEXAMPLEEXAMPLE01'],
    sessionName: ['dana'],
  },
};

const node: Part = {
  username: 'system:node:ip-192-0-2-17.eu-west-1.compute.internal',
  uid: 'aws-iam-authenticator:111122223333:AROAEXAMPLEEXAMPLE02',
  groups: ['system:bootstrappers', 'system:nodes', 'system:authenticated'],
};

const podBody = (name: string, at: number): Part => ({
  kind: 'Pod',
  apiVersion: 'v1',
  metadata: {
    name,
    namespace: 'shop',
    labels: { app: 'web', 'pod-template-hash': '6c9f7d5b8', release: `r${at % 40}` },
    annotations: { 'prometheus.io/scrape': 'true', 'prometheus.io/port': '9090' },
  },
  spec: {
    volumes: [{ name: 'config', configMap: { name: 'web', defaultMode: 420 } }],
    containers: [
      {
        name: 'web',
        image: `registry.example.com/shop/web:1.${at % 90}.2`,
        args: ['--listen=:8080', '--config=/etc/web/config.yaml'],
        env: Array.from({ length: 6 }, (_, place) => ({
          name: `SETTING_${place}`,
          value: `value-${(at * 7 + place) % 1000}`,
        })),
        resources: { limits: { cpu: '1', memory: '512Mi' }, requests: { cpu: '100m', memory: '256Mi' } },
        securityContext: {
          allowPrivilegeEscalation: false,
          runAsNonRoot: true,
          capabilities: { drop: ['ALL'] },
        },
        livenessProbe: { httpGet: { path: '/healthz', port: 8080, scheme: 'HTTP' }, periodSeconds: 10 },
      },
    ],
    serviceAccountName: 'web',
    restartPolicy: 'Always',
  },
});

interface Call {
  readonly share: number;
  readonly make: (at: number) => Part;
}

const read =
  (user: Part, resource: string, verb: string, group?: string) =>
  (at: number): Part => {
    const namespace = ['shop', 'kube-system', 'payments', 'monitoring'][at % 4] ?? 'shop';
    const name = verb === 'get' ? `${resource}-${at % 500}` : undefined;
    const base = group === undefined ? '/api/v1' : `/apis/${group}/v1`;
    const query =
      verb === 'watch' ? '?allowWatchBookmarks=true&watch=true' : verb === 'list' ? '?limit=500' : '';
    return {
      level: 'Request',
      requestURI: `${base}/namespaces/${namespace}/${resource}${name ? `/${name}` : ''}${query}`,
      verb,
      user,
      objectRef: { resource, namespace, name, apiGroup: group, apiVersion: 'v1' },
      responseStatus: { metadata: {}, code: 200 },
    };
  };

const write =
  (
    user: Part,
    resource: string,
    verb: string,
    group: string | undefined,
    body: (name: string, at: number) => Part,
    subresource?: string,
  ) =>
  (at: number): Part => {
    const name = `${resource}-${at % 500}`;
    const object = body(name, at);
    const base = read(user, resource, 'get', group)(at);
    return {
      ...base,
      objectRef: { ...(base.objectRef as Part), subresource },
      requestURI: subresource === undefined ? base.requestURI : `${base.requestURI}/${subresource}`,
      level: 'RequestResponse',
      verb,
      responseStatus: { metadata: {}, code: verb === 'create' ? 201 : 200 },
      requestObject: object,
      responseObject: {
        ...object,
        metadata: { ...(object.metadata as Part), uid: 'b6c1c1de', resourceVersion: String(at) },
      },
    };
  };

const lease = (name: string, at: number): Part => ({
  kind: 'Lease',
  apiVersion: 'coordination.k8s.io/v1',
  metadata: { name, namespace: 'kube-node-lease', resourceVersion: String(at) },
  spec: { holderIdentity: name, leaseDurationSeconds: 40, renewTime: '2026-01-02T03:04:05.000006Z' },
});

/** Shares as seen on a working cluster: reads and leases by machines above all, people and writes seldom. */
const calls: readonly Call[] = [
  { share: 26, make: read(serviceAccount('monitoring', 'prometheus'), 'pods', 'get') },
  { share: 14, make: write(node, 'leases', 'update', 'coordination.k8s.io', lease) },
  {
    share: 12,
    make: read(serviceAccount('argocd', 'application-controller'), 'deployments', 'list', 'apps'),
  },
  {
    share: 10,
    make: read(
      serviceAccount('kube-system', 'endpointslice-controller'),
      'endpointslices',
      'watch',
      'discovery.k8s.io',
    ),
  },
  { share: 8, make: read(node, 'configmaps', 'get') },
  { share: 6, make: read(serviceAccount('external-secrets', 'controller'), 'secrets', 'get') },
  { share: 6, make: write(node, 'pods', 'patch', undefined, podBody, 'status') },
  { share: 5, make: read(person, 'pods', 'list') },
  {
    share: 5,
    make: write(serviceAccount('kube-system', 'replicaset-controller'), 'pods', 'create', undefined, podBody),
  },
  { share: 4, make: read(person, 'services', 'get') },
  {
    share: 2,
    make: write(person, 'services', 'update', undefined, (name) => ({
      kind: 'Service',
      apiVersion: 'v1',
      metadata: { name },
      spec: { type: 'ClusterIP', ports: [{ port: 80 }] },
    })),
  },
  { share: 1, make: read(person, 'roles', 'list', 'rbac.authorization.k8s.io') },
  { share: 1, make: read(person, 'nodes', 'list') },
];

const total = calls.reduce((sum, { share }) => sum + share, 0);

const pick = (roll: number): Call => {
  let rest = roll * total;
  for (const call of calls) {
    rest -= call.share;
    if (rest < 0) return call;
  }
  return calls[0] as Call;
};

/** Audit lines, the same for the same seed. */
export function* auditLines(count: number, seed = 1): Generator<string> {
  const next = chance(seed);
  for (let at = 0; at < count; at++) {
    const time = new Date(1_767_323_045_000 + at * 37)
      .toISOString()
      .replace('Z', `${String(at % 1000).padStart(3, '0')}Z`);
    const id = (at * 2_654_435_761) % 4_294_967_296;
    yield JSON.stringify({
      kind: 'Event',
      apiVersion: 'audit.k8s.io/v1',
      auditID: `${id.toString(16).padStart(8, '0')}-0000-4000-8000-${at.toString(16).padStart(12, '0')}`,
      stage: 'ResponseComplete',
      ...pick(next()).make(Math.floor(next() * 1_000_000)),
      sourceIPs: ['192.0.2.17'],
      userAgent: 'kubelet/v1.36.0 (linux/arm64) kubernetes/0a1b2c3',
      requestReceivedTimestamp: time,
      stageTimestamp: time,
      annotations: {
        'authorization.k8s.io/decision': 'allow',
        'authorization.k8s.io/reason':
          'RBAC: allowed by ClusterRoleBinding "view" of ClusterRole "view" to Group "developers"',
      },
    });
  }
}

/** A CloudWatch Logs subscription event, as a Lambda function receives it. */
export interface LambdaDelivery {
  readonly awslogs: { readonly data: string };
}

export const deliveriesOf = (lines: Iterable<string>, eventsInEach: number): readonly LambdaDelivery[] => {
  const deliveries: LambdaDelivery[] = [];
  let messages: string[] = [];
  const close = (): void => {
    if (messages.length > 0) deliveries.push(deliveryOf(messages, deliveries.length));
    messages = [];
  };
  for (const line of lines) {
    messages.push(line);
    if (messages.length === eventsInEach) close();
  }
  close();
  return deliveries;
};

const deliveryOf = (messages: readonly string[], number: number): LambdaDelivery => {
  const payload = {
    messageType: 'DATA_MESSAGE',
    owner: '111122223333',
    logGroup: '/aws/eks/prod/cluster',
    logStream: 'kube-apiserver-audit-0123456789abcdef0123456789abcdef',
    subscriptionFilters: ['klaxon'],
    logEvents: messages.map((message, at) => ({
      id: `${number}${String(at).padStart(6, '0')}`,
      timestamp: 1_767_323_045_000,
      message,
    })),
  };
  return { awslogs: { data: gzipSync(JSON.stringify(payload)).toString('base64') } };
};
