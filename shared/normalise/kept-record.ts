/** A record and the event it became in; the record's own text, as it may be kept for years, out. */
import type { AuditEvent } from '../schema/audit-event.ts';
import { isObject, type JsonObject, objectOf, textOf } from '../schema/json.ts';
import type { KubernetesAuditEvent } from '../schema/kubernetes-audit.ts';
import type { Dialect, RawRecord } from '../schema/raw-record.ts';
import { safeActivity } from './azure-activity.ts';
import { withoutCredentials } from './credentials.ts';
import { safeEntry } from './gke-audit.ts';
import { safeFlow } from './hubble.ts';
import { safeEvent } from './kubernetes-event.ts';
import { isAboutSecrets, mayHoldSecrets, redacted, withoutPresignedUrls } from './redact.ts';
import { withoutUrlSecrets } from './redact-url.ts';

export interface KeptRecord {
  /** As it came, unless something in it had to be replaced; a member of a batch's JSON is written again in any case. */
  readonly line: string;
  readonly redacted: boolean;
}

type Keeper = (record: RawRecord, event: AuditEvent) => KeptRecord;

/** Normalising what is kept gives the same event again, but for an id that is a digest. */
export const keptRecordOf: Keeper = (record, event) => keepers[record.dialect](record, event);

const asItCame: Keeper = ({ line, body }) => ({ line: line ?? JSON.stringify(body), redacted: false });

const writtenAgain = (body: unknown): KeptRecord => ({ line: JSON.stringify(body), redacted: true });

const auditEvent: Keeper = (record, event) => {
  const audit = auditToHide(event);
  return audit ? writtenAgain(audit) : asItCame(record, event);
};

/** The text of a cut record may end in half a secret, which the event has no longer. */
const auditToHide = ({ audit, origin }: AuditEvent): KubernetesAuditEvent | undefined => {
  if (!audit) return undefined;
  const isCutSecret =
    origin.truncated === true && (audit.objectRef?.resource === undefined || isAboutSecrets(audit));
  return isCutSecret || mayHoldSecrets(audit) ? audit : undefined;
};

const aksAudit: Keeper = (record, event) => {
  const audit = auditToHide(event);
  return audit ? writtenAgain(withLog(record.body, JSON.stringify(audit))) : asItCame(record, event);
};

const withLog = (diagnostic: JsonObject | undefined, log: string): JsonObject => ({
  ...diagnostic,
  properties: { ...objectOf(diagnostic?.properties), log },
});

const gkeAudit: Keeper = (record, event) => {
  const audit = auditToHide(event);
  return audit ? writtenAgain(safeEntry(record.body ?? {}, audit)) : asItCame(record, event);
};

const without =
  (safeOf: (body: JsonObject) => JsonObject): Keeper =>
  (record, event) => {
    const safe = record.body && safeOf(record.body);
    return safe === record.body ? asItCame(record, event) : writtenAgain(safe);
  };

const textLine: Keeper = (record, event) => {
  const { line } = record;
  const safe = line === undefined ? undefined : withoutPresignedUrls(line);
  return safe === undefined || safe === line ? asItCame(record, event) : { line: safe, redacted: true };
};

/** What hides in escapes is found in the fields; then they are written, as JSON, for logrus writes that as well. */
const authenticatorLine: Keeper = (record, event) => {
  if (textOf(event.native?.msg) === undefined) return textLine(record, event);
  const fields = JSON.stringify(event.native);
  return fields.includes(redacted) ? { line: fields, redacted: true } : asItCame(record, event);
};

const aksLine: Keeper = (record, event) => {
  const log = objectOf(record.body?.properties)?.log;
  const text = isObject(log) ? JSON.stringify(log) : textOf(log);
  const safe = text === undefined ? undefined : withoutPresignedUrls(text);
  if (safe === undefined || safe === text) return asItCame(record, event);
  return writtenAgain(withLog(record.body, safe));
};

/** Cloud Logging takes what a container wrote as JSON into `jsonPayload`. */
const inPayload =
  (safeOf: (content: JsonObject) => JsonObject) =>
  (body: JsonObject): JsonObject => {
    const payload = objectOf(body.jsonPayload);
    const safe = payload && safeOf(payload);
    if (!safe) return safeOf(body);
    return safe === payload ? body : { ...body, jsonPayload: safe };
  };

/** A flow stands in `flow`, or is the whole of what was written. */
const safeExport = (content: JsonObject): JsonObject => {
  const flow = objectOf(content.flow);
  const safe = safeFlow(flow ?? content);
  if (!JSON.stringify(safe).includes(redacted)) return content;
  return flow ? { ...content, flow: safe } : safe;
};

const accessLine: Keeper = (record, event) => {
  const { line, body } = record;
  const payload = textOf(body?.textPayload);
  const text = payload ?? line;
  const safe = text === undefined ? undefined : withoutUrlSecrets(text);
  if (safe === undefined || safe === text) return asItCame(record, event);
  return payload === undefined
    ? { line: safe, redacted: true }
    : writtenAgain({ ...body, textPayload: safe });
};

/** What each dialect's records may not show is what its events do not show. */
const keepers: Readonly<Record<Dialect, Keeper>> = {
  'eks-audit': auditEvent,
  'eks-authenticator': authenticatorLine,
  'eks-component': textLine,
  'aks-audit': aksAudit,
  'aks-audit-admin': aksAudit,
  'aks-guard': aksLine,
  'aks-component': aksLine,
  'azure-activity': without(safeActivity),
  'gke-audit': gkeAudit,
  'gke-admin': without(withoutCredentials),
  'gke-component': asItCame,
  'gke-node-auditd': asItCame,
  'kubernetes-audit': auditEvent,
  'kubernetes-component': textLine,
  'kubernetes-event': without(inPayload(safeEvent)),
  'ingress-nginx': accessLine,
  hubble: without(inPayload(safeExport)),
  cloudtrail: without(withoutCredentials),
};
