/** The events of a delivery, and the objects that keep them: grouped, named by their content, the same for a redelivery. */
import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { archiveBatch, type BatchOptions } from '../../shared/archive/archive-batch.ts';
import { contentNamed } from '../../shared/archive/event-object.ts';
import { keepObjects } from '../../shared/archive/keep.ts';
import { memoryArchive } from '../../shared/archive/memory-archive.ts';
import { decode } from '../../shared/decode/decode.ts';
import { emptyAccount, nothingSeen, processDelivery } from '../../shared/pipeline.ts';
import { type ArchiveObject, isObjectName } from '../../shared/ports.ts';
import { auditEvent, specimens } from '../decode/specimens.ts';
import { eventsIn } from './archived.ts';

const objectsOf = (
  delivery: unknown,
  options: BatchOptions = { form: 'audit' },
): readonly ArchiveObject[] => {
  const batch = archiveBatch(options);
  processDelivery(decode(delivery), nothingSeen(), emptyAccount(), {
    onEvent: batch.add,
    onRejection: batch.reject,
  });
  return batch.takeAll();
};

const textIn = ({ bytes }: ArchiveObject): string => gunzipSync(bytes).toString('utf8');
const foldersOf = (objects: readonly ArchiveObject[]): readonly string[] =>
  objects.map(({ name }) => name.slice(0, name.lastIndexOf('/') + 1));

const at = (auditID: string, stageTimestamp: string) => ({ ...auditEvent, auditID, stageTimestamp });

describe('a delivery', () => {
  it('becomes one object for each kind, place and hour, with its events in their order', () => {
    const objects = objectsOf([
      at('a', '2026-03-04T05:00:00Z'),
      at('b', '2026-03-04T06:00:00Z'),
      at('c', '2026-03-04T05:59:59Z'),
      specimens['gke-audit'],
    ]);
    expect(foldersOf(objects)).toEqual([
      'audit/cloud=unknown/account=unknown/region=unknown/cluster=unknown/date=2026-03-04/hour=05/',
      'audit/cloud=unknown/account=unknown/region=unknown/cluster=unknown/date=2026-03-04/hour=06/',
      'audit/cloud=gcp/account=example-project/region=europe-west1/cluster=shop/date=2026-03-04/hour=05/',
    ]);
    expect(objects.map((object) => eventsIn(textIn(object)).map(({ id }) => id.split('/')[0]))).toEqual([
      ['a', 'c'],
      ['b'],
      ['op-1'],
    ]);
  });

  it('becomes objects whose names say what they hold', () => {
    for (const object of objectsOf(Object.values(specimens))) {
      const text = textIn(object);
      expect(isObjectName(object.name)).toBe(true);
      expect(contentNamed(object.name)).toEqual({
        sha256: createHash('sha256').update(text).digest('hex'),
        events: text.split('\n').length - 1,
      });
    }
  });

  it('becomes the same objects to the byte where it is brought again', () => {
    expect(objectsOf(Object.values(specimens))).toEqual(objectsOf(Object.values(specimens)));
    const [object] = objectsOf(auditEvent);
    // No time, no name and no operating system: RFC 1952.
    expect([...(object?.bytes.subarray(0, 10) ?? [])]).toEqual([31, 139, 8, 0, 0, 0, 0, 0, 0, 255]);
  });

  it('keeps what it could not read, and why', () => {
    const objects = objectsOf('what is this\n{"neither":"is this"}\n');
    expect(foldersOf(objects)).toEqual([
      'rejected/cloud=unknown/account=unknown/region=unknown/cluster=unknown/date=unknown/hour=unknown/',
    ]);
    expect(
      objects
        .map(textIn)
        .join('')
        .match(/"reason":"unrecognised"/g),
    ).toHaveLength(2);
  });

  it('becomes OCSF where that is asked for, in the same folders', () => {
    const [ours] = objectsOf(auditEvent);
    const [ocsf] = objectsOf(auditEvent, { form: 'ocsf' });
    expect(JSON.parse(ocsf ? textIn(ocsf) : '')).toMatchObject({ class_uid: 6003 });
    expect(foldersOf(ocsf ? [ocsf] : [])).toEqual(foldersOf(ours ? [ours] : []));
  });

  it('becomes nothing where it holds nothing', () => {
    expect(objectsOf([])).toEqual([]);
  });
});

