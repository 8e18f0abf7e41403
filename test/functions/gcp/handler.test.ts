/** The package that is deployed, served by the Functions Framework, with every service that it speaks to played on the loopback. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sayLeftOut, sharedFolder } from '../../shared-data.ts';
import { type CloudRun, openCloudRun } from '../../stand-ins/cloud-run.ts';
import { archivedIn } from '../archived.ts';
import { secretRead as auditEvent, eventList } from '../story.ts';
import { packedFunction } from './packed-function.ts';
import {
  bareOf,
  binaryEventOf,
  messageOf,
  type Post,
  pushOf,
  secretRead,
  structuredEventOf,
  taskOf,
} from './requests.ts';
import { alertsIn, archiveBucket, openWorld, token, type World } from './world.ts';

const work = mkdtempSync(join(tmpdir(), 'klaxon-gcp-'));
const folder = join(work, 'package');

let world: World;
let service: CloudRun;
beforeAll(async () => {
  await packedFunction(work, folder);
  world = await openWorld();
  service = await openCloudRun({ folder, environment: world.environment });
});
afterAll(async () => {
  await service?.close();
  await world?.close();
  rmSync(work, { recursive: true });
});
beforeEach(() => world.storage.objects.clear());

const sent = async ({ path, headers, body }: Post, to = service): Promise<number> => {
  const response = await fetch(`${to.url}${path}`, { method: 'POST', headers, body: Buffer.from(body) });
  await response.arrayBuffer();
  return response.status;
};
const sentAll = (posts: readonly Post[], to = service): Promise<readonly number[]> =>
  Promise.all(posts.map((post) => sent(post, to)));
const archived = (): readonly string[] => archivedIn(world.storage, archiveBucket);
const alertsSince = (count: number): readonly string[] =>
  alertsIn(world.pubsub)
    .slice(count)
    .map(({ rule, cluster }) => `${rule.id} ${cluster}`)
    .toSorted();
const push = (minute: number, name: string): Post => pushOf(messageOf(secretRead(minute, name)));

interface Locked {
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** As Node looks for a package: beside who asks, then a folder up, and so on. */
const isFound = (packages: Readonly<Record<string, Locked>>, from: string, name: string): boolean =>
  `${from === '' ? '' : `${from}/`}node_modules/${name}` in packages ||
  (from !== '' && isFound(packages, from.slice(0, Math.max(0, from.lastIndexOf('/node_modules/'))), name));

describe('the package', () => {
  it('is below five megabytes, and says what it is served by, to the last package', () => {
    const code = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
      /\.mjs$/.test(file),
    );
    const bytes = code.map((file) => statSync(join(folder, file)).size).reduce((sum, size) => sum + size, 0);
    expect(bytes).toBeLessThan(5 * 1024 * 1024);
    const { main, type, dependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    expect([main, type]).toEqual(['handler.mjs', 'module']);
    const lock = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8'));
    expect(lock.packages[''].dependencies).toEqual(dependencies);
    const lacking = Object.entries<Locked>(lock.packages).flatMap(([place, { dependencies: needed = {} }]) =>
      Object.keys(needed).filter((name) => !isFound(lock.packages, place, name)),
    );
    expect(lacking).toEqual([]);
  });
});

