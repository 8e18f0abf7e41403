/** A delivery in, the lines that an archive keeps of it out; and such a line in, its events out. */
import { lineOf } from '../../shared/archive/line.ts';
import { decode, decodeDocument } from '../../shared/decode/decode.ts';
import type { Decoded } from '../../shared/decode/decoding.ts';
import { documentsOf } from '../../shared/decode/documents.ts';
import { isEvent, normalise } from '../../shared/normalise/normalise.ts';
import type { AuditEvent } from '../../shared/schema/audit-event.ts';
import type { RawRecord } from '../../shared/schema/raw-record.ts';

export interface RecordedEvent {
  readonly record: RawRecord;
  readonly event: AuditEvent;
}

export const recordedEvents = ({ records }: Decoded): readonly RecordedEvent[] =>
  records.flatMap((record) => {
    const event = normalise(record);
    return isEvent(event) ? [{ record, event }] : [];
  });

export const archivedLineOf = ({ record, event }: RecordedEvent): string => {
  const line = lineOf('audit', record, event);
  if (line === undefined) throw new Error('nested too deep');
  return line;
};

export const archivedLinesOf = (delivery: unknown): readonly string[] =>
  recordedEvents(decode(delivery)).map(archivedLineOf);

/** What the command line reads from a file that holds this text. */
export const decodedFile = (text: string): readonly Decoded[] =>
  documentsOf(text, 100_000_000).map((document) => decodeDocument(document, {}));

export const eventsIn = (text: string): readonly AuditEvent[] =>
  decodedFile(text).flatMap((decoded) => recordedEvents(decoded).map(({ event }) => event));
