/** What a failure means to messages that are pulled: the same as to those that are pushed. */
import { describe, expect, it } from 'vitest';
import { KlaxonError } from '../../../shared/errors.ts';
import type { JsonObject } from '../../../shared/schema/json.ts';
import { played } from './played.ts';
import { messageOf, secretRead, taskOf } from './requests.ts';

describe('messages that are pulled', () => {
  const message = (name: string, messageId: string, over = {}): JsonObject =>
    messageOf(secretRead(0, name), { messageId, ...over });

  it('are dealt with as those that are pushed, and acknowledged when all are', async () => {
    const late = message('c', '3', { publishTime: '2026-01-02T02:59:59Z' });
    const { send, calls, arrivals, budgets, dealt, drains, acknowledged } = played({
      waiting: [[message('b', '2', { publishTime: '2026-01-02T02:59:58Z' })], [late]],
    });
    const body = { pulled: 2, acknowledged: 2, groups: 1, end: 'empty' };
    expect(await send(taskOf('drain'))).toEqual({ status: 200, body });
    expect(calls).toEqual([['read-0-b', 'read-0-c']]);
    expect(arrivals).toEqual([Date.parse('2026-01-02T02:59:58Z')]);
    expect(budgets).toEqual([30_000]);
    expect(acknowledged).toEqual(['2', '3']);
    expect(dealt.map(({ source, requestId }) => [source, requestId])).toEqual([['pubsub', '2']]);
    expect(drains).toEqual([{ ...body, milliseconds: 0, requestId: '' }]);
  });

  it('that nobody can read are kept as rejected, and acknowledged', async () => {
    const { send, rejected, acknowledged } = played({
      waiting: [[{ messageId: '1' }, { data: 'not base64 !', messageId: '2' }, message('a', '3')]],
    });
    expect(await send(taskOf('drain'))).toMatchObject({ status: 200 });
    expect(rejected.map(({ reason }) => reason)).toEqual(['unrecognised', 'not-base64']);
    expect(acknowledged.toSorted()).toEqual(['1', '2', '3']);
  });

  it('do not wait behind one that makes the program fail, which is set aside', async () => {
    const { send, rejected, acknowledged } = played({
      waiting: [[message('a', '1'), message('b', '2'), message('c', '3')]],
      fails: (ids) => (ids.includes('read-0-b') ? new TypeError('nobody thought of this') : undefined),
    });
    expect(await send(taskOf('drain'))).toMatchObject({ status: 200, body: { acknowledged: 3 } });
    expect(rejected).toMatchObject([{ reason: 'unreadable', detail: 'nobody thought of this' }]);
    expect(rejected[0]?.prefix).toContain(
      Buffer.from('{"insertId":"read-0-b"').toString('base64').slice(0, -4),
    );
    expect(acknowledged).toEqual(['1', '2', '3']);
  });

  it('all come again where a store fails, which the clock is told as well', async () => {
    const { send, acknowledged, logged } = played({
      waiting: [[message('a', '1'), message('b', '2')]],
      fails: () => new KlaxonError('state', 'throttled', { retryable: true }),
    });
    const body = { pulled: 2, acknowledged: 0, groups: 1, end: 'failed' };
    expect(await send(taskOf('drain'))).toEqual({ status: 503, body });
    expect(acknowledged).toEqual([]);
    expect(logged).toEqual([['warn', 'records of the stream come again: throttled']]);
  });

  it('cannot come where the subscription cannot be asked, and somebody is told', async () => {
    const refused = new KlaxonError('delivery', 'forbidden');
    const { send, logged, drains } = played({ waiting: [refused] });
    await expect(send(taskOf('drain'))).rejects.toBe(refused);
    expect(logged).toEqual([['error', 'the drain failed: forbidden']]);
    expect(drains).toMatchObject([{ end: 'failed', pulled: 0 }]);
  });

  it('are asked for only where there is a subscription', async () => {
    expect(await played().send(taskOf('drain'))).toEqual({ status: 404 });
  });
});
