/** No secret value survives into an event, whatever form it came in. */
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decode } from '../../shared/decode/decode.ts';
import { archivedLinesOf, eventsIn, recordedEvents } from '../archive/archived.ts';
import { auditEvent, specimens } from '../decode/specimens.ts';

const canary = 'canary-7f3a';
const packed = Buffer.from(canary).toString('base64');

const eventsOf = (delivery: unknown) => recordedEvents(decode(delivery)).map(({ event }) => event);

/** In the events, in what the archive keeps of their records, and in the events that come out of the archive again. */
const expectHidden = (delivery: unknown): void => {
  const events = eventsOf(delivery);
  expect(events.length).toBeGreaterThan(0);
  const lines = archivedLinesOf(delivery);
  expect(lines.flatMap(eventsIn)).toEqual(events);
  const written = [...lines, JSON.stringify(events)].join('\n');
  for (const secret of [canary, packed]) expect(written).not.toContain(secret);
};

const lastApplied = {
  'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({ kind: 'Secret', data: { p: packed } }),
};
const secret = {
  kind: 'Secret',
  apiVersion: 'v1',
  metadata: { name: 'db', labels: { app: 'shop' }, annotations: { ...lastApplied, owner: 'shop' } },
  data: { password: packed },
  stringData: { user: canary },
  type: 'Opaque',
};
const { kind: _kind, ...withoutKind } = secret;
const { metadata: _metadata, ...withoutMetadata } = secret;

/** Every form that a Secret's body takes in an audit event. */
const secretBodies: Readonly<Record<string, unknown>> = {
  'a Secret': secret,
  'a Secret without its kind': withoutKind,
  'a Secret of another kind': { ...secret, kind: 'ConfigMap' },
  'a Secret of an inherited kind': { ...secret, kind: 'constructor' },
  'a Secret whose kind is an object': { ...secret, kind: { toString: 1 } },
  'a Secret that calls itself a Status': { ...secret, kind: 'Status' },
  'a SecretList': { kind: 'SecretList', items: [secret, withoutKind] },
  'a List': { kind: 'List', items: [secret] },
  'a list without its kind': { items: [withoutKind] },
  'a list of wrong members': { kind: 'SecretList', items: [canary, [canary], secret] },
  'a list that is an object': { kind: 'SecretList', items: { a: secret } },
  'a table': { kind: 'Table', rows: [{ cells: ['db'], object: secret }] },
  'a watch event': { type: 'ADDED', object: secret },
  'a JSON patch': [{ op: 'replace', path: '/data/password', value: packed }],
  'a JSON patch of the whole': [{ op: 'replace', path: '', value: secret }],
  'a JSON patch of the metadata': [{ op: 'add', path: '/metadata', value: secret.metadata }],
  'a JSON patch of the annotations': [{ op: 'add', path: '/metadata/annotations', value: lastApplied }],
  'a JSON patch that tests': [{ op: 'test', path: '/data/password', value: packed }],
  'a JSON patch with strange members': [{ op: 'add', path: '/data/p', val: canary }, canary, [packed]],
  'a merge patch': { data: { password: packed }, stringData: { a: canary } },
  'a strategic merge patch': { $patch: 'merge', data: { password: packed, old: null } },
  'a merge patch of the annotations': { metadata: { annotations: lastApplied } },
  'a server-side apply': withoutMetadata,
  'data of text': { ...secret, data: packed },
  'data of lists': { ...secret, data: [packed, { a: canary }] },
  'data within data': { ...secret, data: { a: { b: packed } } },
  'annotations of text': { ...secret, metadata: { annotations: canary } },
  'metadata of text': { ...secret, metadata: canary },
  'a body of text': JSON.stringify(secret),
  'a body of bytes': { Raw: packed, ContentType: 'application/json' },
};

const onSecrets = {
  ...auditEvent,
  requestURI: '/api/v1/namespaces/shop/secrets/db',
  objectRef: { resource: 'secrets', namespace: 'shop', name: 'db', apiVersion: 'v1' },
  requestObject: undefined,
  responseObject: undefined,
};

/** An audit event in each of the carriers that bring one. */
const carried = (audit: object): readonly unknown[] => {
  const line = JSON.stringify(audit);
  const item: unknown = JSON.parse(line);
  return [
    line,
    gzipSync(line),
    { kind: 'EventList', apiVersion: 'audit.k8s.io/v1', items: [item] },
    { ...specimens['eks-audit'], logEvents: [{ id: '1', timestamp: 1, message: line }] },
    { ...specimens['aks-audit'], properties: { log: `${line}\n` } },
    { ...specimens['aks-audit-admin'], properties: { log: item } },
  ];
};

const tokenBodies: Readonly<Record<string, unknown>> = {
  'a token request': { kind: 'TokenRequest', spec: { audiences: [] }, status: { token: canary } },
  'a token request without its kind': { spec: { token: canary }, status: { token: canary } },
  'a token review': { kind: 'TokenReview', spec: { token: canary }, status: { authenticated: true } },
  'a token of a wrong type': { kind: 'TokenReview', spec: { token: [canary] }, status: canary },
  'a token outside its place': { kind: 'TokenRequest', token: canary, spec: canary },
};

