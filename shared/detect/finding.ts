/** A rule that holds for an event. */

import type { AuditEvent } from '../schema/audit-event.ts';
import type { Severity } from '../schema/severity.ts';
import type { Rule } from './rule.ts';
import type { Scope } from './scope.ts';

export interface Finding {
  readonly rule: Rule;
  readonly severity: Severity;
  readonly event: AuditEvent;
  /** The event as rules have looked at it, with the views they asked for; valid until the next event is looked at. */
  readonly scope?: Scope | undefined;
}
