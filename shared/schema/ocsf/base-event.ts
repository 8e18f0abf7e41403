/** An AuditEvent that no OCSF class fits in, one Base Event (0) out: its message, and everything else unmapped. */
import type { AuditEvent } from '../audit-event.ts';
import { textOf } from '../json.ts';
import { cloudOf, frameOf, klaxonOf, metadataOf, type OcsfClass, statusOf, timeOf } from './event-frame.ts';
import type { OcsfEvent } from './ocsf-event.ts';

const baseEvent: OcsfClass = { uid: 0, name: 'Base Event', category: { uid: 0, name: 'Uncategorized' } };

export const baseEventOf = (event: AuditEvent): OcsfEvent => {
  const { native, origin, outcome } = event;
  return {
    ...frameOf(baseEvent, [0, 'Unknown']),
    ...statusOf(outcome),
    time: timeOf(event),
    message: textOf(native?.message),
    metadata: metadataOf(event, { log_level: textOf(native?.severity) }),
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
