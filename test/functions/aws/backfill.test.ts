/** A backfill of an EKS cluster, as a function does it: in pieces, and dying at every step. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { backfillEks, type EksBackfillPorts } from '../../../functions/aws/pull/backfill.ts';
import { decode } from '../../../shared/decode/decode.ts';
import { KlaxonError } from '../../../shared/errors.ts';
import { memoryState } from '../../../shared/state/memory-state.ts';
import { type FakeLogs, logsAt, openLogs } from '../../stand-ins/cloudwatch-logs.ts';
import { group, line, minute, orders, start, usual } from './orders.ts';

let logs: FakeLogs;
beforeAll(async () => {
  logs = await openLogs();
});
afterAll(() => logs.close());
beforeEach(() => {
  logs.groups.splice(0);
});

describe('a backfill', () => {
  const lines = Array.from({ length: 40 }, (_, at) => line(at * 2 * minute));
  const request = { cluster: orders, types: usual, since: start, until: start + 60 * minute };
  const within = lines.filter(({ time }) => time < request.until).map(({ id }) => id);

  const idsIn = (delivery: unknown): readonly string[] =>
    decode(delivery).records.map(({ deliveryId }) => deliveryId ?? '');

  const ports = (deliveries: unknown[], more: Partial<EksBackfillPorts> = {}): EksBackfillPorts => ({
    client: logsAt(logs.url),
    state: memoryState(() => start),
    process: async (delivery) => deliveries.push(delivery),
    now: () => start + 300 * minute,
    pause: async () => undefined,
    signal: new AbortController().signal,
    ...more,
  });

  it('processes all of its time, once, and knows that it has', async () => {
    logs.groups.push(group(lines));
    const deliveries: unknown[] = [];
    const own = ports(deliveries);
    expect(await backfillEks(request, own)).toEqual({
      isDone: true,
      settled: request.until,
      events: within.length,
    });
    expect(await backfillEks(request, own)).toEqual({ isDone: true, settled: request.until, events: 0 });
    expect(deliveries.flatMap(idsIn)).toEqual(within);
  });

  it('leaves for later what may still arrive', async () => {
    logs.groups.push(group(lines));
    const deliveries: unknown[] = [];
    const own = ports(deliveries, { now: () => start + 40 * minute });
    expect(await backfillEks(request, own)).toMatchObject({ isDone: false, settled: start + 25 * minute });
    expect(await backfillEks(request, { ...own, now: () => start + 75 * minute })).toMatchObject({
      isDone: true,
    });
    expect(deliveries.flatMap(idsIn)).toEqual(within);
  });

  it('stops between two slices when its time is over, and goes on from there when it is called again', async () => {
    logs.groups.push(group(lines));
    const deliveries: unknown[] = [];
    const own = ports(deliveries);
    let calls = 0;
    for (let isDone = false; !isDone; calls++) {
      const stop = new AbortController();
      const process = async (delivery: unknown): Promise<void> => {
        deliveries.push(delivery);
        stop.abort();
      };
      ({ isDone } = await backfillEks(request, { ...own, process, signal: stop.signal }));
    }
    expect(calls).toBeGreaterThan(2);
    expect(deliveries.flatMap(idsIn)).toEqual(within);
  });

  it('that dies at any request or in any processing repeats the same delivery, and no other', async () => {
    logs.groups.push(group(lines));
    const whole: unknown[] = [];
    await backfillEks(request, ports(whole));
    for (let death = 0; death < 30; death++) {
      const deliveries: unknown[] = [];
      let step = 0;
      const live = (): void => {
        if (step++ === death) throw new KlaxonError('archive', 'killed');
      };
      const state = memoryState(() => start);
      const mortal: EksBackfillPorts = ports(deliveries, {
        process: async (delivery) => {
          live();
          deliveries.push(delivery);
          live();
        },
        state: {
          ...state,
          update: async (...words) => {
            live();
            const answer = await state.update(...words);
            live();
            return answer;
          },
        },
      });
      const died = await backfillEks(request, mortal).then(
        () => false,
        () => true,
      );
      expect(await backfillEks(request, { ...mortal, state })).toMatchObject({ isDone: true });
      expect(deliveries.length - whole.length).toBeLessThanOrEqual(died ? 1 : 0);
      expect(new Set(deliveries.map((delivery) => JSON.stringify(delivery)))).toEqual(
        new Set(whole.map((delivery) => JSON.stringify(delivery))),
      );
    }
  });

  it('fails where the logs cannot be read', async () => {
    await expect(backfillEks(request, ports([]))).rejects.toThrow('no log group');
  });
});
