/** What the sinks of infra/gcp read, against what rules need: every entry of every case in which a rule fires. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { eventLibrary, loadRules, twinBeside } from '../../../functions/local/rule-files.ts';
import { changed } from '../../../shared/detect/twin.ts';
import { carried } from '../../../shared/detect/twin-carrier.ts';
import { isObject, type JsonObject } from '../../../shared/schema/json.ts';
import { loggingQuery } from './logging-query.ts';

const filter = (name: string): string =>
  readFileSync(fileURLToPath(new URL(`../../../infra/gcp/filters/${name}.filter`, import.meta.url)), 'utf8');

/** As ingest.tf puts them together; its own tests look at that. */
const readsOf = (cloudAudit: 'none' | 'changes' | 'all', isSampled: boolean) => {
  const names = ['kubernetes', 'nodes', 'images', ...(cloudAudit === 'none' ? [] : [cloudAudit])];
  const read = names.map((name) => `(\n${filter(name)})`).join(' OR ');
  return loggingQuery(`(${read})\nAND NOT (\n${filter('own')})`, isSampled);
};

interface Needed {
  readonly rule: string;
  readonly case: string;
  readonly entry: JsonObject;
}

const labels = { project_id: 'demo', location: 'europe-west1', cluster_name: 'prod' };

/** How Cloud Logging brings what a twin has; of other clouds' records nothing. */
const entryIn: Readonly<Record<string, (delivery: unknown) => JsonObject>> = {
  gke: (delivery) => objectIn(delivery),
  gcp: (delivery) => objectIn(delivery),
  auditd: (delivery) => objectIn(delivery),
  event: (delivery) => ({
    logName: 'projects/demo/logs/events',
    resource: { type: 'k8s_pod', labels },
    jsonPayload: objectIn(delivery),
  }),
  access: (delivery) => ({
    logName: 'projects/demo/logs/stdout',
    resource: { type: 'k8s_container', labels },
    textPayload: String(delivery),
  }),
};

const objectIn = (value: unknown): JsonObject => {
  if (!isObject(value as JsonObject)) throw new TypeError('no object');
  return value as JsonObject;
};

const library = eventLibrary([]);
const { rules: active, inactive } = loadRules({ rules: [], sigma: [], builtin: true });

/** Every entry of every case in which a rule fires. */
const needed: readonly Needed[] = [...active, ...inactive.map(({ rule }) => rule)].flatMap((rule) =>
  (twinBeside(rule)?.cases ?? [])
    .filter(({ fires }) => fires)
    .flatMap(({ name, steps, ...first }) =>
      (steps.length > 0 ? steps : [first]).flatMap((step): Needed[] => {
        const [carrier = '', ...words] = step.event.split('/');
        const base = library(words.join('/'));
        const entryOf = entryIn[carrier];
        return base && entryOf
          ? [{ rule: rule.id, case: name, entry: entryOf(carried(carrier, changed(base, step.with))) }]
          : [];
      }),
    ),
);

/** The rules that lose an entry, each once. */
const losing = (isRead: (entry: JsonObject) => boolean): readonly string[] => [
  ...new Set(needed.filter(({ entry }) => !isRead(entry)).map(({ rule }) => rule)),
];

describe('what is read of Cloud Logging', () => {
  it('is asked of every rule that Google Cloud can show', () => {
    expect(needed.length).toBeGreaterThan(400);
    expect(new Set(needed.map(({ rule }) => rule)).size).toBeGreaterThan(200);
  });

  it('is everything that a rule needs, but for what is asked for besides', () => {
    expect(losing(readsOf('all', true))).toEqual(['ingress-controller-lfi-rfi']);
    expect(losing(readsOf('changes', true))).toEqual(['ingress-controller-lfi-rfi']);
  });

  it('leaves out, of what a rule needs, only touches of leases, of which one in twenty is enough', () => {
    const always = losing(readsOf('changes', true));
    expect(losing(readsOf('changes', false)).filter((rule) => !always.includes(rule))).toEqual([
      // They ask for some write of a cluster within two hours, and for whoever holds a lease to be known.
      'cluster-log-silence',
      'cluster-log-silence-write',
      'leader-lease-hijack',
      'leader-lease-hijack-write',
    ]);
  });

  it('is nothing of Google Cloud but its clusters where the settings say so', () => {
    const ofClusters = losing(readsOf('changes', true));
    expect(losing(readsOf('none', true)).filter((rule) => !ofClusters.includes(rule))).toEqual([
      'secret-then-cloud-api',
      'secret-cloud-identities',
      'secret-cloud-person',
      'secret-cloud-account',
      'secret-cloud-call',
      'gke-data-access-audit-off',
      'gke-hardening-lowered',
      'gke-log-sink-or-exclusion-changed',
      'gke-logging-config-lowered',
      'cluster-created-or-deleted',
      'gcp-iam-container-admin-granted',
    ]);
  });

  it('is what the log of an ingress is asked for by, where it is', () => {
    const asked = loggingQuery('log_id("stdout") AND resource.type="k8s_container"', true);
    const read = readsOf('changes', true);
    expect(losing((entry) => read(entry) || asked(entry))).toEqual([]);
  });
});

