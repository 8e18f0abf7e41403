/** The package that is deployed, where its alerts go into a log: what it loads for that, and what becomes of it when that fails. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pathOf } from '../../../shared/schema/json.ts';
import { variables } from '../../../shared/settings/environment.ts';
import { type FakeLogging, openLogging, refused } from '../../stand-ins/cloud-logging.ts';
import { type CloudRun, openCloudRun } from '../../stand-ins/cloud-run.ts';
import { entryIn } from './log-line.ts';
import { packedFunction } from './packed-function.ts';
import { messageOf, pushOf, secretRead } from './requests.ts';
import { alertsIn, deadIn, openWorld, topic, type World } from './world.ts';

const work = mkdtempSync(join(tmpdir(), 'klaxon-gcp-'));
const folder = join(work, 'package');
const settings = `environment: test
clusters: [{ cloud: self-managed, name: edge }]
gcp: { concurrency: 6 }
rules: { builtin: false, sigma: [rules.yml] }
alerts:
  sinks: { log: { type: cloudLogging }, topic: { type: pubsub } }
  routes: [{ sinks: [log, topic] }]
`;

let world: World;
let logging: FakeLogging;
beforeAll(async () => {
  await packedFunction(work, folder, settings);
  world = await openWorld();
  logging = await openLogging();
});
afterAll(async () => {
  await logging?.close();
  await world?.close();
  rmSync(work, { recursive: true });
});

const opened = (more: Readonly<Record<string, string>> = {}): Promise<CloudRun> =>
  openCloudRun({
    folder,
    environment: {
      ...world.environment,
      [variables.sinks]: JSON.stringify({ log: 'klaxon-alerts', topic }),
      LOGGING_EMULATOR_HOST: logging.endpoint,
      ...more,
    },
  });

/** Three reads of a secret, of which two rules speak. */
const sent = async (service: CloudRun, minute: number): Promise<readonly number[]> =>
  Promise.all(
    ['a', 'b', 'c'].map(async (name) => {
      const { path, headers, body } = pushOf(messageOf(secretRead(minute, name)));
      const response = await fetch(`${service.url}${path}`, { method: 'POST', headers, body });
      await response.arrayBuffer();
      return response.status;
    }),
  );

const rulesIn = (some: readonly { readonly rule: { readonly id: string } }[]): readonly string[] =>
  some.map(({ rule }) => rule.id).toSorted();

describe('a log of alerts', () => {
  it('is written by a part of the package', async () => {
    const service = await opened();
    expect(await sent(service, 0)).toEqual([204, 204, 204]);
    await service.close();
    const rules = logging
      .written()
      .map((write) => pathOf(entryIn(write), 'jsonPayload', 'alert', 'rule', 'id'));
    expect(rules.toSorted()).toEqual(['many', 'read']);
    expect(new Set(logging.written().map(({ authorization }) => authorization))).toEqual(
      new Set(['Bearer owner']),
    );
  });

  it('that refuses leaves alerts among the dead letters, and keeps nothing else from being done', async () => {
    const service = await opened();
    const [dead, told] = [deadIn(world.pubsub).length, alertsIn(world.pubsub).length];
    logging.refuseWrites(() => refused);
    expect(await sent(service, 60)).toEqual([204, 204, 204]);
    expect(rulesIn(alertsIn(world.pubsub).slice(told))).toEqual(['many', 'read']);
    const letters = deadIn(world.pubsub).slice(dead);
    expect(rulesIn(letters.map(({ alert }) => alert))).toEqual(['many', 'read']);
    expect(letters[0]).toMatchObject({
      sink: 'log',
      reason: 'the log of "log" cannot be used: PERMISSION_DENIED: The caller does not have permission',
    });
    logging.refuseWrites(() => undefined);
    expect(await sent(service, 120)).toEqual([204, 204, 204]);
    await service.close();
  });

  it('whose client cannot be made ready leaves them there as well, and does not take the process along', async () => {
    const service = await opened({
      // Then the client looks for a certificate of this machine, and finds none.
      GOOGLE_API_USE_CLIENT_CERTIFICATE: 'true',
      // What may pass is tried for some seconds.
      CLOUD_RUN_TIMEOUT_SECONDS: '12',
    });
    const dead = deadIn(world.pubsub).length;
    expect(await sent(service, 180)).toEqual([204, 204, 204]);
    const letters = deadIn(world.pubsub).slice(dead);
    expect(letters.map(({ sink }) => sink)).toEqual(['log', 'log']);
    expect(letters[0]?.reason).toContain('ENOENT');
    const { status } = await fetch(`${service.url}/tasks/dance`, { method: 'POST' });
    expect([status, service.complaints()]).toEqual([404, '']);
    await service.close();
  });
});

it('a function without such a sink loads nothing of it', async () => {
  const without = join(work, 'without');
  await packedFunction(work, without);
  const parts = readdirSync(join(without, 'parts')).filter((name) => name.startsWith('log-writer-'));
  expect(parts.filter((name) => name.endsWith('.mjs'))).toHaveLength(1);
  for (const name of parts) rmSync(join(without, 'parts', name));
  const service = await openCloudRun({ folder: without, environment: world.environment });
  const told = alertsIn(world.pubsub).length;
  expect(await sent(service, 300)).toEqual([204, 204, 204]);
  expect(rulesIn(alertsIn(world.pubsub).slice(told))).toEqual(['many', 'read']);
  await service.close();
});
