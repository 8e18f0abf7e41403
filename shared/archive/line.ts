/** A record and its event, or a Rejection, in; the line of the archive that keeps it out. */
import { keptRecordOf } from '../normalise/kept-record.ts';
import { withoutPresignedUrls } from '../normalise/redact.ts';
import { type ArchivedEvent, type ArchivedRejection, archiveVersion } from '../schema/archived-line.ts';
import type { AuditEvent } from '../schema/audit-event.ts';
import { toOcsf } from '../schema/ocsf/to-ocsf.ts';
import type { RawRecord, Rejection } from '../schema/raw-record.ts';
import { withinStack, writtenEvent } from './written-event.ts';

/** The provider's record in our envelope, or an OCSF event; settings.archive.form. */
export const archiveForms = ['audit', 'ocsf'] as const;
export type ArchiveForm = (typeof archiveForms)[number];

/** Undefined where the event is nested too deep to be written. */
export const lineOf = (form: ArchiveForm, record: RawRecord, event: AuditEvent): string | undefined =>
  lines[form](record, event);

const envelopeAround = (record: RawRecord, event: AuditEvent): string => {
  const { actor, client, action, target, outcome, origin, time } = event;
  const kept = keptRecordOf(record, event);
  const line: ArchivedEvent = {
    klaxon: archiveVersion,
    id: event.id,
    time: time === undefined ? undefined : Math.trunc(time),
    kind: event.kind,
    dialect: origin.dialect,
    actor: actor.name,
    cloud_identity: actor.cloudIdentity,
    ips: client.ips.length > 0 ? client.ips : undefined,
    user_agent: client.userAgent,
    verb: action.verb,
    api_group: target.group,
    resource: target.resource,
    subresource: target.subresource,
    namespace: target.namespace,
    name: target.name,
    result: outcome.result,
    code: outcome.code,
    truncated: origin.truncated || undefined,
    redacted: kept.redacted || undefined,
    origin: {
      cloud: origin.cloud,
      account: origin.account,
      region: origin.region,
      cluster: origin.cluster,
      cluster_id: origin.clusterId,
      stream: origin.stream,
      delivery_id: origin.deliveryId,
      delivery_time: record.time,
    },
    line: kept.line,
  };
  return JSON.stringify(line);
};

const lines: Readonly<Record<ArchiveForm, (record: RawRecord, event: AuditEvent) => string | undefined>> = {
  audit: (record, event) => withinStack(() => envelopeAround(record, event)),
  ocsf: (_, event) => writtenEvent(event, (one) => JSON.stringify(toOcsf(one))),
};

/** Nobody knows what a record holds that could not be read: of its text no more is kept than its beginning. */
export const rejectedLineOf = ({ reason, detail, dialect, index, prefix }: Rejection): string => {
  const line: ArchivedRejection = {
    klaxon: archiveVersion,
    kind: 'rejected',
    reason,
    detail,
    dialect,
    position: index,
    prefix: withoutPresignedUrls(prefix),
  };
  return JSON.stringify(line);
};