describe('a secret value', () => {
  it.each(Object.keys(secretBodies))('is hidden in %s', (name) => {
    const body = secretBodies[name];
    for (const audit of [
      { ...onSecrets, requestObject: body },
      { ...onSecrets, responseObject: body },
      { ...onSecrets, verb: 'list', objectRef: { resource: 'secrets' }, responseObject: body },
    ])
      for (const delivery of carried(audit)) expectHidden(delivery);
  });

  it.each(Object.keys(secretBodies))('is hidden in %s where the event does not say of what', (name) => {
    const body = secretBodies[name];
    for (const objectRef of [undefined, 'secrets', null, [], {}, { resource: 7 }])
      for (const requestURI of [undefined, 7, '/api/v1/namespaces/shop/secrets', '/api/v1/secrets?limit=1'])
        expectHidden(
          JSON.stringify({ ...onSecrets, objectRef, requestURI, requestObject: body, responseObject: body }),
        );
  });

  it.each(['a Secret', 'a SecretList'])('is hidden in %s that stands under another resource', (name) => {
    expectHidden(
      JSON.stringify({
        ...auditEvent,
        requestObject: secretBodies[name],
        responseObject: secretBodies[name],
      }),
    );
  });

  it.each(Object.keys(tokenBodies))('is hidden in %s', (name) => {
    const body = tokenBodies[name];
    const review = { resource: 'tokenreviews', apiGroup: 'authentication.k8s.io' };
    const request = { resource: 'serviceaccounts', subresource: 'token', namespace: 'shop', name: 'web' };
    for (const objectRef of [review, request, undefined]) {
      const audit = {
        ...auditEvent,
        requestURI: undefined,
        objectRef,
        requestObject: body,
        responseObject: body,
      };
      for (const delivery of carried(audit)) expectHidden(delivery);
    }
  });

  it('is hidden in a line cut anywhere', () => {
    const line = JSON.stringify({ ...onSecrets, requestObject: secret, responseObject: secret });
    for (let length = line.indexOf('objectRef'); length < line.length; length++) {
      const message = `${line.slice(0, length)}[Truncated...]`;
      const events = eventsOf({ ...specimens['eks-audit'], logEvents: [{ id: '1', timestamp: 1, message }] });
      expect(JSON.stringify(events)).not.toMatch(/canary-7f3a|Y2FuYXJ5/);
    }
  });

  it('is hidden where a webhook wrote it', () => {
    const patch = JSON.stringify({ patch: [{ op: 'add', path: '/data/p', value: packed }] });
    const annotations = { 'patch.webhook.admission.k8s.io/round_0_index_0': patch, other: 'kept' };
    const line = JSON.stringify({ ...onSecrets, annotations });
    expectHidden(line);
    expect(eventsOf(line)[0]?.audit?.annotations?.other).toBe('kept');
  });

  it('is hidden in an entry of GKE', () => {
    const specimen = specimens['gke-audit'] as { protoPayload: object };
    for (const body of Object.values(secretBodies)) {
      for (const methodName of ['io.k8s.core.v1.secrets.create', 'io.k8s.core.v1.secrets.list', undefined]) {
        const resourceName = 'core/v1/namespaces/shop/secrets/db';
        const protoPayload = {
          ...specimen.protoPayload,
          methodName,
          resourceName,
          request: body,
          response: body,
        };
        const authorizationInfo = methodName === undefined ? [] : undefined;
        expectHidden({ ...specimen, protoPayload: { ...protoPayload, authorizationInfo } });
      }
    }
  });

  it('is hidden whatever surrounds it', () => {
    const noise = fc.dictionary(fc.string({ maxLength: 5 }), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 });
    fc.assert(
      fc.property(noise, fc.constantFrom(...Object.values(secretBodies)), (around, body) => {
        const whole = typeof body === 'object' && !Array.isArray(body) ? { ...around, ...body } : body;
        expectHidden(
          JSON.stringify({ ...onSecrets, ...around, objectRef: onSecrets.objectRef, requestObject: whole }),
        );
      }),
    );
  });

  it('leaves what it is called, where it is and which keys it has', () => {
    const [event] = eventsOf(JSON.stringify({ ...onSecrets, requestObject: secret }));
    expect(event?.audit?.requestObject).toEqual({
      kind: 'Secret',
      apiVersion: 'v1',
      metadata: {
        name: 'db',
        labels: { app: 'shop' },
        annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '[redacted]', owner: 'shop' },
      },
      data: { password: '[redacted]' },
      stringData: { user: '[redacted]' },
      type: 'Opaque',
    });
  });

  it('leaves how a refused call to a Secret was answered', () => {
    const responseObject = {
      kind: 'Status',
      metadata: {},
      status: 'Failure',
      reason: 'Forbidden',
      code: 403,
    };
    const [event] = eventsOf(JSON.stringify({ ...onSecrets, responseObject }));
    expect(event?.audit?.responseObject).toEqual(responseObject);
  });

  it('leaves every other body as it is, without a copy', () => {
    const body = { kind: 'ConfigMap', data: { key: 'value' } };
    const audit = { ...auditEvent, requestObject: body, objectRef: { resource: 'configmaps' } };
    expect(eventsOf(audit)[0]?.audit).toBe(audit);
  });
});

