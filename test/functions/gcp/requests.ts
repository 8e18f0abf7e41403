/** Requests as Pub/Sub, Eventarc, Cloud Scheduler and API servers make them, around entries of a small invented cluster. */
import type { JsonObject } from '../../../shared/schema/json.ts';
import { start } from '../story.ts';

/** Who read a secret, as GKE writes it into the log of data access. */
export const secretRead = (minute: number, name: string): JsonObject => ({
  insertId: `read-${minute}-${name}`,
  logName: 'projects/shop-example/logs/cloudaudit.googleapis.com%2Fdata_access',
  timestamp: new Date(start + minute * 60_000).toISOString(),
  receiveTimestamp: new Date(start + minute * 60_000 + 500).toISOString(),
  resource: {
    type: 'k8s_cluster',
    labels: { project_id: 'shop-example', location: 'europe-west1', cluster_name: 'prod' },
  },
  labels: { 'authorization.k8s.io/decision': 'allow', 'authorization.k8s.io/reason': '' },
  operation: {
    id: `00000000-0000-4000-8000-${`${minute}${name}`.padStart(12, '0')}`,
    producer: 'k8s.io',
    first: true,
    last: true,
  },
  protoPayload: {
    '@type': 'type.googleapis.com/google.cloud.audit.AuditLog',
    serviceName: 'k8s.io',
    methodName: 'io.k8s.core.v1.secrets.get',
    resourceName: `core/v1/namespaces/shop/secrets/${name}`,
    authenticationInfo: { principalEmail: 'eve@example.com' },
    authorizationInfo: [
      {
        granted: true,
        permission: 'io.k8s.core.v1.secrets.get',
        resource: `core/v1/namespaces/shop/secrets/${name}`,
      },
    ],
    requestMetadata: { callerIp: '192.0.2.7', callerSuppliedUserAgent: 'kubectl/v1.36.0' },
    status: { code: 0 },
  },
});

export interface Post {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

let messages = 0;

export const messageOf = (data: JsonObject | string, over: JsonObject = {}): JsonObject => ({
  data: Buffer.from(typeof data === 'string' ? data : JSON.stringify(data)).toString('base64'),
  attributes: { 'logging.googleapis.com/timestamp': '2026-01-02T03:00:00Z' },
  messageId: String(1_000 + messages++),
  publishTime: '2026-01-02T03:00:01.250Z',
  ...over,
});

const subscription = 'projects/klaxon-example/subscriptions/klaxon';

/** As a push subscription wraps a message: https://cloud.google.com/pubsub/docs/push#receive_push */
export const pushOf = (message: JsonObject): Post => ({
  path: '/',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ message, subscription }),
});

/** As one without a wrapper sends it: https://cloud.google.com/pubsub/docs/payload-unwrapping */
export const bareOf = (data: JsonObject | string, messageId = '7'): Post => ({
  path: '/',
  headers: {
    'content-type': 'application/json',
    'x-goog-pubsub-subscription-name': subscription,
    'x-goog-pubsub-message-id': messageId,
    'x-goog-pubsub-publish-time': '2026-01-02T03:00:01.250Z',
  },
  body: typeof data === 'string' ? data : JSON.stringify(data),
});

const cloudEvent = {
  specversion: '1.0',
  type: 'google.cloud.pubsub.topic.v1.messagePublished',
  source: '//pubsub.googleapis.com/projects/klaxon-example/topics/klaxon',
  id: '9',
  time: '2026-01-02T03:00:01.250Z',
};

/** As Eventarc sends a message on, what is said of it in headers. */
export const binaryEventOf = (message: JsonObject): Post => ({
  path: '/',
  headers: {
    'content-type': 'application/json',
    ...Object.fromEntries(Object.entries(cloudEvent).map(([name, text]) => [`ce-${name}`, text])),
  },
  body: JSON.stringify({ message, subscription }),
});

/** The same in the body: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md */
export const structuredEventOf = (message: JsonObject): Post => ({
  path: '/',
  headers: { 'content-type': 'application/cloudevents+json' },
  body: JSON.stringify({ ...cloudEvent, data: { message, subscription } }),
});

export const taskOf = (task: string): Post => ({ path: `/tasks/${task}`, headers: {}, body: '' });
