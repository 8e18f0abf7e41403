/** The package that is deployed, told of a subscription: it pulls when the clock asks for it, and two runs at a time are harmless. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Drained } from '../../../functions/drain.ts';
import type { Alert } from '../../../shared/alert/alert.ts';
import { variables } from '../../../shared/settings/environment.ts';
import { type CloudRun, openCloudRun } from '../../stand-ins/cloud-run.ts';
import { type FakePubsub, openPubsub } from '../../stand-ins/pubsub.ts';
import { archivedIn } from '../archived.ts';
import { packedFunction } from './packed-function.ts';
import { messageOf, secretRead } from './requests.ts';
import { archiveBucket, openWorld, topic, type World } from './world.ts';

const work = mkdtempSync(join(tmpdir(), 'klaxon-gcp-'));
const folder = join(work, 'package');

let world: World;
let queue: FakePubsub;
let services: readonly CloudRun[] = [];
beforeAll(async () => {
  await packedFunction(work, folder);
  world = await openWorld();
  queue = await openPubsub(2);
  const environment = {
    ...world.environment,
    [variables.subscription]: queue.subscription,
    PUBSUB_EMULATOR_HOST: queue.url,
    CLOUD_RUN_TIMEOUT_SECONDS: '300',
  };
  services = await Promise.all([0, 1].map(() => openCloudRun({ folder, environment })));
});
afterAll(async () => {
  await Promise.all(services.map((service) => service.close()));
  await queue?.close();
  await world?.close();
  rmSync(work, { recursive: true });
});
beforeEach(() => world.storage.objects.clear());

const drained = async (service: CloudRun | undefined): Promise<Omit<Drained, 'failure'>> => {
  const answer = await fetch(`${service?.url}/tasks/drain`, { method: 'POST' });
  expect(answer.status).toBe(200);
  return (await answer.json()) as Drained;
};
const archived = (): readonly string[] => archivedIn(world.storage, archiveBucket);
const alerts = (): readonly string[] =>
  queue.publishedTo(topic).map((text) => `${(JSON.parse(text) as Alert).rule.id} ${JSON.parse(text).id}`);
const waiting = (minute: number, count: number) =>
  Array.from({ length: count }, (_, at) => messageOf(secretRead(minute, `${at}`)));

describe('what waits in a subscription', () => {
  it('is archived by one object and alerted, though every pull brings only two', async () => {
    queue.put([...waiting(0, 5), messageOf('no record')]);
    const body = { pulled: 6, acknowledged: 6, groups: 1, end: 'empty' };
    expect(await drained(services[0])).toEqual(body);
    expect(queue.left()).toEqual([]);
    expect(archived()).toHaveLength(6);
    expect([...world.storage.objects.keys()].filter((path) => !path.includes('/rejected/'))).toHaveLength(1);
    expect(alerts().map((alert) => alert.split(' ')[0])).toEqual(expect.arrayContaining(['many', 'read']));
    const lines = services[0]?.logged().filter(({ severity }) => severity === 'INFO');
    expect(lines).toMatchObject([
      { message: 'delivery', source: 'pubsub', received: 6, events: 5, rejected: 1, alerted: 2 },
      { message: 'drain', ...body },
    ]);
  });

  it('is shared by two runs at a time: each line is archived once, and no alert has two ids', async () => {
    queue.put(waiting(600, 60));
    const before = alerts().length;
    const [one, other] = await Promise.all(services.map(drained));
    expect((one?.acknowledged ?? 0) + (other?.acknowledged ?? 0)).toBe(60);
    expect(queue.left()).toEqual([]);
    expect(new Set(archived()).size).toBe(60);
    expect(new Set(alerts().slice(before)).size).toBe(2);
  });

  it('is nothing where nothing came', async () => {
    expect(await drained(services[0])).toMatchObject({ pulled: 0, groups: 0, end: 'empty' });
    expect(archived()).toEqual([]);
  });
});
