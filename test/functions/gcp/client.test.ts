/** How Google's APIs are asked over the wire, and which of their faults are worth another try. */
import { GoogleAuth, JWT } from 'google-auth-library';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  apiClient,
  clientLimits,
  faultOf,
  jsonIn,
  originOf,
  ownTokens,
  statusOf,
  wasAnswered,
} from '../../../functions/gcp/client.ts';
import { type ReceiverServer, receiverServer } from '../../alert/sinks/receiver-server.ts';

const refusal = (status: number, name: string) => ({
  status,
  body: JSON.stringify({ error: { code: status, message: 'in words', status: name } }),
});

describe('an API', () => {
  let server: ReceiverServer | undefined;
  afterEach(() => server?.close());

  const opened = async (timeoutMs = 10_000) => {
    const far = await receiverServer();
    server = far;
    const pauses: number[] = [];
    const ask = apiClient({
      ...clientLimits,
      tokenOf: async () => 'invented',
      timeoutMs,
      pause: async (milliseconds) => void pauses.push(milliseconds),
      random: () => 0.5,
    });
    const failed = (): Promise<unknown> =>
      ask({ method: 'GET', url: far.url }).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
    return { far, ask, pauses, failed };
  };

  it('is told who asks, and gets objects as JSON and bytes as they are', async () => {
    const { far, ask } = await opened();
    await ask({ method: 'POST', url: far.url, body: { text: 'ü' } });
    const answer = await ask({
      method: 'PUT',
      url: far.url,
      headers: { 'content-type': 'text/plain' },
      body: Buffer.from('plain'),
    });
    expect(
      far.received.map(({ body, headers }) => [body, headers['content-type'], headers.authorization]),
    ).toEqual([
      ['{"text":"ü"}', 'application/json', 'Bearer invented'],
      ['plain', 'text/plain', 'Bearer invented'],
    ]);
    expect([answer.status, Buffer.from(answer.body).toString()]).toEqual([200, 'ok']);
  });

  it.each([
    [429, 'RESOURCE_EXHAUSTED'],
    [500, 'INTERNAL'],
    [503, 'UNAVAILABLE'],
    [408, 'DEADLINE_EXCEEDED'],
    [403, 'rateLimitExceeded'],
  ])('that answers %i, %s, is asked again, a little later each time', async (status, name) => {
    const { far, failed, pauses } = await opened();
    far.be(refusal(status, name));
    const fault = faultOf('state', 'it cannot be used', await failed());
    expect(fault).toMatchObject({ retryable: true, message: `it cannot be used: ${name}: in words` });
    expect(far.received).toHaveLength(4);
    expect(pauses).toEqual([75, 150, 300]);
  });

  it.each([
    [400, 'INVALID_ARGUMENT'],
    [401, 'UNAUTHENTICATED'],
    [403, 'PERMISSION_DENIED'],
    [404, 'NOT_FOUND'],
    [409, 'ALREADY_EXISTS'],
    [412, 'FAILED_PRECONDITION'],
  ])('that answers %i, %s, has said no', async (status, name) => {
    const { far, failed } = await opened();
    far.be(refusal(status, name));
    const thrown = await failed();
    expect(faultOf('state', 'it', thrown)).toMatchObject({ code: 'state', retryable: false });
    expect([statusOf(thrown), wasAnswered(thrown)]).toEqual([status, true]);
    expect(far.received).toHaveLength(1);
  });

  it.each([
    [{ status: 404, body: '[{"error":{"status":"NOT_FOUND","message":"m"}}]' }, 'NOT_FOUND: m'],
    [
      { status: 412, body: '{"error":{"errors":[{"reason":"conditionNotMet"}],"message":"m"}}' },
      'conditionNotMet: m',
    ],
    [{ status: 400, body: '{"error":"text"}' }, 'HTTP 400: {"error":"text"}'],
  ])('names its fault in a form of its own: %#', async (answer, told) => {
    const { far, failed } = await opened();
    far.be(answer);
    expect(faultOf('archive', 'it', await failed()).message).toBe(`it: ${told}`);
  });

  it('that another writer came to first is not asked the same again, though all of it may be tried again', async () => {
    const { far, failed } = await opened();
    far.be(refusal(409, 'ABORTED'));
    expect(faultOf('state', 'it', await failed()).retryable).toBe(true);
    expect(far.received).toHaveLength(1);
  });

  it('answers JSON, and what should have been JSON may be so the next time', async () => {
    const { far, ask } = await opened();
    far.be({ status: 200, body: '{"a":1}' });
    expect(jsonIn(await ask({ method: 'GET', url: far.url }))).toEqual({ a: 1 });
    far.be({ status: 200, body: '{"a":' });
    const thrown = await ask({ method: 'GET', url: far.url })
      .then(jsonIn)
      .catch((fault: unknown) => fault);
    expect(faultOf('state', 'it', thrown)).toMatchObject({ retryable: true });
  });

  it('may answer with what is no JSON, which is told as far as a person reads it', async () => {
    const { far, failed } = await opened();
    far.be({ status: 404, body: `<html>${'x'.repeat(5000)}` });
    const { message } = faultOf('state', 'it', await failed());
    expect(message).toMatch(/^it: HTTP 404: <html>x+$/);
    expect(message.length).toBeLessThan(1100);
  });

  it.each(['closes', 'waits'] as const)('that %s has not answered, and may yet', async (mood) => {
    const { far, failed } = await opened(mood === 'waits' ? 200 : undefined);
    far.be(mood);
    const thrown = await failed();
    expect(faultOf('alert', 'it', thrown).retryable).toBe(true);
    expect([wasAnswered(thrown), far.received.length]).toEqual([false, 4]);
  });

  it('that nobody may ask is not asked', async () => {
    let asked = 0;
    const ask = apiClient({
      ...clientLimits,
      tokenOf: () => {
        asked++;
        return Promise.reject(new Error('Could not load the default credentials.'));
      },
      pause: async () => undefined,
      random: () => 0,
    });
    const thrown = await ask({ method: 'GET', url: 'http://127.0.0.1:9' }).catch((fault: unknown) => fault);
    expect(faultOf('settings', 'it', thrown).retryable).toBe(false);
    expect(asked).toBe(1);
  });

  it('that sends elsewhere is not followed there with a token', async () => {
    const { far, failed } = await opened();
    far.be({ status: 302, headers: { location: `${far.url}/elsewhere` } });
    expect(await failed()).toBeInstanceOf(Error);
    expect(new Set(far.received.map(({ path }) => path))).toEqual(new Set(['/hook']));
  });
});

