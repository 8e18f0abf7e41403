/** An AuditEvent that no OCSF class fits in, one Base Event (0) out: its message, and everything else unmapped. */
import type { AuditEvent } from '../audit-event.ts';
import { textOf } from '../json.ts';
import {
  cloudOf,
  klaxonOf,
  labelsOf,
  products,
  profilesOf,
  statusCodeOf,
  statusIds,
  statusNames,
  timeOf,
} from './event-frame.ts';
import type { OcsfEvent } from './ocsf-event.ts';

export const baseEventOf = (event: AuditEvent): OcsfEvent => {
  const { native, origin, outcome } = event;
  return {
    class_uid: 0,
    class_name: 'Base Event',
    category_uid: 0,
    category_name: 'Uncategorized',
    activity_id: 0,
    activity_name: 'Unknown',
    type_uid: 0,
    type_name: 'Base Event: Unknown',
    severity_id: 1,
    severity: 'Informational',
    status_id: statusIds[outcome.result],
    status: statusNames[outcome.result],
    status_code: statusCodeOf(outcome),
    status_detail: outcome.reason,
    time: timeOf(event),
    message: textOf(native?.message),
    metadata: {
      version: '1.8.0',
      profiles: profilesOf(event),
      product: products[origin.dialect],
      uid: event.id,
      original_time: event.timeText,
      log_name: origin.stream,
      log_level: textOf(native?.severity),
      is_truncated: origin.truncated,
      labels: labelsOf(event),
    },
    cloud: cloudOf(origin),
    unmapped: { native, klaxon: { ...klaxonOf(event), ...partsOf(event) } },
  };
};

/** A component's line has no actor and no target: these parts are of the kinds that have no class of their own. */
const partsOf = (event: AuditEvent) => {
  const { cluster, clusterId } = event.origin;
  if (event.kind === 'component') return { cluster, clusterId };
  const { actor, client, action, target, outcome } = event;
  return { cluster, clusterId, actor, client, action, target, outcome };
};
