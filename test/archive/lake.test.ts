/** What an archive has for a lake: which part of it is next, its events in the version of the lake, and its rows. */
import { describe, expect, it } from 'vitest';
import { archiveBatch } from '../../shared/archive/archive-batch.ts';
import { keepObjects } from '../../shared/archive/keep.ts';
import { lakeClasses, rowOf } from '../../shared/archive/lake/lake-columns.ts';
import { lakeEventOf } from '../../shared/archive/lake/lake-event.ts';
import {
  type LakePosition,
  lakePositionIn,
  lakeStart,
  nextWork,
} from '../../shared/archive/lake/lake-work.ts';
import { lineOf } from '../../shared/archive/line.ts';
import { manifestObjectOf } from '../../shared/archive/manifest.ts';
import { memoryArchive } from '../../shared/archive/memory-archive.ts';
import { writeManifest } from '../../shared/archive/write-manifest.ts';
import { decode } from '../../shared/decode/decode.ts';
import { isEvent, normalise } from '../../shared/normalise/normalise.ts';
import { emptyAccount, nothingSeen, processDelivery } from '../../shared/pipeline.ts';
import type { JsonValue } from '../../shared/schema/json.ts';
import { auditEvent, specimens } from '../decode/specimens.ts';

const hour = Date.UTC(2026, 2, 4, 6);

const archiveOf = async (...deliveries: readonly unknown[]) => {
  const archive = memoryArchive();
  for (const delivery of deliveries) {
    const batch = archiveBatch({ form: 'audit' });
    processDelivery(decode(delivery), nothingSeen(), emptyAccount(), { onEvent: batch.add });
    await keepObjects(archive, batch.takeAll());
  }
  return archive;
};

const documentOf = (form: 'audit' | 'ocsf', delivery: unknown) => {
  const [record] = decode(delivery).records;
  const event = record && normalise(record);
  if (!record || !event || typeof event === 'string' || !isEvent(event)) throw new TypeError('no event');
  const text = lineOf(form, record, event) ?? '';
  return { text, value: JSON.parse(text), line: 1, oversized: false };
};

describe('an archived line', () => {
  it('is the same event of OCSF whichever form the archive has', () => {
    for (const delivery of Object.values(specimens)) {
      const [ofAudit, ofOcsf] = (['audit', 'ocsf'] as const).map((form) =>
        JSON.parse(JSON.stringify(lakeEventOf(documentOf(form, delivery), '1.1.0'))),
      );
      // Where in a file it stood is the one thing that a reader of the archive knows anew.
      expect(ofOcsf.metadata).toEqual(ofAudit.metadata);
      expect(ofOcsf.metadata.version).toBe('1.1.0');
      expect({ ...ofOcsf, unmapped: undefined }).toEqual({ ...ofAudit, unmapped: undefined });
    }
  });

  it('that is none is no event', () => {
    for (const text of ['', 'x', '[]', '{"klaxon":1,"kind":"rejected"}', '{"class_uid":6003}']) {
      let value: JsonValue | undefined;
      try {
        value = JSON.parse(text);
      } catch {
        value = undefined;
      }
      expect(lakeEventOf({ text, value, line: 1, oversized: false }, '1.1.0')).toBeUndefined();
    }
  });
});

describe('a row', () => {
  const { columns } = lakeClasses.apiActivity;

  it('has what its columns have, in their types, and nothing else', () => {
    const row = rowOf(columns, {
      time: 1_772_600_000_000,
      class_uid: 6003,
      strange: true,
      actor: { user: { name: 'dana', groups: [{ name: 'developers' }], strange: 1 } },
      resources: [{ type: 'pods', data: { name: 'a' } }],
      unmapped: { k8s: { level: 'Metadata' } },
    });
    expect(row).toMatchObject({
      time: 1_772_600_000_000n,
      class_uid: 6003,
      actor: { user: { name: 'dana', groups: [{ name: 'developers' }] } },
      resources: [{ type: 'pods', data: '{"name":"a"}' }],
      unmapped: '{"k8s":{"level":"Metadata"}}',
    });
    expect(Object.keys(row)).toEqual(Object.keys(columns));
  });

  it('has nothing where a value is of another type, so that no record spoils a file', () => {
    const hostile = {
      time: 1e300,
      class_uid: 0.5,
      status: 7,
      actor: 'x',
      resources: {},
      metadata: { profiles: [1, null] },
    };
    const row = rowOf(columns, hostile);
    for (const name of ['time', 'class_uid', 'status', 'actor', 'resources'])
      expect(row[name]).toBeUndefined();
    expect(row['metadata']).toMatchObject({ profiles: [] });
    expect(rowOf(columns, JSON.parse('{"__proto__":{"time":1}}'))['time']).toBeUndefined();
  });
});

