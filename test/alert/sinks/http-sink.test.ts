/** What a sink makes of its receiver's answers, and how it keeps its secret. */
import { describe, expect, it } from 'vitest';
import type { Alert } from '../../../shared/alert/alert.ts';
import { type HttpSinkOptions, httpSink, type Receiver } from '../../../shared/alert/sinks/http-sink.ts';
import { KlaxonError } from '../../../shared/errors.ts';
import type { HttpAnswer, HttpRequest } from '../../../shared/ports.ts';
import { exampleAlert } from '../example.ts';

const base = exampleAlert();
const alert = (id: string): Alert => ({ ...base, id });
const now = Date.UTC(2026, 0, 2, 12);

/** Sends the id, to the secret. */
const plain: Receiver = {
  atOnce: 1,
  requestOf: ({ id }, secret) => ({ url: `https://example.com/${secret}`, body: id }),
};

type Answerer = (request: HttpRequest) => HttpAnswer | Promise<HttpAnswer>;

const stand = (answer: Answerer, over: Partial<HttpSinkOptions> = {}) => {
  const asked: HttpRequest[] = [];
  const sink = httpSink({
    name: 'chat',
    receiver: plain,
    secret: 'env:CHAT',
    secretOf: async () => 's3cret',
    post: async (request) => {
      asked.push(request);
      return answer(request);
    },
    now: () => now,
    ...over,
  });
  const send = async (ids: readonly string[], deadline = now + 30_000) => {
    const failed = await sink.send(ids.map(alert), deadline);
    return failed.map(({ alert: { id }, reason, retryAfterMs, isUntried }) => ({
      id,
      message: reason.message,
      retryable: reason.retryable,
      ...(retryAfterMs !== undefined && { retryAfterMs }),
      ...(isUntried && { isUntried }),
    }));
  };
  return { send, asked };
};

const status = (code: number, over: Partial<HttpAnswer> = {}): HttpAnswer => ({
  status: code,
  text: '',
  ...over,
});

