/** The node's audit log: what the manifest lets it do, and that what it sends is read by us, and by our sinks. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { decode } from '../../../shared/decode/decode.ts';
import { isEvent, normalise } from '../../../shared/normalise/normalise.ts';
import type { JsonObject } from '../../../shared/schema/json.ts';
import { loggingQuery } from './logging-query.ts';

const file = (path: string): string =>
  readFileSync(fileURLToPath(new URL(`../../../infra/gcp/${path}`, import.meta.url)), 'utf8');

const pod = parse(file('node-audit/daemonset.yaml')).spec.template.spec;
const [fluentBit] = pod.containers;
const [startAudit] = pod.initContainers;
const { service, pipeline } = parse(file('node-audit/fluent-bit.yaml'));
const [input] = pipeline.inputs;
const [output] = pipeline.outputs;

describe('the pod on every node', () => {
  it('has neither the network of the node, nor its processes, nor a token of the cluster', () => {
    expect(pod.hostNetwork ?? pod.hostPID ?? pod.hostIPC).toBeUndefined();
    expect(pod.automountServiceAccountToken).toBe(false);
  });

  it('reads the journal as root, who may do nothing else', () => {
    expect(fluentBit.securityContext).toEqual({
      runAsUser: 0,
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
      seccompProfile: { type: 'RuntimeDefault' },
    });
    const writable = fluentBit.volumeMounts.filter(
      ({ readOnly }: { readOnly?: boolean }) => readOnly !== true,
    );
    expect(writable).toEqual([{ name: 'kept', mountPath: '/var/lib/klaxon-node-audit' }]);
  });

  it('starts the service of the node first, which writes nothing there and ends', () => {
    expect(startAudit.command).toEqual(['chroot', '/node', 'systemctl', 'start', 'cloud-audit-setup']);
    expect(startAudit.volumeMounts).toEqual([{ name: 'node', mountPath: '/node', readOnly: true }]);
  });

  it('runs images of one version each, within bounds', () => {
    for (const { image, resources } of [startAudit, fluentBit]) {
      expect(image).toMatch(/^[\w.-]+\/[\w./-]+:\d+\.\d+\.\d+$/);
      expect(resources.limits.memory).toMatch(/^\d+Mi$/);
    }
    expect(output['storage.total_limit_size']).toBe('200M');
  });

  it('can be called by nobody, as somebody that the cluster knows', () => {
    const [, account, policy] = parseAllDocuments(file('node-audit/namespace.yaml')).map((each) =>
      each.toJS(),
    );
    expect(policy.spec).toEqual({ podSelector: {}, policyTypes: ['Ingress'] });
    expect(pod.serviceAccountName).toBe(account.metadata.name);
    expect(`:${service.http_port}`).toBe(`:${fluentBit.ports[0].containerPort}`);
  });

  it('keeps on the node how far it read, and what it could not send', () => {
    for (const path of [input.db, service['storage.path']])
      expect(path).toMatch(/^\/var\/lib\/klaxon-node-audit\//);
    expect(input['storage.type']).toBe('filesystem');
    expect(output.retry_limit).toBe('no_limits');
  });
});

/** A record of the audit log as the journal has it: https://www.freedesktop.org/software/systemd/man/latest/systemd.journal-fields.html */
const journal: JsonObject = {
  _TRANSPORT: 'audit',
  SYSLOG_IDENTIFIER: 'audit',
  _HOSTNAME: 'node-1',
  _AUDIT_TYPE: '1309',
  _AUDIT_TYPE_NAME: 'EXECVE',
  _AUDIT_ID: '4711',
  _AUDIT_FIELD_ARGC: '3',
  _AUDIT_FIELD_A0: '"sh"',
  _AUDIT_FIELD_A1: '"-c"',
  _AUDIT_FIELD_A2: '636174202F7661722F6C69622F6B7562656C65742F6B756265636F6E666967',
  MESSAGE: 'EXECVE argc=3 a0="sh" a1="-c" a2=636174202F7661722F6C69622F6B7562656C65742F6B756265636F6E666967',
};

const added = new Map<string, string>(
  pipeline.filters[0].add.map((line: string) => line.split(' ') as [string, string]),
);

/** What the output makes of a record: https://docs.fluentbit.io/manual/data-pipeline/outputs/stackdriver */
const entry: JsonObject = {
  insertId: 'n1',
  logName: `projects/example-project/logs/${added.get(output.log_name_key)}`,
  resource: {
    type: output.resource,
    labels: {
      project_id: 'example-project',
      cluster_name: 'web-production',
      location: 'europe-west1',
      node_name: 'node-1',
    },
  },
  timestamp: '2026-03-04T05:06:07.123456Z',
  jsonPayload: journal,
};

describe('what it sends', () => {
  it('is taken by the sinks', () => {
    expect(loggingQuery(file('filters/nodes.filter'), true)(entry)).toBe(true);
    expect(added.get('logging.googleapis.com/local_resource_id')).toMatch(/^k8s_node\./);
  });

  it('keeps the names that the journal gives to fields, by which it is read', () => {
    expect(input.systemd_filter).toBe('SYSLOG_IDENTIFIER=audit');
    expect(input.strip_underscores).toBe('off');
  });

  it('becomes a process, with its command and its node', () => {
    const events = decode(entry).records.map(normalise).filter(isEvent);
    expect(events).toMatchObject([
      {
        kind: 'process',
        origin: {
          cloud: 'gcp',
          account: 'example-project',
          cluster: 'web-production',
          dialect: 'gke-node-auditd',
        },
        action: { verb: 'execve', command: ['sh', '-c', 'cat /var/lib/kubelet/kubeconfig'] },
      },
    ]);
  });
});
