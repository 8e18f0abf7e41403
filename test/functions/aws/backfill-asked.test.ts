/** What a person asks the clock's function for: what is refused, how far it comes in its time, and that it ends. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type BackfillAnswer, backfillAsked } from '../../../functions/aws/pull/backfill.ts';
import { decode } from '../../../shared/decode/decode.ts';
import { emptyAccount } from '../../../shared/pipeline.ts';
import type { JsonObject } from '../../../shared/schema/json.ts';
import { settingsOf } from '../../../shared/settings/read-settings.ts';
import { memoryState } from '../../../shared/state/memory-state.ts';
import { type FakeLogs, logsAt, openLogs } from '../../stand-ins/cloudwatch-logs.ts';
import { group, line, minute, start } from './orders.ts';

let logs: FakeLogs;
beforeAll(async () => {
  logs = await openLogs();
});
afterAll(() => logs.close());
beforeEach(() => {
  logs.groups.splice(0);
});

const settings = settingsOf(
  'klaxon.config.yaml',
  `clusters:
  - { cloud: aws, name: orders, account: "111122223333", region: eu-west-1 }
  - { cloud: aws, name: shop, account: "111122223333", region: eu-west-1, logGroup: /platform/shop }
  - { cloud: aws, name: far, account: "111122223333", region: us-east-1 }
  - { cloud: aws, name: theirs, account: "444455556666", region: eu-west-1 }
`,
);

const request = {
  klaxon: 'backfill',
  cluster: 'orders',
  since: '2026-03-14T09:00Z',
  until: '2026-03-14T10:00:00Z',
};
/** Five hours after the lines. */
const clock = start + 300 * minute;

interface Asking {
  readonly ask: (over?: JsonObject, timeMs?: number) => Promise<BackfillAnswer>;
  readonly deliveries: unknown[];
  readonly budgets: (number | undefined)[];
}

const asking = (now = () => clock): Asking => {
  const state = memoryState(now);
  const deliveries: unknown[] = [];
  const budgets: (number | undefined)[] = [];
  const options = {
    settings,
    place: { account: '111122223333', region: 'eu-west-1' },
    client: logsAt(logs.url),
    state,
    pipeline: {
      process: async (delivery: unknown, arrival: { readonly alertBudgetMs?: number | undefined } = {}) => {
        deliveries.push(delivery);
        budgets.push(arrival.alertBudgetMs);
        return { account: emptyAccount(), archived: 0, alerts: 0, sinks: [], unrouted: 0 };
      },
    },
    now,
    pause: async () => undefined,
  };
  return {
    deliveries,
    budgets,
    ask: async (over = {}, timeMs = 900_000) => {
      const { answer } = await backfillAsked({ ...request, ...over }, now() + timeMs, options);
      return answer as BackfillAnswer;
    },
  };
};

describe('a backfill that is asked for', () => {
  const lines = [
    line(0),
    line(minute, 'authenticator-'),
    line(2 * minute, 'kube-scheduler-'),
    line(59 * minute),
    line(60 * minute),
  ];

  it('takes what the usual logs held in that time, of the account and region that the function is in', async () => {
    logs.groups.push(group(lines));
    const { ask, deliveries, budgets } = asking();
    expect(await ask()).toEqual({ isDone: true, settled: '2026-03-14T10:00:00.000Z', lines: 3 });
    const { records } = decode(deliveries);
    expect(records.map(({ dialect }) => dialect)).toEqual(['eks-audit', 'eks-authenticator', 'eks-audit']);
    expect(records[0]?.origin).toMatchObject({
      cloud: 'aws',
      account: '111122223333',
      region: 'eu-west-1',
      cluster: 'orders',
    });
    expect(budgets.every((budget) => budget === 30_000)).toBe(true);
  });

  it('takes other logs where they are named, and reads the log group that the settings name', async () => {
    logs.groups.push({ ...group(lines), name: '/platform/shop' });
    const { ask, deliveries } = asking();
    expect(await ask({ cluster: 'shop', streams: ['scheduler'] })).toMatchObject({ lines: 1 });
    expect(deliveries).toHaveLength(1);
    // No right to look it up is needed: the function knows its own account.
    expect(logs.lastFilter()).toMatchObject({ logGroupName: '/platform/shop' });
  });

  it('begins nothing where too little time is left to end it, and says that it is not done', async () => {
    logs.groups.push(group(lines));
    const { ask, deliveries } = asking();
    expect(await ask({}, 60_000)).toEqual({
      isDone: false,
      settled: '2026-03-14T09:00:00.000Z',
      lines: 0,
    });
    expect(deliveries).toEqual([]);
    expect(await ask()).toMatchObject({ isDone: true, lines: 3 });
    expect(await ask()).toMatchObject({ isDone: true, lines: 0 });
  });

  it('holds no more than a few thousand lines at a time', async () => {
    const busy = Array.from({ length: 12_000 }, (_, at) => ({ ...line(at), message: '{}' }));
    logs.groups.push(group(busy));
    logs.pageSizes = [2_000];
    const { ask, deliveries } = asking();
    expect(await ask()).toMatchObject({ isDone: true, lines: 12_000 });
    const sizes = deliveries.map((delivery) => decode(delivery).records.length);
    expect(Math.max(...sizes)).toBeLessThan(8_000);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(12_000);
  });

  it.each<readonly [string, JsonObject, string]>([
    ['a cluster that the settings do not name', { cluster: 'order' }, 'did you mean "orders"?'],
    ['a cluster of another region', { cluster: 'far' }, 'no cluster "far" of 111122223333 in eu-west-1'],
    ['a cluster of another account', { cluster: 'theirs' }, 'no cluster "theirs"'],
    ['a time that is none', { since: 'yesterday' }, 'since: expected a time such as 2026-03-14T09:00Z'],
    ['a day that no month has', { since: '2026-13-01' }, 'is not before'],
    ['an end before the beginning', { until: '2026-03-14' }, '2026-03-14T09:00Z is not before 2026-03-14'],
    ['an end that lines may still arrive before', { until: '2026-03-14T13:46Z' }, 'the latest now is'],
    ['a log that EKS does not have', { streams: ['audits'] }, 'streams.0: '],
    ['what it does not know', { region: 'us-east-1' }, 'region: '],
  ])('refuses %s, and says so', async (_, over, message) => {
    const { ask, deliveries } = asking();
    await expect(ask(over)).rejects.toThrow(message);
    expect(deliveries).toEqual([]);
  });

  it('says where there is no log group', async () => {
    await expect(asking().ask()).rejects.toThrow(
      'there is no log group /aws/eks/orders/cluster in eu-west-1',
    );
  });
});
