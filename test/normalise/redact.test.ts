/** No secret value survives into an event, whatever form it came in. */
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { auditEvent, specimens } from '../decode/specimens.ts';
import { canary, eventsOf, expectHidden, packed } from './canary.ts';

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
