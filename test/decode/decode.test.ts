/** What stands around any delivery: wrappers, EventBridge, locations, limits. */
import { describe, expect, it } from 'vitest';
import { decode, decodeDocument } from '../../shared/decode/decode.ts';
import { defaultLimits } from '../../shared/decode/decoding.ts';
import { audit, base64, briefOf, gzip, packed } from './decoded.ts';

const trail = {
  eventVersion: '1.11',
  eventID: 'e',
  eventSource: 'eks.amazonaws.com',
  eventName: 'CreateCluster',
};
const bridge = {
  version: '0',
  id: 'b',
  'detail-type': 'AWS API Call via CloudTrail',
  source: 'aws.eks',
  account: '111122223333',
  region: 'eu-west-1',
  detail: trail,
};

describe('an EventBridge event', () => {
  it('gives the CloudTrail record it carries, with account and region', () => {
    expect(briefOf(bridge)).toEqual(['cloudtrail e']);
    expect(decode(bridge).records[0]?.origin).toEqual({
      cloud: 'aws',
      account: '111122223333',
      region: 'eu-west-1',
    });
  });

  it('of another kind is rejected', () => {
    expect(briefOf({ ...bridge, 'detail-type': 'Scheduled Event', detail: { a: 1 } })).toEqual([
      'rejected unrecognised',
    ]);
  });

  it('gives an Insight', () => {
    const insight = {
      eventTime: '2026-03-04T05:06:07Z',
      sharedEventID: 's',
      insightDetails: { state: 'Start' },
    };
    expect(briefOf({ ...bridge, detail: insight })).toEqual(['cloudtrail s']);
  });
});

describe('a CloudTrail record', () => {
  it.each([
    ['a host of AWS', { eventSource: 'sts.amazonaws.com' }, 'cloudtrail e'],
    ['a host of AWS in China', { eventSource: 'sts.amazonaws.com.cn' }, 'cloudtrail e'],
    ['a sign-in', { eventSource: 'signin.amazonaws.com' }, 'cloudtrail e'],
    ['another event source of AWS', { eventSource: 'aws:dynamodb' }, 'rejected unrecognised'],
    ['a host of somebody else', { eventSource: 'amazonaws.com.example.com' }, 'rejected unrecognised'],
    ['no version and no time', { eventVersion: undefined }, 'rejected unrecognised'],
    ['a time and no version', { eventVersion: undefined, eventTime: '2026-03-04T05:06:07Z' }, 'cloudtrail e'],
  ])('is told by its source: %s', (_, difference, expected) => {
    expect(briefOf({ ...trail, ...difference })).toEqual([expected]);
  });
});

describe('a wrapper', () => {
  const line = JSON.stringify(audit('a'));

  it.each<[string, unknown]>([
    ['a container log line', { log: `${line}\n`, stream: 'stdout', time: '2026-03-04T05:06:07Z' }],
    ['a record of Cribl', { _raw: line, _time: 1 }],
    ['an SNS notification', { Type: 'Notification', Message: line }],
    ['a bare data', { data: audit('a'), log: 'a name' }],
    ['two of them', { _raw: JSON.stringify({ log: line }) }],
    ['base64 of gzip', packed(audit('a'))],
    ['gzip of gzip in base64', gzip(packed(audit('a')))],
  ])('is taken off: %s', (_, delivery) => {
    expect(briefOf(delivery)).toEqual(['kubernetes-audit a']);
  });

  it('is taken off eight times and no more', () => {
    const wrapped = (times: number): unknown =>
      Array.from({ length: times }).reduce((inner: unknown) => ({ data: inner }), audit('a'));
    expect(briefOf(wrapped(8))).toEqual(['kubernetes-audit a']);
    expect(briefOf(wrapped(9))).toEqual(['rejected too-deep']);
  });

  it('that is plain base64 is not opened on a guess', () => {
    expect(briefOf(base64(audit('a')))).toEqual(['rejected unrecognised']);
  });
});

describe('a line of text', () => {
  it.each([
    ['time="2026-03-04T05:06:07Z" level=info msg="access granted"', 'eks-authenticator'],
    ['I0304 05:06:07.123456       1 server.go:218] Started', 'kubernetes-component'],
    [
      '2026/03/04 05:06:07 "POST https://localhost:8443/subjectaccessreviews HTTP/2.0" - 200',
      'kubernetes-component',
    ],
  ])('is told by its form: %s', (line, dialect) => {
    expect(briefOf(line)).toEqual([`${dialect} ${line}`]);
  });

  it('of JSON from the authenticator is told by its members', () => {
    expect(briefOf({ level: 'info', msg: 'access granted', time: 'x', auditid: 1 })).toEqual([
      'eks-authenticator undefined',
    ]);
  });
});

describe('a document of a file', () => {
  it('gives its record the place it stands at', () => {
    const document = { text: JSON.stringify(audit('a')), value: audit('a'), line: 7, oversized: false };
    const { records, isBatch } = decodeDocument(document, { location: { path: 'audit.log', line: 7 } });
    expect(isBatch).toBe(false);
    expect(records[0]?.location).toEqual({ path: 'audit.log', line: 7 });
  });

  it('larger than the limit is refused, and the rest of the delivery is read', () => {
    const limits = { ...defaultLimits, maxBytes: 1000 };
    const long = JSON.stringify({ a: 'x'.repeat(2000) });
    expect(briefOf(`${long}\n${JSON.stringify(audit('a'))}`, { limits })).toEqual([
      'kubernetes-audit a',
      'rejected too-large',
    ]);
    expect(briefOf([Buffer.from(long), audit('a')], { limits })).toEqual([
      'kubernetes-audit a',
      'rejected too-large',
    ]);
    expect(briefOf([gzip(long), audit('a')], { limits })).toEqual([
      'kubernetes-audit a',
      'rejected too-large',
    ]);
  });
});
