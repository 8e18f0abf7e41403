/** One linux-auditd entry of a GKE node in, one event of kind process out. */
import { isObject, type JsonObject, someTextOf, textOf } from '../schema/json.ts';
import { originOf } from './audit.ts';
import { contentId } from './content-id.ts';
import { gkeOrigin } from './gke-audit.ts';
import { nativeEvent } from './native-event.ts';
import type { Normaliser } from './normaliser.ts';
import { epochOf } from './time.ts';

export const fromGkeNodeAuditd: Normaliser = (record) => {
  const entry = record.body ?? {};
  const payload = isObject(entry.jsonPayload) ? entry.jsonPayload : {};
  const timeText = someTextOf(entry.timestamp);
  const insertId = someTextOf(entry.insertId);
  return nativeEvent({
    id: insertId === undefined ? contentId(record) : `${insertId}/${timeText ?? ''}`,
    time: epochOf(timeText),
    timeText,
    kind: 'process',
    origin: originOf(record, gkeOrigin(entry, record.origin)),
    actor: { type: 'unknown', uid: loginUidOf(payload) ?? someTextOf(payload._UID) },
    action: { verb: someTextOf(payload._AUDIT_TYPE_NAME)?.toLowerCase(), command: commandOf(payload) },
    target: {
      name:
        someTextOf(payload._EXE) ?? unquoted(payload._AUDIT_FIELD_EXE) ?? unquoted(payload._AUDIT_FIELD_NAME),
    },
    outcome: { result: resultOf(payload) },
    native: entry,
  });
};

/** A process that nobody logged in to start (a daemon, a container) has the login uid -1, written unsigned. */
const unset = '4294967295';

const loginUidOf = (payload: JsonObject): string | undefined => {
  const uid = someTextOf(payload._AUDIT_LOGINUID);
  return uid === unset || uid === '-1' ? undefined : uid;
};

/** auditd puts plain values in quotes, and writes those that hold anything unusual as hex. */
const unquoted = (value: unknown): string | undefined => {
  if (typeof value !== 'string' || value === '') return undefined;
  if (value.startsWith('"') && value.endsWith('"')) return value.slice(1, -1);
  const isHex = value.length % 2 === 0 && value.length >= 4 && /^[0-9A-F]+$/.test(value);
  return isHex ? Buffer.from(value, 'hex').toString('utf8').replaceAll('\0', ' ') : value;
};

/** EXECVE records hold a0, a1, ...; PROCTITLE records hold the whole line; others only the command's name. */
const commandOf = (payload: JsonObject): readonly string[] | undefined => {
  const words: string[] = [];
  for (let at = 0; at < 64; at++) {
    const word = unquoted(payload[`_AUDIT_FIELD_A${at}`]);
    if (word === undefined) break;
    words.push(word);
  }
  if (textOf(payload._AUDIT_TYPE_NAME) === 'EXECVE' && words.length > 0) return words;
  const title =
    unquoted(payload._AUDIT_FIELD_PROCTITLE) ?? someTextOf(payload._CMDLINE) ?? someTextOf(payload._COMM);
  return title === undefined ? undefined : title.split(' ');
};

const resultOf = (payload: JsonObject): 'success' | 'failure' | 'unknown' => {
  const success = payload._AUDIT_FIELD_SUCCESS ?? payload._AUDIT_FIELD_RES;
  if (success === 'yes' || success === 'success' || success === '1') return 'success';
  return success === 'no' || success === 'failed' || success === '0' ? 'failure' : 'unknown';
};
