/** A delivery in; what decoding made of it, short enough to compare, out. */
import { gzipSync } from 'node:zlib';
import { decode } from '../../shared/decode/decode.ts';
import type { DecodeContext, Decoded } from '../../shared/decode/decoding.ts';
import { isObject, pathOf } from '../../shared/schema/json.ts';

export const gzip = (value: unknown): Buffer =>
  gzipSync(typeof value === 'string' ? value : JSON.stringify(value));
export const base64 = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64');
export const packed = (value: unknown): string => gzip(value).toString('base64');

/** The dialect of each record with the name that tells it apart, then each rejection and each drop. */
export const briefOf = (delivery: unknown, context: DecodeContext = {}): readonly string[] =>
  listOf(decode(delivery, context));

const listOf = (decoded: Decoded): readonly string[] => [
  ...decoded.records.map(
    ({ dialect, line, body }) => `${dialect} ${nameOf(body ?? parsed(line ?? '')) ?? line}`,
  ),
  ...decoded.rejections.map(({ reason }) => `rejected ${reason}`),
  ...[...decoded.dropped].map(([reason, count]) => `dropped ${count} ${reason}`),
];

const parsed = (line: string): unknown => {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
};

const nameOf = (body: unknown): string | undefined => {
  if (!isObject(body)) return undefined;
  for (const key of ['auditID', 'eventID', 'insertId', 'correlationId', 'sharedEventID'])
    if (typeof body[key] === 'string') return body[key];
  const log = pathOf(body, 'properties', 'log');
  return typeof log === 'string' ? (nameOf(parsed(log)) ?? log) : nameOf(log);
};

/** A small audit event; its auditID is its name. */
export const audit = (auditID: string) => ({
  kind: 'Event',
  apiVersion: 'audit.k8s.io/v1',
  auditID,
  stage: 'ResponseComplete',
  verb: 'get',
});
