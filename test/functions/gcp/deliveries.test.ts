/** What a failure means to each request: what comes again, what does not, and that nothing waits behind a poisonous message. */
import { describe, expect, it } from 'vitest';
import { gatherLimitsFor } from '../../../functions/gcp/deliveries.ts';
import { receiverOf } from '../../../functions/receiver.ts';
import { KlaxonError } from '../../../shared/errors.ts';
import { start } from '../story.ts';
import { played } from './played.ts';
import {
  bareOf,
  binaryEventOf,
  messageOf,
  type Post,
  pushOf,
  secretRead,
  structuredEventOf,
  taskOf,
} from './requests.ts';

const passing = new KlaxonError('state', 'throttled', { retryable: true });
const published = Date.parse('2026-01-02T03:00:01.250Z');

const entry = (name: string) => secretRead(0, name);
const push = (name: string, over = {}): Post => pushOf(messageOf(entry(name), over));

describe('messages', () => {
  it('that come at the same moment are dealt with together, each acknowledged when all are', async () => {
    const { sendAll, calls, arrivals, budgets, dealt } = played();
    expect(await sendAll([push('a'), push('b'), push('c')])).toEqual([204, 204, 204]);
    expect(calls).toEqual([['read-0-a', 'read-0-b', 'read-0-c']]);
    expect(arrivals).toEqual([published]);
    expect(budgets).toEqual([30_000]);
    expect(dealt.map(({ source, outcomes }) => [source, outcomes.length])).toEqual([['pubsub', 1]]);
  });

  it('are read however they are wrapped, and say when Pub/Sub took them', async () => {
    const { sendAll, calls, arrivals } = played();
    const posts = [
      bareOf(entry('a'), '1'),
      push('b', { messageId: '2' }),
      binaryEventOf(messageOf(entry('c'), { messageId: '3' })),
      structuredEventOf(messageOf(entry('d'), { messageId: '4' })),
    ];
    expect(await sendAll(posts)).toEqual([204, 204, 204, 204]);
    expect(calls).toEqual([['read-0-a', 'read-0-b', 'read-0-c', 'read-0-d']]);
    expect(arrivals).toEqual([published]);
  });

  it('may hold several records, without a wrapper or with one', async () => {
    const { sendAll, calls } = played();
    const lines = `${JSON.stringify(entry('a'))}\n${JSON.stringify(entry('b'))}\n`;
    const posts = [bareOf(lines, '1'), pushOf(messageOf(lines, { messageId: '2' }))];
    expect(await sendAll([...posts, bareOf(`[${lines.trim().replace('\n', ',')}]`, '3')])).toEqual([
      204, 204, 204,
    ]);
    expect(calls[0]).toEqual(['a', 'b', 'a', 'b', 'a', 'b'].map((name) => `read-0-${name}`));
  });

  it('are one order however they come', async () => {
    const { sendAll, calls } = played();
    const late = push('c', { publishTime: '2026-01-02T03:00:02Z', messageId: '1' });
    await sendAll([late, push('b', { messageId: '3' }), push('a', { messageId: '2' })]);
    await sendAll([push('a', { messageId: '2' }), late, push('b', { messageId: '3' })]);
    expect(calls[0]).toEqual(['read-0-a', 'read-0-b', 'read-0-c']);
    expect(calls[1]).toEqual(calls[0]);
  });

  it('that nobody can read are kept as rejected, and acknowledged', async () => {
    const { sendAll, rejected, calls } = played();
    const posts = [
      pushOf({ messageId: '1' }),
      pushOf({ data: 'not base64 !', messageId: '2' }),
      bareOf('{"cut":', '3'),
      bareOf('no JSON', '4'),
      { path: '/', headers: {}, body: Buffer.from([0x1f, 0x8b, 8, 0, 1, 2]) },
      { path: '/', headers: {}, body: '' },
      push('a', { messageId: '5' }),
    ];
    expect(await sendAll(posts)).toEqual(posts.map(() => 204));
    expect(rejected.map(({ reason }) => reason).toSorted()).toEqual([
      'not-base64',
      'not-gzip',
      'not-json',
      'unrecognised',
      'unrecognised',
    ]);
    expect(calls).toEqual([['read-0-a']]);
  });

  it('all come again where a store fails, and none is blamed', async () => {
    const { sendAll, rejected, logged } = played({ fails: () => passing });
    expect(await sendAll([push('a'), push('b')])).toEqual([503, 503]);
    expect(rejected).toEqual([]);
    expect(logged).toEqual([['warn', 'records of the stream come again: throttled']]);
  });

  it('come again where a store refuses for good, and somebody is told', async () => {
    const { sendAll, logged } = played({ fails: () => new KlaxonError('archive', 'forbidden') });
    expect(await sendAll([push('a')])).toEqual([503]);
    expect(logged.map(([level]) => level)).toEqual(['warn', 'error']);
  });

  it('do not wait behind one that makes the program fail, which is set aside', async () => {
    const { sendAll, calls, rejected } = played({
      fails: (ids) => (ids.includes('read-0-b') ? new TypeError('nobody thought of this') : undefined),
    });
    expect(await sendAll(['a', 'b', 'c'].map((name) => push(name)))).toEqual([204, 204, 204]);
    expect(calls.slice(1)).toEqual([['read-0-a'], ['read-0-b'], ['read-0-c']]);
    expect(rejected).toMatchObject([{ reason: 'unreadable', detail: 'nobody thought of this' }]);
  });

  it('that were done before a store failed are done, and those from there on come again', async () => {
    const { sendAll } = played({
      fails: (ids) =>
        ids.length > 1 ? new TypeError('one of them') : ids.includes('read-0-b') ? passing : undefined,
    });
    expect(await sendAll(['a', 'b', 'c'].map((name) => push(name)))).toEqual([204, 503, 503]);
  });

  it('do not wait once there are enough', async () => {
    const { send, calls } = played({ limits: { mostItems: 2 } });
    const answers = await Promise.all([send(push('a')), send(push('b'))]);
    expect(answers.map(({ status }) => status)).toEqual([204, 204]);
    expect(calls).toHaveLength(1);
  });

  it('are sent away where more are held than memory holds', async () => {
    const { send, sendAll } = played({ limits: { mostHeldBytes: 10_000 } });
    expect(await send({ path: '/', headers: {}, body: Buffer.alloc(10_001, ' ') })).toEqual({ status: 503 });
    expect(await sendAll([push('a')])).toEqual([204]);
  });
});

