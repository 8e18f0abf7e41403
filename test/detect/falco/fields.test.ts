/** Each field of a Kubernetes audit event finds what Falco finds. */
import { describe, expect, it } from 'vitest';
import { EventScope } from '../../../shared/detect/event-scope.ts';
import { boundField, fieldNames } from '../../../shared/detect/falco/fields.ts';
import type { JsonObject } from '../../../shared/schema/json.ts';
import { eventFrom } from './invented-rules.ts';

const found = (name: string, argument: string | undefined, fields: JsonObject): unknown =>
  boundField(name, argument).value(new EventScope(eventFrom(fields)));

const pod: JsonObject = {
  requestObject: {
    spec: {
      hostPID: true,
      securityContext: { runAsUser: 1000, supplementalGroups: [1, 2] },
      containers: [
        {
          name: 'one',
          image: 'registry.example.com:5000/web@sha256:00',
          command: ['sh', '-c'],
          securityContext: { privileged: true, capabilities: { add: ['NET_ADMIN', 'SYS_TIME'] } },
          ports: [{ containerPort: 80 }, { containerPort: 81, hostPort: 8081 }],
        },
        { name: 'two', image: 'nginx:1', args: ['a', 'b'] },
      ],
      volumes: [
        { name: 'v', hostPath: { path: '/proc' } },
        { name: 'w', emptyDir: {} },
        { name: 'x', flexVolume: { driver: 'd' } },
      ],
    },
  },
};

const binding: JsonObject = {
  requestObject: {
    roleRef: { name: 'edit' },
    subjects: [
      { kind: 'User', name: 'ana' },
      { kind: 'ServiceAccount', name: 'bot', namespace: 'shop' },
      { kind: 'ServiceAccount', name: 'homeless' },
      { kind: 'Group', name: 'staff' },
    ],
    rules: [
      { verbs: ['get', 'list'], resources: ['pods'] },
      { verbs: ['watch'], nonResourceURLs: ['/x'] },
    ],
  },
};