describe('who asks', () => {
  let metadata: ReceiverServer | undefined;
  afterEach(async () => {
    vi.unstubAllEnvs();
    await metadata?.close();
  });

  /** Asks as on Cloud Run: a metadata server says who one is, and nothing else does. */
  const asking = async (mood: Parameters<ReceiverServer['be']>[0]) => {
    metadata = await receiverServer();
    metadata.be(mood);
    const { url, received } = metadata;
    vi.stubEnv('GCE_METADATA_HOST', new URL(url).host);
    // By which a service knows where it runs: https://cloud.google.com/run/docs/container-contract#env-vars
    vi.stubEnv('K_SERVICE', 'klaxon-test-deliveries');
    for (const name of [
      'METADATA_SERVER_DETECTION',
      'GOOGLE_APPLICATION_CREDENTIALS',
      'GOOGLE_CLOUD_PROJECT',
    ])
      vi.stubEnv(name, undefined);
    vi.stubEnv('HOME', '/nowhere');
    const tokenOf = ownTokens('klaxon-example');
    const limits = { mostAttempts: 1, timeoutMs: 200 };
    const ask = apiClient({ ...limits, tokenOf, pause: async () => undefined, random: () => 0 });
    return { tokenOf, ask: () => ask({ method: 'GET', url: 'http://127.0.0.1:9' }), received };
  };

  it('is who the metadata server says, which is asked once, and for nothing else', async () => {
    const token = { access_token: 'invented', expires_in: 3600, token_type: 'Bearer' };
    const headers = { 'metadata-flavor': 'Google', 'content-type': 'application/json' };
    const { tokenOf, received } = await asking({ status: 200, headers, body: JSON.stringify(token) });
    expect(await Promise.all([tokenOf(), tokenOf()])).toEqual(['invented', 'invented']);
    expect(await tokenOf()).toBe('invented');
    expect(received.map(({ path }) => /\/token\b/.test(path))).toEqual([true]);
  });

  it('is waited for no longer than for an answer', async () => {
    const { ask } = await asking('waits');
    const thrown = await ask().catch((fault: unknown) => fault);
    expect(faultOf('state', 'it', thrown)).toMatchObject({
      retryable: true,
      message: expect.stringContaining('TimeoutError'),
    });
  });

  it('is nobody who has a key in a file', async () => {
    const authClient = new JWT({ email: 'klaxon@example.com', key: 'invented' });
    const thrown = await ownTokens('klaxon-example', new GoogleAuth({ authClient }))().catch(
      (fault: unknown) => fault,
    );
    expect(faultOf('state', 'it', thrown)).toMatchObject({
      retryable: false,
      message: 'it: Error: a key file of a service account is not used',
    });
  });
});

it('a service is at Google, or where the variables of its emulator say', () => {
  const environment = { FIRESTORE_EMULATOR_HOST: '127.0.0.1:1', STORAGE_EMULATOR_HOST: 'http://127.0.0.1:2' };
  expect(['firestore', 'storage', 'pubsub'].map((service) => originOf(service, environment))).toEqual([
    'http://127.0.0.1:1',
    'http://127.0.0.1:2',
    'https://pubsub.googleapis.com',
  ]);
});
