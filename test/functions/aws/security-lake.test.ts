/** The archive, carried into Security Lake: where its files lie, what stands in them, and dying at every step. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bucketArchive } from '../../../functions/aws/archive.ts';
import { fillLake, type LakeOptions } from '../../../functions/aws/lake/security-lake.ts';
import { archiveBatch } from '../../../shared/archive/archive-batch.ts';
import { eventObjectOf } from '../../../shared/archive/event-object.ts';
import { keepObjects } from '../../../shared/archive/keep.ts';
import { memoryArchive } from '../../../shared/archive/memory-archive.ts';
import { writeManifest } from '../../../shared/archive/write-manifest.ts';
import { decode } from '../../../shared/decode/decode.ts';
import { KlaxonError } from '../../../shared/errors.ts';
import { emptyAccount, nothingSeen, processDelivery } from '../../../shared/pipeline.ts';
import type { ArchiveStore, StateStore } from '../../../shared/ports.ts';
import type { JsonObject } from '../../../shared/schema/json.ts';
import { memoryState } from '../../../shared/state/memory-state.ts';
import { specimens } from '../../decode/specimens.ts';
import { type FakeS3, openS3, s3At } from '../../stand-ins/s3.ts';
import { secretRead, start } from '../story.ts';
import { payloadOf } from './events.ts';
import { lakeIn } from './parquet.ts';

let s3: FakeS3;
beforeAll(async () => {
  s3 = await openS3();
});
afterAll(() => s3.close());
beforeEach(() => s3.objects.clear());

const hour = 60 * 60_000;
const bucket = 'example-lake';
const names = { apiActivity: 'klaxon-api', authentication: 'klaxon-auth' } as const;

const lakeOn = (archive: ArchiveStore, state: StateStore, over: Partial<LakeOptions> = {}): LakeOptions => {
  const store = bucketArchive({
    bucket,
    client: s3At(s3.url),
    pause: async () => undefined,
    random: () => 0.5,
  });
  return {
    sources: (['apiActivity', 'authentication'] as const).map((name) => ({
      class: name,
      version: '1.1.0' as const,
      prefix: `ext/${names[name]}/`,
      put: store.put,
      key: `security-lake/${name}`,
    })),
    archive,
    state,
    now: () => 0,
    region: 'eu-west-1',
    createdBy: 'klaxon',
    warn: () => undefined,
    ...over,
  };
};

const archived = async (archive: ArchiveStore, delivery: unknown, form: 'audit' | 'ocsf' = 'audit') => {
  const batch = archiveBatch({ form });
  processDelivery(decode(delivery), nothingSeen(), emptyAccount(), { onEvent: batch.add });
  await keepObjects(archive, batch.takeAll());
};

const longEnough = 900_000;
/** Minutes after the story's start: across midnight, and in no order. */
const minutes = [5, 1, 3, 24 * 60];
const story = () => payloadOf(...minutes.map((minute) => secretRead(minute, `s${minute}`)));

describe.each(['audit', 'ocsf'] as const)('a lake that is filled from an archive of the form %s', (form) => {
  it('has each event once, by account and day, in the order of time', async () => {
    const [archive, state] = [memoryArchive(), memoryState(() => 0)];
    await fillLake(longEnough, lakeOn(archive, state));
    await archived(archive, story(), form);
    await writeManifest(archive, { now: start + hour });
    expect(await fillLake(longEnough, lakeOn(archive, state))).toEqual({
      isDone: true,
      objects: 2,
      events: 4,
    });
    const lake = await lakeIn(s3, bucket);
    const folder = 'ext/klaxon-api/region=eu-west-1/accountId=111122223333';
    expect(Object.keys(lake)).toEqual([
      `${folder}/eventDay=20260102/0000000001-0000000000.parquet`,
      `${folder}/eventDay=20260103/0000000001-0000000000.parquet`,
    ]);
    const [day, next] = Object.values(lake);
    expect(day?.map(({ time }) => time)).toEqual([1, 3, 5].map((minute) => start + minute * 60_000));
    expect(next).toHaveLength(1);
    expect(day?.[0]).toMatchObject({
      class_uid: 6003,
      type_uid: 600_302,
      metadata: { version: '1.1.0', product: { name: 'Amazon EKS' } },
      cloud: { provider: 'AWS', account: { uid: '111122223333', type_id: 10 } },
      actor: { user: { name: 'eve' } },
      api: { operation: 'get', response: { code: 200 } },
      resources: [{ type: 'secrets', namespace: 'shop', name: 's1' }],
      src_endpoint: { ip: '192.0.2.7' },
    });
    expect(JSON.parse(String(day?.[0]?.['unmapped']))).toMatchObject({ k8s: { stage: 'ResponseComplete' } });

    expect(await fillLake(longEnough, lakeOn(archive, state))).toEqual({
      isDone: true,
      objects: 0,
      events: 0,
    });
  });

  it('has every class in the source that is for it, and what is not in AWS as external', async () => {
    const [archive, state] = [memoryArchive(), memoryState(() => 0)];
    await fillLake(longEnough, lakeOn(archive, state));
    for (const delivery of Object.values(specimens)) await archived(archive, delivery, form);
    await writeManifest(archive, { now: start + hour });
    await fillLake(longEnough, lakeOn(archive, state));
    const lake = Object.entries(await lakeIn(s3, bucket));
    for (const [name, rows] of lake) {
      const uid = name.startsWith('ext/klaxon-api/') ? 6003 : 3002;
      expect(new Set(rows.map((row) => row['class_uid']))).toEqual(new Set([uid]));
      const isAws = (row: JsonObject) => JSON.stringify(row['cloud'] ?? null).includes('"AWS"');
      if (name.includes('accountId=external')) expect(rows.some(isAws)).toBe(false);
      else expect(rows.every(isAws)).toBe(true);
    }
    expect(new Set(lake.map(([name]) => name.split('/')[1]))).toEqual(new Set(['klaxon-api', 'klaxon-auth']));
    expect(lake.some(([name]) => name.includes('accountId=external'))).toBe(true);
  });
});

