/** Firehose: records to transform, packed, unpacked or reduced to messages; and the objects it leaves in S3. */
import { describe, expect, it } from 'vitest';
import { decode } from '../../shared/decode/decode.ts';
import { audit, base64, briefOf, gzip, packed } from './decoded.ts';

const cloudWatch = (...names: readonly string[]) => ({
  messageType: 'DATA_MESSAGE',
  owner: '111122223333',
  logGroup: '/aws/eks/shop/cluster',
  logStream: 'kube-apiserver-audit-1',
  logEvents: names.map((name) => ({ id: name, timestamp: 1, message: JSON.stringify(audit(name)) })),
});
const control = { messageType: 'CONTROL_MESSAGE', logEvents: [{ message: 'CWL CONTROL MESSAGE' }] };
const transformation = (...data: readonly unknown[]) => ({
  invocationId: 'i',
  deliveryStreamArn: 'arn:aws:firehose:eu-west-1:111122223333:deliverystream/audit',
  region: 'eu-west-1',
  records: data.map((part, at) => ({ recordId: `${at}`, approximateArrivalTimestamp: 1, data: part })),
});
const messages = `${JSON.stringify(audit('a'))}\n${JSON.stringify(audit('b'))}\ntime="2026-03-04T05:06:07Z" level=info msg="access granted"\n`;

describe('Firehose', () => {
  it.each<[string, unknown, readonly string[]]>([
    [
      'packed payloads',
      transformation(packed(cloudWatch('a')), packed(cloudWatch('b', 'c'))),
      ['eks-audit a', 'eks-audit b', 'eks-audit c'],
    ],
    ['unpacked payloads', transformation(base64(cloudWatch('a', 'b'))), ['eks-audit a', 'eks-audit b']],
    [
      'extracted messages',
      transformation(base64(messages)),
      [
        'kubernetes-audit a',
        'kubernetes-audit b',
        'eks-authenticator time="2026-03-04T05:06:07Z" level=info msg="access granted"',
      ],
    ],
    [
      'a control message',
      transformation(packed(control), packed(cloudWatch('a'))),
      ['eks-audit a', 'dropped 1 control-message'],
    ],
    [
      'a poison record',
      transformation('ö', 7, packed(cloudWatch('a'))),
      ['eks-audit a', 'rejected not-base64', 'rejected not-base64'],
    ],
  ])('hands %s to a transformation', (_, delivery, expected) => {
    expect(briefOf(delivery)).toEqual(expected);
  });

  it('says the region', () => {
    expect(decode(transformation(packed(cloudWatch('a')))).records[0]?.origin.region).toBe('eu-west-1');
  });

  it.each<[string, Buffer]>([
    ['gzip members', Buffer.concat([gzip(cloudWatch('a')), gzip(control), gzip(cloudWatch('b', 'c'))])],
    [
      'JSON objects',
      Buffer.from(
        [cloudWatch('a'), control, cloudWatch('b', 'c')].map((part) => JSON.stringify(part)).join(''),
      ),
    ],
    [
      'gzip members of several objects',
      Buffer.concat([
        gzip(JSON.stringify(cloudWatch('a')) + JSON.stringify(control)),
        gzip(cloudWatch('b', 'c')),
      ]),
    ],
  ])('leaves %s in S3 with nothing between', (_, bytes) => {
    expect(briefOf(bytes)).toEqual([
      'eks-audit a',
      'eks-audit b',
      'eks-audit c',
      'dropped 1 control-message',
    ]);
  });

  it('leaves in S3 a member cut short, which is refused whole', () => {
    expect(briefOf(gzip(cloudWatch('a')).subarray(0, 60))).toEqual(['rejected not-gzip']);
  });
});
