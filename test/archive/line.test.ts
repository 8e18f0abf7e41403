/** What goes into an archive comes out of it: the same events, of every dialect, with their origin. */
import { createReadStream, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readDocuments } from '../../functions/documents.ts';
import { lineOf, rejectedLineOf } from '../../shared/archive/line.ts';
import { decode, decodeDocument } from '../../shared/decode/decode.ts';
import { defaultLimits } from '../../shared/decode/decoding.ts';
import { toOcsf } from '../../shared/schema/ocsf/to-ocsf.ts';
import { dialects } from '../../shared/schema/raw-record.ts';
import { auditEvent, specimens } from '../decode/specimens.ts';
import { fixtureNames, fixtureOf } from '../normalise/fixtures.ts';
import { sayLeftOut, sharedFolder } from '../shared-data.ts';
import { archivedLineOf, archivedLinesOf, decodedFile, eventsIn, recordedEvents } from './archived.ts';

const filesBelow = (path: string): readonly string[] =>
  statSync(path).isDirectory() ? readdirSync(path).flatMap((name) => filesBelow(join(path, name))) : [path];

const expectRoundTrips = async (paths: readonly string[]): Promise<void> => {
  let events = 0;
  for (const path of paths) {
    await readDocuments(
      createReadStream(path),
      defaultLimits.maxBytes,
      (document) => {
        for (const recorded of recordedEvents(decodeDocument(document, {}))) {
          const again = eventsIn(archivedLineOf(recorded));
          // Thousands of events: compared as texts, and looked at closely only where those differ.
          if (JSON.stringify(again) !== JSON.stringify([recorded.event]))
            expect(again).toEqual([recorded.event]);
          events++;
        }
      },
      () => undefined,
    );
  }
  expect(events).toBeGreaterThan(0);
};

describe('an event that was archived', () => {
  it.each(dialects)('is read again as it was: %s', (dialect) => {
    const recorded = recordedEvents(decode(specimens[dialect]));
    expect(recorded).toHaveLength(1);
    expect(recorded.map(archivedLineOf).flatMap(eventsIn)).toEqual(recorded.map(({ event }) => event));
  });

  it.each(fixtureNames)('is read again as it was: %s', (name) => {
    const recorded = recordedEvents(decode(fixtureOf(name).delivery));
    expect(recorded.map(archivedLineOf).flatMap(eventsIn)).toEqual(recorded.map(({ event }) => event));
  });

  it('is read again as it was, of every example', () =>
    expectRoundTrips(filesBelow(fileURLToPath(new URL('../../examples', import.meta.url)))));

  it('does not change its line by being archived again', () => {
    for (const dialect of dialects) {
      const [line = ''] = archivedLinesOf(specimens[dialect]);
      expect(decodedFile(line).flatMap(recordedEvents).map(archivedLineOf).map(withoutRedacted)).toEqual([
        withoutRedacted(line),
      ]);
    }
  });

  it('keeps its id and its mark where what is kept of its record no longer tells them', () => {
    const message = `${JSON.stringify({ requestObject: { a: 1 }, verb: 'get' }).slice(0, -1)},"b":"c[Truncated...]`;
    const delivery = { ...specimens['eks-audit'], logEvents: [{ timestamp: 1, message }] };
    const [event] = recordedEvents(decode(delivery)).map((recorded) => recorded.event);
    const [line = ''] = archivedLinesOf(delivery);
    expect(JSON.parse(line)).toMatchObject({ truncated: true, redacted: true });
    expect(event?.id).toMatch(/^[0-9a-f]{32}$/);
    expect(eventsIn(line)).toEqual([event]);
  });
});

/** What was redacted before need not be again. */
const withoutRedacted = (line: string): unknown => ({ ...JSON.parse(line), redacted: undefined });

const shared = sharedFolder();
if (shared === undefined) sayLeftOut('that every sample comes out of an archive as it went in');
else
  it('is read again as it was, of every sample', () => expectRoundTrips(filesBelow(join(shared, 'samples'))));

