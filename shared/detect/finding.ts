/** A rule that holds for an event. */

import type { AuditEvent } from '../schema/audit-event.ts';
import type { Severity } from '../schema/severity.ts';
import type { Rule } from './rule.ts';

export interface Finding {
  readonly rule: Rule;
  readonly severity: Severity;
  readonly event: AuditEvent;
}
