/** `klaxon pull aks` as a person meets it: a process of its own that talks to Azure, and may be killed. */
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { containerAt } from '../../functions/azure/archive.ts';
import { emulatorVariable } from '../../functions/azure/client.ts';
import { type CommandResult, jsonLines, klaxon } from '../command-line.ts';
import { audit } from '../decode/decoded.ts';
import { append } from '../functions/azure/hours.ts';
import { type Azurite, madeContainer, openAzurite } from '../stand-ins/azurite.ts';
import { type FakeEventHubs, openEventHubs } from '../stand-ins/event-hubs.ts';
import { endedPull, startedPull, textsBelow } from './pull-process.ts';

let hubs: FakeEventHubs;
let azurite: Azurite;
let work: string;
beforeAll(async () => {
  hubs = await openEventHubs({});
  azurite = await openAzurite();
});
afterAll(async () => {
  await hubs?.close();
  await azurite?.close();
});
beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'klaxon-pull-'));
  hubs.breaksAt(() => undefined);
  hubs.add('klaxon', 2);
});
afterEach(() => rmSync(work, { recursive: true }));

const resourceId =
  '/SUBSCRIPTIONS/00000000-0000-0000-0000-000000000000/RESOURCEGROUPS/SHOP/PROVIDERS/MICROSOFT.CONTAINERSERVICE/MANAGEDCLUSTERS/ORDERS';

const recordOf = (id: string): object => ({
  time: new Date().toISOString(),
  resourceId,
  category: 'kube-audit',
  properties: { log: JSON.stringify(audit(id)) },
});

const fill = (count: number, from = 0): readonly string[] =>
  Array.from({ length: count }, (_, at) => {
    const id = `e${from + at}`;
    hubs.partition('klaxon', (from + at) % 2).append(JSON.stringify({ records: [recordOf(id)] }));
    return id;
  });

const started = (words: readonly string[], isLaunched = false): ChildProcess =>
  startedPull(['aks', ...words], {
    folder: work,
    isLaunched,
    environment: {
      HUB: hubs.connectionString,
      STORAGE: azurite.environment[emulatorVariable] ?? '',
      // Nobody is asked whether this machine is one of Azure's.
      AZURE_TOKEN_CREDENTIALS: 'EnvironmentCredential',
    },
  });

const pull = (words: readonly string[]): Promise<CommandResult> => endedPull(started(words));

const ofHub = ['--hub', 'klaxon', '--connection-string-from', 'HUB'] as const;

const idsIn = (output: string): readonly string[] =>
  [...output.matchAll(/\\"auditID\\":\\"(\w+)\\"/g)].map(([, id = '']) => id).toSorted();

const idsBelow = (folder: string): readonly string[] => textsBelow(folder).flatMap(idsIn).toSorted();

describe('klaxon pull aks from a hub', () => {
  it('prints what scan reads, with the cluster of each event', async () => {
    const ids = fill(40);
    const { status, stdout, stderr } = await pull(ofHub);
    expect({ status, stderr }).toEqual({ status: 0, stderr: 'klaxon: 40 messages of 2 partitions\n' });
    expect(idsIn(stdout)).toEqual(ids.toSorted());
    const events = join(work, 'events.ndjson');
    const scan = klaxon(['scan', '-', '--no-config', '--stats', '--events-out', events], stdout);
    expect(scan.stderr).toContain('"events":40,"rejected":0,"duplicates":0');
    expect(jsonLines<{ readonly origin: object }>(readFileSync(events, 'utf8'))[0]?.origin).toMatchObject({
      cloud: 'azure',
      cluster: expect.stringMatching(/^orders$/i),
    });
  });

  it('writes files below a folder, and goes on from there', async () => {
    const out = join(work, 'logs');
    const first = fill(20);
    expect((await pull([...ofHub, '--out', out])).status).toBe(0);
    expect(idsBelow(out)).toEqual(first.toSorted());
    expect(textsBelow(out).length).toBeLessThanOrEqual(4);
    const second = fill(6, 20);
    const { stderr } = await pull([...ofHub, '--out', out]);
    expect(stderr).toBe(
      'klaxon: goes on from where the last run ended\nklaxon: 6 messages of 2 partitions\n',
    );
    expect(idsBelow(out)).toEqual([...first, ...second].toSorted());
    expect(klaxon(['scan', out, '--no-config', '--stats']).stderr).toContain('"events":26,');
  });

  it('keeps its place in a container, where it is told to', async () => {
    const url = await madeContainer(azurite);
    const words = [
      ...ofHub,
      '--from',
      'earliest',
      '--checkpoints',
      url,
      '--connection-string-from',
      'STORAGE',
    ];
    const first = fill(4);
    expect(idsIn((await pull(words)).stdout)).toEqual(first);
    const second = fill(4, 4);
    expect(idsIn((await pull(words)).stdout)).toEqual(second);
  });

  it('that is killed at any step goes on, and what it keeps in files is whole', async () => {
    const out = join(work, 'logs');
    const words = [...ofHub, '--out', out];
    const ids = fill(30);
    for (const at of [1, 4, 11, 24]) {
      const child = started(words);
      hubs.breaksAt((place) => {
        if (place !== at) return undefined;
        child.kill('SIGKILL');
        return 'falls silent';
      });
      await endedPull(child);
    }
    hubs.breaksAt(() => undefined);
    expect((await pull(words)).status).toBe(0);
    expect(idsBelow(out)).toEqual(ids.toSorted());
  });

  it('follows, and ends well when it is asked to', async () => {
    fill(5);
    const child = started([...ofHub, '--follow'], true);
    let given = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      given += chunk;
      if (idsIn(given).length === 5) fill(1, 5);
      if (idsIn(given).length === 6) child.kill('SIGTERM');
    });
    const { status, stderr } = await endedPull(child);
    expect({ status, stderr }).toEqual({ status: 0, stderr: 'klaxon: 6 messages of 2 partitions\n' });
  });

  it('says how logs are turned on, where there are none', async () => {
    const { status, stderr } = await pull(ofHub);
    expect(status).toBe(0);
    expect(stderr).toContain('nothing came in this time. What a cluster sends');
    expect(stderr).toContain('az monitor diagnostic-settings create');
  });

  it('ends with 2 where something is gone, or not there', async () => {
    const words = [...ofHub, '--out', join(work, 'logs')];
    fill(4);
    await pull(words);
    fill(8, 4);
    hubs.partition('klaxon', 0).forget(4);
    const gone = await pull(words);
    expect({ status: gone.status, stderr: gone.stderr }).toEqual({
      status: 2,
      stderr: expect.stringContaining('2 events before event 4 are gone: the hub kept them no longer'),
    });
    const missing = await pull(['--hub', 'klaxxon', '--connection-string-from', 'HUB']);
    expect({ status: missing.status, stderr: missing.stderr }).toEqual({
      status: 2,
      stderr: expect.stringContaining(
        'event hub klaxxon with consumer group $Default in localhost is not there',
      ),
    });
  });
});

