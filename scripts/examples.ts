/** Writes examples/: the story, as each cloud and each cluster would deliver it. The same bytes at each run. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { type JsonObject, textOf } from '../shared/schema/json.ts';
import {
  aksRecord,
  authenticatorLine,
  cloudTrail,
  cloudWatch,
  eksAudit,
  iamUser,
  logEntry,
} from './example-envelopes.ts';
import {
  auditEvent,
  type Deed,
  eavesdrop,
  idOf,
  nodeTakeover,
  ordinary,
  probe,
  stranger,
  theft,
  timeOf,
} from './example-story.ts';

const folder = fileURLToPath(new URL('../examples/', import.meta.url));
rmSync(folder, { recursive: true, force: true });

/** `byTime` puts what happened in between at its place, as a log does. */
const byTime = (...deeds: readonly Deed[]): readonly Deed[] =>
  deeds.toSorted((left, right) => left.at - right.at);

const write = (path: string, content: string | Buffer): void => {
  mkdirSync(dirname(folder + path), { recursive: true });
  writeFileSync(folder + path, content);
};

const json = (value: JsonObject): string => `${JSON.stringify(value, null, 2)}\n`;
const lines = (values: readonly (JsonObject | string)[]): string =>
  values.map((value) => `${typeof value === 'string' ? value : JSON.stringify(value)}\n`).join('');

/** Node leaves the time out of the header; the operating system (byte 9) is made the same everywhere. */
const gzip = (text: string): Buffer => {
  const packed = gzipSync(text, { level: 9 });
  packed[9] = 255;
  return packed;
};

const base64 = (content: string | Buffer): string => Buffer.from(content).toString('base64');

// EKS: the audit log through a subscription, and two streams through Firehose.

const eksNode = 'ip-10-0-1-10.eu-west-1.compute.internal';
const kim = iamUser('kim', '01');
const robin = iamUser('robin', '02');

const signIns = cloudWatch(
  'authenticator',
  [12, 72].map((at) => ({ at, message: authenticatorLine(at, 'kim', '01') })),
);
write(
  'eks/cloudwatch-subscription.json',
  json({
    awslogs: {
      data: base64(gzip(JSON.stringify(eksAudit(byTime(...ordinary(eksNode, kim, 4), ...theft(robin)))))),
    },
  }),
);
// Firehose puts one packed payload after the other, with nothing between.
write(
  'eks/firehose-2026-03-14-09.gz',
  Buffer.concat(
    [eksAudit(ordinary('ip-10-0-1-11.eu-west-1.compute.internal', kim, 4)), signIns].map((payload) =>
      gzip(JSON.stringify(payload)),
    ),
  ),
);

// EKS: the lines of the IAM authenticator, as exported from its log stream.

write(
  'authenticator/authenticator.log',
  lines([
    authenticatorLine(132, 'kim', '01'),
    authenticatorLine(192, 'kim', '01'),
    `time="${timeOf(240).replace('.000Z', 'Z')}" level=warning msg="access denied" client="127.0.0.1:40240" error="input token was not properly formatted: X-Amz-Date parameter is expired (15 minute expiration) 2026-03-14 08:40:00 +0000 UTC" method=POST path=/authenticate`,
    authenticatorLine(899, 'robin', '02'),
  ]),
);

// AKS: Azure Monitor sends batches of records through an Event Hub.

const entraUser = (name: string): JsonObject => ({
  username: `${name}@example.com`,
  groups: ['00000000-0000-0000-0000-0000000000aa', 'system:authenticated'],
  extra: { oid: [idOf(name)] },
});

const guardLines = [
  'authzhandler.go:39] Recieved subject access review request',
  'azure.go:202] "Authorization check completed" requestID="7d0c3f6e-52a8-4f0e-9a70-3c7a53a1f0b2" allowed=true reason="Access allowed by Azure RBAC"',
];

write(
  'aks/event-hub-batch.json',
  json({
    records: [
      ...byTime(
        ...ordinary('aks-shop-12345678-vmss000000', entraUser('kim'), 2),
        nodeTakeover(entraUser('robin')),
      ).map((deed) =>
        aksRecord(
          deed.at,
          'kube-audit',
          'kube-apiserver-6d5f7c9b8-abcde',
          JSON.stringify(auditEvent('orchard-europe', deed)),
        ),
      ),
      ...guardLines.map((line, place) =>
        aksRecord(
          21 + place,
          'guard',
          'guard-5c9d7f6b4-fghij',
          `I0314 09:00:${21 + place}.031595       1 ${line}`,
        ),
      ),
    ],
  }),
);

// GKE: entries of Cloud Logging, and one pushed by Pub/Sub.

const person = (name: string): JsonObject => ({ username: `${name}@example.com` });
write(
  'gke/log-entries.ndjson',
  lines(ordinary('gke-orchard-default-pool-1a2b3c4d-x1y2', person('kim'), 3).map(logEntry)),
);
const entry = logEntry(eavesdrop(person('robin')));
write(
  'gke/pubsub-push.json',
  json({
    message: {
      attributes: { 'logging.googleapis.com/timestamp': textOf(entry.timestamp) },
      data: base64(JSON.stringify(entry)),
      messageId: '9600000000000001',
      message_id: '9600000000000001',
      publishTime: timeOf(1503),
      publish_time: timeOf(1503),
    },
    subscription: 'projects/orchard-demo/subscriptions/klaxon',
  }),
);

// A cluster of one's own: the API server's log file, and what its webhook posts.

