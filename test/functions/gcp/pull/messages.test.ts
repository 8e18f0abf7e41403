/** Entries as Cloud Logging sends them: the same JSON, and the same events, as if a sink had written them. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loggingMessages, loggingTypes } from '../../../../functions/gcp/pull/messages.ts';
import { isObject, type JsonObject, type JsonValue, listOf } from '../../../../shared/schema/json.ts';
import { briefOf } from '../../../decode/decoded.ts';
import { fixtureNames, fixtureOf, outcomesOf } from '../../../normalise/fixtures.ts';
import { sayLeftOut, sharedFolder } from '../../../shared-data.ts';
import { bytesOf, deepStruct, entryBytes, listedBytes, tailedBytes, withField } from './entries.ts';

const messages = loggingMessages();

const readOf = (bytes: Uint8Array): JsonObject =>
  messages.listed(listedBytes([bytes])).events[0]?.entry ?? {};

const entry = {
  insertId: 'a1',
  logName: 'projects/example-project/logs/cloudaudit.googleapis.com%2Factivity',
  resource: { type: 'k8s_cluster', labels: { cluster_name: 'shop', location: 'europe-west1' } },
  timestamp: '2026-03-04T05:06:07.50282Z',
  receiveTimestamp: '2026-03-04T05:06:08.123456789Z',
  severity: 'NOTICE',
} as const satisfies JsonObject;

const withPayload = (payload: JsonObject): JsonObject => ({
  ...entry,
  protoPayload: { '@type': 'type.googleapis.com/google.cloud.audit.AuditLog', ...payload },
});

/** Entries of a fixture that have what every entry in Cloud Logging has, and no member that only other data has. */
const entriesOf = (name: string): readonly JsonObject[] => {
  const { delivery } = fixtureOf(name);
  const text = JSON.stringify(delivery).replaceAll('"callerIP"', '"callerIp"');
  return [JSON.parse(text) as JsonValue]
    .flat()
    .filter(isObject)
    .filter(({ logName, insertId, timestamp }) =>
      [logName, insertId, timestamp].every((one) => typeof one === 'string'),
    );
};

const fixtures = fixtureNames.filter((name) => name.startsWith('gke/') && entriesOf(name).length > 0);

describe('an entry', () => {
  it.each(fixtures)('is read as a sink writes it, and becomes the same events: %s', (name) => {
    const entries = entriesOf(name);
    const read = entries.map((one) => readOf(entryBytes(one)));
    expect(read).toEqual(entries);
    expect(outcomesOf(read)).toEqual(outcomesOf(entries));
  });

  it('is looked at in most of the fixtures', () => {
    expect(fixtures.length).toBeGreaterThan(15);
  });

  it('has an id of its time, insertId and log, and a time in whole milliseconds', () => {
    const { events } = messages.listed(listedBytes([entryBytes(entry)]));
    expect(events).toMatchObject([
      {
        id: '2026-03-04T05:06:07.50282Z/a1/activity',
        time: Date.UTC(2026, 2, 4, 5, 6, 7, 502),
        log: 'cloudaudit.googleapis.com/activity',
      },
    ]);
  });

  it.each([
    ['2026-03-04T05:06:07Z'],
    ['2026-03-04T05:06:07.5Z'],
    ['2026-03-04T05:06:07.000000001Z'],
    ['1969-12-31T23:59:59.25Z'],
  ])('writes the time %s with the digits that it needs', (timestamp) => {
    expect(readOf(entryBytes({ ...entry, timestamp }))['timestamp']).toBe(timestamp);
  });

  it('keeps what was not stated absent, and what was stated empty', () => {
    const stated = withPayload({ status: {}, request: {}, authorizationInfo: [{ permission: 'p' }] });
    expect(readOf(entryBytes(stated))).toEqual(stated);
  });

  it('says numbers of 64 bits as texts, enumerations by name, and bytes of unknown enumerations as numbers', () => {
    const whole = {
      ...withPayload({
        numResponseItems: '9007199254740993',
        authorizationInfo: [{ permissionType: 'DATA_READ' }],
        requestMetadata: { requestAttributes: { time: '2026-03-04T05:06:07.25Z', size: '12' } },
      }),
      httpRequest: { requestSize: '70', status: 200, latency: '2s' },
      sourceLocation: { file: 'a.go', line: '7' },
      split: { uid: 'u', index: 1, totalSplits: 2 },
    };
    expect(readOf(entryBytes(whole))).toEqual(whole);
    const unknown = bytesOf({ ...entry, severity: 42 }, 'google.logging.v2.LogEntry');
    expect(readOf(unknown)['severity']).toBe(42);
  });

  it('keeps every member of an object, whatever it is called', () => {
    const payload = JSON.parse('{"__proto__":{"a":1},"constructor":[null,true,1.5,"x",{}],"":""}');
    const read = readOf(entryBytes({ ...entry, jsonPayload: payload }));
    expect(JSON.stringify(read['jsonPayload'])).toBe(JSON.stringify(payload));
  });

  it('keeps a detail that has no definition as it came', () => {
    const detail = { '@type': 'type.googleapis.com/example.Unheard', value: 'AQID' };
    const stated = withPayload({ status: { code: 7, message: 'no', details: [detail] } });
    expect(readOf(entryBytes(stated))).toEqual(stated);
    const foreign = { ...entry, protoPayload: detail };
    expect(readOf(entryBytes(foreign))).toEqual(foreign);
  });

  it('keeps a packed value of a known kind beside its type', () => {
    const packed = anyBytes(
      'google.protobuf.Timestamp',
      bytesOf({ seconds: 1 }, 'google.protobuf.Timestamp'),
    );
    expect(readOf(withField(entryBytes(entry), 2, packed))['protoPayload']).toEqual({
      '@type': 'type.googleapis.com/google.protobuf.Timestamp',
      value: '1970-01-01T00:00:01Z',
    });
  });

  it('that cannot be read, being nested too deeply, is kept in bytes and named, and takes no other along', () => {
    const bytes = withField(entryBytes(entry), 6, deepStruct(80));
    const { events } = messages.listed(listedBytes([bytes, entryBytes({ ...entry, insertId: 'a2' })]));
    expect(events.map(({ id }) => id)).toEqual([
      '2026-03-04T05:06:07.50282Z/a1/activity',
      '2026-03-04T05:06:07.50282Z/a2/activity',
    ]);
    expect(events[0]?.entry).toEqual({
      insertId: entry.insertId,
      logName: entry.logName,
      resource: entry.resource,
      timestamp: entry.timestamp,
      unreadable: Buffer.from(bytes).toString('base64'),
    });
    expect(briefOf([events[0]?.entry])).toEqual(['rejected unrecognised']);
  });

  it('whose payload alone cannot be read is kept, with the payload in bytes', () => {
    const payload = withField(new Uint8Array(), 16, deepStruct(80));
    const packed = anyBytes('google.cloud.audit.AuditLog', payload);
    expect(readOf(withField(entryBytes(entry), 2, packed))['protoPayload']).toEqual({
      '@type': 'type.googleapis.com/google.cloud.audit.AuditLog',
      value: Buffer.from(payload).toString('base64'),
    });
  });

  it('without an insertId is told from others by its bytes', () => {
    const { insertId: _, ...bare } = entry;
    const ids = [bare, bare, { ...bare, severity: 'INFO' }].map(
      (one) => messages.listed(listedBytes([entryBytes(one)])).events[0]?.id,
    );
    expect(ids[0]).toBe(ids[1]);
    expect(ids[0]).not.toBe(ids[2]);
  });

  it('without a time is refused', () => {
    const { timestamp: _, ...timeless } = entry;
    expect(() => readOf(entryBytes(timeless))).toThrow('an entry that has no time');
  });
});

