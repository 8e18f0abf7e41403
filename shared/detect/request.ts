/** An event in, a text that is the same for every event of one request out. */
import type { AuditEvent } from '../schema/audit-event.ts';

/**
 * The same for both stages of one request, and for a redelivered event. A client may repeat an auditID; a repeated
 * request that also repeats verb, URI, user and the server's clock is the same request.
 */
export const requestOf = (event: AuditEvent): string => {
  const { audit } = event;
  if (audit?.auditID === undefined || audit.auditID === '') return event.id;
  // GKE writes the time of the entry, not of the request, so there the clock cannot tell.
  const clock = event.origin.inferred ? '' : (audit.requestReceivedTimestamp ?? event.timeText ?? '');
  return [audit.auditID, audit.verb, audit.requestURI, event.actor.name, clock].join('\n');
};
