/** What API servers post: who may, what is read, and what each is told. */
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type PostedBatch, type ReceiverOptions, receiverOf } from '../functions/receiver.ts';
import { KlaxonError } from '../shared/errors.ts';
import type { JsonObject } from '../shared/schema/json.ts';

const list = { kind: 'EventList', apiVersion: 'audit.k8s.io/v1', items: [{ auditID: 'a' }] };

const opened = (over: Partial<ReceiverOptions> = {}) => {
  const taken: (readonly [JsonObject, string])[] = [];
  const asked: string[] = [];
  const warned: string[] = [];
  const secrets: Record<string, string> = { 'env:T/edge': 'token-one', 'env:T/hub': 'token-hub' };
  let time = 0;
  const receive = receiverOf({
    senders: ['edge', 'hub'],
    tokens: 'env:T/',
    secretOf: async (reference) => {
      asked.push(reference);
      return secrets[reference] ?? '';
    },
    now: () => time,
    warn: (message) => warned.push(message),
    ...over,
  });
  const post = (over_: Partial<PostedBatch> & { readonly token?: string } = {}) => {
    const { token = 'token-one', headers, ...rest } = over_;
    return receive(
      {
        method: 'POST',
        path: '/audit/edge',
        body: Buffer.from(JSON.stringify(list)),
        headers: { authorization: `Bearer ${token}`, ...headers },
        ...rest,
      },
      async (eventList, cluster) => void taken.push([eventList, cluster]),
    );
  };
  const later = (milliseconds: number): void => {
    time += milliseconds;
  };
  return { receive, post, taken, asked, warned, secrets, later };
};

const minute = 60_000;

describe('a batch', () => {
  it('is taken with the token of its cluster, packed or not', async () => {
    const { post, taken } = opened();
    expect(await post()).toEqual({ status: 200 });
    const body = gzipSync(JSON.stringify(list));
    expect(await post({ body, headers: { 'content-encoding': 'gzip' } })).toEqual({ status: 200 });
    expect(await post({ headers: { 'content-encoding': ' Identity ' } })).toEqual({ status: 200 });
    expect(await post({ path: '/audit/hub', token: 'token-hub' })).toEqual({ status: 200 });
    expect(taken.map(([, cluster]) => cluster)).toEqual(['edge', 'edge', 'edge', 'hub']);
    expect(taken[0]?.[0]).toEqual(list);
  });

  it.each([
    ['no token', { headers: { authorization: undefined } }],
    ['another token', { token: 'token-two' }],
    ['the beginning of the token', { token: 'token-on' }],
    ['the token of another cluster', { token: 'token-hub' }],
    ['a cluster that is not known', { path: '/audit/elsewhere' }],
    ['a cluster that is the name of something else', { path: '/audit/constructor' }],
    ['a path that means another', { path: '/audit/..%2fedge' }],
    ['a path that cannot be read', { path: '/audit/%' }],
    ['another scheme', { headers: { authorization: 'Basic token-one' } }],
  ])('with %s is answered 401, and its body is not looked at', async (_, over) => {
    const { post, taken } = opened();
    expect(await post({ ...over, body: Buffer.from('{') })).toEqual({
      status: 401,
      headers: { 'www-authenticate': 'Bearer' },
    });
    expect(taken).toEqual([]);
  });

  it.each([
    ['no JSON', Buffer.from('{'), undefined],
    ['no text', Buffer.from([0xff, 0xfe]), undefined],
    ['a list', Buffer.from('[]'), undefined],
    ['another kind', Buffer.from('{"kind":"PodList","apiVersion":"v1","items":[]}'), undefined],
    ['no items', Buffer.from('{"kind":"EventList","apiVersion":"audit.k8s.io/v1"}'), undefined],
    ['nothing', Buffer.alloc(0), undefined],
    ['gzip that is none', Buffer.from('{}'), 'gzip'],
    ['gzip that is cut', gzipSync(JSON.stringify(list)).subarray(0, 20), 'gzip'],
    ['another encoding', gzipSync(JSON.stringify(list)), 'br'],
  ])('that holds %s is answered 400', async (_, body, encoding) => {
    const { post, taken } = opened();
    expect(await post({ body, headers: { 'content-encoding': encoding } })).toEqual({ status: 400 });
    expect(taken).toEqual([]);
  });

  it('that is too large, or would unfold to too much, is answered 413', async () => {
    const { post, taken } = opened({ maxBytes: 2000, maxUnfoldedBytes: 5000 });
    expect(await post({ body: Buffer.alloc(2001, 32) })).toEqual({ status: 413 });
    const bomb = gzipSync(Buffer.alloc(5001, 32));
    expect(await post({ body: bomb, headers: { 'content-encoding': 'gzip' } })).toEqual({ status: 413 });
    expect(taken).toEqual([]);
  });

  it('goes to a path of its own, by POST', async () => {
    const { post } = opened();
    expect(await post({ path: '/' })).toEqual({ status: 404 });
    expect(await post({ path: '/metrics' })).toEqual({ status: 404 });
    expect(await post({ method: 'GET' })).toEqual({ status: 405, headers: { allow: 'POST' } });
  });

  it('that cannot be dealt with now is asked for again, and the log says why', async () => {
    const { receive, warned } = opened();
    const request = {
      method: 'POST',
      path: '/audit/edge',
      headers: { authorization: 'Bearer token-one' },
      body: Buffer.from(JSON.stringify(list)),
    };
    const full = async () => {
      throw new KlaxonError('archive', 'full', { retryable: true });
    };
    expect(await receive(request, full)).toEqual({ status: 503, headers: { 'retry-after': '10' } });
    expect(warned).toEqual(['a batch comes again: full']);
    const broken = async () => {
      throw new TypeError('a fault of ours');
    };
    await expect(receive(request, broken)).rejects.toThrow('a fault of ours');
  });
});

describe('a token', () => {
  it('is read once, and again when it has been held for a while', async () => {
    const { post, asked, later, secrets } = opened();
    await post();
    await post();
    expect(asked).toEqual(['env:T/edge']);
    secrets['env:T/edge'] = 'token-new';
    later(4 * minute);
    expect((await post()).status).toBe(200);
    later(minute);
    expect((await post()).status).toBe(401);
    expect(asked).toHaveLength(2);
  });

  it('that is new is found at once, but not looked up for each of a flood of wrong ones', async () => {
    const { post, asked, later, secrets } = opened();
    await post();
    secrets['env:T/edge'] = 'token-new token-one\n';
    later(minute);
    expect((await post({ token: 'token-new' })).status).toBe(200);
    expect((await post({ token: 'token-one' })).status).toBe(200);
    for (let wrong = 0; wrong < 100; wrong++) await post({ token: `wrong-${wrong}` });
    expect(asked).toHaveLength(2);
  });

  it('that cannot be read lets nobody in, and asks to come again', async () => {
    const { post, taken } = opened({
      secretOf: () => Promise.reject(new KlaxonError('settings', 'away', { retryable: true })),
    });
    expect((await post()).status).toBe(503);
    expect(taken).toEqual([]);
  });

  it('that is empty is no token', async () => {
    const { post } = opened({ secretOf: async () => '  \n' });
    expect((await post({ headers: { authorization: 'Bearer ' } })).status).toBe(401);
    expect((await post({ token: 'x' })).status).toBe(401);
  });
});
