/** Pub/Sub and Eventarc in each of their forms, and files of log entries. */
import { describe, expect, it } from 'vitest';
import { decode } from '../../shared/decode/decode.ts';
import { base64, briefOf, gzip } from './decoded.ts';

const entry = (insertId: string, serviceName = 'k8s.io') => ({
  insertId,
  logName: 'projects/example-project/logs/cloudaudit.googleapis.com%2Factivity',
  protoPayload: {
    '@type': 'type.googleapis.com/google.cloud.audit.AuditLog',
    serviceName,
    methodName: 'io.k8s.core.v1.pods.list',
  },
  resource: { type: 'k8s_cluster', labels: {} },
  timestamp: '2026-03-04T05:06:07.50282Z',
});
const message = (content: unknown) => ({
  data: base64(content),
  attributes: { 'logging.googleapis.com/timestamp': '2026-03-04T05:06:07.50282Z' },
  messageId: '1',
  message_id: '1',
  publishTime: '2026-03-04T05:06:08Z',
  publish_time: '2026-03-04T05:06:08Z',
});
const push = (content: unknown) => ({
  message: message(content),
  subscription: 'projects/example-project/subscriptions/klaxon',
});
const cloudEvent = { specversion: '1.0', id: '1', source: '//pubsub.googleapis.com/projects/p/topics/t' };
const published = 'google.cloud.pubsub.topic.v1.messagePublished';
const written = 'google.cloud.audit.log.v1.written';

describe('a delivery of Google Cloud', () => {
  it.each<[string, unknown]>([
    ['a push, and the body of a binary CloudEvent', push(entry('a'))],
    ['a push with the number of its attempt', { ...push(entry('a')), deliveryAttempt: 3 }],
    ['a structured CloudEvent', { ...cloudEvent, type: published, data: push(entry('a')) }],
    [
      'a structured CloudEvent with packed data',
      { ...cloudEvent, type: published, data_base64: base64(push(entry('a'))) },
    ],
    [
      'an event of the first generation',
      {
        '@type': 'type.googleapis.com/google.pubsub.v1.PubsubMessage',
        attributes: {},
        data: base64(entry('a')),
      },
    ],
    ['a message on its own', message(entry('a'))],
    ['a message of gzip', { message: { data: gzip(entry('a')).toString('base64'), messageId: '1' } }],
    ['a direct Eventarc trigger', { ...cloudEvent, type: written, serviceName: 'k8s.io', data: entry('a') }],
    ['a direct Eventarc trigger without its version', { type: written, data: entry('a') }],
    ['the data of a binary Eventarc trigger', entry('a')],
    ['a log entry on a line', `${JSON.stringify(entry('a'))}\n`],
    ['a pretty-printed list of log entries', JSON.stringify([entry('a')], undefined, 2)],
  ])('is read as %s', (_, delivery) => {
    expect(briefOf(delivery)).toEqual(['gke-audit a']);
  });

  it('is read as lines and as a pretty-printed list of several entries', () => {
    const list = [entry('a'), entry('b', 'container.googleapis.com'), entry('c')];
    const expected = ['gke-audit a', 'gke-audit b', 'gke-audit c'];
    expect(briefOf(list.map((item) => JSON.stringify(item)).join('\n'))).toEqual(expected);
    expect(briefOf(JSON.stringify(list, undefined, 2))).toEqual(expected);
  });

  it('tells the Kubernetes API from other APIs, audit lines of nodes from other logs', () => {
    const log = { insertId: 'l', logName: 'projects/p/logs/x', resource: { type: 'k8s_node' } };
    const admin = {
      serviceName: 'container.googleapis.com',
      methodName: 'google.container.v1.ClusterManager.CreateCluster',
    };
    expect(
      briefOf([
        { ...entry('a'), protoPayload: admin },
        { ...log, jsonPayload: { _AUDIT_TYPE_NAME: 'SYSCALL' } },
        { ...log, jsonPayload: { MESSAGE: 'Started' } },
        { ...log, textPayload: 'Started' },
      ]),
    ).toEqual(['gke-admin a', 'gke-node-auditd l', 'gke-component l', 'gke-component l']);
  });

  it('comes from Google Cloud where Pub/Sub brought it', () => {
    expect(decode(push(entry('a'))).records[0]?.origin).toEqual({ cloud: 'gcp' });
  });

  it.each<[string, unknown, readonly string[]]>([
    ['data that is not base64', { message: { data: 'ö', messageId: '1' } }, ['rejected not-base64']],
    ['empty data', { message: { data: '', messageId: '1' } }, ['dropped 1 blank']],
    ['data of a wrong type', { message: { data: 7, messageId: '1' } }, ['dropped 1 blank']],
    ['words', push('words'), ['rejected unrecognised']],
    ['a message without data', { message: { messageId: '1', attributes: {} } }, ['rejected unrecognised']],
    ['a CloudEvent without data', { ...cloudEvent, type: published }, ['rejected not-an-object']],
    [
      'the form of a BigQuery export',
      { protopayload_auditlog: { serviceName: 'k8s.io' }, timestamp: '2026-03-04 05:06:07 UTC' },
      ['rejected unrecognised'],
    ],
  ])('counts %s', (_, delivery, expected) => {
    expect(briefOf(delivery)).toEqual(expected);
  });
});
