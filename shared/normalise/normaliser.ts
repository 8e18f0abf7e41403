/** What every dialect's reader is: one record in, an event, a Rejection or the reason to drop it out. */
import type { AuditEvent } from '../schema/audit-event.ts';
import type { DropReason, RawRecord, Rejection } from '../schema/raw-record.ts';

export type Normaliser = (record: RawRecord) => AuditEvent | Rejection | DropReason;
