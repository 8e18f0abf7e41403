/** From what is published to the alert where the function pulls: between Pub/Sub and Firestore as Google's emulators play them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Drained } from '../../functions/drain.ts';
import type { Alert } from '../../shared/alert/alert.ts';
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

const place = `projects/pulled-${process.pid}`;
const work = mkdtempSync(join(tmpdir(), 'klaxon-gcp-'));
const folder = join(work, 'package');
const { call, publish, awaited } = topicsOf(place);

let world: World;
let wire: Wire;
let services: readonly CloudRun[] = [];
beforeAll(async () => {
  world = await openWorld();
  wire = await wireToCloudStorage(world.storage.url);
  await packedFunction(work, folder);
  for (const name of ['logs', 'alerts']) {
    const topic = `${place}/topics/${name}`;
    await call('PUT', topic, {});
    await call('PUT', `${place}/subscriptions/${name}`, {
      topic,
      // The shortest that there is.
      ackDeadlineSeconds: 10,
      retryPolicy: { minimumBackoff: '0.1s', maximumBackoff: '1s' },
    });
  }
  const environment = {
    ...world.environment,
    [variables.state]: madeDatabase(),
    [variables.sinks]: JSON.stringify({ topic: `${place}/topics/alerts` }),
    [variables.subscription]: `${place}/subscriptions/logs`,
    FIRESTORE_EMULATOR_HOST: emulatorOf('firestore'),
    PUBSUB_EMULATOR_HOST: pubsub,
    STORAGE_EMULATOR_HOST: wire.url,
    CLOUD_RUN_TIMEOUT_SECONDS: '300',
  };
  services = await Promise.all([0, 1].map(() => openCloudRun({ folder, environment })));
});
afterAll(async () => {
  await Promise.all(services.map((service) => service.close()));
  await wire?.close();
  await world?.close();
  rmSync(work, { recursive: true });
});
beforeEach(() => wire.breaksAt(() => undefined));

const drained = async (service: CloudRun | undefined): Promise<Drained> => {
  const answer = await fetch(`${service?.url}/tasks/drain`, { method: 'POST' });
  return (await answer.json()) as Drained;
};
const textsOf = (minute: number, count: number): readonly string[] =>
  Array.from({ length: count }, (_, at) => JSON.stringify(secretRead(minute, `${at}`)));
const archived = (): readonly string[] => archivedIn(world.storage, archiveBucket);
const rulesOf = (texts: readonly string[]): readonly string[] =>
  texts.map((text) => (JSON.parse(text) as Alert).rule.id).toSorted();

describe('what is published to a subscription that nobody pushes', () => {
  it('is archived and alerted once it is pulled, and what nobody can read is kept', async () => {
    await publish([...textsOf(0, 3), 'no record']);
    expect(await drained(services[0])).toMatchObject({ pulled: 4, acknowledged: 4, end: 'empty' });
    expect(archived()).toHaveLength(4);
    expect(rulesOf(await awaited('alerts', 2))).toEqual(['many', 'read']);
    expect(await drained(services[0])).toMatchObject({ pulled: 0, end: 'empty' });
  });

  it('comes again where it could not be archived, and is archived then', async () => {
    const before = archived().length;
    wire.breaksAt(() => 'fails');
    await publish(textsOf(1200, 3));
    expect(await drained(services[0])).toMatchObject({ acknowledged: 0, end: 'failed' });
    wire.breaksAt(() => undefined);
    let acknowledged = 0;
    while (acknowledged < 3) acknowledged += (await drained(services[1])).acknowledged;
    expect(archived()).toHaveLength(before + 3);
    expect(rulesOf(await awaited('alerts', 2))).toEqual(['many', 'read']);
  });

  it('is shared by two runs at a time', async () => {
    const before = archived().length;
    await publish(textsOf(1800, 150));
    const [one, other] = await Promise.all(services.map(drained));
    expect((one?.acknowledged ?? 0) + (other?.acknowledged ?? 0)).toBe(150);
    expect(archived()).toHaveLength(before + 150);
    // Two that meet may each give it: with the same id (docs/decisions/0010).
    expect(new Set(rulesOf(await awaited('alerts', 2)))).toEqual(new Set(['many', 'read']));
  });
});