const sam: JsonObject = { username: 'sam', groups: ['operators', 'system:authenticated'] };
const lab = ordinary('lab-1', sam, 3);
write('self-managed/audit.log.gz', gzip(lines(lab.slice(0, 10).map((deed) => auditEvent('lab', deed)))));
write(
  'self-managed/webhook-post.json',
  json({
    kind: 'EventList',
    apiVersion: 'audit.k8s.io/v1',
    metadata: {},
    // Items of a webhook's batch carry neither kind nor version.
    items: [...lab.slice(10), ...probe].map((deed) => {
      const { kind: _kind, apiVersion: _version, ...item } = auditEvent('lab', deed);
      return item;
    }),
  }),
);

// CloudTrail: the last thing the stranger does is to turn the lights off.

const components = ['api', 'audit', 'authenticator', 'controllerManager', 'scheduler'];
write(
  'cloudtrail/111122223333_CloudTrail_eu-west-1_20260314T0930Z.json.gz',
  gzip(
    JSON.stringify({
      Records: [
        cloudTrail(30, 'ListClusters', 'kim', '01', {
          sourceIPAddress: '198.51.100.20',
          readOnly: true,
          requestParameters: { maxResults: 100 },
        }),
        cloudTrail(31, 'DescribeCluster', 'kim', '01', {
          sourceIPAddress: '198.51.100.20',
          readOnly: true,
          requestParameters: { name: 'orchard-prod' },
        }),
        cloudTrail(1800, 'UpdateClusterConfig', 'robin', '02', {
          sourceIPAddress: stranger,
          readOnly: false,
          requestParameters: {
            name: 'orchard-prod',
            logging: { clusterLogging: [{ types: components, enabled: false }] },
          },
        }),
      ],
    }),
  ),
);

// Inside a cluster: what the ingress, the kubelets and the network say, as collectors find it on a node or in the API.

const visit = (at: number, ip: string, request: string, status: number, bytes: number): string => {
  const time = timeOf(at);
  const local = `14/Mar/2026:${time.slice(11, 19)} +0000`;
  const id = idOf(`${at} ${request}`).replaceAll('-', '');
  return `${time.replace('Z', '456789Z')} stdout F ${ip} - - [${local}] "${request} HTTP/2.0" ${status} ${bytes} "-" "Mozilla/5.0 (X11; Linux x86_64)" 412 0.004 [shop-web-80] [] 10.0.2.8:8080 ${bytes} 0.004 ${status} ${id}`;
};

write(
  'in-cluster/ingress.log',
  lines([
    visit(5, '198.51.100.31', 'GET /', 200, 5120),
    visit(6, '198.51.100.31', 'GET /fruit?kind=pear&page=2', 200, 4211),
    visit(9, '198.51.100.44', 'POST /cart', 303, 0),
    visit(31, stranger, 'GET /..%2f..%2f..%2fetc%2fpasswd', 404, 146),
    visit(
      33,
      stranger,
      'GET /image?name=../../../../var/run/secrets/kubernetes.io/serviceaccount/token',
      200,
      1107,
    ),
    visit(40, '198.51.100.31', 'GET /image?name=pear.jpg', 200, 48_211),
  ]),
);

const podEvent = (at: number, pod: string, reason: string, message: string): JsonObject => ({
  kind: 'Event',
  apiVersion: 'v1',
  metadata: {
    name: `${pod}.18a1${at}`,
    namespace: 'shop',
    uid: idOf(`${at} ${pod} ${reason}`),
    resourceVersion: String(700_000 + at),
    creationTimestamp: timeOf(at).replace('.000Z', 'Z'),
  },
  involvedObject: { kind: 'Pod', apiVersion: 'v1', namespace: 'shop', name: pod },
  reason,
  message,
  type: 'Normal',
  source: { component: 'kubelet', host: 'lab-1' },
  firstTimestamp: timeOf(at).replace('.000Z', 'Z'),
  lastTimestamp: timeOf(at).replace('.000Z', 'Z'),
  count: 1,
});

write(
  'in-cluster/events.json',
  json({
    kind: 'List',
    apiVersion: 'v1',
    metadata: { resourceVersion: '' },
    items: [
      podEvent(3, 'web-1', 'Pulling', 'Pulling image "registry.example.com/web:1.4"'),
      podEvent(7, 'web-1', 'Started', 'Started container web'),
    ],
  }),
);

const flow = (at: number, verdict: string, destination: string, port: number): JsonObject => ({
  flow: {
    time: timeOf(at).replace('Z', '123456Z'),
    uuid: idOf(`${at} ${destination}`),
    verdict,
    ...(verdict === 'DROPPED' && { drop_reason: 133, drop_reason_desc: 'POLICY_DENIED' }),
    IP: { source: '10.0.2.8', destination, ipVersion: 'IPv4' },
    l4: { TCP: { source_port: 40_000 + at, destination_port: port, flags: { SYN: true } } },
    source: { identity: 3456, namespace: 'shop', labels: ['k8s:app=web'], pod_name: 'web-1' },
    destination: { identity: 2, labels: ['reserved:world'] },
    Type: 'L3_L4',
    node_name: 'lab/lab-1',
    event_type: { type: 4 },
    traffic_direction: 'EGRESS',
    is_reply: false,
  },
  node_name: 'lab/lab-1',
  time: timeOf(at).replace('Z', '123456Z'),
});

write(
  'in-cluster/flows.ndjson',
  lines([flow(8, 'FORWARDED', '192.0.2.40', 443), flow(35, 'DROPPED', stranger, 4444)]),
);