describe('a line', () => {
  it('has the columns that queries ask for, and the record as a text', () => {
    const [line = ''] = archivedLinesOf(specimens['eks-audit']);
    expect(JSON.parse(line)).toEqual({
      klaxon: 1,
      id: '6a1c0000-0000-4000-8000-000000000001/ResponseComplete/2026-03-04T05:06:07.223456Z',
      time: Date.UTC(2026, 2, 4, 5, 6, 7, 223),
      kind: 'audit',
      dialect: 'eks-audit',
      actor: 'dana',
      cloud_identity: 'arn:aws:sts::111122223333:assumed-role/dev/dana',
      ips: ['192.0.2.10'],
      user_agent: 'kubectl/v1.36.1',
      verb: 'create',
      resource: 'pods',
      namespace: 'shop',
      name: 'web',
      result: 'success',
      code: 201,
      origin: {
        cloud: 'aws',
        account: '111122223333',
        cluster: 'shop',
        stream: 'kube-apiserver-audit-0123456789abcdef0123456789abcdef',
        delivery_id: '3950',
        delivery_time: 1_772_600_767_123,
      },
      line: JSON.stringify(auditEvent),
    });
  });

  it('has no column that its path or another column is named like, whatever the case', () => {
    const columns = dialects.flatMap((dialect) =>
      archivedLinesOf(specimens[dialect]).flatMap((line) => Object.keys(JSON.parse(line))),
    );
    const ofPath = ['cloud', 'account', 'region', 'cluster', 'date', 'hour'];
    expect(columns.filter((name) => ofPath.includes(name) || !/^[a-z_]+$/.test(name))).toEqual([]);
  });

  it('is one line, whatever the record holds', () => {
    const [line = ''] = archivedLinesOf(JSON.stringify({ ...auditEvent, verb: 'a\nb\u2028c' }, undefined, 2));
    expect(line).not.toMatch(/[\n\r]/);
    expect(eventsIn(line)).toHaveLength(1);
  });

  it('says nothing of a time that no log stated', () => {
    const { stageTimestamp: _, requestReceivedTimestamp: __, ...timeless } = auditEvent;
    const [line = ''] = archivedLinesOf(timeless);
    expect(JSON.parse(line)).not.toHaveProperty('time');
  });

  it('is an OCSF event where that is asked for', () => {
    const [recorded] = recordedEvents(decode(specimens['gke-audit']));
    if (!recorded) throw new Error('no event');
    const line = lineOf('ocsf', recorded.record, recorded.event);
    expect(JSON.parse(line ?? '')).toEqual(JSON.parse(JSON.stringify(toOcsf(recorded.event))));
  });
});

describe('reading a line', () => {
  const [line = ''] = archivedLinesOf(specimens['aks-audit']);

  it('is for files alone: in a delivery it would be the word of anybody who writes logs', () => {
    const inside = { ...specimens['eks-audit'], logGroup: 'apps', logEvents: [{ message: line }] };
    for (const delivery of [line, JSON.parse(line), { log: line }, inside]) {
      const { records, rejections } = decode(delivery);
      expect(records).toEqual([]);
      expect(rejections.map(({ reason }) => reason)).toEqual(['unrecognised']);
    }
    expect(decodedFile(JSON.stringify({ log: line })).flatMap(({ records }) => records)).toEqual([]);
  });

  it.each([
    ['of a later version', { klaxon: 2 }],
    ['of an unknown dialect', { dialect: 'elsewhere' }],
    ['of an unknown kind', { kind: 'elsewhere' }],
    ['without an id', { id: undefined }],
    ['without a record', { line: 7 }],
  ])('rejects one %s', (_name, change) => {
    const [decoded] = decodedFile(JSON.stringify({ ...JSON.parse(line), ...change }));
    expect(decoded?.records).toEqual([]);
    expect(decoded?.rejections.map(({ reason }) => reason)).toEqual(['unrecognised']);
  });

  it('takes what is no text for absent', () => {
    const odd = { cloud: 'moon', account: 5, region: [], cluster: {}, delivery_time: 'now', delivery_id: 1 };
    const [decoded] = decodedFile(JSON.stringify({ ...JSON.parse(line), origin: odd, truncated: 'yes' }));
    const [record] = decoded?.records ?? [];
    expect(Object.values(record?.origin ?? {}).filter((value) => value !== undefined)).toEqual([]);
    expect(record).toMatchObject({ deliveryId: undefined, time: undefined, archived: { truncated: false } });
  });

  it('rejects again what was rejected, for the same reason', () => {
    const [rejection] = decode('{"kind":"Event",]').rejections;
    if (!rejection) throw new Error('no rejection');
    const [again] = decodedFile(rejectedLineOf({ ...rejection, index: 4 }));
    expect(again?.rejections).toEqual([rejection]);
  });

  it('drops a manifest, for it is no record', () => {
    const [decoded] = decodedFile(JSON.stringify({ klaxon: 1, kind: 'manifest', sequence: 1, objects: [] }));
    expect([...(decoded?.dropped ?? [])]).toEqual([['manifest', 1]]);
  });
});

it('keeps of a record that cannot be read why, and its beginning without credentials', () => {
  const text = `x-amz-signature ?X-Amz-Signature=canary&${'x'.repeat(500)}`;
  const [rejection] = decode(text).rejections;
  if (!rejection) throw new Error('no rejection');
  const line = rejectedLineOf(rejection);
  expect(line).not.toContain('canary');
  expect(JSON.parse(line)).toMatchObject({
    klaxon: 1,
    kind: 'rejected',
    reason: 'unrecognised',
    position: 0,
  });
  expect(JSON.parse(line).prefix.length).toBeLessThanOrEqual(210);
});