describe('klaxon pull aks from an archive', () => {
  const blobNow = (): string => {
    const [date = '', time = ''] = new Date(Date.now() - 600_000).toISOString().split('T');
    const [year, month, day] = date.split('-');
    return `resourceId=${resourceId}/y=${year}/m=${month}/d=${day}/h=${time.slice(0, 2)}/m=00/PT1H.json`;
  };

  it('prints the lines of its blobs, and goes on where they end', async () => {
    const url = await madeContainer(azurite);
    const container = containerAt(url, azurite.asker);
    const name = blobNow();
    const words = [
      '--container',
      url,
      '--connection-string-from',
      'STORAGE',
      '--checkpoint',
      join(work, 'kept'),
    ];
    const lineOf = (id: string): string => `${JSON.stringify(recordOf(id))}\n`;
    await append(container, name, lineOf('a') + lineOf('b') + lineOf('c').slice(0, 40));
    const first = await pull(words);
    expect(first).toMatchObject({ status: 0, stderr: 'klaxon: 2 lines of 1 container\n' });
    expect(idsIn(first.stdout)).toEqual(['a', 'b']);
    await append(container, name, lineOf('c').slice(40));
    const second = await pull(words);
    expect(idsIn(second.stdout)).toEqual(['c']);
    const scan = klaxon(['scan', '-', '--no-config', '--stats'], first.stdout + second.stdout);
    expect(scan.stderr).toContain('"events":3,"rejected":0,');
  });

  it('says that a container is not there', async () => {
    const words = ['--container', `${azurite.blob}/nowhere`, '--connection-string-from', 'STORAGE'];
    const { status, stderr } = await pull(words);
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: expect.stringContaining('container nowhere in'),
    });
  });
});

describe('klaxon pull aks', () => {
  const container = 'https://orders.blob.core.windows.net/insights-logs-guard';

  it.each([
    [[], 'name either a hub with --hub NAMESPACE/HUB, or containers with --container URL'],
    [['--hub', 'orders/klaxon', '--container', container], 'name either a hub'],
    [['--hub', 'orders/klaxon/x'], 'Expected NAMESPACE/HUB.'],
    [['--hub', 'klaxon'], '--hub: expected NAMESPACE/HUB'],
    [['--hub', 'orders/klaxon', '--from', 'noon'], 'Allowed choices are earliest, latest'],
    [['--hub', 'orders/klaxon', '--from', 'latest'], '--from latest is the end already: add --follow'],
    [
      ['--hub', 'orders/klaxon', '--from', 'earliest', '--since', '1h'],
      "cannot be used with option '--since",
    ],
    [['--hub', 'orders/klaxon', '--follow', '--until', '1h'], '--follow has no end'],
    [['--hub', 'orders/klaxon', '--prefix', 'x'], '--prefix is for a container'],
    [['--hub', 'orders/klaxon', '--checkpoints', container, '--checkpoint', 'x'], 'one place is enough'],
    [['--container', container, '--from', 'earliest'], '--from and --checkpoints are for a hub'],
    [['--container', `${container}?sig=secret`], 'has a signature or a password in it'],
    [
      ['--container', 'https://orders.blob.core.windows.net'],
      'Expected https://ACCOUNT.blob.core.windows.net',
    ],
    [['--hub', 'klaxon', '--connection-string-from', 'NOTHING'], 'holds no connection string'],
    [['--hub', 'orders/klaxon'], 'Azure takes no credentials from here. Sign in: az login'],
    [['--container', container], 'Azure takes no credentials from here. Sign in: az login'],
  ])('refuses %j: %s', async (words, message) => {
    const { status, stderr } = await pull(words);
    expect(status).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('sig=secret');
  });

  it('refuses a checkpoint that is none', async () => {
    fill(2);
    writeFileSync(join(work, 'aks%2Flocalhost%2Fklaxon%2F0.json'), '[]');
    const { status, stderr } = await pull([...ofHub, '--checkpoint', work]);
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: expect.stringContaining('klaxon%2F0.json holds no checkpoint'),
    });
  });
});
