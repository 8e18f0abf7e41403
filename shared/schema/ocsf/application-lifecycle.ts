/** One AuditEvent of kind kubernetes-event in, one OCSF Application Lifecycle (6002) out, if it says of what it speaks. */
import type { AuditEvent } from '../audit-event.ts';
import { type JsonObject, numberOf, objectOf, someTextOf, textOf } from '../json.ts';
import {
  cloudOf,
  frameOf,
  klaxonOf,
  metadataOf,
  type OcsfActivity,
  type OcsfClass,
  timeOf,
} from './event-frame.ts';
import type { OcsfEvent } from './ocsf-event.ts';

const applicationLifecycle: OcsfClass = {
  uid: 6002,
  name: 'Application Lifecycle',
  category: { uid: 6, name: 'Application Activity' },
};

/** The object that the Event is about stands for the application: an Event that names none makes no such activity. */
export const applicationLifecycleOf = (event: AuditEvent): OcsfEvent | undefined => {
  const { action, origin, target } = event;
  const native = event.native ?? {};
  if (target.name === undefined) return undefined;
  return {
    ...frameOf(applicationLifecycle, activities.get(action.verb ?? '') ?? [99, 'Other']),
    status_code: action.verb,
    time: timeOf(event),
    count: countOf(native),
    message: someTextOf(native.message),
    metadata: metadataOf(event, { event_code: action.verb, log_level: textOf(native.type) }),
    cloud: cloudOf(origin),
    app: {
      name: target.name,
      uid: someTextOf(objectOf(native.involvedObject)?.uid),
    },
    unmapped: {
      native: event.native,
      klaxon: { ...klaxonOf(event), cluster: origin.cluster, clusterId: origin.clusterId, target },
    },
  };
};

/** Reasons of the kubelet and of the deployment controller that say what OCSF has a word for. */
const activities: ReadonlyMap<string, OcsfActivity> = new Map([
  ['Started', [3, 'Start']],
  ['Killing', [4, 'Stop']],
  ['ScalingReplicaSet', [8, 'Update']],
]);

const countOf = (native: JsonObject): number | undefined => {
  const count = numberOf(objectOf(native.series)?.count) ?? numberOf(native.count);
  return Number.isInteger(count) ? count : undefined;
};
