/** A line of an archive in; the record that it was made of, as if it came from its provider, out. */

import { archiveVersion } from '../schema/archived-line.ts';
import { eventKinds } from '../schema/audit-event.ts';
import {
  isObject,
  type JsonObject,
  type JsonValue,
  numberOf,
  objectOf,
  parsedJson,
  someTextOf,
  textOf,
} from '../schema/json.ts';
import {
  type CloudName,
  cloudNames,
  type Dialect,
  dialects,
  type RejectionReason,
  rejectionReasons,
} from '../schema/raw-record.ts';
import type { Decoding } from './decoding.ts';

/**
 * Answers false, having done nothing, where the value is no line of an archive. Only a document of a file may be one: inside a
 * delivery it could be the word of anybody whose logs are collected, and it says where its record came from.
 */
export const openArchived = (value: JsonObject, decoding: Decoding): boolean => {
  if (typeof value.klaxon !== 'number' || typeof value.kind !== 'string') return false;
  if (value.klaxon !== archiveVersion)
    decoding.reject('unrecognised', `an archive of version ${value.klaxon}`, textOf(value.line) ?? '');
  else if (value.kind === 'manifest') decoding.drop('manifest');
  else if (value.kind === 'rejected') rejectAgain(value, decoding);
  else openEvent(value, decoding);
  return true;
};

const knownClouds: ReadonlySet<JsonValue | undefined> = new Set(cloudNames);
const knownDialects: ReadonlySet<JsonValue | undefined> = new Set(dialects);
const knownKinds: ReadonlySet<JsonValue | undefined> = new Set(eventKinds);
const knownReasons: ReadonlySet<JsonValue | undefined> = new Set(rejectionReasons);

const isCloud = (value: JsonValue | undefined): value is CloudName => knownClouds.has(value);
const isDialect = (value: JsonValue | undefined): value is Dialect => knownDialects.has(value);
const isReason = (value: JsonValue | undefined): value is RejectionReason => knownReasons.has(value);

const openEvent = (value: JsonObject, decoding: Decoding): void => {
  const { dialect, line } = value;
  const id = someTextOf(value.id);
  if (!isDialect(dialect) || !knownKinds.has(value.kind) || id === undefined || typeof line !== 'string') {
    const detail = 'an archived line without an id, a line, or a known kind and dialect';
    decoding.reject('unrecognised', detail, textOf(line) ?? '');
    return;
  }
  const from = objectOf(value.origin) ?? {};
  const body = line.startsWith('{') ? parsedJson(line) : undefined;
  decoding.record(
    dialect,
    {
      cloud: isCloud(from.cloud) ? from.cloud : undefined,
      account: textOf(from.account),
      region: textOf(from.region),
      cluster: textOf(from.cluster),
      clusterId: textOf(from.cluster_id),
      stream: textOf(from.stream),
    },
    {
      line,
      body: isObject(body) ? body : undefined,
      deliveryId: textOf(from.delivery_id),
      time: numberOf(from.delivery_time),
      archived: { id, truncated: value.truncated === true },
    },
  );
};

const rejectAgain = (value: JsonObject, decoding: Decoding): void => {
  const reason = isReason(value.reason) ? value.reason : 'unrecognised';
  const dialect = isDialect(value.dialect) ? value.dialect : undefined;
  decoding.reject(reason, textOf(value.detail) ?? 'not said', textOf(value.prefix) ?? '', dialect);
};
