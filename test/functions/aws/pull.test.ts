/** Logs of EKS clusters as CloudWatch Logs gives them out: what is read of them, and what goes wrong. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  deliveriesOf,
  type EksCluster,
  type EksLogEvent,
  eksLogs,
  type LogType,
  logsClient,
} from '../../../functions/aws/pull.ts';
import { decode } from '../../../shared/decode/decode.ts';
import { noCheckpoints } from '../../../shared/pull/checkpoint.ts';
import { pull } from '../../../shared/pull/pull.ts';
import {
  answerOf,
  type FakeLogs,
  logsAt,
  openLogs,
  refusal,
  wireToLogs,
} from '../../stand-ins/cloudwatch-logs.ts';
import type { Wire } from '../../stand-ins/wire.ts';
import { group, line, minute, orders, start, suffix, usual } from './orders.ts';

let logs: FakeLogs;
let wire: Wire;
beforeAll(async () => {
  logs = await openLogs();
  wire = await wireToLogs(logs.url);
});
afterAll(async () => {
  await wire.close();
  await logs.close();
});

beforeEach(() => {
  wire.breaksAt(() => undefined);
  logs.groups.splice(0);
  logs.endBelongs = true;
  logs.pageSizes = [3, 0, 5];
});

interface Pulled {
  readonly events: readonly EksLogEvent[];
  readonly deliveries: readonly object[];
  readonly waits: readonly number[];
}

/** All of two hours. */
const pulled = async (
  client = logsAt(wire.url),
  {
    cluster = orders,
    types = usual,
  }: { readonly cluster?: EksCluster; readonly types?: readonly LogType[] } = {},
): Promise<Pulled> => {
  const source = await eksLogs(client, cluster, types);
  const events: EksLogEvent[] = [];
  const waits: number[] = [];
  await pull({
    sources: [source],
    since: start,
    until: start + 120 * minute,
    checkpoints: noCheckpoints,
    deliver: async (_, slice) => {
      events.push(...slice);
    },
    now: () => start + 300 * minute,
    pause: async () => undefined,
    onWait: (_, __, milliseconds) => waits.push(milliseconds),
    onFault: (_, fault) => {
      throw fault;
    },
  });
  return { events, deliveries: deliveriesOf(source, events), waits };
};

describe('the logs of a cluster', () => {
  it('come as a subscription delivers them, with their account and region', async () => {
    logs.groups.push(group([line(1), line(2), line(70 * minute)]));
    const { deliveries } = await pulled();
    const { records, rejections } = decode(deliveries);
    expect(rejections).toEqual([]);
    expect(records.map(({ deliveryId, time }) => [deliveryId, time])).toEqual(
      [line(1), line(2), line(70 * minute)].map(({ id, time }) => [id, time]),
    );
    expect(records[0]).toMatchObject({
      dialect: 'eks-audit',
      origin: { cloud: 'aws', account: '111122223333', region: 'eu-west-1', cluster: 'orders' },
    });
  });

  it.each<[readonly LogType[], readonly number[]]>([
    [
      ['audit', 'authenticator'],
      [0, 1],
    ],
    [['api'], [2]],
    [
      ['controllerManager', 'scheduler'],
      [3, 4, 5],
    ],
  ])('are read of the types %j only', async (types, expected) => {
    const streams = [
      'kube-apiserver-audit-',
      'authenticator-',
      'kube-apiserver-',
      'kube-controller-manager-',
      'cloud-controller-manager-',
      'kube-scheduler-',
      'something-new-',
    ];
    logs.groups.push(group(streams.map((stream, at) => line(at, stream))));
    const { events } = await pulled(logsAt(wire.url), { types });
    expect(events.map(({ time }) => time - start)).toEqual(expected);
  });

  it.each([true, false])(
    'are whole at the edges of slices, whether the end belongs to a range (%s)',
    async (belongs) => {
      logs.endBelongs = belongs;
      const lines = Array.from({ length: 120 }, (_, at) => line(at * minute));
      logs.groups.push(group(lines));
      expect((await pulled()).events.map(({ id }) => id)).toEqual(lines.map(({ id }) => id));
    },
  );

  it('go into deliveries of about a megabyte, each of one stream', async () => {
    const long = (at: number, stream?: string) => ({ ...line(at, stream), message: 'x'.repeat(400_000) });
    logs.groups.push(group([long(1), long(2), long(3), long(4), long(5, 'authenticator-')]));
    const { deliveries } = await pulled();
    expect(deliveries).toMatchObject([
      { logEvents: { length: 3 } },
      { logEvents: { length: 1 } },
      { logStream: `authenticator-${suffix}` },
    ]);
  });

  it.each([
    ['eu-west-1', 'arn:aws:logs:eu-west-1:111122223333:log-group:/aws/eks/orders/cluster'],
    ['cn-north-1', 'arn:aws-cn:logs:cn-north-1:111122223333:log-group:/aws/eks/orders/cluster'],
    ['us-gov-west-1', 'arn:aws-us-gov:logs:us-gov-west-1:111122223333:log-group:/aws/eks/orders/cluster'],
  ])('are asked for by ARN in %s where the account is known', async (region, arn) => {
    logs.groups.push(group([]));
    await pulled(logsAt(wire.url), { cluster: { ...orders, region, account: '111122223333' } });
    expect(logs.lastFilter().logGroupIdentifier).toBe(arn);
    expect(new Set(wire.asked())).toEqual(new Set(['FilterLogEvents']));
  });

  it('are of an unknown account where nobody may look it up', async () => {
    logs.groups.push(group([line(1)]));
    wire.breaksAt((_, operation) =>
      operation === 'DescribeLogGroups' ? answerOf(refusal('AccessDeniedException', 'no')) : undefined,
    );
    const [record] = decode((await pulled()).deliveries).records;
    expect(record?.origin).toMatchObject({ account: undefined, region: 'eu-west-1', cluster: 'orders' });
  });
});

