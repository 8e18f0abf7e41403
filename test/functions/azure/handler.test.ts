/** The package that is deployed, under the host's own protocol, with every service that it speaks to played on the loopback. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mostRetries } from '../../../functions/azure/deliveries.ts';
import type { JsonObject } from '../../../shared/schema/json.ts';
import { sayLeftOut, sharedFolder } from '../../shared-data.ts';
import {
  type Called,
  type FunctionsHost,
  type HubCall,
  openFunctionsHost,
} from '../../stand-ins/functions-host.ts';
import { eventList, secretRead, start } from '../story.ts';
import { auditBody, bodyOf, diagnosticRecord, resourceId } from './events.ts';
import { madePackage, type Packaged, root } from './packaged.ts';
import { archivedIn, namesIn, openWorld, token, type World } from './world.ts';

let world: World;
let host: FunctionsHost;
let packaged: Packaged;
beforeAll(async () => {
  [packaged, world] = await Promise.all([madePackage(), openWorld()]);
  host = await openFunctionsHost({ folder: packaged.folder, environment: world.environment });
});
afterAll(async () => {
  await host?.close();
  await world?.close();
  packaged?.remove();
});

const hub = async (call: HubCall): Promise<Called> => {
  const done = await host.hub({ enqueued: start, ...call });
  expect(done.error).toBeUndefined();
  return done;
};
/** What the log says of a delivery. */
const lineOf = ({ lines }: Called): JsonObject => lines.find(({ message }) => message === 'delivery') ?? {};
const alertsSince = (count: number): readonly string[] =>
  world
    .published()
    .slice(count)
    .map(({ rule, cluster }) => `${rule.id} ${cluster}`);
/** What stands in the archive after some work that did not before. */
const archivedBy = async (deal: () => Promise<unknown>): Promise<readonly JsonObject[]> => {
  const before = new Set(await archivedIn(world.archive));
  await deal();
  const lines = await archivedIn(world.archive);
  return lines.filter((line) => !before.has(line)).map((line) => JSON.parse(line));
};

describe('an event hub', () => {
  it('brings events that are archived, alerted and accounted for', async () => {
    const before = world.published().length;
    let done: Called | undefined;
    const archived = await archivedBy(async () => {
      done = await hub({ bodies: [auditBody(secretRead(0, 'a'), 'no record')] });
    });
    expect(archived).toHaveLength(2);
    expect(archived.map(({ origin }) => origin)).toContainEqual(
      expect.objectContaining({ cloud: 'azure', cluster: 'prod', stream: 'kube-audit' }),
    );
    expect(alertsSince(before)).toEqual(['read prod']);
    expect(lineOf(done as Called)).toMatchObject({
      level: 'info',
      source: 'hub',
      requestId: expect.stringMatching(/^0{8}-/),
      received: 2,
      events: 1,
      rejected: 1,
      archived: 2,
      found: 1,
      alerted: 1,
      suppressed: 0,
      dead: 0,
      milliseconds: expect.any(Number),
      environment: 'test',
    });
    expect(done?.logs.map(({ level }) => level)).toEqual(['information']);
  });

  it('changes nothing when it brings them again, to whichever process', async () => {
    const call = { bodies: [auditBody(secretRead(60, 'a'), 'no record')] };
    await hub(call);
    const [names, alerts] = [await namesIn(world.archive), world.published().length];
    await hub({ ...call, retries: 1 });
    const another = await openFunctionsHost({ folder: packaged.folder, environment: world.environment });
    const done = await another.hub({ ...call, enqueued: start });
    await another.close();
    expect(lineOf(done)).toMatchObject({ found: 1, alerted: 0, suppressed: 1 });
    expect(await namesIn(world.archive)).toEqual(names);
    expect(world.published().length).toBe(alerts);
  });

  it('is held up by no event that cannot be read', async () => {
    const before = world.published().length;
    const done = await hub({
      bodies: [
        auditBody(secretRead(120, 'a')),
        Buffer.from([0xff, 0xfe, 0x00]),
        Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3]),
        '{"records":[{"broken":',
        gzipSync(auditBody(secretRead(122, 'c'), secretRead(123, 'd'))),
      ],
    });
    expect(lineOf(done)).toMatchObject({ received: 6, events: 3, rejected: 3 });
    expect(alertsSince(before).toSorted()).toEqual(['many prod', 'read prod']);
    expect((await namesIn(world.archive, 'rejected/')).length).toBeGreaterThan(0);
  });

  it('doubles nothing where a cluster sends kube-audit and kube-audit-admin, and tells clusters whatever their case', async () => {
    const line = secretRead(180, 'a');
    let done: Called | undefined;
    const archived = await archivedBy(async () => {
      done = await hub({
        bodies: [
          bodyOf(diagnosticRecord(line, { category: 'kube-audit' })),
          bodyOf(
            diagnosticRecord(line, { category: 'kube-audit-admin', resourceId: resourceId.toLowerCase() }),
          ),
        ],
      });
    });
    expect(lineOf(done as Called)).toMatchObject({ received: 2, events: 1, duplicates: 1 });
    expect(archived).toHaveLength(1);
    await hub({
      bodies: [bodyOf(diagnosticRecord(secretRead(181, 'b'), { resourceId: resourceId.toLowerCase() }))],
    });
    const ids = (await archivedIn(world.archive)).map((text) => JSON.parse(text).origin?.cluster_id);
    expect(new Set(ids.filter(Boolean))).toEqual(new Set([resourceId.toLowerCase()]));
  });

  it('brings sign-ins of guard, and events that were cut at 16 KiB', async () => {
    const fixture = (name: string): JsonObject =>
      JSON.parse(readFileSync(join(root, `test/fixtures/aks/${name}.json`), 'utf8')).delivery;
    const kindsBy = async (name: string) => {
      const body = Buffer.from(JSON.stringify(fixture(name)));
      return archivedBy(() => hub({ bodies: [body] }));
    };
    const signIns = await kindsBy('guard');
    expect(signIns.map(({ kind }) => kind)).toContain('authentication');
    const cut = await kindsBy('truncated');
    expect(cut.map(({ truncated }) => truncated)).toContain(true);
  });

  it('has its events again where the archive is away, and the last time they are kept as a dead letter', async () => {
    const lost = await openFunctionsHost({
      folder: packaged.folder,
      environment: { ...world.environment, KLAXON_ARCHIVE: 'http://127.0.0.1:9/invented/archive' },
    });
    const call = {
      bodies: [auditBody(secretRead(240, 'a'))],
      partition: '3',
      sequenceNumber: 70,
      enqueued: start,
    };
    const first = await lost.hub(call);
    const last = await lost.hub({ ...call, retries: mostRetries });
    await lost.close();
    expect(first.error).toContain('ECONNREFUSED');
    expect(first.lines.map(({ level }) => level)).toEqual(['warn', 'warn']);
    expect(last.error).toBeUndefined();
    expect(last.lines.map(({ level }) => level)).toEqual(['warn', 'error', 'info']);
    const [name = '', ...others] = await namesIn(world.deadLetters, 'deliveries/');
    expect(others).toEqual([]);
    expect(name).toMatch(/^deliveries\/date=2026-01-02\/partition=3\/70-70-\w+\.ndjson$/);
    expect(last.lines[1]).toMatchObject({ deadLetter: name });
    const letter = JSON.parse(Buffer.from((await world.deadLetters.get(name)) ?? []).toString('utf8'));
    expect(letter.log).toBe(call.bodies[0]?.toString('utf8'));
  });
});

