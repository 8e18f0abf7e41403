/** `klaxon pull gke` as a person meets it: a process of its own that talks to Cloud Logging, and may be killed. */
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../shared/schema/json.ts';
import { type CommandResult, jsonLines, klaxon } from '../command-line.ts';
import { entryAt, idsOf, minute, ofCluster, start } from '../functions/gcp/shop.ts';
import { type FakeLogging, openLogging, refused } from '../stand-ins/cloud-logging.ts';
import { endedPull, startedPull, textsBelow } from './pull-process.ts';

let logging: FakeLogging;
let work: string;
beforeAll(async () => {
  logging = await openLogging();
});
afterAll(() => logging.close());
beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'klaxon-pull-'));
  logging.breaksAt(() => undefined);
  logging.projects.clear();
  logging.pageSizes = [3, 0, 5];
});
afterEach(() => rmSync(work, { recursive: true }));

/** Entries, one a minute, that end so many minutes ago. */
const entriesUntil = (minutesAgo: number, count: number, more: JsonObject = {}): readonly JsonObject[] =>
  Array.from({ length: count }, (_, at) =>
    entryAt(Date.now() - start - (minutesAgo + count - 1 - at) * minute, more),
  );

const started = (words: readonly string[], isLaunched = false): ChildProcess =>
  startedPull(['gke', '--endpoint', logging.endpoint, ...words], {
    folder: work,
    isLaunched,
    // Nobody is asked whether this machine is one of Google's.
    environment: { METADATA_SERVER_DETECTION: 'none' },
  });

const pull = (...words: readonly string[]): Promise<CommandResult> => endedPull(started(words));

const idsIn = (output: string): readonly unknown[] => idsOf(jsonLines<JsonObject>(output));

const idsBelow = (folder: string): readonly unknown[] => textsBelow(folder).flatMap(idsIn);

const off = 'turn on Admin read, Data read and Data write for the Kubernetes Engine API';

