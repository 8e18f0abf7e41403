/** Roles and bindings, services, webhooks, commands and callers. */
import { describe, expect, it } from 'vitest';
import { callerOf } from '../../../shared/detect/views/caller.ts';
import { commandViewOf } from '../../../shared/detect/views/command.ts';
import { rbacOf } from '../../../shared/detect/views/rbac.ts';
import { serviceOf } from '../../../shared/detect/views/service.ts';
import { webhookOf } from '../../../shared/detect/views/webhook.ts';
import { auditEvent, writeEvent } from '../events.ts';

const odd = [null, 5, 'x', [], [[]], [null], {}, { a: [] }];

describe('the rbac view', () => {
  const rules = [{ verbs: ['*'], resources: ['*'] }];

  it('holds the rules of a role', () => {
    for (const resource of ['roles', 'clusterroles'])
      expect(rbacOf(writeEvent(resource, { rules, aggregationRule: { a: 1 } }))).toEqual({
        rules,
        aggregationRule: { a: 1 },
      });
    const patch = [{ op: 'add', path: '/rules/0/verbs/-', value: 'escalate' }];
    expect(rbacOf(writeEvent('roles', patch, { verb: 'patch' }))?.rules).toEqual([{ verbs: ['escalate'] }]);
  });

  it('holds the subjects and the role of a binding, from the answer where a patch names none', () => {
    const roleRef = { kind: 'ClusterRole', name: 'cluster-admin' };
    const subjects = [{ kind: 'User', name: 'bob' }];
    for (const resource of ['rolebindings', 'clusterrolebindings'])
      expect(rbacOf(writeEvent(resource, { roleRef, subjects }))).toEqual({ roleRef, subjects });
    expect(
      rbacOf(writeEvent('rolebindings', { subjects }, { verb: 'patch', responseObject: { roleRef } })),
    ).toEqual({ roleRef, subjects });
    expect(
      rbacOf(writeEvent('rolebindings', { subjects }, { responseObject: { kind: 'Status', roleRef } })),
    ).toEqual({ roleRef: undefined, subjects });
  });

  it('is not made of other objects, of reads or of odd bodies', () => {
    expect(rbacOf(writeEvent('pods', { rules }))).toBeUndefined();
    expect(rbacOf(writeEvent('roles', { rules }, { verb: 'get' }))).toBeUndefined();
    for (const body of odd) {
      expect(() => rbacOf(writeEvent('roles', body))).not.toThrow();
      expect(() => rbacOf(writeEvent('roles', { rules: body }))).not.toThrow();
      expect(() => rbacOf(writeEvent('rolebindings', { roleRef: body, subjects: body }))).not.toThrow();
    }
  });
});

describe('the service view', () => {
  it('holds what is asked for, and the answer where the request says nothing', () => {
    const spec = { type: 'LoadBalancer', ports: [{ port: 80, targetPort: 'http' }, { port: 443 }, 5] };
    const responseObject = {
      metadata: { annotations: { a: 'b' } },
      spec: { type: 'ClusterIP', selector: { app: 'x' }, loadBalancerSourceRanges: ['10.0.0.0/8'] },
    };
    expect(serviceOf(writeEvent('services', { spec }, { name: 's', responseObject }))).toEqual({
      type: 'LoadBalancer',
      name: 's',
      ports: [80, 'http', 443],
      selector: { app: 'x' },
      annotations: { a: 'b' },
      externalIPs: [],
      loadBalancerClass: undefined,
      internal: false,
      sourceRanges: ['10.0.0.0/8'],
    });
  });

  const annotated = (annotations: object, spec: object = {}) =>
    serviceOf(writeEvent('services', { metadata: { annotations }, spec: { type: 'LoadBalancer', ...spec } }));

  it.each([
    ['service.beta.kubernetes.io/azure-load-balancer-internal', 'true', 'false'],
    ['networking.gke.io/load-balancer-type', 'Internal', 'External'],
    ['cloud.google.com/load-balancer-type', 'internal', 'external'],
    ['service.beta.kubernetes.io/aws-load-balancer-scheme', 'internal', 'internet-facing'],
    ['service.beta.kubernetes.io/aws-load-balancer-internal', '0.0.0.0/0', 'false'],
    ['service.beta.kubernetes.io/openstack-internal-load-balancer', 'true', 'false'],
    ['service.beta.kubernetes.io/aws-load-balancer-type', 'external', 'nlb'],
  ])('tells by %s whether a load balancer stays inside', (key, inside, outside) => {
    expect(annotated({ [key]: inside })?.internal).toBe(true);
    expect(annotated({ [key]: outside })?.internal).toBe(false);
    expect(annotated({ [key]: '' })?.internal).toBe(false);
  });

  it('knows the annotations that a patch leaves as they were', () => {
    const annotations = { 'networking.gke.io/load-balancer-type': 'Internal' };
    const body = { metadata: { annotations: { note: 'x' } }, spec: { type: 'LoadBalancer' } };
    const patch = { verb: 'patch', responseObject: { metadata: { annotations } } };
    expect(serviceOf(writeEvent('services', body, patch))?.internal).toBe(true);
  });

  it('knows the classes whose load balancers stay inside unless told otherwise', () => {
    const scheme = { 'service.beta.kubernetes.io/aws-load-balancer-scheme': 'internet-facing' };
    for (const loadBalancerClass of ['service.k8s.aws/nlb', 'eks.amazonaws.com/nlb']) {
      expect(annotated({}, { loadBalancerClass })).toMatchObject({ loadBalancerClass, internal: true });
      expect(annotated(scheme, { loadBalancerClass })?.internal).toBe(false);
    }
    expect(annotated({}, { loadBalancerClass: 'example.com/edge' })?.internal).toBe(false);
  });

  it('takes source ranges from an annotation where the specification names none', () => {
    const annotations = {
      'service.beta.kubernetes.io/load-balancer-source-ranges': '192.0.2.0/24, 198.51.100.0/24',
    };
    expect(annotated(annotations)?.sourceRanges).toEqual(['192.0.2.0/24', '198.51.100.0/24']);
    expect(annotated(annotations, { loadBalancerSourceRanges: ['203.0.113.0/24'] })?.sourceRanges).toEqual([
      '203.0.113.0/24',
    ]);
    const azure = { 'service.beta.kubernetes.io/azure-allowed-ip-ranges': '192.0.2.0/24' };
    expect(annotated(azure)?.sourceRanges).toEqual(['192.0.2.0/24']);
  });

  it('takes outside addresses from the request alone', () => {
    const answered = { responseObject: { spec: { externalIPs: ['192.0.2.9'] } } };
    const patch = (externalIPs?: string[]) =>
      serviceOf(writeEvent('services', { spec: { externalIPs } }, { verb: 'patch', ...answered }));
    expect(patch(['192.0.2.7'])?.externalIPs).toEqual(['192.0.2.7']);
    expect(patch()?.externalIPs).toEqual([]);
  });

  it('takes no type from the answer, which also tells of what was there before', () => {
    const event = writeEvent(
      'services',
      { spec: { selector: {} } },
      { verb: 'patch', responseObject: { spec: { type: 'LoadBalancer' } } },
    );
    expect(serviceOf(event)?.type).toBeUndefined();
  });

  it('is not made of a subresource or of an odd body', () => {
    expect(serviceOf(writeEvent('services', { spec: {} }, { subresource: 'proxy' }))).toBeUndefined();
    expect(serviceOf(writeEvent('services', { metadata: {} }))).toBeUndefined();
    for (const body of odd) {
      expect(() => serviceOf(writeEvent('services', body))).not.toThrow();
      expect(() =>
        serviceOf(writeEvent('services', { spec: { ports: body }, metadata: body })),
      ).not.toThrow();
    }
  });
});