describe('an answer', () => {
  it.each([200, 202, 204, 299])('%i is a success', async (code) => {
    expect(await stand(() => status(code)).send(['a'])).toEqual([]);
  });

  it.each([408, 429, 500, 502, 503, 504])('%i may be another one later', async (code) => {
    const [fault] = await stand(() => status(code)).send(['a']);
    expect(fault).toEqual({ id: 'a', message: `the receiver answered ${code}`, retryable: true });
  });

  it.each([301, 307, 400, 401, 403, 404, 410, 413, 422])('%i is for good', async (code) => {
    const [fault] = await stand(() => status(code)).send(['a']);
    expect(fault).toEqual({ id: 'a', message: `the receiver answered ${code}`, retryable: false });
  });

  it('is told to a person in its own words, in a line, without the secret, and not at length', async () => {
    const text = `no\u001b[2J\nsuch hook: s3cret ${'x'.repeat(2000)}`;
    const [fault] = await stand(() => status(400, { text })).send(['a']);
    expect(fault?.message).toMatch(
      /^the receiver answered 400: no\\u001b\[2J\\u000asuch hook: \[secret\] x+ \[\d+ characters left out\]$/,
    );
    expect(fault?.message.length).toBeLessThan(350);
  });

  it.each([
    ['120', 120_000],
    ['Fri, 02 Jan 2026 12:00:30 GMT', 30_000],
    ['Fri, 02 Jan 2026 11:00:00 GMT', 0],
    ['soon', undefined],
    ['99999999999999', undefined],
  ])('that asks to wait, "%s", is heeded, and the others are not tried', async (retryAfter, wait) => {
    const { send, asked } = stand(() => status(429, { retryAfter }));
    const failed = await send(['a', 'b']);
    expect(failed.map(({ retryAfterMs }) => retryAfterMs)).toEqual([wait, wait]);
    expect(asked).toHaveLength(wait === undefined ? 2 : 1);
  });
});

describe('a secret', () => {
  it('is read once for as long as it is taken', async () => {
    let reads = 0;
    const { send, asked } = stand(() => status(200), {
      secretOf: async (reference) => {
        reads++;
        return `${reference.toLowerCase().replace(':', '-')}\n`;
      },
    });
    await send(['a', 'b']);
    await send(['c']);
    expect(reads).toBe(1);
    expect(new Set(asked.map(({ url }) => url))).toEqual(new Set(['https://example.com/env-chat']));
  });

  it('that was changed is read again where the old one is refused, and no alert is lost by it', async () => {
    let secret = 'old';
    const { send, asked } = stand(({ url }) => status(url.endsWith(secret) ? 200 : 403), {
      secretOf: async () => secret,
    });
    await send(['a']);
    secret = 'new';
    expect(await send(['b', 'c'])).toEqual([]);
    expect(asked.map(({ url, body }) => `${body} ${url}`)).toEqual([
      'a https://example.com/old',
      'b https://example.com/old',
      'b https://example.com/new',
      'c https://example.com/new',
    ]);
  });

  it('that is refused is read again once a round, however many alerts are refused', async () => {
    let reads = 0;
    const { send, asked } = stand(() => status(400), {
      secretOf: async () => {
        reads++;
        return 'same';
      },
    });
    expect(await send(['a', 'b', 'c'])).toHaveLength(3);
    expect([reads, asked.length]).toEqual([2, 3]);
  });

  it('that cannot be read is asked for again the next time', async () => {
    const answers = [
      Promise.reject(new KlaxonError('alert', 'the vault is shut', { retryable: true })),
      Promise.resolve('s3cret'),
    ];
    const { send, asked } = stand(() => status(200), {
      secretOf: () => answers.shift() ?? Promise.reject(new Error('asked too often')),
    });
    expect(await send(['a', 'b'])).toEqual([
      { id: 'b', message: 'the vault is shut', retryable: true, isUntried: true },
      { id: 'a', message: 'the vault is shut', retryable: true },
    ]);
    expect(await send(['b', 'a'])).toEqual([]);
    expect(asked).toHaveLength(2);
  });

  it('that cannot be read again leaves the refusal as the reason', async () => {
    const answers = [
      Promise.resolve('s3cret'),
      Promise.reject(new KlaxonError('alert', 'the vault is shut')),
    ];
    const { send } = stand(() => status(403), {
      secretOf: () => answers.shift() ?? Promise.reject(new Error('asked too often')),
    });
    expect(await send(['a'])).toEqual([{ id: 'a', message: 'the receiver answered 403', retryable: false }]);
  });
});

describe('an address', () => {
  it.each([
    'http://example.com/hook',
    'ftp://example.com/hook',
    'https://user:password@example.com/hook',
    'http://127.0.0.1.example.com/hook',
    'hooks.example.com',
    '',
  ])('that is not safe is not asked, nor repeated: "%s"', async (url) => {
    const receiver: Receiver = { ...plain, requestOf: () => ({ url, body: '' }) };
    const { send, asked } = stand(() => status(200), { receiver });
    const failed = await send(['a', 'b']);
    const message = 'the address of the receiver is no https:// address';
    expect(failed).toEqual(['a', 'b'].map((id) => ({ id, message, retryable: false })));
    expect(asked).toEqual([]);
  });
});

describe('a round', () => {
  it('gives each request its time, but not beyond the end', async () => {
    const { send, asked } = stand(() => status(200), { timeoutMs: 5000 });
    await send(['a'], now + 60_000);
    await send(['a'], now + 2000);
    expect(asked.map(({ timeoutMs }) => timeoutMs)).toEqual([5000, 2000]);
  });

  it('asks no more at once than the receiver likes', async () => {
    let [open, most] = [0, 0];
    const { send, asked } = stand(
      async () => {
        most = Math.max(most, ++open);
        await new Promise(setImmediate);
        open--;
        return status(200);
      },
      { receiver: { ...plain, atOnce: 3 } },
    );
    expect(await send(Array.from({ length: 20 }, (_, at) => String(at)))).toEqual([]);
    expect([most, new Set(asked.map(({ body }) => body)).size]).toEqual([3, 20]);
  });

  it('survives an alert that cannot be written, which alone is not given', async () => {
    const receiver: Receiver = {
      atOnce: 1,
      requestOf: (one, secret) => {
        if (one.id === 'a') throw new RangeError('nested too deep');
        return plain.requestOf(one, secret, now);
      },
    };
    const { send } = stand(() => status(200), { receiver });
    expect(await send(['a', 'b'])).toEqual([
      { id: 'a', message: 'could not be written for its receiver: nested too deep', retryable: false },
    ]);
  });
});
