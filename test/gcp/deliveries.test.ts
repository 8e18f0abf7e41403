/** From what is published to the alert: the package that is deployed, between Pub/Sub and Firestore as Google's emulators play them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Alert } from '../../shared/alert/alert.ts';
import type { JsonObject } from '../../shared/schema/json.ts';
import { variables } from '../../shared/settings/environment.ts';
import { archivedIn } from '../functions/archived.ts';
import { packedFunction } from '../functions/gcp/packed-function.ts';
import { secretRead } from '../functions/gcp/requests.ts';
import { archiveBucket, openWorld, type World } from '../functions/gcp/world.ts';
import { type CloudRun, openCloudRun } from '../stand-ins/cloud-run.ts';
import { wireToCloudStorage } from '../stand-ins/cloud-storage.ts';
import { madeDatabase } from '../stand-ins/firestore.ts';
import type { Wire } from '../stand-ins/wire.ts';
import { emulatorOf } from './emulators.ts';
import { pubsub, topicsOf } from './topics.ts';

const place = `projects/example-${process.pid}`;
const work = mkdtempSync(join(tmpdir(), 'klaxon-gcp-'));
const folder = join(work, 'package');
const { call, publish, awaited } = topicsOf(place);

let world: World;
let wire: Wire;
let service: CloudRun;
beforeAll(async () => {
  world = await openWorld();
  wire = await wireToCloudStorage(world.storage.url);
  await packedFunction(work, folder);
  service = await openCloudRun({
    folder,
    environment: {
      ...world.environment,
      [variables.state]: madeDatabase(),
      [variables.sinks]: JSON.stringify({ topic: `${place}/topics/alerts` }),
      FIRESTORE_EMULATOR_HOST: emulatorOf('firestore'),
      PUBSUB_EMULATOR_HOST: pubsub,
      STORAGE_EMULATOR_HOST: wire.url,
    },
  });
  for (const name of ['logs', 'alerts', 'failed']) await call('PUT', `${place}/topics/${name}`, {});
  for (const name of ['alerts', 'failed'])
    await call('PUT', `${place}/subscriptions/${name}`, { topic: `${place}/topics/${name}` });
  await call('PUT', `${place}/subscriptions/logs`, {
    topic: `${place}/topics/logs`,
    pushConfig: { pushEndpoint: service.url },
    retryPolicy: { minimumBackoff: '0.1s', maximumBackoff: '1s' },
    // The fewest attempts that there are.
    deadLetterPolicy: { deadLetterTopic: `${place}/topics/failed`, maxDeliveryAttempts: 5 },
  });
});
afterAll(async () => {
  await service?.close();
  await wire?.close();
  await world?.close();
  rmSync(work, { recursive: true });
});
beforeEach(() => wire.breaksAt(() => undefined));

const entries = (minute: number): readonly JsonObject[] =>
  ['a', 'b', 'c'].map((name) => secretRead(minute, name));
const textsOf = (some: readonly JsonObject[]): readonly string[] =>
  some.map((entry) => JSON.stringify(entry));
const archived = (): number => archivedIn(world.storage, archiveBucket).length;

/** How often the function has said that what it was given comes again. */
const refusals = (): number =>
  service.logged().filter(({ message }) => String(message).includes('come again')).length;

const rulesOf = (texts: readonly string[]): readonly string[] =>
  texts.map((text) => (JSON.parse(text) as Alert).rule.id).toSorted();

describe('what is published', () => {
  it('is archived and alerted, and what nobody can read is kept', async () => {
    await publish([...textsOf(entries(0)), 'no record']);
    expect(rulesOf(await awaited('alerts', 2))).toEqual(['many', 'read']);
    while (archived() < 4) await service.deliveries(1);
    expect(archived()).toBe(4);
  });

  it('comes again where it could not be archived, and is archived then', async () => {
    const before = archived();
    wire.breaksAt((attempt) => (attempt < 8 ? 'fails' : undefined));
    await publish(textsOf(entries(600)));
    expect(rulesOf(await awaited('alerts', 2))).toEqual(['many', 'read']);
    expect(archived()).toBe(before + 3);
    expect(wire.asked().length).toBeGreaterThan(8);
  });

  it('is put aside where it fails every time, whole, and is archived when it is given again', async () => {
    const [before, refused] = [archived(), refusals()];
    wire.breaksAt(() => 'fails');
    const [text = ''] = textsOf([secretRead(1200, 'a')]);
    await publish([text]);
    expect(await awaited('failed', 1)).toEqual([text]);
    expect(refusals() - refused).toBe(5);
    expect(archived()).toBe(before);
    wire.breaksAt(() => undefined);
    await publish([text]);
    while (archived() < before + 1) await service.deliveries(1);
    expect(archived()).toBe(before + 1);
  });
});
