/** A subscription that is asked: what it brings, what it is told, and what it means when it does not answer. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { subscriptionOf } from '../../../functions/gcp/subscription.ts';
import { askerOf } from '../../stand-ins/google.ts';
import { type FakePubsub, openPubsub, wireToPubsub } from '../../stand-ins/pubsub.ts';
import type { Wire } from '../../stand-ins/wire.ts';
import { messageOf } from './requests.ts';

let queue: FakePubsub;
let wire: Wire;
beforeEach(async () => {
  queue = await openPubsub();
  wire = await wireToPubsub(queue.url);
});
afterEach(async () => {
  await wire.close();
  await queue.close();
});
const opened = ({ maxAttempts = 1, silenceMs = 60_000 } = {}) =>
  subscriptionOf({
    subscription: queue.subscription,
    ask: askerOf({ maxAttempts, silenceMs }),
    origin: wire.url,
  });

describe('a subscription', () => {
  it('brings the messages that wait, and not those again that it is told of', async () => {
    const messages = [messageOf('a'), messageOf('b')];
    queue.put(messages);
    const pulled = await opened().pull();
    expect(pulled.map(({ message }) => message)).toEqual(messages);
    expect(new Set(pulled.map(({ ackId }) => ackId)).size).toBe(2);
    await opened().acknowledge(pulled.slice(0, 1).map(({ ackId }) => ackId));
    queue.lapse();
    expect(queue.left()).toEqual(messages.slice(1));
  });

  it('is asked not to wait for what may come', async () => {
    expect(await opened().pull()).toEqual([]);
  });

  it('is told of so many at a time that a request is no larger than it takes', async () => {
    queue.put(Array.from({ length: 2500 }, () => messageOf('a')));
    const subscription = opened();
    const ids: string[] = [];
    while (ids.length < 2500) ids.push(...(await subscription.pull()).map(({ ackId }) => ackId));
    const before = queue.named().length;
    await subscription.extend(ids);
    await subscription.acknowledge(ids);
    expect(queue.named().slice(before)).toEqual([
      ['modifyAckDeadline', 1000],
      ['modifyAckDeadline', 1000],
      ['modifyAckDeadline', 500],
      ['acknowledge', 1000],
      ['acknowledge', 1000],
      ['acknowledge', 500],
    ]);
    queue.lapse();
    expect(queue.left()).toEqual([]);
  });

  it('is asked again where it has no time just now, and fails for now where it never has', async () => {
    queue.put([messageOf('a')]);
    wire.breaksAt((place) => (place === 0 ? 'throttles' : undefined));
    expect(await opened({ maxAttempts: 2 }).pull()).toHaveLength(1);
    wire.breaksAt(() => 'fails');
    await expect(opened().pull()).rejects.toMatchObject({
      code: 'delivery',
      retryable: true,
      message: `the subscription ${queue.subscription} cannot be used: UNAVAILABLE: UNAVAILABLE`,
    });
  });

  it('that is not answered for fails for now', async () => {
    wire.breaksAt(() => 'hangs');
    await expect(opened({ silenceMs: 50 }).pull()).rejects.toMatchObject({
      code: 'delivery',
      retryable: true,
    });
  });

  it('fails for good where it may not be asked', async () => {
    const body = JSON.stringify({ error: { code: 403, message: 'no', status: 'PERMISSION_DENIED' } });
    wire.breaksAt(() => ({ status: 403, body }));
    await expect(opened().pull()).rejects.toMatchObject({ code: 'delivery', retryable: false });
  });

  it.each(['{}', '[]', '{"receivedMessages":[{},{"ackId":"1"},{"message":{}},7]}'])(
    'brings nothing where the answer is %s',
    async (body) => {
      wire.breaksAt(() => ({ status: 200, body }));
      expect(await opened().pull()).toEqual([]);
    },
  );
});