describe('a request', () => {
  it('of the clock is a task of its own, answered with what came of it', async () => {
    const { send, dealt } = played();
    expect(await send(taskOf('tick'))).toEqual({ status: 200, body: {} });
    expect(await send(taskOf('manifest'))).toEqual({ status: 200, body: { manifests: 1, objects: 2 } });
    expect(
      await send({ ...taskOf('whole-manifest'), headers: { 'x-cloud-trace-context': 'trace/1;o=1' } }),
    ).toEqual({
      status: 200,
      body: { manifests: 1, objects: 2 },
    });
    expect(await send(taskOf('dance'))).toEqual({ status: 404 });
    expect(dealt.map(({ source, requestId }) => [source, requestId])).toEqual([
      ['clock', ''],
      ['clock', ''],
      ['clock', 'trace'],
    ]);
  });

  it('that is none of these is not taken', async () => {
    const { send } = played();
    expect(await send(push('a'), 'GET')).toEqual({ status: 405, headers: { allow: 'POST' } });
    expect(await send({ ...push('a'), path: '/audit/edge' })).toEqual({ status: 404 });
    expect(await send({ ...push('a'), path: '/admin' })).toEqual({ status: 404 });
  });
});

describe('a function that everybody may call', () => {
  const receiver = receiverOf({
    senders: ['edge'],
    tokens: 'gcp:secretmanager:klaxon-receiver-',
    secretOf: async () => 'invented-token',
    now: () => start,
    warn: () => undefined,
  });
  const body = JSON.stringify({ kind: 'EventList', apiVersion: 'audit.k8s.io/v1', items: [] });

  it('takes batches of those who show their token, and nothing else at all', async () => {
    const { send, calls, dealt } = played({ receiver });
    const post = { path: '/audit/edge', headers: { authorization: 'Bearer invented-token' }, body };
    expect(await send(post)).toEqual({ status: 200 });
    expect(await send({ ...post, headers: {} })).toMatchObject({ status: 401 });
    expect(await send(push('a'))).toEqual({ status: 404 });
    expect(await send(taskOf('tick'))).toEqual({ status: 404 });
    expect(calls).toEqual([]);
    expect(dealt.map(({ source, outcomes }) => [source, outcomes.length])).toEqual([
      ['http', 1],
      ['http', 0],
      ['http', 0],
      ['http', 0],
    ]);
  });
});

describe('a group', () => {
  it('is at most half of what an instance takes at a time, and one at least', () => {
    expect([1000, 250, 3, 1].map((concurrency) => gatherLimitsFor(concurrency).mostItems)).toEqual([
      500, 125, 1, 1,
    ]);
  });
});
