/** `klaxon pull eks` as a person meets it: a process of its own that talks to CloudWatch Logs, and may be killed. */
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type CommandResult, jsonLines, klaxon } from '../command-line.ts';
import { audit } from '../decode/decoded.ts';
import { answerOf, type FakeLogs, openLogs, refusal, wireToLogs } from '../stand-ins/cloudwatch-logs.ts';
import type { Wire } from '../stand-ins/wire.ts';
import { endedPull, startedPull, textsBelow } from './pull-process.ts';

let logs: FakeLogs;
let wire: Wire;
let work: string;
beforeAll(async () => {
  logs = await openLogs();
  wire = await wireToLogs(logs.url);
});
afterAll(async () => {
  await wire.close();
  await logs.close();
});
beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'klaxon-pull-'));
  wire.breaksAt(() => undefined);
  logs.groups.splice(0);
});
afterEach(() => rmSync(work, { recursive: true }));

const minute = 60_000;

/** Lines of a cluster, one a minute, that end so many minutes ago. */
const cluster = (name: string, count: number, endedMinutesAgo: number, region = 'eu-west-1') => {
  const end = Date.now() - endedMinutesAgo * minute;
  logs.groups.push({
    name: `/aws/eks/${name}/cluster`,
    account: '111122223333',
    region,
    lines: Array.from({ length: count }, (_, at) => ({
      id: `${name}-${at}`,
      stream: 'kube-apiserver-audit-0123456789abcdef0123456789abcdef',
      time: end - (count - 1 - at) * minute,
      message: JSON.stringify(audit(`${name}-${at}`)),
    })),
  });
};

const idsOf = (name: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, at) => `${name}-${at}`);

const started = (
  words: readonly string[],
  more: Readonly<Record<string, string>> = {},
  isLaunched = false,
): ChildProcess =>
  startedPull(['eks', ...words], {
    folder: work,
    isLaunched,
    environment: {
      AWS_ACCESS_KEY_ID: 'invented',
      AWS_SECRET_ACCESS_KEY: 'invented',
      AWS_REGION: 'eu-west-1',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_ENDPOINT_URL: wire.url,
      ...more,
    },
  });

const pull = (words: readonly string[], more?: Readonly<Record<string, string>>): Promise<CommandResult> =>
  endedPull(started(words, more));

interface Delivery {
  readonly logEvents: readonly { readonly id: string }[];
}

const idsIn = (output: string): readonly string[] =>
  jsonLines<Delivery>(output).flatMap(({ logEvents }) => logEvents.map(({ id }) => id));

const idsBelow = (folder: string): readonly string[] => textsBelow(folder).flatMap(idsIn);