describe('what goes wrong', () => {
  it('says how control-plane logging is turned on, where there is no log group', async () => {
    logs.groups.push({ ...group([]), name: '/aws/eks/orders/cluster-of-another-name' });
    await expect(pulled()).rejects.toThrow(
      /no log group \/aws\/eks\/orders\/cluster in eu-west-1[\s\S]*aws eks update-cluster-config --region eu-west-1 --name orders/,
    );
  });

  it.each([
    ['AccessDeniedException', 'logs:FilterLogEvents on /aws/eks/orders/cluster in eu-west-1 is needed'],
    ['ResourceNotFoundException', 'its control-plane logging is off'],
    ['UnrecognizedClientException', 'AWS takes no credentials from here'],
    ['ExpiredTokenException', 'aws sso login'],
    ['InvalidOperationException', 'cannot be read: InvalidOperationException: because'],
  ])('says after %s: %s', async (type, words) => {
    logs.groups.push(group([line(1)]));
    wire.breaksAt((_, operation) =>
      operation === 'FilterLogEvents' ? answerOf(refusal(type, 'because')) : undefined,
    );
    await expect(pulled()).rejects.toThrow(words);
  });

  it.each(['throttles', 'fails', 'closes', 'loses', 'hangs'] as const)(
    'loses nothing and gives nothing twice when the service %s at any page',
    async (fault) => {
      const lines = Array.from({ length: 12 }, (_, at) => line(at * 1000));
      logs.groups.push(group(lines));
      const client = logsAt(wire.url, { silenceMs: 100 });
      for (let broken = 1; broken < 7; broken++) {
        wire.breaksAt((place) => (place === broken ? fault : undefined));
        const { events, waits } = await pulled(client);
        expect(events.map(({ id }) => id)).toEqual(lines.map(({ id }) => id));
        expect(waits).toEqual([1000]);
      }
    },
  );

  it('begins a slice anew when a token has expired', async () => {
    const lines = Array.from({ length: 12 }, (_, at) => line(at * 1000));
    logs.groups.push(group(lines));
    wire.breaksAt((place) =>
      place === 3
        ? answerOf(refusal('InvalidParameterException', 'The specified nextToken is invalid.'))
        : undefined,
    );
    expect((await pulled()).events).toHaveLength(12);
  });

  it('is left to the SDK at first, which learns from throttling how fast it may go', async () => {
    logs.groups.push(group([line(1)]));
    wire.breaksAt((place) => (place === 1 ? 'throttles' : undefined));
    const { events, waits } = await pulled(logsAt(wire.url, { maxAttempts: 3 }));
    expect({ events: events.length, waits }).toEqual({ events: 1, waits: [] });
    expect(logsClient('eu-west-1').config.retryMode).toBe('adaptive');
  });

  it('is an event without an id or a time, which cannot be told from another', async () => {
    logs.groups.push(group([]));
    wire.breaksAt((place) =>
      place === 1 ? { status: 200, body: JSON.stringify({ events: [{ message: 'x' }] }) } : undefined,
    );
    await expect(pulled()).rejects.toThrow('no id or no time');
  });
});
