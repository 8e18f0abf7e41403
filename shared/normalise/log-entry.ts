/** A record that may have come as the payload of a Cloud Logging entry in; the payload, and what the entry says of it, out. */
import { type JsonObject, objectOf, someTextOf } from '../schema/json.ts';
import type { EnvelopeOrigin, RawRecord } from '../schema/raw-record.ts';
import { contentId } from './content-id.ts';
import { gkeOrigin } from './gke-audit.ts';

export interface Unwrapped {
  /** What a container wrote as JSON, or the record itself. */
  readonly content: JsonObject;
  /** What it wrote as a line of text. */
  readonly text: string | undefined;
  readonly origin: EnvelopeOrigin;
  readonly id: string;
  /** When the entry says it was written. */
  readonly timeText: string | undefined;
}

/** Cloud Logging takes a line of JSON apart into `jsonPayload` and keeps any other as `textPayload`. */
export const unwrapped = (record: RawRecord): Unwrapped => {
  const entry = record.body ?? {};
  const payload = objectOf(entry.jsonPayload);
  const text = someTextOf(entry.textPayload);
  if (!payload && text === undefined)
    return {
      content: entry,
      text: record.line,
      origin: record.origin,
      id: contentId(record),
      timeText: undefined,
    };
  const timeText = someTextOf(entry.timestamp);
  const insertId = someTextOf(entry.insertId);
  return {
    content: payload ?? entry,
    text,
    origin: gkeOrigin(entry, record.origin),
    id: insertId === undefined ? contentId(record) : `${insertId}/${timeText ?? ''}`,
    timeText,
  };
};