describe('klaxon pull eks', () => {
  it('prints what scan reads, with the cluster, account and region of each event', async () => {
    cluster('orders', 40, 1);
    const { status, stdout, stderr } = await pull(['--cluster', 'orders']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: 'klaxon: 40 events of 1 cluster\n' });
    expect(idsIn(stdout)).toEqual(idsOf('orders', 40));
    const events = join(work, 'events.ndjson');
    const scan = klaxon(['scan', '-', '--no-config', '--stats', '--events-out', events], stdout);
    expect(scan.stderr).toContain('"events":40,"rejected":0,"duplicates":0');
    expect(jsonLines<{ readonly origin: object }>(readFileSync(events, 'utf8'))[0]?.origin).toMatchObject({
      cloud: 'aws',
      account: '111122223333',
      region: 'eu-west-1',
      cluster: 'orders',
    });
  });

  it('reads many clusters, named in three ways or in the settings, and tells of those that it cannot read', async () => {
    for (const name of ['a', 'b', 'c']) cluster(name, 3, 20);
    const named = ['a', 'us-east-1/b', 'arn:aws:eks:eu-north-1:111122223333:cluster/c', 'gone'];
    const { status, stdout, stderr } = await pull(named.flatMap((name) => ['--cluster', name]));
    expect(status).toBe(2);
    expect(new Set(idsIn(stdout))).toEqual(new Set(['a', 'b', 'c'].flatMap((name) => idsOf(name, 3))));
    expect(stderr).toContain('gone: there is no log group /aws/eks/gone/cluster in eu-west-1');
    expect(
      jsonLines<{ readonly region: string }>(stdout)
        .map(({ region }) => region)
        .toSorted(),
    ).toEqual(['eu-north-1', 'eu-west-1', 'us-east-1']);
    writeFileSync(
      join(work, 'klaxon.config.yaml'),
      'clusters: [{ cloud: aws, name: b, account: "111122223333", region: eu-west-1 }]\n',
    );
    expect(idsIn((await pull([])).stdout)).toEqual(idsOf('b', 3));
  });

  it('reads the time asked for, and says where there was nothing', async () => {
    cluster('orders', 30, 60);
    const hours = await pull(['--cluster', 'orders', '--since', '80m', '--until', '70m']);
    expect(idsIn(hours.stdout).length).toBeGreaterThanOrEqual(9);
    expect(idsIn(hours.stdout).length).toBeLessThanOrEqual(11);
    const nothing = await pull([
      '--cluster',
      'orders',
      '--since',
      '2026-03-14',
      '--until',
      '2026-03-14T12:00:00Z',
    ]);
    expect(nothing.stdout).toBe('');
    expect(nothing.stderr).toContain(
      'no line of audit or authenticator in this time; aws eks describe-cluster --name orders',
    );
  });

  it('writes files below a folder, goes on from there, and scan reads them', async () => {
    cluster('orders', 40, 1);
    const out = join(work, 'logs');
    await pull(['--cluster', 'orders', '--out', out]);
    const { lines = [] } = logs.groups[0] ?? {};
    for (const line of lines.slice(-1))
      lines.push({ ...line, id: 'orders-40', message: JSON.stringify(audit('new')) });
    const again = await pull(['--cluster', 'orders', '--out', out]);
    expect(again.stderr).toMatch(
      /^klaxon: eks\/eu-west-1\/orders: goes on from .*\nklaxon: 1 event of 1 cluster\n$/,
    );
    expect(idsBelow(out).toSorted()).toEqual(idsOf('orders', 41).toSorted());
    expect(klaxon(['scan', out, '--no-config', '--stats']).stderr).toContain('"events":41,');
  });

  it('that is killed at any request goes on, and what it keeps in files is whole and kept once', async () => {
    const ids = idsOf('orders', 30);
    cluster('orders', 30, 30);
    const out = join(work, 'logs');
    const words = ['--cluster', 'orders', '--since', '2h', '--until', '20m', '--out', out];
    for (const at of [1, 3, 6, 9]) {
      const child = started(words);
      wire.breaksAt((place) => {
        if (place !== at) return undefined;
        child.kill('SIGKILL');
        return 'hangs';
      });
      await endedPull(child);
    }
    wire.breaksAt(() => undefined);
    expect((await pull(words)).status).toBe(0);
    expect(idsBelow(out).toSorted()).toEqual(ids.toSorted());
  });

  it('follows, and ends well when it is asked to', async () => {
    cluster('orders', 5, 1);
    const child = started(['--cluster', 'orders', '--follow', '--poll', '1s'], {}, true);
    child.stdout?.once('data', () => child.kill('SIGTERM'));
    const { status, stderr } = await endedPull(child);
    expect({ status, stderr }).toEqual({ status: 0, stderr: 'klaxon: 5 events of 1 cluster\n' });
  });

  it('that is stopped before its end says so, and ends with 2', async () => {
    cluster('orders', 5, 1);
    const child = started(['--cluster', 'orders', '--checkpoint', join(work, 'kept')]);
    wire.breaksAt((place) => {
      if (place < 3) return undefined;
      child.kill('SIGTERM');
      return 'hangs';
    });
    const { status, stderr } = await endedPull(child);
    expect(status).toBe(2);
    expect(stderr).toContain('stopped before the end; the same command goes on from here');
  });

  it.each([
    [[], 'name a cluster with --cluster'],
    [['--cluster', 'a b'], 'Expected NAME, REGION/NAME or an ARN.'],
    [['--cluster', 'a', '--since', 'yesterday'], 'Expected a time such as'],
    [['--cluster', 'a', '--overlap', '5'], 'Expected a time such as 30s'],
    [['--cluster', 'a', '--logs', 'audits'], 'there is no log type audits; there are audit, authenticator'],
    [['--cluster', 'a', '--follow', '--until', '1h'], '--follow has no end'],
  ])('refuses %j: %s', async (words, message) => {
    const { status, stderr } = await pull(words);
    expect(status).toBe(2);
    expect(stderr).toContain(message);
  });

  it('says what is missing: credentials, a region, a permission', async () => {
    cluster('orders', 5, 1);
    const none = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' };
    expect((await pull(['--cluster', 'orders'], none)).stderr).toContain(
      'AWS takes no credentials from here',
    );
    expect((await pull(['--cluster', 'orders'], { AWS_REGION: '' })).stderr).toContain(
      'no AWS region: name it with',
    );
    wire.breaksAt(() => answerOf(refusal('AccessDeniedException', 'User: robin is not authorized')));
    expect((await pull(['--cluster', 'orders'])).stderr).toContain(
      'not allowed to read: logs:FilterLogEvents on /aws/eks/orders/cluster in eu-west-1 is needed. User: robin',
    );
  });

  it('refuses a checkpoint that is none', async () => {
    cluster('orders', 5, 1);
    writeFileSync(join(work, 'eks%2Feu-west-1%2Forders.json'), '{}');
    const { status, stderr } = await pull(['--cluster', 'orders', '--checkpoint', work]);
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: expect.stringContaining('orders.json holds no checkpoint of version 1'),
    });
  });
});
