/** What is pulled of a log group as moto plays it: an account of its own, streams of every kind, pages of its own making. */
import {
  type CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { beforeAll, describe, expect, it } from 'vitest';
import { backfillAsked, backfillEks } from '../../functions/aws/pull/backfill.ts';
import type { EksCluster } from '../../functions/aws/pull.ts';
import { pause } from '../../functions/pause.ts';
import { decode } from '../../shared/decode/decode.ts';
import { emptyAccount } from '../../shared/pipeline.ts';
import { settingsOf } from '../../shared/settings/read-settings.ts';
import { memoryState } from '../../shared/state/memory-state.ts';
import { audit } from '../decode/decoded.ts';
import { logsAt } from '../stand-ins/cloudwatch-logs.ts';
import { motoUrl, patient } from './moto.ts';

const suffix = '0123456789abcdef0123456789abcdef';
const minute = 60_000;

/** CloudWatch takes no event that is older than a fortnight, so these are of today. */
const end = Math.floor(Date.now() / minute) * minute - 60 * minute;

const madeLogGroup = async (client: CloudWatchLogsClient, { name }: EksCluster): Promise<void> => {
  const logGroupName = `/aws/eks/${name}/cluster`;
  await client.send(new CreateLogGroupCommand({ logGroupName }));
  for (const prefix of ['kube-apiserver-audit-', 'authenticator-', 'kube-scheduler-']) {
    const logStreamName = `${prefix}${suffix}`;
    await client.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));
    const logEvents = Array.from({ length: 300 }, (_, at) => ({
      timestamp: end - (300 - at) * 10_000,
      message: JSON.stringify(audit(`${prefix}${at}`)),
    }));
    await client.send(new PutLogEventsCommand({ logGroupName, logStreamName, logEvents }));
  }
};

describe('a log group of moto', () => {
  const client = logsAt(motoUrl(), patient);
  const cluster: EksCluster = { name: `orders-${process.pid}`, region: 'eu-west-1' };
  beforeAll(() => madeLogGroup(client, cluster));

  it('is read whole, once, and as its account has it', async () => {
    const deliveries: unknown[] = [];
    const ports = {
      client,
      state: memoryState(Date.now),
      process: async (delivery: unknown) => deliveries.push(delivery),
      now: Date.now,
      pause,
      signal: new AbortController().signal,
    };
    const request = { cluster, types: ['audit'] as const, since: end - 40 * minute, until: end };
    expect(await backfillEks(request, ports)).toEqual({ isDone: true, settled: end, events: 240 });
    expect(await backfillEks(request, ports)).toMatchObject({ isDone: true, events: 0 });
    const { records } = decode(deliveries);
    expect(records.map(({ time }) => time)).toEqual(
      Array.from({ length: 240 }, (_, at) => end - (240 - at) * 10_000),
    );
    expect(new Set(records.map(({ deliveryId }) => deliveryId)).size).toBe(240);
    expect(records[0]).toMatchObject({
      dialect: 'eks-audit',
      origin: { account: '123456789012', region: 'eu-west-1', cluster: cluster.name },
    });
  });

  it('is fetched by a function that is asked for it, without looking it up', async () => {
    const deliveries: unknown[] = [];
    const place = { account: '111122223333', region: 'eu-west-1' };
    const state = memoryState(Date.now);
    const process = async (delivery: unknown) => {
      deliveries.push(delivery);
      return { account: emptyAccount(), archived: 0, alerts: 0, sinks: [], unrouted: 0 };
    };
    const settings = settingsOf(
      'klaxon.config.yaml',
      `clusters: [{ cloud: aws, name: ${cluster.name}, account: "${place.account}", region: ${place.region} }]`,
    );
    const event = {
      klaxon: 'backfill',
      cluster: cluster.name,
      since: new Date(end - 40 * minute).toISOString(),
      until: new Date(end).toISOString(),
    };
    const options = { settings, place, client, state, pipeline: { process }, now: Date.now, pause };
    const answer = { isDone: true, settled: event.until, lines: 480 };
    expect(await backfillAsked(event, Date.now() + 300_000, options)).toMatchObject({ answer });
    const { records } = decode(deliveries);
    expect(new Set(records.map(({ deliveryId }) => deliveryId)).size).toBe(480);
    expect(records[0]?.origin).toMatchObject({ account: place.account, cluster: cluster.name });
  });
});
