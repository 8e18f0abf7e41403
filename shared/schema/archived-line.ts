/** The lines of an archive: the envelope around a record, and what is kept of a record that could not be read. */
import type { AuditEvent, EventKind } from './audit-event.ts';
import type { CloudName, Dialect, Rejection } from './raw-record.ts';

/** Stands in every line and every manifest. It rises when a reader of the last version would read something wrongly. */
export const archiveVersion = 1;

/**
 * One event: columns to find it by, and the provider's own record. Names are in lower case and none is that of a part of
 * the object's path, for engines of SQL tell neither apart. What is not known is absent.
 */
export interface ArchivedEvent {
  readonly klaxon: typeof archiveVersion;
  readonly id: string;
  /** Epoch milliseconds, whole. */
  readonly time?: number | undefined;
  readonly kind: EventKind;
  readonly dialect: Dialect;
  readonly actor?: string | undefined;
  readonly cloud_identity?: string | undefined;
  readonly ips?: readonly string[] | undefined;
  readonly user_agent?: string | undefined;
  readonly verb?: string | undefined;
  readonly api_group?: string | undefined;
  readonly resource?: string | undefined;
  readonly subresource?: string | undefined;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly result: AuditEvent['outcome']['result'];
  readonly code?: number | undefined;
  /** The record was cut on its way. */
  readonly truncated?: true | undefined;
  /** Something in `line` had to be replaced, so it was written again; otherwise it is as it came. */
  readonly redacted?: true | undefined;
  readonly origin: ArchivedOrigin;
  /** The record: a text, for whatever JSON it holds must not trouble whoever reads the line. */
  readonly line: string;
}

/** Where it came from, to the letter: a path may only hold some characters, and no more than so many. */
export interface ArchivedOrigin {
  readonly cloud?: CloudName | undefined;
  readonly account?: string | undefined;
  readonly region?: string | undefined;
  readonly cluster?: string | undefined;
  readonly cluster_id?: string | undefined;
  readonly stream?: string | undefined;
  readonly delivery_id?: string | undefined;
  /** The carrier's time for the record, epoch milliseconds. */
  readonly delivery_time?: number | undefined;
}

/** A record that could not be read: why, and how it begins. */
export interface ArchivedRejection {
  readonly klaxon: typeof archiveVersion;
  readonly kind: 'rejected';
  readonly reason: Rejection['reason'];
  readonly detail: string;
  readonly dialect?: Dialect | undefined;
  /** Place in its delivery, from 0. */
  readonly position: number;
  readonly prefix: string;
}