describe('the webhook view', () => {
  it('tells webhooks of the outside from those of a service', () => {
    const webhooks = [
      { name: 'a', clientConfig: { url: 'https://example.com' } },
      { name: 'b', clientConfig: { service: { name: 's' } } },
    ];
    for (const resource of ['mutatingwebhookconfigurations', 'validatingwebhookconfigurations'])
      expect(webhookOf(writeEvent(resource, { webhooks }))?.webhooks).toEqual([
        { ...webhooks[0], url: 'https://example.com', external: true },
        { ...webhooks[1], url: undefined, external: false },
      ]);
    expect(webhookOf(writeEvent('pods', { webhooks }))).toBeUndefined();
  });

  it('bears an odd body', () => {
    for (const body of odd) {
      expect(() => webhookOf(writeEvent('mutatingwebhookconfigurations', body))).not.toThrow();
      expect(() => webhookOf(writeEvent('mutatingwebhookconfigurations', { webhooks: body }))).not.toThrow();
      const webhooks = [{ clientConfig: body }];
      expect(() => webhookOf(writeEvent('mutatingwebhookconfigurations', { webhooks }))).not.toThrow();
    }
  });
});

describe('the command view', () => {
  it('holds the words and the line', () => {
    const event = auditEvent({ verb: 'create', objectRef: { resource: 'pods', subresource: 'exec' } });
    const command = ['sh', '-c', 'id; ls'];
    expect(commandViewOf({ ...event, action: { verb: 'create', command } })).toEqual({
      words: command,
      line: 'sh -c id; ls',
    });
    expect(commandViewOf(event)).toBeUndefined();
  });
});

describe('the caller view', () => {
  const caller = (...ips: string[]) => callerOf(auditEvent({ sourceIPs: ips }));

  it('is the last address, for those before it may be made up', () => {
    expect(caller('8.8.8.8', '10.0.0.1')).toEqual({ ip: '10.0.0.1', public: false });
  });

  it('knows public addresses from private ones', () => {
    for (const ip of ['192.0.2.1', '8.8.8.8', '2001:db8::1', '2600::1', '::ffff:8.8.8.8'])
      expect(caller(ip)).toEqual({ ip, public: true });
    for (const ip of [
      '10.0.0.1',
      '127.0.0.1',
      '169.254.169.254',
      '172.16.0.1',
      '100.64.0.1',
      '::1',
      'fd00::1',
      'fe80::1%eth0',
      '::ffff:10.0.0.1',
      '::ffff:a00:1',
    ])
      expect(caller(ip)).toEqual({ ip, public: false });
  });

  it('is not made of what is no address', () => {
    for (const ip of [
      '',
      'x',
      '10',
      '10.1',
      '0x0a.0.0.1',
      '1.2.3.4.5',
      '256.1.1.1',
      '1.2.3.4:80',
      ':',
      ':::',
      '-',
      '1'.repeat(10_000),
    ])
      expect(caller(ip)).toBeUndefined();
    expect(caller()).toBeUndefined();
  });
});