describe('a lake', () => {
  it('takes what comes from when it was begun, not what was there before', async () => {
    const [archive, state] = [memoryArchive(), memoryState(() => 0)];
    await archived(archive, payloadOf(secretRead(0, 'before')));
    await writeManifest(archive, { now: start + hour });
    expect(await fillLake(longEnough, lakeOn(archive, state))).toMatchObject({ events: 0 });
    await archived(archive, payloadOf(secretRead(60, 'after')));
    await writeManifest(archive, { now: start + 2 * hour });
    expect(await fillLake(longEnough, lakeOn(archive, state))).toMatchObject({ events: 1 });
  });

  it('is left for the next hour where time is short', async () => {
    const [archive, state] = [memoryArchive(), memoryState(() => 0)];
    await fillLake(longEnough, lakeOn(archive, state));
    await archived(archive, story());
    await writeManifest(archive, { now: start + hour });
    expect(await fillLake(60_000, lakeOn(archive, state))).toEqual({ isDone: false, objects: 0, events: 0 });
    expect(s3.objects.size).toBe(0);
    expect(await fillLake(longEnough, lakeOn(archive, state))).toMatchObject({ isDone: true, events: 4 });
  });

  it('takes an event whose time no calendar holds, and goes on', async () => {
    const [archive, state] = [memoryArchive(), memoryState(() => 0)];
    await fillLake(longEnough, lakeOn(archive, state));
    const event = { class_uid: 6003, metadata: { version: '1.8.0', product: {} }, cloud: null };
    const lines = [1e300, -5, 9e15].map((time) => JSON.stringify({ ...event, time }));
    await archive.put(eventObjectOf('audit/', `${lines.join('\n')}\n`, 3));
    await writeManifest(archive, { now: start + hour });
    expect(await fillLake(longEnough, lakeOn(archive, state))).toEqual({
      isDone: true,
      objects: 1,
      events: 3,
    });
    expect(Object.keys(await lakeIn(s3, bucket))[0]).toContain('/accountId=external/eventDay=19700101/');
  });

  it('says what a manifest names and the archive has not, and takes the rest', async () => {
    const [archive, state] = [memoryArchive(), memoryState(() => 0)];
    await fillLake(longEnough, lakeOn(archive, state));
    await archived(archive, story());
    await writeManifest(archive, { now: start + hour });
    const warned: string[] = [];
    const robbed = {
      ...archive,
      get: async (name: string) => (name.includes('date=2026-01-03') ? undefined : archive.get(name)),
    };
    const lake = lakeOn(robbed, state, { warn: (message) => warned.push(message) });
    expect(await fillLake(longEnough, lake)).toMatchObject({ isDone: true, events: 3 });
    expect(warned).toEqual([expect.stringContaining('is named by a manifest and not in the archive')]);
  });

  it('that dies at any step has each event once when it is filled again', async () => {
    const archive = memoryArchive();
    await archived(archive, story());
    await archived(archive, Object.values(specimens));
    await writeManifest(archive, { now: start + hour });
    const begun = (): StateStore => memoryState(() => 0);
    const from = async (state: StateStore): Promise<StateStore> => {
      for (const name of ['apiActivity', 'authentication'])
        await state.update(`security-lake/${name}`, () => ({ sequence: 1, objects: 0 }), 1000);
      return state;
    };
    await fillLake(longEnough, lakeOn(archive, await from(begun())));
    const whole = await lakeIn(s3, bucket);
    let deaths = 0;
    for (let death = 0; death < 60; death++) {
      s3.objects.clear();
      let step = 0;
      const live = (): void => {
        if (step++ === death) throw new KlaxonError('archive', 'killed');
      };
      const mortal =
        <A extends readonly unknown[], R>(work: (...words: A) => Promise<R>) =>
        async (...words: A): Promise<R> => {
          live();
          const answer = await work(...words);
          live();
          return answer;
        };
      const state = await from(begun());
      const lake = lakeOn(archive, state);
      const dying: LakeOptions = {
        ...lake,
        archive: { ...archive, get: mortal(archive.get) },
        state: {
          ...state,
          update: async (key, change, ttlSeconds) => mortal(() => state.update(key, change, ttlSeconds))(),
        },
        sources: lake.sources.map((source) => ({ ...source, put: mortal(source.put) })),
      };
      await fillLake(longEnough, dying).catch(() => deaths++);
      expect(await fillLake(longEnough, lake)).toMatchObject({ isDone: true });
      expect(await lakeIn(s3, bucket)).toEqual(whole);
    }
    expect(deaths).toBeGreaterThan(20);
  });
});