describe('klaxon pull gke', () => {
  it('prints what scan reads, with the project, location and cluster of each event', async () => {
    const written = entriesUntil(1, 40);
    logging.projects.set('shop-prod', [...written]);
    const { status, stdout, stderr } = await pull('--project', 'shop-prod');
    expect(status).toBe(0);
    expect(stderr).toMatch(/^klaxon: 40 events of 1 project\nklaxon: shop-prod: nothing of data_access came/);
    expect(stderr).toContain(off);
    expect(jsonLines(stdout)).toEqual(written);
    const events = join(work, 'events.ndjson');
    const scan = klaxon(['scan', '-', '--no-config', '--stats', '--events-out', events], stdout);
    expect(scan.stderr).toContain('"events":40,"rejected":0,"duplicates":0');
    expect(jsonLines<{ readonly origin: object }>(readFileSync(events, 'utf8'))[0]?.origin).toMatchObject({
      cloud: 'gcp',
      account: 'shop-prod',
      region: 'europe-west1',
      cluster: 'orders',
    });
  });

  it('reads many projects, named or in the settings, and tells of those that it cannot read', async () => {
    const data = { logName: 'projects/shop-prod/logs/cloudaudit.googleapis.com%2Fdata_access' };
    for (const project of ['shop-prod', 'shop-test']) {
      const ids = { insertId: project };
      logging.projects.set(project, [
        ...entriesUntil(20, 2, { ...data, ...ids }),
        ...entriesUntil(20, 1, { ...ofCluster('billing'), ...ids }),
      ]);
    }
    logging.breaksAt((_, { resourceNames }) =>
      resourceNames[0] === 'projects/gone-dev' ? refused : undefined,
    );
    const named = ['--project', 'shop-prod,shop-test', '--project', 'gone-dev', '--verbose'];
    const { status, stdout, stderr } = await pull(...named);
    expect(status).toBe(2);
    expect(idsIn(stdout).toSorted()).toEqual([...Array(3).fill('shop-prod'), ...Array(3).fill('shop-test')]);
    expect(stderr).toContain('klaxon: gke/gone-dev: asks gone-dev for\n(log_id(');
    expect(stderr).toContain(
      'gone-dev: not allowed to read its logs, or there is no such project: roles/logging.viewer',
    );
    expect(stderr).not.toContain('no entry of');
    expect(stderr).not.toContain(off);
    writeFileSync(
      join(work, 'klaxon.config.yaml'),
      'clusters: [{ cloud: gcp, name: billing, project: shop-test, location: europe-west1 }]\n',
    );
    expect(idsIn((await pull()).stdout)).toEqual(['shop-test']);
  });

  it('says how to look where nothing came, or not what was asked for', async () => {
    const { status, stderr } = await pull('--project', 'shop-prod', '--cluster', 'orders', '--since', '2h');
    expect(status).toBe(0);
    expect(stderr).toContain(
      "no entry of activity or data_access in this time; what there is, if anything: gcloud logging read --project shop-prod --limit 1 '(log_id(",
    );
    expect(stderr).toContain(`AND resource.labels.cluster_name="orders"'`);
  });

  it('that is killed at any page goes on, and what it keeps in files is whole and kept once', async () => {
    const written = entriesUntil(30, 30);
    logging.projects.set('shop-prod', [...written]);
    const out = join(work, 'logs');
    const words = ['--project', 'shop-prod', '--since', '2h', '--until', '20m', '--out', out];
    for (const at of [0, 2, 5, 8]) {
      const child = started(words);
      logging.breaksAt((place) => {
        if (place !== at) return undefined;
        child.kill('SIGKILL');
        return 'hangs';
      });
      await endedPull(child);
    }
    logging.breaksAt(() => undefined);
    expect((await pull(...words)).status).toBe(0);
    expect(idsBelow(out).toSorted()).toEqual(idsOf(written).toSorted());
    expect(klaxon(['scan', out, '--no-config', '--stats']).stderr).toContain('"events":30,');
  });

  it('follows by the stream, tells what it left out, and ends well when it is asked to', async () => {
    logging.projects.set('shop-prod', [...entriesUntil(1, 5)]);
    const child = started(['--project', 'shop-prod', '--follow', '--poll', '1s'], true);
    let output = '';
    let look = (): void => undefined;
    child.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
      look();
    });
    const seen = (): readonly unknown[] => idsIn(output.slice(0, output.lastIndexOf('\n') + 1));
    const came = (count: number): Promise<void> =>
      new Promise((resolve) => {
        look = () => (seen().length >= count ? resolve() : undefined);
        look();
      });
    const ended = endedPull(child);
    await came(5);
    await tailOpen();
    // The first looks close the gap between lists and stream: what is given now comes by either.
    logging.give('shop-prod', entriesUntil(0, 1, { insertId: 'by-stream' }));
    await came(6);
    logging.keepBack('shop-prod', entriesUntil(0, 1, { insertId: 'left-out' }), 'RATE_LIMIT');
    await came(7);
    logging.endTails();
    child.kill('SIGTERM');
    const { status, stderr } = await ended;
    expect(seen().slice(5)).toEqual(['by-stream', 'left-out']);
    expect(status).toBe(0);
    expect(stderr).toContain('klaxon: 7 events of 1 project\n');
  });

  it.each([
    [[], 'name a project with --project'],
    [['--cluster', 'orders'], 'orders: name its project with --project'],
    [['--project', 'no project'], 'Expected the ids of projects, of at least four'],
    [['--project', 'shop-prod', '--cluster', 'a b'], 'Expected NAME or projects/PROJECT/'],
    [['--project', 'shop-prod', '--logs', 'audit'], 'there is no log audit; there are activity, data_access'],
    [['--project', 'shop-prod', '--requests-per-minute', '0'], 'Expected a number from 1 on.'],
    [['--project', 'shop-prod', '--follow', '--until', '1h'], '--follow has no end'],
    [['--project', 'shop-prod', '--endpoint', 'logging.example.com'], 'expected https://HOST'],
  ])('refuses %j: %s', async (words, message) => {
    const { status, stderr } = await pull(...words);
    expect(status).toBe(2);
    expect(stderr).toContain(message);
  });

  it('says how to sign in where there are no credentials, and asks nobody', async () => {
    const { status, stderr } = await pull('--project', 'shop-prod', '--endpoint', 'https://127.0.0.1:9');
    expect(status).toBe(2);
    expect(stderr).toMatch(
      /takes no credentials from here \(.*\)\. Sign in: gcloud auth application-default login/,
    );
  });
});

const tailOpen = async (): Promise<void> => {
  while (logging.openTails() === 0) await new Promise((resolve) => setImmediate(resolve));
};
