/** Whatever JSON an audit event holds, its OCSF form is made, is valid, and gives the event back. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isEvent, normalise } from '../../../shared/normalise/normalise.ts';
import { fromOcsf } from '../../../shared/schema/ocsf/from-ocsf.ts';
import { ocsfVersions } from '../../../shared/schema/ocsf/ocsf-event.ts';
import { toOcsf } from '../../../shared/schema/ocsf/to-ocsf.ts';
import { sayLeftOut, sharedFolder } from '../../shared-data.ts';
import { validationOf } from './validation.ts';

const shared = sharedFolder();
if (shared === undefined) sayLeftOut('validity of random audit events as OCSF');
const validations = ocsfVersions.map((version) => ({
  version,
  wrongIn: shared === undefined ? () => undefined : validationOf(shared, version),
}));

const words = (...texts: readonly string[]) => fc.oneof(fc.constantFrom(...texts), fc.string());
/** A value of the right type three times in four, else any JSON. */
const mostly = (right: fc.Arbitrary<unknown>) =>
  fc.oneof({ weight: 3, arbitrary: right }, { weight: 1, arbitrary: fc.jsonValue() });

const user = fc.record(
  {
    username: mostly(words('alice@example.com', 'unknown', '', 'system:anonymous', 'system:node:n', 'eks:x')),
    uid: mostly(fc.string()),
    groups: mostly(fc.array(words('system:masters', 'system:unauthenticated'))),
    extra: mostly(
      fc.dictionary(
        words(
          'arn',
          'canonicalArn',
          'oid',
          'sessionName',
          'accessKeyId',
          'authentication.kubernetes.io/pod-uid',
        ),
        mostly(fc.array(words('arn:aws:iam::111122223333:user/alice', ''))),
      ),
    ),
    more: fc.jsonValue(),
  },
  { requiredKeys: [] },
);

const time = fc.oneof(
  words('2026-01-02T03:04:05.000006Z', '2026-01-02T03:04:04Z', '2026-01-02 03:04:05'),
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
);

const container = fc.record(
  { name: mostly(fc.string()), image: mostly(words('nginx', 'nginx@sha256:00', 'a@')) },
  { requiredKeys: [] },
);
const podSpec = fc.record({ containers: mostly(fc.array(container)) });
const body = fc.oneof(
  fc.record({ spec: podSpec }),
  fc.record({ spec: fc.record({ template: fc.record({ spec: podSpec }) }) }),
  fc.record({ kind: fc.string(), metadata: fc.record({ name: fc.string() }) }),
);

const auditEvent = fc.record(
  {
    kind: mostly(fc.constant('Event')),
    apiVersion: mostly(fc.constant('audit.k8s.io/v1')),
    level: mostly(words('Metadata')),
    auditID: mostly(fc.string()),
    stage: mostly(words('ResponseComplete')),
    requestURI: mostly(words('/api/v1/namespaces/a/pods/b/exec?command=sh&command=-c', '/healthz', '?', '')),
    verb: mostly(words('get', 'patch', 'create', 'constructor', '__proto__')),
    user: mostly(user),
    impersonatedUser: mostly(user),
    sourceIPs: mostly(fc.array(fc.oneof(fc.ipV4(), fc.ipV6(), words('@', '::', '1::2:3:4:5:6:7:8')))),
    userAgent: mostly(fc.string()),
    objectRef: mostly(
      fc.record(
        {
          resource: mostly(words('pods', 'secrets', 'namespaces')),
          subresource: mostly(words('exec')),
          namespace: mostly(fc.string()),
          name: mostly(fc.string()),
          uid: fc.string(),
          apiGroup: fc.string(),
          apiVersion: fc.string(),
          resourceVersion: fc.string(),
        },
        { requiredKeys: [] },
      ),
    ),
    responseStatus: mostly(
      fc.record(
        {
          code: mostly(
            fc.oneof(fc.constantFrom(200, 403), fc.double({ noNaN: true, noDefaultInfinity: true })),
          ),
          status: words('Failure'),
          reason: fc.string(),
          message: fc.string(),
          metadata: fc.jsonValue(),
        },
        { requiredKeys: [] },
      ),
    ),
    requestObject: mostly(body),
    responseObject: mostly(body),
    requestReceivedTimestamp: mostly(time),
    stageTimestamp: mostly(time),
    annotations: mostly(
      fc.dictionary(
        words('authorization.k8s.io/decision', 'authorization.k8s.io/reason', 'audit.k8s.io/truncated'),
        words('allow', 'forbid', 'true', 'RBAC: allowed by RoleBinding "a/b" of Role "c" to User "d"'),
      ),
    ),
    k8s: fc.jsonValue(),
    ['__proto__']: fc.jsonValue(),
  },
  { requiredKeys: [] },
);

const origin = fc.record(
  {
    cloud: fc.constantFrom('aws', 'azure', 'gcp'),
    account: fc.string(),
    region: fc.string(),
    cluster: fc.string(),
    clusterId: fc.string(),
    stream: fc.string(),
  },
  { requiredKeys: [] },
);

describe('a random audit event', () => {
  it('becomes valid OCSF of every version, and comes back from it', () => {
    const property = fc.property(
      auditEvent,
      origin,
      fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })),
      (body, from, time) => {
        const line = JSON.stringify(body);
        const record = {
          dialect: 'kubernetes-audit',
          line,
          origin: from,
          time: time ?? undefined,
          index: 0,
        } as const;
        const event = normalise(record);
        if (!isEvent(event)) return;
        for (const { version, wrongIn } of validations) {
          const text = JSON.stringify(toOcsf(event, version));
          expect(wrongIn(JSON.parse(text))).toBeUndefined();
          expect(JSON.stringify(sorted(fromOcsf(JSON.parse(text))))).toBe(
            JSON.stringify(sorted(JSON.parse(JSON.stringify(event)))),
          );
        }
      },
    );
    fc.assert(property, { numRuns: 1500 });
  });
});

/** The same value with its keys in order, so that texts can be compared: equality of objects overlooks `__proto__`. */
const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, member]) => [key, sorted(member)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
};
