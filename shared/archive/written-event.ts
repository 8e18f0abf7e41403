/** An event and the form to write it in, in; its text out, without its bodies where they are nested too deep to be written. */
import type { AuditEvent } from '../schema/audit-event.ts';

/** JSON of a depth that no API server accepts overruns the writer's stack. Undefined where even the rest of it does. */
export const writtenEvent = (event: AuditEvent, form: (event: AuditEvent) => string): string | undefined =>
  withinStack(() => form(event)) ?? withinStack(() => form(withoutBodies(event)));

export const withinStack = (write: () => string): string | undefined => {
  try {
    return write();
  } catch (thrown) {
    if (thrown instanceof RangeError) return undefined;
    throw thrown;
  }
};

const withoutBodies = (event: AuditEvent): AuditEvent => ({
  ...event,
  audit: event.audit && { ...event.audit, requestObject: undefined, responseObject: undefined },
  native: undefined,
  origin: { ...event.origin, truncated: true },
});
