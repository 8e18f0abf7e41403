/** One AuditEvent of kind kubernetes-event in, one OCSF Application Lifecycle (6002) out, if it says of what it speaks. */
import type { AuditEvent } from '../audit-event.ts';
import { type JsonObject, numberOf, objectOf, someTextOf, textOf } from '../json.ts';
import { cloudOf, klaxonOf, labelsOf, products, profilesOf, timeOf } from './event-frame.ts';
import type { OcsfEvent } from './ocsf-event.ts';

/** The object that the Event is about stands for the application: an Event that names none makes no such activity. */
export const applicationLifecycleOf = (event: AuditEvent): OcsfEvent | undefined => {
  const { action, origin, target } = event;
  const native = event.native ?? {};
  if (target.name === undefined) return undefined;
  const [activityId, activityName] = activities.get(action.verb ?? '') ?? [99, 'Other'];
  return {
    class_uid: 6002,
    class_name: 'Application Lifecycle',
    category_uid: 6,
    category_name: 'Application Activity',
    activity_id: activityId,
    activity_name: activityName,
    type_uid: 600_200 + activityId,
    type_name: `Application Lifecycle: ${activityName}`,
    severity_id: 1,
    severity: 'Informational',
    status_code: action.verb,
    time: timeOf(event),
    count: countOf(native),
    message: someTextOf(native.message),
    metadata: {
      version: '1.8.0',
      profiles: profilesOf(event),
      product: products[origin.dialect],
      uid: event.id,
      event_code: action.verb,
      original_time: event.timeText,
      log_name: origin.stream,
      log_level: textOf(native.type),
      is_truncated: origin.truncated,
      labels: labelsOf(event),
    },
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
const activities: ReadonlyMap<string, readonly [number, string]> = new Map([
  ['Started', [3, 'Start']],
  ['Killing', [4, 'Stop']],
  ['ScalingReplicaSet', [8, 'Update']],
]);

const countOf = (native: JsonObject): number | undefined => {
  const count = numberOf(objectOf(native.series)?.count) ?? numberOf(native.count);
  return Number.isInteger(count) ? count : undefined;
};
