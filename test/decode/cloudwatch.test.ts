/** CloudWatch Logs subscriptions, packed and plain: each log event becomes a record of its log group's cluster. */
import { describe, expect, it } from 'vitest';
import { decode } from '../../shared/decode/decode.ts';
import { audit, briefOf, gzip, packed } from './decoded.ts';

const suffix = '0123456789abcdef0123456789abcdef';
const payload = (logStream: string, messages: readonly string[], more: object = {}) => ({
  messageType: 'DATA_MESSAGE',
  owner: '111122223333',
  logGroup: '/aws/eks/shop/cluster',
  logStream,
  subscriptionFilters: ['all'],
  logEvents: messages.map((message, at) => ({ id: `39500000${at}`, timestamp: 1772600767123 + at, message })),
  ...more,
});
const auditStream = `kube-apiserver-audit-${suffix}`;
const two = payload(auditStream, [JSON.stringify(audit('a')), JSON.stringify(audit('b'))]);
const both = ['eks-audit a', 'eks-audit b'];

describe('a CloudWatch Logs delivery', () => {
  it.each<[string, unknown]>([
    ['a subscription hands to a function', { awslogs: { data: packed(two) } }],
    ['stands as plain JSON', two],
    ['stands as text', `${JSON.stringify(two)}\n`],
    ['stands as gzip', gzip(two)],
    ['stands as base64 of gzip', packed(two)],
    ['comes from a policy of the whole account', { ...two, policyLevel: 'ACCOUNT_LEVEL_POLICY' }],
    [
      'is spread over gzip members',
      Buffer.concat([
        gzip(payload(auditStream, [JSON.stringify(audit('a'))])),
        gzip(payload(auditStream, [JSON.stringify(audit('b'))])),
      ]),
    ],
    ['is pretty-printed', JSON.stringify(two, undefined, 2)],
  ])('is read where it %s', (_, delivery) => {
    expect(briefOf(delivery)).toEqual(both);
  });

  it('gives each record the account, cluster, stream, id and time of its log event', () => {
    expect(decode(two, { origin: { region: 'eu-west-1' } }).records[1]).toMatchObject({
      origin: {
        cloud: 'aws',
        account: '111122223333',
        region: 'eu-west-1',
        cluster: 'shop',
        stream: auditStream,
      },
      deliveryId: '395000001',
      time: 1772600767124,
      index: 1,
    });
  });

  it('takes the region from the payload where that has one, as what is pulled does', () => {
    const { records } = decode({ ...two, region: 'us-east-1' }, { origin: { region: 'eu-west-1' } });
    expect(records.map(({ origin }) => origin.region)).toEqual(['us-east-1', 'us-east-1']);
  });

  it.each([
    [auditStream, 'eks-audit'],
    [`kube-apiserver-${suffix}`, 'eks-component'],
    [`authenticator-${suffix}`, 'eks-authenticator'],
    [`kube-controller-manager-${suffix}`, 'eks-component'],
    [`cloud-controller-manager-${suffix}`, 'eks-component'],
    [`kube-scheduler-${suffix}`, 'eks-component'],
  ])('reads stream %s as %s, whatever a line holds', (stream, dialect) => {
    expect(briefOf(payload(stream, ['words']))).toEqual([`${dialect} words`]);
  });

  it('reads an unknown stream of a cluster, and other log groups, by what the lines hold', () => {
    const line = JSON.stringify(audit('a'));
    expect(briefOf(payload('new-stream-1', [line, 'words']))).toEqual([
      'kubernetes-audit a',
      'rejected unrecognised',
    ]);
    const trail = {
      eventVersion: '1.11',
      eventID: 'e',
      eventSource: 'eks.amazonaws.com',
      eventName: 'CreateCluster',
    };
    const other = payload('x', [JSON.stringify(trail)], { logGroup: 'aws-cloudtrail-logs' });
    expect(briefOf(other)).toEqual(['cloudtrail e']);
    expect(decode(other).records[0]?.origin.cluster).toBeUndefined();
  });

  it('counts a control message and drops it', () => {
    const control = { messageType: 'CONTROL_MESSAGE', owner: 'CloudwatchLogs', logGroup: '', logStream: '' };
    const logEvents = [
      { id: '', timestamp: 1, message: 'CWL CONTROL MESSAGE: Checking health of destination Firehose.' },
    ];
    expect(briefOf({ ...control, logEvents })).toEqual(['dropped 1 control-message']);
    expect(briefOf({ awslogs: { data: packed({ ...control, logEvents: [] }) } })).toEqual([
      'dropped 1 control-message',
    ]);
  });

  it.each<[string, unknown, readonly string[]]>([
    ['data that is not base64', { awslogs: { data: 'ö' } }, ['rejected not-base64']],
    [
      'data that is not gzip inside',
      { awslogs: { data: Buffer.from([0x1f, 0x8b, 0, 0]).toString('base64') } },
      ['rejected not-gzip'],
    ],
    ['no data', { awslogs: {} }, ['dropped 1 blank']],
    [
      'log events of other types',
      payload(auditStream, [], { logEvents: [7, null, { message: 7 }, { message: '{}' }] }),
      ['eks-audit {}', 'rejected not-an-object', 'rejected not-an-object', 'rejected not-an-object'],
    ],
  ])('counts %s', (_, delivery, expected) => {
    expect(briefOf(delivery)).toEqual(expected);
  });

  it('gives what containers write the cluster of its Container Insights log group', () => {
    const line = '192.0.2.7 - - [04/Mar/2026:05:06:07 +0000] "GET / HTTP/1.1" 200 5 "-" "-"';
    const group = (logGroup: string) =>
      decode(payload('node-1', [line], { logGroup })).records[0]?.origin.cluster;
    expect(group('/aws/containerinsights/shop/application')).toBe('shop');
    expect(group('/aws/containerinsights/')).toBeUndefined();
    expect(group('/aws/lambda/shop/application')).toBeUndefined();
  });
});
