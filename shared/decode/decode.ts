/** One delivery in, whatever a cloud hands over or a file holds; its records, each with its dialect and origin, out. */
import { DeliveryError } from '../errors.ts';
import { isObject, type JsonObject, withinDepth } from '../schema/json.ts';
import type { EnvelopeOrigin } from '../schema/raw-record.ts';
import { openArchived } from './archived.ts';
import { openCloudTrailEnvelope } from './cloudtrail.ts';
import { openCloudWatch } from './cloudwatch.ts';
import { cloudWatchPayload } from './cloudwatch-payload.ts';
import { openContainerLine } from './container-line.ts';
import { type DecodeContext, type Decoded, Decoding, describe } from './decoding.ts';
import { documentsOf, type TextDocument } from './documents.ts';
import type { Envelope, Opener } from './envelope.ts';
import { openEventHub } from './event-hub.ts';
import { openEventList } from './event-list.ts';
import { openFirehose } from './firehose.ts';
import { base64Bytes, gunzip, isGzip } from './gunzip.ts';
import { openLambdaRecords } from './lambda-records.ts';
import { openPubSub } from './pubsub.ts';
import { dialectOfLine, dialectOfObject } from './recognise.ts';
import { openWatch } from './watch.ts';
import { openWrapper } from './wrapper.ts';

/** The whole list of envelopes; the first that knows the form opens it. */
const envelopes: readonly Envelope[] = [
  openCloudWatch,
  openFirehose,
  openLambdaRecords,
  openEventHub,
  openPubSub,
  openCloudTrailEnvelope,
  openEventList,
  openWatch,
];

const nowhere: EnvelopeOrigin = Object.freeze({});

/** Never throws for what a record holds: what cannot be read is a rejection, and the rest is still read. */
export const decode = (delivery: unknown, context: DecodeContext = {}): Decoded => {
  const decoding = new Decoding(context);
  openAny(withinDepth(delivery), context.origin ?? nowhere, decoding, 0);
  return decoding;
};

/** The same for a document that a splitter has already taken out of a delivery's text. */
export const decodePart = (document: TextDocument, context: DecodeContext = {}): Decoded => {
  const decoding = new Decoding(context);
  openDocument(document, context.origin ?? nowhere, decoding, 0);
  return decoding;
};

/** The same for a document of a file, that a splitter has already taken out of its text; it may be a line of an archive. */
export const decodeDocument = (document: TextDocument, context: DecodeContext): Decoded => {
  const decoding = new Decoding(context);
  if (!isObject(document.value) || !openArchived(document.value, decoding))
    openDocument(document, context.origin ?? nowhere, decoding, 0);
  return decoding;
};

const openAny = (content: unknown, origin: EnvelopeOrigin, decoding: Decoding, depth: number): void => {
  if (depth > decoding.limits.maxEnvelopes) {
    decoding.reject(
      'too-deep',
      `more than ${decoding.limits.maxEnvelopes} envelopes in one another`,
      describe(content),
    );
  } else if (typeof content === 'string') openText(content, origin, decoding, depth);
  else if (content instanceof Uint8Array) openBytes(content, origin, decoding, depth);
  else if (Array.isArray(content)) {
    decoding.batch();
    for (const member of content) openAny(member, origin, decoding, depth + 1);
  } else if (isObject(content)) openObject(content, undefined, origin, decoding, depth);
  else
    decoding.reject(
      'not-an-object',
      `expected an object or a text, found ${describe(content)}`,
      describe(content),
    );
};

const openBytes = (bytes: Uint8Array, origin: EnvelopeOrigin, decoding: Decoding, depth: number): void => {
  if (!isGzip(bytes)) {
    if (bytes.length > decoding.limits.maxBytes) {
      decoding.reject('too-large', `${bytes.length} bytes, at most ${decoding.limits.maxBytes} are read`, '');
      return;
    }
    openUnfolded(bufferOf(bytes), origin, decoding, depth);
    return;
  }
  const unfolded = unfoldedOf(bytes, decoding);
  if (unfolded) openUnfolded(unfolded, origin, decoding, depth + 1);
};

const openUnfolded = (bytes: Buffer, origin: EnvelopeOrigin, decoding: Decoding, depth: number): void => {
  const payload = cloudWatchPayload(bytes);
  if (payload) openObject(payload, undefined, origin, decoding, depth);
  else openText(bytes.toString('utf8'), origin, decoding, depth);
};

/** Undefined, and rejected, where the bytes cannot be unfolded. */
const unfoldedOf = (bytes: Uint8Array, decoding: Decoding): Buffer | undefined => {
  try {
    return gunzip(bytes, decoding.limits.maxBytes);
  } catch (thrown) {
    if (!(thrown instanceof DeliveryError)) throw thrown;
    decoding.reject(thrown.reason, thrown.message, '');
    return undefined;
  }
};

const bufferOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const openText = (text: string, origin: EnvelopeOrigin, decoding: Decoding, depth: number): void => {
  const documents = documentsOf(text, decoding.limits.maxBytes);
  if (documents.length === 0) decoding.drop('blank');
  if (documents.length > 1) decoding.batch();
  for (const document of documents) openDocument(document, origin, decoding, depth);
};

const openDocument = (
  document: TextDocument,
  origin: EnvelopeOrigin,
  decoding: Decoding,
  depth: number,
): void => {
  const { text, value } = document;
  if (isObject(value)) openObject(value, text, origin, decoding, depth);
  else if (value !== undefined) openAny(value, origin, decoding, depth + 1);
  else openLine(document, origin, decoding, depth);
};

const openLine = (
  document: TextDocument,
  origin: EnvelopeOrigin,
  decoding: Decoding,
  depth: number,
): void => {
  const { text } = document;
  const dialect = dialectOfLine(text) ?? dialectOfFragment(text);
  if (dialect) {
    decoding.record(dialect, origin, { line: text });
    return;
  }
  const open: Opener = (content, from) => openAny(content, from, decoding, depth + 1);
  if (openContainerLine(text, decoding, origin, open)) return;
  if (text.startsWith(gzipAsBase64)) {
    const bytes = base64Bytes(text);
    if (bytes) {
      openAny(bytes, origin, decoding, depth + 1);
      return;
    }
  }
  if (openEventHub.broken(text, decoding, origin, open)) return;
  if (document.oversized)
    decoding.reject('too-large', `a document of more than ${decoding.limits.maxBytes} bytes`, text);
  else if (text.startsWith('{') || text.startsWith('['))
    decoding.reject('not-json', 'JSON that does not parse', text);
  else decoding.reject('unrecognised', 'a line of no known form', text);
};

/** How gzip's first bytes look in base64. */
const gzipAsBase64 = 'H4sI';

/** The head of an audit event whose tail was cut off on the way. */
const dialectOfFragment = (text: string) =>
  text.startsWith('{"kind":"Event","apiVersion":"audit.k8s.io/') ? 'kubernetes-audit' : undefined;

const openObject = (
  value: JsonObject,
  text: string | undefined,
  origin: EnvelopeOrigin,
  decoding: Decoding,
  depth: number,
): void => {
  const dialect = dialectOfObject(value);
  if (dialect) {
    decoding.record(dialect, origin, { line: text, body: value });
    return;
  }
  const open: Opener = (content, from) => openAny(content, from, decoding, depth + 1);
  for (const envelope of envelopes) {
    if (!envelope(value, decoding, origin, open)) continue;
    return;
  }
  if (openWrapper(value, decoding, origin, open)) return;
  decoding.reject('unrecognised', 'an object of no known form', text ?? describe(value));
};
