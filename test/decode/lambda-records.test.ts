/** AWS events with a list named Records: Kinesis, SNS, SQS, S3, CloudTrail, and one inside another. */
import { describe, expect, it } from 'vitest';
import { decode } from '../../shared/decode/decode.ts';
import { audit, base64, briefOf, gzip, packed } from './decoded.ts';

const kinesis = (data: string) => ({
  kinesis: {
    kinesisSchemaVersion: '1.0',
    partitionKey: 'p',
    sequenceNumber: '1',
    data,
    approximateArrivalTimestamp: 1.5,
  },
  eventSource: 'aws:kinesis',
  eventVersion: '1.0',
  eventName: 'aws:kinesis:record',
  awsRegion: 'eu-west-1',
});
const cloudWatch = (name: string) => ({
  messageType: 'DATA_MESSAGE',
  owner: '111122223333',
  logGroup: '/aws/eks/shop/cluster',
  logStream: 'kube-apiserver-audit-1',
  logEvents: [{ id: '1', timestamp: 1, message: JSON.stringify(audit(name)) }],
});
const trail = (eventID: string) => ({
  eventVersion: '1.11',
  eventID,
  eventTime: '2026-03-04T05:06:07Z',
  eventSource: 'sts.amazonaws.com',
  eventName: 'AssumeRoleWithWebIdentity',
});
const sqs = (body: string) => ({
  messageId: 'm',
  receiptHandle: 'r',
  body,
  eventSource: 'aws:sqs',
  awsRegion: 'eu-west-1',
});
const snsEnvelope = (Message: string) =>
  JSON.stringify({ Type: 'Notification', MessageId: 'm', TopicArn: 't', Message });

describe('Records', () => {
  it.each<[string, unknown, readonly string[]]>([
    [
      'Kinesis',
      { Records: [kinesis(packed(cloudWatch('a'))), kinesis(packed(cloudWatch('b')))] },
      ['eks-audit a', 'eks-audit b'],
    ],
    [
      'Kinesis with several gzip members in one',
      {
        Records: [kinesis(Buffer.concat([gzip(cloudWatch('a')), gzip(cloudWatch('b'))]).toString('base64'))],
      },
      ['eks-audit a', 'eks-audit b'],
    ],
    ['Kinesis with plain JSON', { Records: [kinesis(base64(audit('a')))] }, ['kubernetes-audit a']],
    [
      'Kinesis with a control message',
      {
        Records: [
          kinesis(packed({ messageType: 'CONTROL_MESSAGE', logEvents: [{}] })),
          kinesis(packed(cloudWatch('a'))),
        ],
      },
      ['eks-audit a', 'dropped 1 control-message'],
    ],
    [
      'Kinesis with a poison record',
      { Records: [kinesis('ö'), kinesis(packed(cloudWatch('a')))] },
      ['eks-audit a', 'rejected not-base64'],
    ],
    [
      'SNS',
      { Records: [{ EventSource: 'aws:sns', Sns: { Message: JSON.stringify(audit('a')) } }] },
      ['kubernetes-audit a'],
    ],
    ['SQS', { Records: [sqs(JSON.stringify(audit('a')))] }, ['kubernetes-audit a']],
    ['SNS inside SQS', { Records: [sqs(snsEnvelope(JSON.stringify(cloudWatch('a'))))] }, ['eks-audit a']],
    [
      'SNS inside SQS with a list of CloudTrail',
      { Records: [sqs(snsEnvelope(JSON.stringify({ Records: [trail('e')] })))] },
      ['cloudtrail e'],
    ],
    [
      'S3',
      {
        Records: [{ eventSource: 'aws:s3', eventName: 'ObjectCreated:Put', s3: { bucket: {}, object: {} } }],
      },
      ['dropped 1 notification'],
    ],
    [
      'S3 inside SNS inside SQS',
      { Records: [sqs(snsEnvelope(JSON.stringify({ Records: [{ s3: {} }] })))] },
      ['dropped 1 notification'],
    ],
    ['a CloudTrail file', { Records: [trail('e'), trail('f')] }, ['cloudtrail e', 'cloudtrail f']],
    [
      'other types',
      { Records: [7, null, [], 'words', { Sns: {} }] },
      [
        'rejected not-an-object',
        'rejected not-an-object',
        'rejected not-an-object',
        'rejected not-an-object',
        'rejected not-an-object',
      ],
    ],
  ])('of %s are read', (_, delivery, expected) => {
    expect(briefOf(delivery)).toEqual(expected);
    expect(briefOf(JSON.stringify(delivery))).toEqual(expected);
    expect(briefOf(gzip(delivery))).toEqual(expected);
  });

  it('of Kinesis know their region', () => {
    const { origin } = decode({ Records: [kinesis(packed(cloudWatch('a')))] }).records[0] ?? {};
    expect(origin).toMatchObject({
      cloud: 'aws',
      account: '111122223333',
      region: 'eu-west-1',
      cluster: 'shop',
    });
  });

  it('of a DynamoDB stream are no CloudTrail records', () => {
    const change = {
      eventID: 'd',
      eventName: 'INSERT',
      eventSource: 'aws:dynamodb',
      eventVersion: '1.1',
      dynamodb: {},
    };
    expect(briefOf({ Records: [kinesis(base64(change))] })).toEqual(['rejected unrecognised']);
    expect(briefOf({ Records: [change] })).toEqual(['rejected unrecognised']);
  });
});