describe('the work', () => {
  const { kinds } = lakeClasses.apiActivity;

  it('begins with what comes after it was begun, and ends where manifests do', async () => {
    const archive = await archiveOf(auditEvent);
    expect(await lakeStart(archive)).toEqual({ sequence: 1, objects: 0 });
    await writeManifest(archive, { now: hour });
    expect(await lakeStart(archive)).toEqual({ sequence: 2, objects: 0 });
    const work = await nextWork(archive, { sequence: 1, objects: 0 }, kinds);
    expect(work).toMatchObject({ name: '0000000001-0000000000', next: { sequence: 2, objects: 0 } });
    expect(work?.names).toHaveLength(1);
    expect(await nextWork(archive, { sequence: 2, objects: 0 }, kinds)).toBeUndefined();
  });

  it('leaves out what its class does not publish', async () => {
    const archive = await archiveOf(...Object.values(specimens));
    await writeManifest(archive, { now: hour });
    const names = async (of: 'apiActivity' | 'authentication') =>
      (await nextWork(archive, { sequence: 1, objects: 0 }, lakeClasses[of].kinds))?.names ?? [];
    expect((await names('apiActivity')).length).toBeGreaterThan(1);
    for (const name of await names('apiActivity')) expect(name).toMatch(/^(audit|cloud-api)\//);
    for (const name of await names('authentication')) expect(name).toMatch(/^authentication\//);
  });

  it('takes a large hour in parts, each object in one of them', async () => {
    const megabyte = 1024 * 1024;
    const objects = [5, 5, 20, 1, 1].map((bytes, at) => ({
      name: `audit/${at}.ndjson.gz`,
      sha256: String(at),
      bytes: bytes * megabyte,
      events: 1,
    }));
    const archive = memoryArchive();
    await archive.put(
      manifestObjectOf({ klaxon: 1, kind: 'manifest', sequence: 1, hour: '2026-03-04T06', objects }),
    );
    const parts: (readonly string[])[] = [];
    let position: LakePosition = { sequence: 1, objects: 0 };
    for (;;) {
      const work = await nextWork(archive, position, kinds);
      if (!work) break;
      parts.push(work.names);
      position = work.next;
    }
    expect(parts.map((names) => names.length)).toEqual([1, 1, 1, 2]);
    expect(parts.flat()).toEqual(objects.map(({ name }) => name));
  });

  it('opens no more than so many files at a time, however small they are', async () => {
    const objects = Array.from({ length: 2_500 }, (_, at) => ({
      name: `audit/${at}.ndjson.gz`,
      sha256: String(at),
      bytes: 100,
      events: 1,
    }));
    const archive = memoryArchive();
    const manifest = { klaxon: 1, kind: 'manifest', sequence: 1, hour: '2026-03-04T06', objects } as const;
    await archive.put(manifestObjectOf(manifest));
    expect(await nextWork(archive, { sequence: 1, objects: 0 }, kinds)).toMatchObject({
      next: { sequence: 1, objects: 1_000 },
    });
    expect(await nextWork(archive, { sequence: 1, objects: 2_000 }, kinds)).toMatchObject({
      next: { sequence: 2, objects: 0 },
    });
  });

  it('passes a manifest that somebody has spoilt', async () => {
    const archive = memoryArchive();
    await archive.put({
      name: 'manifests/0000000001.json',
      contentType: 'application/json',
      bytes: Buffer.from('{'),
    });
    expect(await nextWork(archive, { sequence: 1, objects: 0 }, kinds)).toMatchObject({
      names: [],
      next: { sequence: 2, objects: 0 },
    });
  });

  it('is told where it was by nothing but a position', () => {
    expect(lakePositionIn({ sequence: 3, objects: 4 })).toEqual({ sequence: 3, objects: 4 });
    for (const kept of [null, 'x', {}, { sequence: 1 }, { sequence: '1', objects: 0 }])
      expect(lakePositionIn(kept)).toBeUndefined();
  });
});
