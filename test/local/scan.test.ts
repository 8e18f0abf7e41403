/** `klaxon scan` as a person or a script meets it: what goes in, what comes out, and with which status. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jsonLines, klaxon } from '../command-line.ts';

const work = mkdtempSync(join(tmpdir(), 'klaxon-scan-'));
afterAll(() => rmSync(work, { recursive: true }));

const exec = (id: string, name = 'dana@example.com') => ({
  kind: 'Event',
  apiVersion: 'audit.k8s.io/v1',
  auditID: id,
  stage: 'ResponseComplete',
  verb: 'get',
  requestURI: '/api/v1/namespaces/shop/pods/web-0/exec?command=ls',
  user: { username: name },
  sourceIPs: ['198.51.100.7'],
  objectRef: { resource: 'pods', namespace: 'shop', name: 'web-0', apiVersion: 'v1', subresource: 'exec' },
  responseStatus: { code: 101 },
  requestReceivedTimestamp: '2026-01-02T03:04:05.000006Z',
  stageTimestamp: '2026-01-02T03:04:06.000006Z',
});

const log = join(work, 'audit.log');
const bad = join(work, 'bad.log');
const folder = join(work, 'logs');

beforeAll(() => {
  writeFileSync(
    log,
    `${[exec('e1'), exec('e2'), exec('e3', 'sam@example.com')].map((event) => JSON.stringify(event)).join('\n')}\n`,
  );
  writeFileSync(bad, `what is this\n${JSON.stringify(exec('e4'))}\n`);
  mkdirSync(join(folder, 'below'), { recursive: true });
  writeFileSync(join(folder, 'README.md'), '# about these logs\n');
  writeFileSync(join(folder, '.hidden'), 'hidden\n');
  writeFileSync(
    join(folder, 'below', 'batch.json.gz'),
    gzipSync(
      JSON.stringify({ kind: 'EventList', apiVersion: 'audit.k8s.io/v1', items: [exec('e5'), exec('e6')] }),
    ),
  );
});

interface AlertLine {
  readonly id: string;
  readonly rule: { readonly id: string; readonly title: string; readonly source: string };
  readonly severity: string;
  readonly count: number;
  readonly time: number;
  readonly actor: { readonly name: string };
  readonly events: readonly {
    readonly id: string;
    readonly location: { readonly path: string; readonly line: number; readonly index?: number };
  }[];
}

const only = ['--only', 'pod-exec'];
const alertsIn = (stdout: string): readonly AlertLine[] => jsonLines<AlertLine>(stdout);

describe('a log file', () => {
  it('gives alerts with the fields that other programs read', () => {
    const { status, stdout } = klaxon(['scan', log, ...only, '--output', 'ndjson']);
    expect(status).toBe(0);
    expect(alertsIn(stdout)).toMatchObject([
      {
        rule: { id: 'pod-exec', title: 'Command executed in a pod', source: 'builtin' },
        severity: 'medium',
        count: 2,
        time: Date.UTC(2026, 0, 2, 3, 4, 6),
        actor: { name: 'dana@example.com' },
        client: { ips: ['198.51.100.7'] },
        target: { namespace: 'shop', name: 'web-0' },
        events: [{ location: { path: log, line: 1 } }, { location: { path: log, line: 2 } }],
      },
      { count: 1, actor: { name: 'sam@example.com' }, events: [{ location: { line: 3 } }] },
    ]);
  });

  it('gives one alert an event where nothing is to be suppressed', () => {
    const { stdout } = klaxon(['scan', log, ...only, '--output', 'ndjson', '--no-suppress']);
    expect(alertsIn(stdout).map(({ count }) => count)).toEqual([1, 1, 1]);
  });

  it('gives the same alerts from standard input', () => {
    const { stdout } = klaxon(['scan', '-', ...only, '--output', 'ndjson'], readFileSync(log, 'utf8'));
    expect(alertsIn(stdout).map(({ events }) => events.map(({ location }) => location))).toEqual([
      [
        { path: '-', line: 1 },
        { path: '-', line: 2 },
      ],
      [{ path: '-', line: 3 }],
    ]);
  });

  it('is shown to a person without colour in a pipe', () => {
    const { stdout, stderr } = klaxon(['scan', log, ...only]);
    expect(stdout).toContain('MEDIUM (2)');
    expect(stdout).toContain('get pods/exec shop/web-0: ls -> 101');
    expect(stdout).not.toContain('\u001b');
    expect(stderr).toContain('2 alerts in 3 events');
  });
});

describe('a folder', () => {
  it('is read with what is below it, compressed or not, but for hidden files and pages about it', () => {
    const { status, stdout, stderr } = klaxon(['scan', folder, ...only, '--output', 'ndjson', '--stats']);
    expect(status).toBe(0);
    const path = join(folder, 'below', 'batch.json.gz');
    expect(alertsIn(stdout)).toMatchObject([
      {
        count: 2,
        events: [{ location: { path, line: 1, index: 0 } }, { location: { path, line: 1, index: 1 } }],
      },
    ]);
    expect(JSON.parse(stderr.trim().split('\n').at(-1) ?? '')).toMatchObject({
      deliveries: 1,
      records: 2,
      events: 2,
      rejected: 0,
      alerts: 1,
    });
  });
});

describe('the account', () => {
  it('adds up, and names what could not be read', () => {
    const { status, stderr } = klaxon(['scan', bad, log, log, ...only, '--stats', '--output', 'ndjson']);
    expect(status).toBe(0);
    expect(stderr).toContain(`${bad}:1: a line of no known form`);
    const stats = JSON.parse(stderr.trim().split('\n').at(-1) ?? '') as Record<string, number>;
    expect(stats.records).toBe(
      (stats.events ?? 0) + (stats.rejected ?? 0) + (stats.duplicates ?? 0) + (stats.dropped ?? 0),
    );
    expect(stats).toMatchObject({
      deliveries: 3,
      records: 8,
      events: 7,
      rejected: 1,
      rejectedFor: { unrecognised: 1 },
    });
  });
});

describe('the exit status', () => {
  it('is 1 where an alert is at or above --fail-on, and 0 where none is', () => {
    expect(klaxon(['scan', log, ...only, '--fail-on', 'medium']).status).toBe(1);
    expect(klaxon(['scan', log, ...only, '--fail-on', 'high']).status).toBe(0);
  });

  it('is 2 where a path cannot be read, and what can be read is still read', () => {
    const { status, stdout, stderr } = klaxon([
      'scan',
      join(work, 'nowhere'),
      log,
      ...only,
      '--output',
      'ndjson',
    ]);
    expect(status).toBe(2);
    expect(stderr).toContain('nowhere');
    expect(alertsIn(stdout)).toHaveLength(2);
  });

  it('is 2 where compressed input is broken, and what came before is still read', () => {
    const broken = join(work, 'broken.gz');
    writeFileSync(broken, gzipSync(readFileSync(log)).subarray(0, -12));
    const { status, stderr } = klaxon(['scan', broken, log, ...only, '--output', 'ndjson']);
    expect(status).toBe(2);
    expect(stderr).toContain('broken.gz');
  });

  it('is 2 for wrong usage, with the remedy', () => {
    for (const words of [
      ['scan'],
      ['scan', log, '--output', 'xml'],
      ['scan', log, '--unheard-of'],
      ['nonsense'],
      ['scan', log, '--only', 'no-such-rule'],
      ['scan', log, '--max-delivery-size', 'huge'],
    ]) {
      const { status, stderr } = klaxon(words);
      expect({ words, status }).toEqual({ words, status: 2 });
      expect(stderr.length).toBeGreaterThan(10);
    }
  });

  it('is 0 for help and version', () => {
    expect(klaxon(['--help']).status).toBe(0);
    expect(klaxon(['scan', '--help']).stdout).toContain('Examples:');
    expect(klaxon(['--version']).stdout).toMatch(/^\d+\.\d+\.\d+/);
  });
});

describe('other forms', () => {
  it('are SARIF and OCSF on standard output', () => {
    const sarif = JSON.parse(klaxon(['scan', log, ...only, '--output', 'sarif']).stdout) as {
      readonly runs: readonly { readonly results: readonly unknown[] }[];
    };
    expect(sarif.runs[0]?.results).toHaveLength(2);
    const [first] = jsonLines<{ readonly class_uid: number }>(
      klaxon(['scan', log, ...only, '--output', 'ocsf']).stdout,
    );
    expect(first?.class_uid).toBe(2004);
  });

  it('are files of events, in our schema or in OCSF, and of alerts', () => {
    const events = join(work, 'events.ndjson');
    const alerts = join(work, 'alerts.ndjson');
    klaxon(['scan', log, ...only, '--events-out', events, '--alerts-out', alerts]);
    expect(
      jsonLines<{ readonly kind: string }>(readFileSync(events, 'utf8')).map(({ kind }) => kind),
    ).toEqual(['audit', 'audit', 'audit']);
    expect(alertsIn(readFileSync(alerts, 'utf8'))).toHaveLength(2);
    klaxon(['scan', log, ...only, '--events-out', events, '--events-format', 'ocsf']);
    expect(
      jsonLines<{ readonly class_uid: number }>(readFileSync(events, 'utf8')).map((event) => event.class_uid),
    ).toEqual([6003, 6003, 6003]);
  });
});

describe('brought rules', () => {
  const mine = join(work, 'mine');
  beforeAll(() => {
    mkdirSync(mine, { recursive: true });
    const rule = (detection: string) =>
      `title: Listing of a shop\nid: 0b6ad7a5-6a0e-4d0c-9a2c-0a8b0c7f1e11\nlogsource: { product: kubernetes, service: audit }\ndetection:\n  ${detection}\n  condition: pods\nlevel: low\n`;
    writeFileSync(join(mine, 'good.yml'), rule('pods: { objectRef.resource: pods }'));
    writeFileSync(
      join(mine, 'faulty.yml'),
      rule('pods: { objectRef.resource|contians: pods }').replace('0b6ad7a5', '1b6ad7a5'),
    );
  });

  it('run by their id, and a faulty one is named with its place while the others run', () => {
    const { status, stdout, stderr } = klaxon([
      'scan',
      log,
      '--no-builtin',
      '--sigma',
      mine,
      '--output',
      'ndjson',
    ]);
    expect(status).toBe(2);
    expect(stderr).toMatch(/faulty\.yml:5:\d+: unknown modifier "contians"/);
    expect(alertsIn(stdout).map(({ rule }) => rule)).toMatchObject([
      { id: '0b6ad7a5-6a0e-4d0c-9a2c-0a8b0c7f1e11', source: 'sigma' },
      { source: 'sigma' },
    ]);
  });
});

describe('a deprecated rule', () => {
  it('runs only where it is asked for', () => {
    const old = join(work, 'old.yml');
    writeFileSync(
      old,
      'title: Old\nname: old\nstatus: deprecated\nlogsource: { product: kubernetes }\ndetection:\n  pods: { objectRef.resource: pods }\n  condition: pods\n',
    );
    const words = ['scan', log, '--no-builtin', '--sigma', old, '--output', 'ndjson'];
    expect(alertsIn(klaxon(words).stdout)).toEqual([]);
    expect(alertsIn(klaxon([...words, '--only', 'old']).stdout)).toHaveLength(2);
  });
});

describe('hostile input', () => {
  it('cannot steer the terminal', () => {
    const { stdout } = klaxon(['scan', '-', ...only], JSON.stringify(exec('x', '\u001b[2J\u202eevil')));
    expect(stdout).toContain('\\u001b[2J\\u202eevil');
    expect(stdout).not.toContain('\u001b');
  });

  it('nested deeper than some writers can follow is still read, matched and written', () => {
    const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
    const line = JSON.stringify({ ...exec('deep'), requestObject: null }).replace(
      '"requestObject":null',
      `"requestObject":{"a":${deep}}`,
    );
    const events = join(work, 'deep.ndjson');
    const { status, stdout } = klaxon(
      ['scan', '-', ...only, '--events-out', events, '--output', 'ndjson'],
      line,
    );
    expect(status).toBe(0);
    expect(alertsIn(stdout)).toHaveLength(1);
    expect(jsonLines(readFileSync(events, 'utf8'))).toMatchObject([{ actor: { name: 'dana@example.com' } }]);
  });
});
