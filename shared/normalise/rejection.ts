/** A record that its reader could not read in, the Rejection that is counted and kept out. */
import type { RawRecord, Rejection, RejectionReason } from '../schema/raw-record.ts';
import { rejectionPrefixLength } from '../schema/raw-record.ts';

export const rejectionOf = (
  record: RawRecord,
  reason: RejectionReason,
  detail: string,
  text?: string,
): Rejection => ({
  index: record.index,
  reason,
  detail,
  dialect: record.dialect,
  prefix: (text ?? record.line ?? '').slice(0, rejectionPrefixLength),
  location: record.location,
});