describe('the receiver', () => {
  const url = 'https://klaxon-test.azurewebsites.net/audit/edge';
  const list = eventList(secretRead(300, 'a'));
  const authorization = `Bearer ${token}`;

  it('takes what an API server posts with its token, and answers who has none with a status alone', async () => {
    const before = world.published().length;
    const taken = await host.http({ url, body: list, headers: { Authorization: authorization } });
    expect(taken.status).toBe(200);
    expect(alertsSince(before)).toEqual(['read edge']);
    expect(lineOf(taken)).toMatchObject({ source: 'http', received: 1, alerted: 1 });
    const headers = { authorization, 'content-encoding': 'gzip' };
    expect((await host.http({ url, body: gzipSync(list), headers })).status).toBe(200);
    const statusFor = async (body: string, more: Readonly<Record<string, string>>) =>
      (await host.http({ url, body, headers: more })).status;
    expect(await statusFor(list, { authorization: 'Bearer wrong' })).toBe(401);
    expect(await statusFor(list, {})).toBe(401);
    expect(await statusFor('[]', { authorization })).toBe(400);
    expect((await host.http({ url: `${url}x`, body: list, headers: { authorization } })).status).toBe(401);
    expect(new Set(world.askedForSecrets())).toEqual(new Set(['/secrets/receiver-edge/']));
  });
});

describe('the clock', () => {
  it('has the archive chained, what has fallen silent looked for, and what has expired taken out', async () => {
    await hub({ bodies: [auditBody(secretRead(360, 'a'))] });
    for (const name of ['whole-manifest', 'manifest', 'tick'])
      expect(lineOf(await host.timer(name))).toMatchObject({ source: 'clock', received: 0 });
    expect(await namesIn(world.archive, 'manifests/')).toHaveLength(1);
    const { lines } = await host.timer('sweep');
    expect(lines[0]).toEqual({ level: 'info', message: 'sweep', removed: 0, isDone: true });
    expect(lines[1]).toMatchObject({ message: 'delivery', source: 'clock' });
  });
});

const samples = sharedFolder();

if (samples === undefined) sayLeftOut('recorded deliveries of Azure under the host of its functions');
else
  describe('a recorded delivery', () => {
    const files = ['azure-envelopes', 'aks'].flatMap((folder) =>
      readdirSync(join(samples, 'samples', folder))
        .filter((name) => /\.(json|log)$/.test(name))
        .map((name) => `${folder}/${name}`),
    );

    it.each(files)('%s is taken, and accounted for', async (file) => {
      const line = lineOf(await hub({ bodies: [readFileSync(join(samples, 'samples', file))] }));
      const count = (key: string): number => Number(line[key]);
      expect(count('received')).toBeGreaterThan(0);
      expect(count('received')).toBe(
        count('events') + count('rejected') + count('duplicates') + count('dropped'),
      );
    });
  });
