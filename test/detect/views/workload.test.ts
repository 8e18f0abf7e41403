/** Pods wherever they stand in an object, and whatever form the request has. */
import { describe, expect, it } from 'vitest';
import { workloadOf } from '../../../shared/detect/views/workload.ts';
import { writeEvent } from '../events.ts';

const container = { name: 'c', image: 'registry.example/x', command: ['sh', '-c'], args: ['id'] };
const spec = { hostPID: true, containers: [container] };
const template = { metadata: { labels: { app: 'x' }, annotations: { note: 'y' } }, spec };
const view = (...event: Parameters<typeof writeEvent>) => workloadOf(writeEvent(...event));

describe('a workload', () => {
  it('is a pod', () => {
    expect(view('pods', { kind: 'Pod', metadata: { name: 'p', labels: { a: 'b' } }, spec })).toMatchObject({
      kind: 'Pod',
      name: 'p',
      labels: { a: 'b' },
      spec: { hostPID: true },
      images: ['registry.example/x'],
      containers: [{ type: 'container', line: 'sh -c id' }],
    });
  });

  const kinds: readonly (readonly [string, unknown])[] = [
    ['deployments', { spec: { template } }],
    ['daemonsets', { spec: { template } }],
    ['replicationcontrollers', { spec: { template } }],
    ['jobs', { spec: { template } }],
    ['cronjobs', { spec: { jobTemplate: { spec: { template } } } }],
    ['podtemplates', { template }],
    ['rollouts', { kind: 'Rollout', spec: { template } }],
  ];
  for (const [resource, body] of kinds) {
    it(`is what ${resource} hold`, () => {
      expect(view(resource, body)).toMatchObject({
        spec: { hostPID: true },
        labels: { app: 'x' },
        annotations: { note: 'y' },
        images: ['registry.example/x'],
      });
    });
  }

  it('is no object without a pod in it, no status, and no deletion', () => {
    expect(view('configmaps', { data: {} })).toBeUndefined();
    expect(view('deployments', { spec: { template: {} } })).toBeUndefined();
    expect(view('pods', { spec }, { subresource: 'status', verb: 'update' })).toBeUndefined();
    expect(view('pods', { spec }, { subresource: 'binding' })).toBeUndefined();
    expect(view('pods', { kind: 'DeleteOptions', spec }, { verb: 'delete' })).toBeUndefined();
    expect(view('pods', { kind: 'DeleteOptions', spec })).toBeUndefined();
    expect(view('pods', { spec }, { verb: 'get' })).toBeUndefined();
    expect(view('pods', 'text')).toBeUndefined();
    expect(view('pods', undefined)).toBeUndefined();
  });

  it('holds the containers of every kind', () => {
    const body = {
      spec: {
        containers: [{ name: 'a' }],
        initContainers: [{ name: 'b' }],
        ephemeralContainers: [{ name: 'c' }],
      },
    };
    expect(view('pods', body)?.containers).toEqual([
      { name: 'a', type: 'container', line: undefined },
      { name: 'b', type: 'init', line: undefined },
      { name: 'c', type: 'ephemeral', line: undefined },
    ]);
    const ephemeral = { spec: { ephemeralContainers: [{ name: 'c', image: 'i' }] } };
    expect(view('pods', ephemeral, { verb: 'patch', subresource: 'ephemeralcontainers' })?.images).toEqual([
      'i',
    ]);
  });

  it('names capabilities and host paths in one way', () => {
    const body = {
      spec: {
        containers: [
          { securityContext: { capabilities: { add: ['CAP_SYS_ADMIN', 'net_raw', 5] } } },
          { securityContext: { capabilities: { drop: ['ALL'] } } },
        ],
        volumes: [
          { hostPath: { path: '/etc//kubernetes/../' } },
          { hostPath: { path: '/../..' } },
          { hostPath: { path: '/var/run/./docker.sock' } },
          { hostPath: {} },
          { emptyDir: {} },
          null,
        ],
      },
    };
    expect(view('pods', body)).toMatchObject({
      capabilities: ['SYS_ADMIN', 'NET_RAW'],
      hostPaths: ['/etc', '/', '/var/run/docker.sock'],
    });
  });

  it('knows its owners', () => {
    const metadata = { ownerReferences: [{ kind: 'ReplicaSet' }, {}, 5] };
    expect(view('pods', { metadata, spec })?.ownerKinds).toEqual(['ReplicaSet', '', '']);
  });

  it('bears values of any type in any place', () => {
    for (const odd of [null, 5, 'x', [], [[]], [null], {}, { a: [] }]) {
      const bodies = [
        { spec: odd },
        { metadata: odd, spec },
        { spec: { containers: odd, volumes: odd } },
        {
          spec: {
            containers: [{ image: odd, command: odd, securityContext: { capabilities: { add: odd } } }],
          },
        },
        { spec: { template: odd, jobTemplate: odd } },
      ];
      for (const body of bodies) {
        for (const resource of ['pods', 'deployments', 'podtemplates'])
          expect(() => view(resource, body)).not.toThrow();
      }
    }
  });
});

describe('a patch of a workload', () => {
  const patch = (resource: string, body: unknown) => view(resource, body, { verb: 'patch', name: 'w' });

  it('is a part of the object where it is a merge patch or a server-side apply', () => {
    expect(patch('deployments', { spec: { template: { spec: { hostNetwork: true } } } })).toMatchObject({
      name: 'w',
      spec: { hostNetwork: true },
      containers: [],
    });
  });

  it('leaves out what a strategic merge patch takes away', () => {
    const body = {
      spec: {
        '$setElementOrder/containers': [{ name: 'a' }],
        containers: [{ name: 'a', image: 'i' }, { name: 'b', $patch: 'delete' }, { $patch: 'replace' }],
        volumes: [{ name: 'v', hostPath: { path: '/' }, $patch: 'delete' }],
      },
    };
    expect(patch('pods', body)).toMatchObject({ images: ['i'], hostPaths: [], containers: [{ name: 'a' }] });
  });

  it('may be a JSON patch', () => {
    const body = [
      { op: 'add', path: '/spec/template/spec/containers/-', value: container },
      { op: 'replace', path: '/spec/template/spec/containers/0/image', value: 'other.example/y' },
      { op: 'add', path: '/spec/template/metadata/annotations/example.com~1note', value: 'z' },
    ];
    expect(patch('deployments', body)).toMatchObject({
      images: ['registry.example/x', 'other.example/y'],
      annotations: { 'example.com/note': 'z' },
    });
  });
});