describe('a credential', () => {
  const url = `https://sts.eu-west-1.amazonaws.com/?Action=GetCallerIdentity&X-Amz-Credential=${canary}%2Feu&X-Amz-Date=20260304T050607Z&X-Amz-Security-Token=${canary}&X-Amz-Signature=${canary}`;
  const token = `k8s-aws-v1.${canary}${packed}`;
  const authenticator = (message: string) => ({
    ...specimens['eks-authenticator'],
    logEvents: [{ id: '1', timestamp: 1, message }],
  });

  it.each([
    [
      'an error',
      `time="2026-03-04T05:06:07Z" level=warning msg="access denied" client="127.0.0.1:1" error="error during GET: Get \\"${url}\\": EOF" method=POST path=/authenticate`,
    ],
    ['a message', `time="2026-03-04T05:06:07Z" level=info msg="asking ${url}"`],
    [
      'a line of JSON',
      JSON.stringify({ level: 'warning', msg: 'access denied', time: 'x', error: `Get ${url}` }),
    ],
    ['a line of another form', `E0304 05:06:07.123456       1 server.go:1] Get "${url}": EOF`],
    ['a line of no form', `Get ${url}`],
    [
      'a bearer token',
      `time="2026-03-04T05:06:07Z" level=warning msg="access denied" error="bad token ${token}"`,
    ],
  ])('is hidden in %s of the authenticator', (_, message) => {
    expectHidden(authenticator(message));
  });

  it('stays readable but for its secret parts', () => {
    const message = `time="2026-03-04T05:06:07Z" level=warning msg="access denied" error="Get ${url}: EOF, missing expected \\"k8s-aws-v1.\\" prefix"`;
    expect(eventsOf(authenticator(message))[0]?.outcome.reason).toBe(
      'Get https://sts.eu-west-1.amazonaws.com/?Action=GetCallerIdentity&X-Amz-Credential=[redacted]&X-Amz-Date=20260304T050607Z&X-Amz-Security-Token=[redacted]&X-Amz-Signature=[redacted] EOF, missing expected "k8s-aws-v1." prefix',
    );
  });

  it.each([
    [
      'in its place',
      { credentials: { accessKeyId: 'ASIAEXAMPLE', secretAccessKey: canary, sessionToken: canary } },
    ],
    ['of a wrong type', { credentials: canary }],
    ['in a list', { credentials: [canary] }],
    ['deeper', { accessKey: { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: canary } }],
    ['spelt otherwise', { SecretAccessKey: canary, SessionToken: [canary] }],
  ])('of CloudTrail is hidden %s', (_, responseElements) => {
    expectHidden({ ...specimens.cloudtrail, responseElements });
    expectHidden({ ...specimens.cloudtrail, requestParameters: responseElements, responseElements: null });
  });

  it.each([
    ['as an object', { responseBody: { kubeconfigs: [{ name: 'clusterAdmin', value: packed }] } }],
    ['as text', { responseBody: JSON.stringify({ kubeconfigs: [{ value: packed }] }) }],
    [
      'in a text of properties',
      JSON.stringify({ responseBody: JSON.stringify({ kubeconfigs: [{ value: packed }] }) }),
    ],
    ['in a text cut short', `{"responseBody":"{\\"kubeconfigs\\":[{\\"value\\":\\"${packed}`],
    ['on its own', { kubeconfigs: [{ name: 'clusterUser', value: packed }] }],
  ])('of an Azure answer is hidden %s', (_, properties) => {
    expectHidden({ ...specimens['azure-activity'], properties });
  });

  it('in the text of what was written to Azure is hidden, and the rest of it stays', () => {
    const written = JSON.stringify({
      properties: {
        enableRBAC: true,
        servicePrincipalProfile: { clientId: 'c', secret: canary },
        windowsProfile: { adminUsername: 'a', adminPassword: canary },
      },
    });
    const writing = (requestbody: string) => ({
      ...specimens['azure-activity'],
      properties: { requestbody },
    });
    expectHidden(writing(written));
    expectHidden(writing(written.slice(0, -10)));
    expect(JSON.stringify(eventsOf(writing(written)))).toContain('enableRBAC');
    expect(JSON.stringify(eventsOf(writing('{"properties":{"enableRBAC":tr')))).toContain('enableRBAC');
  });

  it('of a Google answer is hidden', () => {
    const specimen = specimens['gke-admin'] as { protoPayload: object };
    const response = { masterAuth: { clientKey: canary, password: canary }, accessToken: canary };
    expectHidden({ ...specimen, protoPayload: { ...specimen.protoPayload, response } });
  });
});