describe('an event without a time', () => {
  const { stageTimestamp: _, requestReceivedTimestamp: __, ...timeless } = auditEvent;

  it('goes where the time is unknown', () => {
    expect(foldersOf(objectsOf(timeless))[0]).toMatch(/\/date=unknown\/hour=unknown\/$/);
  });

  it('goes into the hour in which its delivery says that it arrived, and stays without a time', () => {
    const [object] = objectsOf(timeless, { form: 'audit', arrived: Date.UTC(2026, 2, 4, 7) });
    expect(object?.name).toContain('/date=2026-03-04/hour=07/');
    expect(eventsIn(object ? textIn(object) : '')).toMatchObject([{ time: undefined }]);
  });
});

describe('a delivery without end', () => {
  it('is given out in parts that depend on what it holds, never on when they are asked for', () => {
    const large = 'x'.repeat(3_000_000);
    const records = Array.from({ length: 12 }, (_, at) => ({ ...auditEvent, auditID: `e${at}`, large }));
    const partsOf = (everyone: boolean): readonly string[] => {
      const batch = archiveBatch({ form: 'audit' });
      const names: string[] = [];
      for (const record of records) {
        processDelivery(decode(record), nothingSeen(), emptyAccount(), { onEvent: batch.add });
        if (everyone) names.push(...batch.takeFull().map(({ name }) => name));
      }
      return [...names, ...batch.takeAll().map(({ name }) => name)];
    };
    expect(partsOf(true)).toEqual(partsOf(false));
    expect(partsOf(false).map((name) => contentNamed(name)?.events)).toEqual([6, 6]);
  });

  it('is held no further than it is asked to be', () => {
    const large = 'x'.repeat(300_000);
    const records = Array.from({ length: 9 }, (_, at) => ({ ...auditEvent, auditID: `e${at}`, large }));
    const objects = objectsOf(records, { form: 'audit', mostLength: 1_000_000 });
    expect(objects.map(({ name }) => contentNamed(name)?.events)).toEqual([4, 4, 1]);
    expect(objects.flatMap((object) => eventsIn(textIn(object)))).toHaveLength(9);
  });
});

describe('keeping', () => {
  const store = () => {
    const archive = memoryArchive();
    const [object] = objectsOf(auditEvent);
    if (!object) throw new Error('no object');
    return { archive, object };
  };

  it('is done once, however often it is asked for', async () => {
    const { archive, object } = store();
    await keepObjects(archive, [object, object]);
    await keepObjects(archive, [object]);
    expect(await archive.get(object.name)).toEqual(Uint8Array.from(object.bytes));
  });

  it('takes the same lines, compressed by somebody else, for the same', async () => {
    const { archive, object } = store();
    await archive.put({ ...object, bytes: gzipSync(gunzipSync(object.bytes), { level: 1 }) });
    await expect(keepObjects(archive, [object])).resolves.toBeUndefined();
  });

  it.each([
    ['other lines', gzipSync('{}\n')],
    ['no gzip', Buffer.from('text')],
  ])('fails for good where the name is taken by %s, and keeps the others', async (_name, other) => {
    const { archive, object } = store();
    await archive.put({ ...object, bytes: other });
    const more = objectsOf(Object.values(specimens));
    await expect(keepObjects(archive, [object, ...more])).rejects.toMatchObject({
      code: 'archive',
      retryable: false,
    });
    for (const { name } of more) expect(await archive.get(name)).toBeDefined();
  });
});
