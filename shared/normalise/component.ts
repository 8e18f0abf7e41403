/** A line that a control-plane component wrote about itself in, one event of kind component out. */
import type { AuditEvent } from '../schema/audit-event.ts';
import { isObject, type JsonObject, someTextOf, textOf } from '../schema/json.ts';
import type { EnvelopeOrigin, RawRecord } from '../schema/raw-record.ts';
import { aksOrigin, aksTime } from './aks-audit.ts';
import { originOf } from './audit.ts';
import { contentId } from './content-id.ts';
import { eksOrigin } from './eks-audit.ts';
import { gkeOrigin } from './gke-audit.ts';
import { klogOf } from './klog.ts';
import { nativeEvent } from './native-event.ts';
import type { Normaliser } from './normaliser.ts';
import { withoutPresignedUrls } from './redact.ts';
import { rejectionOf } from './rejection.ts';
import { epochOf } from './time.ts';

export const fromKubernetesComponent: Normaliser = (record) =>
  fromLine(record, record.line, record.origin, record.time);

export const fromEksComponent: Normaliser = (record) =>
  fromLine(record, record.line, eksOrigin(record.origin), record.time);

export const fromAksComponent: Normaliser = (record) => {
  const diagnostic = record.body ?? {};
  return fromLine(
    record,
    aksLine(diagnostic),
    aksOrigin(diagnostic, record.origin),
    aksTime(diagnostic),
    diagnostic,
  );
};

/** The text of an AKS diagnostic record: every category but the audit ones holds plain lines. */
export const aksLine = (diagnostic: JsonObject): string | undefined => {
  const log = isObject(diagnostic.properties) ? diagnostic.properties.log : undefined;
  return isObject(log) ? JSON.stringify(log) : textOf(log);
};

const fromLine = (
  record: RawRecord,
  line: string | undefined,
  origin: EnvelopeOrigin,
  receivedTime: number | undefined,
  envelope?: JsonObject,
) => {
  if (line === undefined) return rejectionOf(record, 'unreadable', 'expected a line of text');
  return componentEvent(record, line, origin, receivedTime, envelope);
};

/** A line that is not klog (a stack trace, a banner) is kept whole as the message, with the envelope's time if any. */
export const componentEvent = (
  record: RawRecord,
  line: string,
  origin: EnvelopeOrigin,
  receivedTime: number | undefined,
  envelope?: JsonObject,
): AuditEvent => {
  const text = withoutPresignedUrls(line);
  const klog = klogOf(text, receivedTime);
  const pod = isObject(envelope?.properties) ? textOf(envelope.properties.pod) : undefined;
  return nativeEvent({
    id: contentId(envelope ? { ...record, line: JSON.stringify(envelope) } : record),
    time: klog?.time ?? receivedTime,
    kind: 'component',
    origin: originOf(record, origin),
    native: klog
      ? { message: klog.message, severity: klog.severity, source: klog.source, fields: klog.fields, pod }
      : { message: text.trimEnd(), pod },
  });
};

/** Cloud Logging strips klog's head from control-plane lines and keeps severity and source apart. */
export const fromGkeComponent: Normaliser = (record) => {
  const entry = record.body ?? {};
  const payload = isObject(entry.jsonPayload) ? entry.jsonPayload : {};
  const timeText = someTextOf(entry.timestamp) ?? someTextOf(entry.receiveTimestamp);
  const message = textOf(entry.textPayload) ?? textOf(payload.message) ?? textOf(payload.MESSAGE);
  return nativeEvent({
    id: `${textOf(entry.insertId) ?? contentId(record)}/${timeText ?? ''}`,
    time: epochOf(timeText),
    timeText,
    kind: 'component',
    origin: originOf(record, gkeOrigin(entry, record.origin)),
    native: { ...payload, message, severity: textOf(entry.severity)?.toLowerCase() },
  });
};