const anyBytes = (name: string, value: Uint8Array): Uint8Array => {
  const type = loggingTypes().lookupType('google.protobuf.Any');
  return type.encode(type.create({ type_url: `type.googleapis.com/${name}`, value })).finish();
};

describe('an answer', () => {
  it('of a list tells what it weighs, and how it goes on', () => {
    const bytes = listedBytes([entryBytes(entry)], 'next');
    expect(messages.listed(bytes)).toMatchObject({ bytes: bytes.length, next: 'next' });
    expect(messages.listed(listedBytes([]))).toEqual({ events: [], bytes: 2, next: undefined });
  });

  it('of a tail tells what was kept back', () => {
    const bytes = tailedBytes([entryBytes(entry)], { RATE_LIMIT: 7, NOT_CONSUMED: 2 });
    expect(messages.tailed(bytes)).toMatchObject({
      events: { length: 1 },
      keptBack: [
        { reason: 'RATE_LIMIT', count: 7 },
        { reason: 'NOT_CONSUMED', count: 2 },
      ],
    });
  });
});

const shared = sharedFolder();
if (shared === undefined) sayLeftOut('entries of real clusters, as Cloud Logging would send them');
else
  describe('real entries', () => {
    const lines = (file: string): readonly JsonObject[] =>
      readFileSync(`${shared}/samples/${file}`, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
    /** What collectors and the makers of the samples added is no part of an entry; times are as Cloud Logging has them. */
    const asSent = ({ _sample: _, ...one }: JsonObject): JsonObject =>
      Object.fromEntries(
        Object.entries({ insertId: 'none', ...one }).map(([name, value]) => [
          name,
          /timestamp$/i.test(name) ? String(value).replace(/(\.\d*[1-9])0+Z$|\.0+Z$/, '$1Z') : value,
        ]),
      );

    it.each([
      ['audit', () => lines('gke-audit/pairs.jsonl').flatMap(({ log_entry }) => listOf([log_entry ?? null]))],
      ['admin', () => lines('gke-admin/admin-activity.jsonl')],
      ['logging turned off', () => lines('gke-admin/update-cluster-logging-off.jsonl')],
    ])('are read as they were written: %s', (_, load) => {
      const entries = load().filter(isObject).map(asSent);
      const read = entries.map((one) => readOf(entryBytes(one)));
      expect(read).toEqual(entries);
      expect(outcomesOf(read)).toEqual(outcomesOf(entries));
    });
  });
