/** klaxon.config.yaml: what it says when it is right, and every fault with its place when it is not. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { noSettings } from '../../shared/settings/check-settings.ts';
import { SettingsFile } from '../../shared/settings/settings.ts';
import { faultsOf, read } from './faults.ts';

const example = readFileSync(
  fileURLToPath(new URL('../../klaxon.config.example.yaml', import.meta.url)),
  'utf8',
);
const validates = new Ajv2020({ strict: false }).compile(SettingsFile);

describe('the example', () => {
  it('is read without a fault, and is right by the published schema', () => {
    expect(faultsOf(example)).toEqual([]);
    expect(validates(parse(example)), JSON.stringify(validates.errors)).toBe(true);
  });

  it('is right with every line that is commented out as well', () => {
    const whole = example.replace(
      /^( *)# (?=(?:folders|sigma|falco|falcoMatching|filters|enrichment| {2}mmdb| {2}ipLists|concurrency|accounts|buckets|securityLake|alarms|organization|projects|alsoRead|key| {2}-):?)/gm,
      '$1',
    );
    expect(faultsOf(whole)).toEqual([]);
    expect(read(whole)).toMatchObject({
      rules: { folders: ['my-rules'], sigma: ['sigma-rules'], falco: ['k8s_audit_rules.yaml'] },
      tuning: { filters: ['my-filters'] },
      enrichment: { ipLists: { known_bad: 'blocked-addresses.txt' } },
    });
  });

  it('names every section of the settings', () => {
    for (const section of Object.keys(SettingsFile.properties))
      expect(example).toMatch(new RegExp(`^(?:# )?${section}:`, 'm'));
  });
});

describe('settings', () => {
  it('have every section with its defaults where the file leaves it out', () => {
    expect(noSettings()).toMatchObject({
      environment: 'production',
      clusters: [],
      archive: { form: 'audit', lock: 'governance' },
      retention: { archiveDays: 400, alertDays: 400, logDays: 30 },
      alerts: { sinks: {}, routes: [] },
      rules: { builtin: true, folders: [], sigma: [], falco: [], falcoMatching: 'first' },
      tuning: { rules: {}, lists: {}, filters: [] },
      enrichment: { mmdb: [], ipLists: {} },
    });
    expect(read('retention: { logDays: 7 }').retention).toEqual({
      archiveDays: 400,
      alertDays: 400,
      logDays: 7,
    });
  });

  it('may have a section whose lines are all comments', () => {
    expect(read('tuning:\n  # rules:\narchive:\n').archive.form).toBe('audit');
  });

  it('say where each part stands', () => {
    const { positionOf } = read('tuning:\n  rules:\n    pod-exec: { severity: low }\n');
    expect(positionOf(['tuning', 'rules', 'pod-exec'])).toEqual({
      path: 'klaxon.config.yaml',
      line: 3,
      column: 5,
    });
  });

  it('take the names of the language as names and nothing else', () => {
    const { tuning } = read('tuning: { lists: { __proto__: [v], constructor: [w] } }');
    expect(Object.keys(tuning.lists)).toEqual(['__proto__', 'constructor']);
    expect(({} as { v?: unknown }).v).toBeUndefined();
  });
});

describe('a fault in the settings', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    [
      'an environment that no resource can be named by',
      'environment: Prod_1',
      '1:1: expected up to 20 small letters, digits and -, a letter first',
    ],
    ['an unknown section', 'archives: {}', '1:1: unknown key "archives": did you mean "archive"?'],
    ['an unknown key', 'archive: { lck: none }', '1:12: unknown key "lck": did you mean "lock"?'],
    ['a key that is like none', 'archive: { zzzzzz: 1 }', '1:12: unknown key "zzzzzz"; known are form, lock'],
    [
      'a key of the language',
      'archive: { __proto__: 1 }',
      '1:12: unknown key "__proto__"; known are form, lock',
    ],
    [
      'a word that is none of those',
      'archive: { form: ocfs }',
      '1:12: expected one of audit, ocsf: did you mean "ocsf"?',
    ],
    ['a number out of bounds', 'retention: { logDays: 0 }', '1:14: expected a whole number from 1 to 36500'],
    ['a list for a map', 'archive: []', '1:1: expected a map'],
    ['a text for a list', 'tuning: { filters: x }', '1:11: expected a list'],
    ['no settings at all', '- 1', '1:1: expected a map of settings'],
    ['a second document', 'archive: {}\n---\narchive: {}', '3:1: expected one document'],
    ['a key that stands twice', 'archive: {}\narchive: {}', '2:1: the key "archive" stands twice'],
    [
      'an unknown cloud',
      'clusters: [{ cloud: awz, name: a }]',
      '1:14: expected one of aws, azure, gcp, self-managed: did you mean "aws"?',
    ],
    ['no cloud', 'clusters: [{ name: a }]', '1:12: "cloud" is missing: one of aws, azure, gcp, self-managed'],
    [
      'a missing key',
      'clusters: [{ cloud: gcp, name: a, project: example }]',
      '1:12: "location" is missing: a region or zone such as europe-west1',
    ],
    [
      'an account that is a number',
      'clusters: [{ cloud: aws, name: a, account: 111122223333, region: eu-west-1 }]',
      '1:35: expected a text: put the number in quotes',
    ],
    [
      'an account that begins with 0',
      'clusters: [{ cloud: aws, name: a, account: 012345670123, region: eu-west-1 }]',
      '1:35: some programs read this as an octal number: put it in quotes',
    ],
    [
      'a word that some read as false',
      'archive: { lock: off }',
      '1:12: some programs read this as true or false: put it in quotes',
    ],
    [
      'a cluster that stands twice',
      'clusters: [{ cloud: self-managed, name: a }, { cloud: self-managed, name: a }]',
      '1:46: the cluster "a" stands twice',
    ],
    [
      'a time without a unit',
      'tuning: { rules: { a: { suppress: { for: "30" } } } }',
      '1:37: expected a time such as 30m, 12h or 7d',
    ],
    [
      'a rule disabled without a reason',
      'tuning: { rules: { a: { disable: true } } }',
      '1:20: say why: because: ...',
    ],
    [
      'a rule disabled and tuned',
      'tuning: { rules: { a: { disable: true, because: x, severity: low } } }',
      '1:20: a disabled rule gives no alert: leave severity and suppress out',
    ],
    [
      'a tuning that changes nothing',
      'tuning: { rules: { a: { because: x } } }',
      '1:20: this changes nothing: expected disable, severity or suppress',
    ],
    [
      'a suppression that says nothing',
      'tuning: { rules: { a: { suppress: {} } } }',
      '1:25: expected by, for, or both',
    ],
  ];

  for (const [name, text, fault] of cases) {
    it(`is ${name}, with its place and a remedy`, () => {
      expect(faultsOf(text)).toEqual([fault]);
    });
  }

  it('is told with all the others, in the order of the file', () => {
    expect(faultsOf('archive: { form: x }\nretention: { logDays: no }\nclusters: 1')).toEqual([
      '1:12: expected one of audit, ocsf',
      '2:14: some programs read this as true or false: put it in quotes',
      '3:1: expected a list',
    ]);
  });

  it('is one that the published schema finds too, where it is one of shape', () => {
    for (const text of [
      'archives: {}',
      'archive: { form: ocfs }',
      'retention: { logDays: 0 }',
      'clusters: [{ name: a }]',
      'alerts: { sinks: { a b: { type: sns } } }',
    ])
      expect(validates(parse(text))).toBe(false);
  });
});

describe('sinks and routes', () => {
  const alerts = (sinks: string, routes: string): string =>
    `alerts:\n  sinks: { ${sinks} }\n  routes: [${routes}]\n`;

  it('are named by one another', () => {
    expect(faultsOf(alerts('chat: { type: sns }', '{ sinks: [chta] }, { sinks: [chat] }'))).toEqual([
      '3:22: no sink is named "chta": did you mean "chat"?',
    ]);
    expect(faultsOf(alerts('chat: { type: sns }', ''))).toEqual([
      '2:12: no route leads to "chat": add it to a route, or take it out',
    ]);
  });

  it('are for clusters that are there, where the file lists any', () => {
    const routed = alerts('chat: { type: sns }', '{ clusters: [prod], sinks: [chat] }');
    expect(faultsOf(routed)).toEqual([]);
    expect(faultsOf(`${routed}clusters: [{ cloud: self-managed, name: prd }]`)).toEqual([
      '3:25: no cluster is named "prod": did you mean "prd"?',
    ]);
  });
});

describe('a secret', () => {
  const slack = (secret: string): string =>
    `alerts:\n  sinks:\n    chat: { type: slack, secret: "${secret}" }\n  routes: [{ sinks: [chat] }]\n`;

  it('stands in settings as the name of its place', () => {
    for (const place of [
      'aws:secretsmanager:klaxon/slack',
      'azure:keyvault:klaxon-vault/slack',
      'gcp:secretmanager:projects/example/secrets/slack',
      'gcp:secretmanager:slack',
      'env:KLAXON_SLACK',
    ])
      expect(faultsOf(slack(place))).toEqual([]);
  });

  it('is refused as it is, and is not repeated in the message', () => {
    for (const secret of [
      'correct horse battery staple',
      `https://hooks.slack.com/${'services'}/T0/B0/abcdefgh`,
      `xoxb-${'1'.repeat(12)}`,
      'aws:secretsmanager: x',
    ]) {
      const [fault, ...more] = faultsOf(slack(secret));
      expect(more).toEqual([]);
      expect(fault).toMatch(
        /^3:26: (?:expected where the secret lies, such as aws:secretsmanager:NAME|this looks like a Slack)/,
      );
      expect(fault).not.toContain(secret);
    }
  });

  it('is refused wherever it stands', () => {
    const url = (address: string): string =>
      `alerts: { sinks: { a: { type: webhook, secret: "env:A", url: "${address}" } }, routes: [{ sinks: [a] }] }`;
    expect(faultsOf(url('https://user:pass@siem.example.com/'))).toEqual([
      expect.stringContaining('this looks like an address with a password in it'),
    ]);
    expect(faultsOf(url('https://siem.example.com/?sig=abcdefgh'))).toEqual([
      expect.stringContaining('this looks like an address with a key in it'),
    ]);
    expect(faultsOf(`tuning: { rules: { a: { severity: low, because: "AKIA${'A'.repeat(16)}" } } }`)).toEqual(
      [expect.stringContaining('this looks like an AWS access key')],
    );
  });
});

describe('hostile settings', () => {
  it('are refused in bounded time: long, deep, or with aliases that multiply', () => {
    expect(faultsOf(`a: ${'x'.repeat(2_000_000)}`)).toEqual([
      '1:1: the file is longer than 1048576 characters',
    ]);
    expect(faultsOf(`a: ${'['.repeat(500)}${']'.repeat(500)}`)[0]).toContain('nested deeper than');
    const bomb = [
      'a0: &a0 [x, x]',
      ...Array.from({ length: 30 }, (_, at) => `a${at + 1}: &a${at + 1} [*a${at}, *a${at}]`),
    ];
    expect(faultsOf(bomb.join('\n'))).toHaveLength(1);
  });

  it('give a hundred faults and no more', () => {
    const many = Array.from({ length: 5000 }, (_, at) => `k${at}: 1`).join('\n');
    expect(faultsOf(many)).toHaveLength(100);
  });
});
