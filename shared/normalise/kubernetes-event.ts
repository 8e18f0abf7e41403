/** One Event object of the Kubernetes API in (core/v1 or events.k8s.io), one event of kind kubernetes-event out. */
import type { Target } from '../schema/audit-event.ts';
import { isObject, type JsonObject, objectOf, someTextOf, textOf } from '../schema/json.ts';
import { originOf } from './audit.ts';
import { withoutCredentials } from './credentials.ts';
import { unwrapped } from './log-entry.ts';
import { nativeEvent } from './native-event.ts';
import type { Normaliser } from './normaliser.ts';
import { withoutUrlSecrets } from './redact-url.ts';
import { epochOf } from './time.ts';

/**
 * Who may write Events may write what they like into them, and the API server does not say who that was: the component
 * that reports is no actor. Neither is a Warning a failure of something that was asked for: the outcome is not stated.
 */
export const fromKubernetesEvent: Normaliser = (record) => {
  const source = unwrapped(record);
  const event = safeEvent(inCoreForm(source.content));
  const timeText = timeTextOf(event) ?? source.timeText;
  return nativeEvent({
    id: idOf(event) ?? source.id,
    time: epochOf(timeText),
    timeText,
    kind: 'kubernetes-event',
    origin: originOf(record, source.origin),
    action: { verb: someTextOf(event.reason) },
    target: targetOf(objectOf(event.involvedObject) ?? {}),
    native: event,
  });
};

/** Both groups show the same stored object; what the one calls otherwise (pkg/apis/events/v1/conversion.go of Kubernetes). */
const coreNames: ReadonlyMap<string, string> = new Map([
  ['regarding', 'involvedObject'],
  ['note', 'message'],
  ['reportingController', 'reportingComponent'],
  ['deprecatedSource', 'source'],
  ['deprecatedFirstTimestamp', 'firstTimestamp'],
  ['deprecatedLastTimestamp', 'lastTimestamp'],
  ['deprecatedCount', 'count'],
]);

const inCoreForm = (event: JsonObject): JsonObject =>
  isObject(event.regarding)
    ? Object.fromEntries(Object.entries(event).map(([key, value]) => [coreNames.get(key) ?? key, value]))
    : event;

/** The kubelet quotes the URLs of probes and of registries in its messages. The same object where nothing is replaced. */
export const safeEvent = (event: JsonObject): JsonObject =>
  withoutCredentials(withSafeText(withSafeText(event, 'message'), 'note'));

const withSafeText = (event: JsonObject, key: string): JsonObject => {
  const text = textOf(event[key]);
  const safe = text === undefined ? undefined : withoutUrlSecrets(text);
  return safe === text ? event : { ...event, [key]: safe };
};

/** An Event that is seen again is the same object with a new count: its last time is the time of this record. */
const timeTextOf = ({ series, lastTimestamp, eventTime, firstTimestamp, metadata }: JsonObject) =>
  someTextOf(objectOf(series)?.lastObservedTime) ??
  someTextOf(lastTimestamp) ??
  someTextOf(eventTime) ??
  someTextOf(firstTimestamp) ??
  someTextOf(objectOf(metadata)?.creationTimestamp);

/** The API server gives each object a uid and each change of it a resource version. */
const idOf = ({ metadata }: JsonObject): string | undefined => {
  const uid = someTextOf(objectOf(metadata)?.uid);
  const version = someTextOf(objectOf(metadata)?.resourceVersion);
  return uid === undefined || version === undefined ? undefined : `${uid}/${version}`;
};

const targetOf = ({ apiVersion, kind, namespace, name }: JsonObject): Target => {
  const parts = textOf(apiVersion)?.split('/') ?? [];
  return {
    group: parts.length > 1 ? parts[0] : undefined,
    version: parts.at(-1) || undefined,
    resource: resources.get(textOf(kind) ?? ''),
    namespace: someTextOf(namespace),
    name: someTextOf(name),
  };
};

/** An Event names a kind; under which resource the API serves it is known of the kinds that Kubernetes itself has. */
const resources: ReadonlyMap<string, string> = new Map([
  ['Pod', 'pods'],
  ['Node', 'nodes'],
  ['Namespace', 'namespaces'],
  ['Service', 'services'],
  ['Endpoints', 'endpoints'],
  ['ServiceAccount', 'serviceaccounts'],
  ['ConfigMap', 'configmaps'],
  ['Secret', 'secrets'],
  ['PersistentVolume', 'persistentvolumes'],
  ['PersistentVolumeClaim', 'persistentvolumeclaims'],
  ['ReplicationController', 'replicationcontrollers'],
  ['Deployment', 'deployments'],
  ['ReplicaSet', 'replicasets'],
  ['StatefulSet', 'statefulsets'],
  ['DaemonSet', 'daemonsets'],
  ['Job', 'jobs'],
  ['CronJob', 'cronjobs'],
  ['HorizontalPodAutoscaler', 'horizontalpodautoscalers'],
  ['PodDisruptionBudget', 'poddisruptionbudgets'],
  ['Ingress', 'ingresses'],
  ['NetworkPolicy', 'networkpolicies'],
  ['CertificateSigningRequest', 'certificatesigningrequests'],
  ['Lease', 'leases'],
]);