const activity = 'projects/demo/logs/cloudaudit.googleapis.com%2Factivity';

const request = (methodName: string, principalEmail: string, more: JsonObject = {}): JsonObject => ({
  logName: activity,
  resource: { type: 'k8s_cluster', labels },
  protoPayload: {
    serviceName: 'k8s.io',
    methodName,
    resourceName: 'coordination.k8s.io/v1/namespaces/kube-system/leases/kube-scheduler',
    authenticationInfo: { principalEmail },
    status: {},
    ...more,
  },
});

const renewal = 'io.k8s.coordination.v1.leases.update';
const ofService = (serviceName: string, methodName: string, logName = activity): JsonObject => ({
  logName,
  resource: { type: 'project' },
  protoPayload: { serviceName, methodName },
});

describe('an entry', () => {
  const cases: readonly (readonly [string, boolean, JsonObject])[] = [
    ['of a lease that its holder renews', false, request(renewal, 'system:kube-scheduler')],
    ['of a lease that a person renews', true, request(renewal, 'sam@example.com')],
    ['of a lease that nobody known renews', true, request(renewal, 'system:anonymous')],
    ['of a lease whose renewal is refused', true, request(renewal, 'system:node:a', { status: { code: 7 } })],
    [
      'of a lease that is removed',
      true,
      request('io.k8s.coordination.v1.leases.delete', 'system:kube-scheduler'),
    ],
    ['of a health check', false, request('io.k8s.get', 'system:anonymous', { resourceName: 'readyz' })],
    [
      'of a health check that is refused',
      true,
      request('io.k8s.get', 'system:anonymous', { resourceName: 'livez/ping', status: { code: 16 } }),
    ],
    [
      'of a path that only begins like one',
      true,
      request('io.k8s.get', 'system:anonymous', { resourceName: 'healthzzz' }),
    ],
    ['of a change of rights', true, ofService('cloudresourcemanager.googleapis.com', 'SetIamPolicy')],
    [
      'of a sink that is removed',
      true,
      ofService('logging.googleapis.com', 'google.logging.v2.ConfigServiceV2.DeleteSink'),
    ],
    [
      'of sinks that are listed',
      false,
      ofService(
        'logging.googleapis.com',
        'google.logging.v2.ConfigServiceV2.ListSinks',
        'projects/demo/logs/cloudaudit.googleapis.com%2Fdata_access',
      ),
    ],
    ['of a machine that is made', false, ofService('compute.googleapis.com', 'v1.compute.instances.insert')],
    [
      'of a container',
      false,
      { logName: 'projects/demo/logs/stdout', resource: { type: 'k8s_container', labels }, textPayload: 'x' },
    ],
    [
      'of an Event that names no image',
      false,
      {
        logName: 'projects/demo/logs/events',
        resource: { type: 'k8s_pod', labels },
        jsonPayload: { reason: 'Killing' },
      },
    ],
  ];

  const read = readsOf('changes', false);
  for (const [what, isRead, entry] of cases)
    it(`${what} is ${isRead ? 'read' : 'not read'}`, () => {
      expect(read(entry)).toBe(isRead);
    });

  it('of a machine that is made is read where everything is asked for', () => {
    expect(readsOf('all', false)(ofService('compute.googleapis.com', 'v1.compute.instances.insert'))).toBe(
      true,
    );
  });

  it('that Klaxon wrote itself is never read', () => {
    const own = {
      logName: activity,
      resource: { type: 'cloud_run_revision', labels: { service_name: 'klaxon-production-deliveries' } },
      protoPayload: { serviceName: 'container.googleapis.com' },
    };
    expect(readsOf('all', true)(own)).toBe(false);
  });
});