describe('a field', () => {
  it('is one of the hundred of the plugin, or of the event itself', () => {
    expect(fieldNames.filter((name) => name.startsWith('ka.')).length).toBe(100);
  });

  it.each([
    ['ka.req.pod.containers.name', undefined, ['one', 'two']],
    ['ka.req.pod.containers.name', '1', ['two']],
    ['ka.req.pod.containers.name', '7', undefined],
    ['ka.req.pod.containers.image.repository', undefined, ['registry.example.com', 'nginx']],
    ['ka.req.pod.containers.command', undefined, ['sh -c']],
    ['ka.req.pod.containers.args', '0', undefined],
    ['ka.req.pod.containers.privileged', undefined, ['true']],
    ['ka.req.pod.containers.add_capabilities', undefined, ['["NET_ADMIN","SYS_TIME"]']],
    ['ka.req.pod.containers.host_port', undefined, ['80', '8081']],
    ['ka.req.pod.containers.eff_run_as_user', undefined, ['0', '0']],
    ['ka.req.pod.initContainers.image', undefined, undefined],
    ['ka.req.pod.host_pid', undefined, 'true'],
    ['ka.req.pod.host_ipc', undefined, undefined],
    ['ka.req.pod.run_as_user', undefined, '1000'],
    ['ka.req.pod.supplemental_groups', undefined, ['1', '2']],
    ['ka.req.pod.volumes.hostpath', undefined, ['/proc']],
    ['ka.req.pod.volumes.flexvolume_driver', undefined, ['d']],
    ['ka.req.pod.volumes.volume_type', undefined, ['hostPath', 'emptyDir', 'flexVolume']],
    ['ka.req.volume.hostpath', '/pr*', 'true'],
    ['ka.req.volume.hostpath', '/pr', 'false'],
    ['ka.req.container.image', undefined, 'registry.example.com:5000/web@sha256:00'],
    ['ka.req.container.privileged', undefined, 'true'],
  ])('%s[%s] of a pod is %j', (name, argument, expected) => {
    expect(found(name, argument, pod)).toEqual(expected);
  });

  it('of images is missing where one container has none', () => {
    const fields = { requestObject: { spec: { containers: [{ image: 'a' }, { name: 'b' }] } } };
    expect(found('ka.req.pod.containers.image', undefined, fields)).toBeUndefined();
    expect(found('ka.req.pod.containers.image', '0', fields)).toEqual(['a']);
  });

  it.each([
    ['ka.req.binding.role', undefined, 'edit'],
    ['ka.req.binding.subjects.user_names', undefined, ['ana']],
    ['ka.req.binding.subjects.serviceaccount_names', undefined, ['bot', 'homeless']],
    ['ka.req.binding.subjects.serviceaccount_ns_names', undefined, ['shop:bot']],
    ['ka.req.binding.subjects.group_names', undefined, ['staff']],
    ['ka.req.role.rules.verbs', undefined, ['get', 'list', 'watch']],
    ['ka.req.role.rules.verbs', '1', ['watch']],
    ['ka.req.role.rules.resources', '1', undefined],
    ['ka.req.role.rules.nonResourceURLs', undefined, ['/x']],
  ])('%s[%s] of a binding or a role is %j', (name, argument, expected) => {
    expect(found(name, argument, binding)).toEqual(expected);
  });

  it.each([
    ['ka.uri.param', 'command', 'sh x', { requestURI: '/e?command=sh%20x&command=y' }],
    ['ka.uri.param', 'tty', undefined, { requestURI: '/e?command=sh' }],
    ['ka.response.code', undefined, '403', { responseStatus: { code: 403 } }],
    ['ka.user.groups', undefined, ['a', 'b'], { user: { username: 'x', groups: ['a', 'b'] } }],
    ['ka.req.configmap.obj', undefined, '{"a":"b"}', { requestObject: { data: { a: 'b' } } }],
    [
      'ka.req.service.ports',
      undefined,
      ['[{"port":80}]'],
      { requestObject: { spec: { ports: [{ port: 80 }] } } },
    ],
    ['ka.target.pod.name', undefined, 'web-1', { responseObject: { metadata: { name: 'web-1' } } }],
    ['ka.sourceips', undefined, undefined, {}],
    ['ka.cluster.name', undefined, 'blue', { annotations: { cluster_name: 'blue' } }],
    ['jevt.value', '/annotations/a.b~1c', 'd', { annotations: { 'a.b/c': 'd' } }],
    ['jevt.value', 'requestObject/l/1', '2', { requestObject: { l: [1, 2] } }],
    ['jevt.value', '/requestObject/l', '[1,2]', { requestObject: { l: [1, 2] } }],
    ['jevt.value', '/__proto__/x', undefined, {}],
    ['json.value', '/requestObject/no', 'null', { requestObject: { no: null } }],
    ['jevt.rawtime', undefined, '1767323045123456000', {}],
    ['jevt.time.iso8601', undefined, '2026-01-02T03:04:05.123456000+0000', {}],
    ['evt.time', undefined, '02:04:05.000000000', { stageTimestamp: '2026-01-02T03:04:05+01:00' }],
  ])('%s[%s] is %j', (name, argument, expected, fields) => {
    expect(found(name, argument, fields)).toEqual(expected);
  });

  it('never shows what is redacted', () => {
    const fields = {
      objectRef: { resource: 'secrets', name: 's', namespace: 'n' },
      requestObject: { kind: 'Secret', data: { password: 'aHVudGVyMg==' } },
    };
    for (const name of fieldNames) {
      const argument = { 'jevt.value': '/requestObject/data/password', 'ka.uri.param': 'a' }[name];
      const needed = /has_name|volume.hostpath$/.test(name) ? 'a' : argument;
      expect(JSON.stringify(found(name, needed, fields)) ?? '').not.toContain('aHVudGVyMg');
    }
  });

  it.each([
    ['ka.no.such', undefined, 'not one of k8s_audit'],
    ['constructor', undefined, 'not one of k8s_audit'],
    ['ka.verb', '0', 'takes no argument'],
    ['ka.uri.param', undefined, 'needs an argument'],
    ['ka.req.pod.containers.image', 'x', 'a place in a list'],
  ])('%s[%s] is refused', (name, argument, message) => {
    expect(() => boundField(name, argument)).toThrow(message);
  });
});