describe('messages of Pub/Sub', () => {
  it('are archived, alerted and accounted for together, by one object', async () => {
    const before = alertsIn(world.pubsub).length;
    expect(await sentAll(['a', 'b', 'c'].map((name) => push(0, name)))).toEqual([204, 204, 204]);
    expect(archived()).toHaveLength(3);
    expect(world.storage.objects.size).toBe(1);
    expect(JSON.parse(archived()[0] ?? '').origin).toMatchObject({
      cloud: 'gcp',
      account: 'shop-example',
      cluster: 'prod',
    });
    expect(alertsSince(before)).toEqual(['many prod', 'read prod']);
    expect(await service.deliveries(1)).toMatchObject([
      {
        severity: 'INFO',
        level: 'info',
        message: 'delivery',
        source: 'pubsub',
        received: 3,
        events: 3,
        rejected: 0,
        archived: 1,
        found: 2,
        alerted: 2,
        dead: 0,
        environment: 'test',
      },
    ]);
  });

  it('are read however they are wrapped', async () => {
    const posts = [
      bareOf(secretRead(60, 'a')),
      binaryEventOf(messageOf(secretRead(61, 'b'))),
      structuredEventOf(messageOf(secretRead(62, 'c'))),
    ];
    expect(await sentAll(posts)).toEqual([204, 204, 204]);
    expect(await service.deliveries(1)).toMatchObject([{ received: 3, events: 3 }]);
  });

  it('change nothing when they come again, in another order and to another process', async () => {
    const posts = ['a', 'a', 'b'].map((name) => push(120, name));
    await sentAll(posts);
    await service.deliveries(1);
    const [objects, alerts] = [[...world.storage.objects.keys()], world.pubsub.taken.length];
    const another = await openCloudRun({ folder, environment: world.environment });
    expect(await sentAll(posts.toReversed(), another)).toEqual([204, 204, 204]);
    expect(await another.deliveries(1)).toMatchObject([{ alerted: 0, suppressed: 1 }]);
    await another.close();
    expect([...world.storage.objects.keys()]).toEqual(objects);
    expect(world.pubsub.taken.length).toBe(alerts);
  });

  it('that nobody can read are kept below rejected/, and acknowledged', async () => {
    const posts = [
      bareOf('{"cut":'),
      pushOf({ data: 'not base64 !', messageId: '1' }),
      { ...bareOf('x'), headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' } },
    ];
    expect(await sentAll(posts)).toEqual([204, 204, 204]);
    expect(await service.deliveries(1)).toMatchObject([{ received: 3, rejected: 3 }]);
    expect([...world.storage.objects.keys()].filter((path) => path.includes('/rejected/'))).toHaveLength(1);
  });

  it('are not acknowledged where the archive cannot be written', async () => {
    const lost = await openCloudRun({
      folder,
      environment: { ...world.environment, STORAGE_EMULATOR_HOST: '127.0.0.1:9' },
    });
    expect(
      await sentAll(
        ['a', 'b', 'c'].map((name) => push(180, name)),
        lost,
      ),
    ).toEqual([503, 503, 503]);
    await lost.deliveries(1);
    expect(lost.logged().map(({ severity, message }) => [severity, String(message).slice(0, 31)])).toEqual([
      ['WARNING', 'records of the stream come agai'],
      ['INFO', 'delivery'],
    ]);
    await lost.close();
  });
});

describe('the clock', () => {
  it('chains the archive and looks what has fallen silent', async () => {
    await sentAll(['a', 'b', 'c'].map((name) => push(240, name)));
    await service.deliveries(1);
    const answer = await fetch(`${service.url}/tasks/whole-manifest`, { method: 'POST' });
    expect(await answer.json()).toEqual({ manifests: 1, objects: 1 });
    expect(await sentAll([taskOf('tick'), taskOf('manifest'), taskOf('dance')])).toEqual([200, 200, 404]);
    expect((await service.deliveries(3)).map(({ source }) => source)).toEqual(['clock', 'clock', 'clock']);
  });
});

describe('a service that everybody may call', () => {
  let open: CloudRun;
  beforeAll(async () => {
    const receiver = { KLAXON_RECEIVER: 'gcp:secretmanager:klaxon-test-receiver-' };
    open = await openCloudRun({ folder, environment: { ...world.environment, ...receiver } });
  });
  afterAll(() => open?.close());
  const list = eventList(auditEvent(300, 'a'));
  const post = (over: Partial<Post> = {}): Post => ({
    path: '/audit/edge',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: list,
    ...over,
  });

  it('takes what an API server posts with its token, packed or not', async () => {
    const before = alertsIn(world.pubsub).length;
    expect(await sent(post(), open)).toBe(200);
    expect(alertsSince(before)).toEqual(['read edge']);
    const packed = {
      ...post(),
      headers: { ...post().headers, 'content-encoding': 'gzip' },
      body: gzipSync(list),
    };
    expect(await sent(packed, open)).toBe(200);
    expect(await open.deliveries(2)).toMatchObject([
      { source: 'http', received: 1, alerted: 1 },
      { source: 'http', received: 1, alerted: 0 },
    ]);
    expect(world.secrets.received.map(({ path }) => path)).toEqual([
      '/v1/projects/example/secrets/klaxon-test-receiver-edge/versions/latest:access',
    ]);
  });

  it('answers who has none with a status alone, and takes nothing else', async () => {
    const headers = { authorization: 'Bearer wrong' };
    expect(
      await sentAll([post({ headers }), post({ headers: {} }), push(360, 'a'), taskOf('tick')], open),
    ).toEqual([401, 401, 404, 404]);
    expect(await sent(post({ body: '{' }), open)).toBe(400);
  });

  it('unfolds nothing before it knows who sends it, and then no more than it would take', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    expect(await sent(post({ headers, body: bomb }), open)).toBe(401);
    expect(await sent(post({ headers: { ...headers, ...post().headers }, body: bomb }), open)).toBe(413);
  });
});

it('says what is missing before it takes anything', async () => {
  const { KLAXON_STATE, ...rest } = world.environment;
  await expect(openCloudRun({ folder, environment: rest })).rejects.toThrow('KLAXON_STATE is not set');
  const odd = { ...rest, KLAXON_STATE: 'klaxon' };
  await expect(openCloudRun({ folder, environment: odd })).rejects.toThrow(
    'KLAXON_STATE is no projects/PROJECT/databases/NAME',
  );
  expect(KLAXON_STATE).toBeDefined();
});

const samples = sharedFolder();

if (samples === undefined) sayLeftOut('recorded deliveries of Google Cloud under the Functions Framework');
else
  describe('a delivery that was recorded', () => {
    const places = ['gcp-envelopes', 'gke-audit'].flatMap((name) =>
      readdirSync(join(samples, 'samples', name))
        .filter((file) => file.endsWith('.json'))
        .map((file) => join('samples', name, file)),
    );

    it('of each kind is taken, and accounted for', async () => {
      const posts = places.map((place) => ({
        path: '/',
        headers: { 'content-type': 'application/json' },
        body: readFileSync(join(samples, place)),
      }));
      expect(new Set(await sentAll(posts))).toEqual(new Set([204]));
      const lines = await service.deliveries(Math.ceil(posts.length / 3));
      const sumOf = (...keys: readonly string[]): number =>
        lines.flatMap((line) => keys.map((key) => Number(line[key]))).reduce((sum, count) => sum + count, 0);
      expect(sumOf('received')).toBeGreaterThanOrEqual(posts.length);
      expect(sumOf('received')).toBe(sumOf('events', 'rejected', 'duplicates', 'dropped'));
      expect(sumOf('events')).toBeGreaterThan(1);
    });
  });
