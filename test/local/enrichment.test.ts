/** `--mmdb` and `--ip-list`, and what is said of rules that lack them, as a person or a script meets it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { jsonLines, klaxon } from '../command-line.ts';
import { mmdbOf } from '../detect/enrich/mmdb-writer.ts';

const work = mkdtempSync(join(tmpdir(), 'klaxon-enrichment-'));
afterAll(() => rmSync(work, { recursive: true }));

const written = (name: string, content: string | Buffer): string => {
  const path = join(work, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, content);
  return path;
};

const country = written(
  'country.mmdb',
  mmdbOf({
    '192.0.2.0/24': { country: { iso_code: 'SE' } },
    '198.51.100.0/24': { country: { iso_code: 'NO' } },
  }),
);
const exits = written('exits.txt', '# exits\n198.51.100.7\n2001:db8::/32\n');
const rule = (name: string, selection: string): string =>
  `title: ${name}\nname: ${name}\nlogsource: { product: kubernetes, service: audit }\ndetection: { sel: { verb: get, ${selection} }, condition: sel }\n`;
written('rules/discovery/from-sweden.yml', rule('from-sweden', 'caller.country: SE'));
written('rules/discovery/from-tor.yml', rule('from-tor', 'caller.lists: tor'));
written('rules/discovery/by-staff.yml', rule('by-staff', "user.username|expand: '%staff%'"));
written('rules/lists/staff.yml', '[]\n');
const call = (id: string, ip: string): string =>
  JSON.stringify({
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    auditID: id,
    stage: 'ResponseComplete',
    verb: 'get',
    user: { username: 'kim' },
    sourceIPs: [ip],
    stageTimestamp: '2026-01-02T03:04:05.000006Z',
  });
const log = written(
  'audit.log',
  [
    call('a', '192.0.2.1'),
    call('b', '198.51.100.7'),
    call('c', '2001:db8::9'),
    call('d', '::ffff:192.0.2.1'),
  ].join('\n'),
);
const own = ['--no-builtin', '--rules', join(work, 'rules'), '--no-config'];
interface Line {
  readonly rule: { readonly id: string };
  readonly count: number;
}
const firedBy = (...words: readonly string[]) => {
  const { status, stdout } = klaxon(['scan', log, ...own, '--output', 'ndjson', ...words]);
  expect(status).toBe(0);
  return Object.fromEntries(jsonLines<Line>(stdout).map((line) => [line.rule.id, line.count]));
};

describe('klaxon scan', () => {
  it('runs the rules for which there are files, and leaves the others out', () => {
    expect(firedBy()).toEqual({});
    expect(firedBy('--mmdb', country)).toEqual({ 'from-sweden': 2 });
    expect(firedBy('--ip-list', `tor=${exits}`)).toEqual({ 'from-tor': 2 });
    expect(
      firedBy('--ip-list', `tor=${written('one.txt', '192.0.2.1')}`, '--ip-list', `tor=${exits}`),
    ).toEqual({
      'from-tor': 4,
    });
  });

  it('takes files from the settings as well, by paths from where they stand', () => {
    const config = written(
      'klaxon.config.yaml',
      'enrichment: { mmdb: [country.mmdb], ipLists: { tor: exits.txt } }\nrules: { builtin: false, folders: [rules] }\ntuning: { lists: { staff: [kim] } }\n',
    );
    const { stdout } = klaxon(['scan', log, '--config', config, '--output', 'ndjson']);
    expect(
      jsonLines<Line>(stdout)
        .map((line) => line.rule.id)
        .toSorted(),
    ).toEqual(['by-staff', 'from-sweden', 'from-tor']);
  });

  it('ends by saying how many rules are inactive', () => {
    expect(klaxon(['scan', log, ...own]).stderr).toContain('3 rules are inactive: klaxon rules list\n');
    expect(klaxon(['scan', log, ...own, '--mmdb', country, '--ip-list', `tor=${exits}`]).stderr).toContain(
      '1 rule is inactive: klaxon rules list\n',
    );
  });

  it('refuses to run a rule by its id that is inactive', () => {
    expect(klaxon(['scan', log, ...own, '--only', 'from-tor'])).toMatchObject({
      status: 2,
      stderr: 'klaxon: from-tor is inactive: needs the IP list tor (--ip-list tor=FILE)\n',
    });
  });

  it('refuses files that cannot be used, and says where they are wrong', () => {
    const refused = (...words: readonly string[]) => {
      const { status, stderr } = klaxon(['scan', log, ...own, ...words]);
      return { status, stderr };
    };
    const text = written('wrong.txt', '192.0.2.1\nexample.com\n192.0.2.1/8\n');
    expect(refused('--mmdb', exits)).toEqual({
      status: 2,
      stderr: `klaxon: ${exits}: no MMDB: expected a file such as GeoLite2-ASN.mmdb, unpacked\n`,
    });
    expect(refused('--mmdb', join(work, 'missing.mmdb')).stderr).toBe(
      `klaxon: cannot read ${join(work, 'missing.mmdb')}: no such file or directory\n`,
    );
    expect(refused('--ip-list', `tor=${text}`)).toEqual({
      status: 2,
      stderr: `klaxon: ${text}:2:1: "example.com" is not an address or a network in CIDR form\n${text}:3:1: "192.0.2.1/8" has bits set beyond its prefix\n`,
    });
    expect(refused('--ip-list', exits).stderr).toContain('Expected NAME=FILE, such as tor=exits.txt.');
    expect(refused('--ip-list', `tor=${country}`).stderr).toContain('is not an address');
  });
});

describe('klaxon rules', () => {
  it('list marks what is inactive, and with what it would run', () => {
    const { stdout, stderr } = klaxon(['rules', 'list', ...own, '--mmdb', country]);
    expect(stdout).toMatch(/^medium {9}from-sweden/m);
    expect(stdout).toMatch(/^inactive {7}from-tor +needs the IP list tor \(--ip-list tor=FILE\)$/m);
    expect(stdout).toMatch(/^inactive {7}by-staff +the list staff is empty: fill/m);
    expect(stderr).toBe('1 rules, 2 inactive\n');
    const rows = jsonLines<{ id: string; inactive?: string }>(
      klaxon(['rules', 'list', ...own, '--mmdb', country, '--output', 'ndjson']).stdout,
    );
    expect(rows.map(({ id, inactive }) => [id, inactive?.slice(0, 14)])).toEqual([
      ['from-sweden', undefined],
      ['by-staff', 'the list staff'],
      ['from-tor', 'needs the IP l'],
    ]);
  });

  it('show says it of one', () => {
    expect(klaxon(['rules', 'show', 'from-tor', ...own]).stdout).toContain(
      '  inactive  needs the IP list tor (--ip-list tor=FILE)\n',
    );
  });

  it('test runs the cases of inactive rules, with what they state', () => {
    written(
      'rules/discovery/from-tor.test.yml',
      '- { case: listed, event: eks/pod-list-refused, with: { verb: get }, caller: { lists: [tor] }, fires: true }\n- { case: not listed, event: eks/pod-list-refused, with: { verb: get }, fires: false }\n',
    );
    written(
      'rules/discovery/by-staff.test.yml',
      '- { case: staff, event: eks/pod-list-refused, with: { verb: get, user.username: kim }, lists: { staff: [kim] }, fires: true }\n- { case: nobody is staff, event: eks/pod-list-refused, with: { verb: get, user.username: kim }, fires: false }\n',
    );
    expect(klaxon(['rules', 'test', ...own])).toMatchObject({ status: 0, stdout: '4 passed, 0 failed\n' });
  });

  it('take the values of a list of your own together with ours', () => {
    const more = written('more/lists/staff.yml', '- kim\n');
    const { stdout } = klaxon(['scan', log, ...own, '--rules', join(more, '../..'), '--output', 'ndjson']);
    expect(jsonLines<Line>(stdout).map((line) => line.rule.id)).toEqual(['by-staff']);
  });
});
