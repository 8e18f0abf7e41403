/** A decoded delivery in; its events, and an account that adds up, out. */
import type { Decoded } from './decode/decoding.ts';
import { isEvent, normalise } from './normalise/normalise.ts';
import type { Action, AuditEvent, EventKind } from './schema/audit-event.ts';
import type { DropReason, RawRecord, Rejection } from './schema/raw-record.ts';
import { Recent } from './schema/recent.ts';

/** records = events + rejected + duplicates + dropped. */
export interface Account {
  records: number;
  events: number;
  rejected: number;
  duplicates: number;
  dropped: number;
  truncated: number;
  /** Events whose request was answered with 401 or 403. */
  refused: number;
  readonly rejectedFor: Record<string, number>;
  readonly droppedFor: Record<string, number>;
}

export const emptyAccount = (): Account => ({
  records: 0,
  events: 0,
  rejected: 0,
  duplicates: 0,
  dropped: 0,
  truncated: 0,
  refused: 0,
  rejectedFor: {},
  droppedFor: {},
});

/** Takes what a delivery holds, one after the other. */
export interface Receiver {
  readonly onEvent: (event: AuditEvent, record: RawRecord) => void;
  readonly onRejection?: ((rejection: Rejection) => void) | undefined;
}

/** Events seen in one delivery; bounded, for a file of any length may be one. */
export interface Seen {
  /** The first event of each auditID: most have but one, and its id need not be put together to tell. */
  readonly byAuditId: Recent<Pick<AuditEvent, 'id' | 'action'>>;
  readonly byId: Recent<Action>;
}

const rememberedEvents = 16_384;

export const nothingSeen = (): Seen => ({
  byAuditId: new Recent(rememberedEvents),
  byId: new Recent(rememberedEvents),
});

export const processDelivery = (decoded: Decoded, seen: Seen, account: Account, receiver: Receiver): void => {
  for (const rejection of decoded.rejections) reject(rejection, account, receiver);
  for (const [reason, count] of decoded.dropped) drop(reason, count, account);
  for (const record of decoded.records) processRecord(record, seen, account, receiver);
};

const processRecord = (record: RawRecord, seen: Seen, account: Account, receiver: Receiver): void => {
  const result = normalise(record);
  if (typeof result === 'string') {
    drop(result, 1, account);
    return;
  }
  if (!isEvent(result)) {
    reject(result, account, receiver);
    return;
  }
  account.records++;
  if (isDuplicate(result, seen)) {
    account.duplicates++;
    return;
  }
  account.events++;
  if (result.origin.truncated) account.truncated++;
  const { code } = result.outcome;
  if (code === 401 || code === 403) account.refused++;
  receiver.onEvent(result, record);
};

/** Kinds of which a record that says the same is the same: two equal access lines may well be two requests. */
const identified: ReadonlySet<EventKind> = new Set(['audit', 'cloud-api', 'kubernetes-event']);

/**
 * AKS writes every change into two categories, carriers deliver at least once, and exporters of Events list them anew
 * when they start. Since a client may choose an auditID, verb and URI have to agree as well.
 */
const isDuplicate = (event: AuditEvent, { byAuditId, byId }: Seen): boolean => {
  if (!identified.has(event.kind)) return false;
  const { id, action, audit } = event;
  if (audit?.auditID) {
    const first = byAuditId.get(audit.auditID);
    if (first === undefined) {
      byAuditId.put(audit.auditID, { id, action });
      return false;
    }
    if (first.id === id) return isSameAction(first.action, action);
  }
  const earlier = byId.get(id);
  if (earlier) return isSameAction(earlier, action);
  byId.put(id, action);
  return false;
};

const isSameAction = (left: Action, right: Action): boolean =>
  left.verb === right.verb && left.uri === right.uri;

const reject = (rejection: Rejection, account: Account, receiver: Receiver): void => {
  account.records++;
  account.rejected++;
  account.rejectedFor[rejection.reason] = (account.rejectedFor[rejection.reason] ?? 0) + 1;
  receiver.onRejection?.(rejection);
};

const drop = (reason: DropReason, count: number, account: Account): void => {
  account.records += count;
  account.dropped += count;
  account.droppedFor[reason] = (account.droppedFor[reason] ?? 0) + count;
};
