/** Azure Monitor messages in, in each form that a trigger or an export has been seen to give them; records out. */
import { type JsonObject, listOf, objectOf, parsedJson } from '../schema/json.ts';
import type { EnvelopeOrigin } from '../schema/raw-record.ts';
import type { Decoding } from './decoding.ts';
import type { Envelope, Opener } from './envelope.ts';

const openRecords: Envelope = (value, decoding, origin, open) => {
  if (!Array.isArray(value.records) || 'invocationId' in value) return false;
  decoding.batch();
  for (const record of listOf(value.records)) open(record, origin);
  return true;
};

/**
 * Some services write records with single-quoted properties, which spoils the JSON of the whole message. The message is
 * then taken apart at the seams between its records, and each is read for itself.
 */
const openBroken = (text: string, decoding: Decoding, origin: EnvelopeOrigin, open: Opener): boolean => {
  const head = /^\s*\{\s*"records"\s*:\s*\[/.exec(text);
  if (!head) return false;
  decoding.batch();
  const inner = text.slice(head[0].length).replace(/\]\s*\}\s*$/, '');
  for (const part of partsOf(inner)) openPart(part, decoding, origin, open);
  return true;
};

/** Records, told apart by their brackets; where those do not add up, by whatever looks like a seam. */
const partsOf = (inner: string): readonly string[] => {
  const parts: string[] = [];
  let from = 0;
  let depth = 0;
  for (const { 0: token, index } of inner.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{},]/g)) {
    if (token === '{' || token === '[') depth++;
    else if (token === '}' || token === ']') depth--;
    else if (token === ',' && depth === 0) {
      parts.push(inner.slice(from, index));
      from = index + 1;
    }
  }
  const rest = inner.slice(from);
  if (depth === 0) parts.push(rest);
  else parts.push(...rest.split(/(?<=\})\s*,\s*(?=\{\s*")/));
  return parts.filter((part) => part.trim() !== '');
};

const openPart = (part: string, decoding: Decoding, origin: EnvelopeOrigin, open: Opener): void => {
  const record = parsedObject(part) ?? parsedObject(singleQuotesMended(part));
  if (record) open(record, origin);
  else decoding.reject('not-json', 'a record of a broken batch that does not parse', part);
};

const parsedObject = (text: string): JsonObject | undefined => objectOf(parsedJson(text));

/** `{'a':'b'}` becomes `{"a":"b"}`, only where a quote stands as a delimiter. */
const singleQuotesMended = (text: string): string => text.replace(/(?<=[{,:[]\s*)'|'(?=\s*[},:\]])/g, '"');

export const openEventHub = Object.assign(openRecords, { broken: openBroken });
