/** A log group that a stream hands on: the records as moto's CloudWatch Logs packs them, dealt with as Lambda brings them. */
import { randomUUID } from 'node:crypto';
import {
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
  PutSubscriptionFilterCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { describe, expect, it } from 'vitest';
import { deliveriesOf } from '../../functions/aws/deliveries.ts';
import { pause } from '../../functions/pause.ts';
import { startPipeline } from '../../functions/start.ts';
import { memoryArchive } from '../../shared/archive/memory-archive.ts';
import { memoryState } from '../../shared/state/memory-state.ts';
import { sinkThat } from '../alert/stage.ts';
import { loadedSet } from '../detect/sigma/loading.ts';
import { rulesText, secretRead } from '../functions/story.ts';
import { logsAt } from '../stand-ins/cloudwatch-logs.ts';
import { motoUrl, patient } from './moto.ts';

/** A call of Kinesis. No part of Klaxon reads streams, Lambda does: so there is no client for it here. */
const askKinesis = async (operation: string, input: object): Promise<Readonly<Record<string, unknown>>> => {
  const response = await fetch(motoUrl(), {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `Kinesis_20131202.${operation}`,
      authorization: 'AWS4-HMAC-SHA256 Credential=invented/20260101/eu-west-1/kinesis/aws4_request',
    },
    body: JSON.stringify(input),
    signal: AbortSignal.timeout(patient.silenceMs),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${operation}: ${response.status} ${text}`);
  return text === '' ? {} : JSON.parse(text);
};

interface StreamRecord {
  readonly SequenceNumber: string;
  readonly Data: string;
  readonly ApproximateArrivalTimestamp: number;
}

/** As Lambda hands them over. */
const recordsIn = async (stream: string) => {
  const { ShardIterator } = await askKinesis('GetShardIterator', {
    StreamName: stream,
    ShardId: 'shardId-000000000000',
    ShardIteratorType: 'TRIM_HORIZON',
  });
  const { Records } = await askKinesis('GetRecords', { ShardIterator });
  return (Records as readonly StreamRecord[]).map((record) => ({
    eventSource: 'aws:kinesis',
    awsRegion: 'eu-west-1',
    kinesis: {
      sequenceNumber: record.SequenceNumber,
      data: record.Data,
      approximateArrivalTimestamp: record.ApproximateArrivalTimestamp,
    },
  }));
};

const suffix = '0123456789abcdef0123456789abcdef';

describe('a log group of moto that a stream hands on', () => {
  it('is read as its cluster, once, and alerts', async () => {
    const [stream, cluster] = [`klaxon-${randomUUID().slice(0, 8)}`, `prod-${randomUUID().slice(0, 8)}`];
    const logs = logsAt(motoUrl(), patient);
    const logGroupName = `/aws/eks/${cluster}/cluster`;
    const logStreamName = `kube-apiserver-audit-${suffix}`;
    await askKinesis('CreateStream', { StreamName: stream, ShardCount: 1 });
    await logs.send(new CreateLogGroupCommand({ logGroupName }));
    await logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));
    await logs.send(
      new PutSubscriptionFilterCommand({
        logGroupName,
        filterName: 'klaxon',
        filterPattern: '',
        destinationArn: `arn:aws:kinesis:eu-west-1:123456789012:stream/${stream}`,
        roleArn: 'arn:aws:iam::123456789012:role/klaxon',
      }),
    );
    const logEvents = ['a', 'b', 'c'].map((name, at) => ({
      // CloudWatch takes no event that is older than a fortnight.
      timestamp: Date.now() + at,
      message: JSON.stringify(secretRead(at, name)),
    }));
    await logs.send(new PutLogEventsCommand({ logGroupName, logStreamName, logEvents }));

    const Records = await recordsIn(stream);
    expect(Buffer.from(Records[0]?.kinesis.data ?? '', 'base64').subarray(0, 2)).toEqual(
      Buffer.from([0x1f, 0x8b]),
    );
    const chat = sinkThat('chat');
    const now = (): number => Date.now();
    const pipeline = startPipeline(
      { rules: loadedSet(rulesText).rules, routes: [{ sinks: ['chat'] }], archiveForm: 'audit' },
      {
        state: memoryState(now),
        archive: memoryArchive(),
        sinks: [chat],
        deadLetter: { put: async () => undefined },
        now,
        pause,
        random: () => 0.5,
      },
    );
    const deal = deliveriesOf({
      pipeline,
      openObject: () => Promise.reject(new TypeError('no objects here')),
      receiver: undefined,
      backfill: () => Promise.reject(new TypeError('no backfill here')),
      fillLake: () => Promise.reject(new TypeError('no lake here')),
      ownBucket: 'klaxon-archive',
      region: 'eu-west-1',
      now,
      warn: () => undefined,
    });
    const { answer, outcomes } = await deal({ Records }, now() + 60_000);
    expect(answer).toEqual({ batchItemFailures: [] });
    const accounts = outcomes.map((outcome) => ('account' in outcome ? outcome.account : undefined));
    expect(accounts).toMatchObject([{ events: 3, rejected: 0 }]);
    expect(chat.given).toHaveLength(2);
  });
});
