/** Random events for property-based tests of the detector, as the normalisers make them of usual and of odd records. */
import fc from 'fast-check';
import { isEvent, normalise } from '../../shared/normalise/normalise.ts';
import type { AuditEvent } from '../../shared/schema/audit-event.ts';
import type { JsonObject } from '../../shared/schema/json.ts';
import type { Dialect } from '../../shared/schema/raw-record.ts';
import { words } from './random-rules.ts';

const word = fc.constantFrom(...words);
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const odd = fc.constantFrom<unknown>(null, 5, true, [], ['get'], { a: 'get' }, '', 'a\nb', 'get\npods');
const loose = fc.oneof({ arbitrary: word, weight: 5 }, { arbitrary: odd, weight: 1 });

/** Mostly the one value, so that events often meet on one route. */
const mostly = (value: string) =>
  fc.oneof({ arbitrary: fc.constant<unknown>(value), weight: 6 }, { arbitrary: loose, weight: 1 });

const rarely = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.oneof({ arbitrary: fc.constant(undefined), weight: 9 }, { arbitrary, weight: 1 });

const pod = { kind: 'Pod', spec: { hostPID: true, containers: [{ image: 'a', command: ['get'] }] } };
const bodies = fc.constantFrom<unknown>(
  pod,
  { spec: { template: pod } },
  { rules: [{ verbs: ['get', 'create'] }] },
  { spec: { type: 'a', ports: [] } },
  { webhooks: [{ clientConfig: { url: 'https://example.com' } }] },
  { spec: { signerName: 'a', request: '' } },
  [{ op: 'add', path: '/spec/hostPID', value: true }],
  'text',
  null,
);

const auditRecord = fc
  .record(
    {
      auditID: fc.constantFrom('x', 'y'),
      stage: fc.constant('ResponseComplete'),
      verb: maybe(mostly('get')),
      user: maybe(fc.record({ username: mostly('a'), groups: fc.constant(['system:authenticated']) })),
      impersonatedUser: rarely(fc.constantFrom<unknown>({ username: 'a' }, {}, null, 'a')),
      objectRef: maybe(
        fc.oneof(
          fc.record({
            resource: mostly('pods'),
            subresource: mostly('exec'),
            name: maybe(word),
            namespace: maybe(fc.oneof(word, odd)),
          }),
          odd,
        ),
      ),
      responseStatus: rarely(
        fc.oneof(fc.record({ code: fc.constantFrom<unknown>(200, 403, '403', 0, null, 1e300) }), odd),
      ),
      annotations: maybe(
        fc.constantFrom<unknown>(
          { 'authorization.k8s.io/decision': 'allow' },
          { 'authorization.k8s.io/decision': 'a' },
          { authorization: 'a', 'authorization.k8s.io/decision': 'forbid' },
          { authorization: { 'k8s.io/decision': 'allow' } },
          [],
        ),
      ),
      userAgent: maybe(fc.oneof(word, odd)),
      requestURI: maybe(fc.constantFrom('/api?command=get&command=a', '/', 5)),
      sourceIPs: maybe(fc.constantFrom<unknown>(['192.0.2.1'], ['10.0.0.1'], ['x'], 'x')),
      requestObject: maybe(bodies),
      eventName: rarely(fc.constantFrom('get')),
      'objectRef.resource': rarely(fc.constantFrom('pods')),
      'action.verb': rarely(fc.constantFrom('get')),
      hasOwnProperty: rarely(word),
    },
    { requiredKeys: ['auditID', 'stage'] },
  )
  .map((record) => JSON.parse(JSON.stringify(record).replace('{', '{"__proto__":"a",')) as JsonObject);

const cloudRecord = fc
  .record(
    {
      eventName: mostly('get'),
      eventSource: mostly('a'),
      operationName: mostly('get'),
      protoPayload: maybe(fc.oneof(fc.record({ methodName: maybe(loose), serviceName: maybe(loose) }), odd)),
      'protoPayload.methodName': rarely(fc.constant('get')),
      verb: rarely(loose),
      objectRef: rarely(fc.constant({ resource: 'pods' })),
      userIdentity: maybe(fc.constant({ arn: 'a' })),
      errorCode: maybe(word),
      constructor: rarely(word),
    },
    { requiredKeys: [] },
  )
  .map((record) => JSON.parse(JSON.stringify(record)) as JsonObject);

const eventOf = (dialect: Dialect, body: JsonObject): AuditEvent | undefined => {
  const result = normalise({ dialect, body, line: JSON.stringify(body), origin: {}, index: 0 });
  return isEvent(result) ? result : undefined;
};

/** Records that differ from a first one in a few keys each, so that many of them meet on one route. */
const related = (
  names: readonly Dialect[],
  record: fc.Arbitrary<JsonObject>,
): fc.Arbitrary<readonly AuditEvent[]> =>
  fc
    .tuple(
      fc.constantFrom(...names),
      record,
      fc.array(fc.tuple(record, fc.integer({ min: 0 })), { maxLength: 16 }),
    )
    .map(([dialect, first, others]) => {
      const bodies = others.map(([other, seed]) => {
        const keys = [...new Set([...Object.keys(first), ...Object.keys(other)])];
        const changed = [keys[seed % keys.length], keys[(seed >> 8) % keys.length]];
        const kept = keys.map((key) => [key, (changed.includes(key) ? other : first)[key]] as const);
        return Object.fromEntries(kept.filter(([, value]) => value !== undefined));
      });
      return [first, ...bodies].flatMap((body) => eventOf(dialect, body) ?? []);
    });

export const randomEvents = fc
  .tuple(
    related(['kubernetes-audit', 'eks-audit'], auditRecord),
    related(['cloudtrail', 'azure-activity', 'gke-admin', 'kubernetes-component'], cloudRecord),
  )
  .map(([audits, natives]) => [...audits, ...natives]);
