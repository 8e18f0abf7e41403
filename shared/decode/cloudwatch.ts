/** A CloudWatch Logs subscription payload, packed or not, in; its log events, each with the cluster of its log group, out. */
import { isObject, type JsonObject, type JsonValue, listOf, numberOf, textOf } from '../schema/json.ts';
import type { Dialect, EnvelopeOrigin } from '../schema/raw-record.ts';
import { type Decoding, describe } from './decoding.ts';
import type { Envelope, Opener } from './envelope.ts';
import { base64Bytes } from './gunzip.ts';

export const openCloudWatch: Envelope = (value, decoding, origin, open) => {
  if (isObject(value.awslogs)) {
    decoding.batch();
    const data = textOf(value.awslogs.data) ?? '';
    const bytes = base64Bytes(data);
    if (bytes) open(bytes, origin);
    else decoding.reject('not-base64', 'awslogs.data is not base64', data);
    return true;
  }
  if (typeof value.messageType !== 'string' || !Array.isArray(value.logEvents)) return false;
  decoding.batch();
  openPayload(value, decoding, origin, open);
  return true;
};

const openPayload = (payload: JsonObject, decoding: Decoding, origin: EnvelopeOrigin, open: Opener): void => {
  const events = listOf(payload.logEvents);
  if (payload.messageType === 'CONTROL_MESSAGE') {
    decoding.drop('control-message', Math.max(1, events.length));
    return;
  }
  const logGroup = textOf(payload.logGroup);
  const stream = textOf(payload.logStream);
  const cluster = clusterOf(logGroup);
  const from: EnvelopeOrigin = {
    ...origin,
    cloud: 'aws',
    account: textOf(payload.owner),
    // Subscriptions leave it out; what `klaxon pull` writes has it.
    region: textOf(payload.region) ?? origin.region,
    cluster: cluster ?? insightsClusterOf(logGroup) ?? origin.cluster,
    stream,
  };
  const dialect = cluster === undefined ? undefined : dialectOfStream(stream ?? '');
  for (const event of events) openLogEvent(event, dialect, from, decoding, open);
};

const openLogEvent = (
  event: JsonValue,
  dialect: Dialect | undefined,
  origin: EnvelopeOrigin,
  decoding: Decoding,
  open: Opener,
): void => {
  if (!isObject(event)) {
    decoding.reject('not-an-object', 'a log event that is no object', describe(event));
    return;
  }
  const { message } = event;
  if (dialect && typeof message === 'string') {
    const deliveryId = textOf(event.id);
    decoding.record(dialect, origin, { line: message, deliveryId, time: numberOf(event.timestamp) });
  } else open(message, origin);
};

/** EKS writes to `/aws/eks/<cluster>/cluster`. */
const clusterOf = (logGroup: string | undefined): string | undefined =>
  logGroup?.startsWith('/aws/eks/') && logGroup.endsWith('/cluster') ? logGroup.split('/')[3] : undefined;

/** Container Insights brings what containers and nodes write to `/aws/containerinsights/<cluster>/application` and its like. */
const insightsClusterOf = (logGroup: string | undefined): string | undefined =>
  logGroup?.startsWith('/aws/containerinsights/') ? logGroup.split('/')[3] || undefined : undefined;

/** Stream names carry a changing suffix; the audit stream's name begins like the API server's. */
const dialectOfStream = (stream: string): Dialect | undefined => {
  if (stream.startsWith('kube-apiserver-audit-')) return 'eks-audit';
  if (stream.startsWith('authenticator-')) return 'eks-authenticator';
  return componentStreams.some((prefix) => stream.startsWith(prefix)) ? 'eks-component' : undefined;
};

const componentStreams = [
  'kube-apiserver-',
  'kube-controller-manager-',
  'cloud-controller-manager-',
  'kube-scheduler-',
];
