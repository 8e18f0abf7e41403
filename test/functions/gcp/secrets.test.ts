/** Secret Manager, asked over the wire for what lies behind a reference. */
import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { isInSecretManager, secretManager } from '../../../functions/gcp/secrets.ts';
import { KlaxonError } from '../../../shared/errors.ts';
import { type ReceiverServer, receiverServer } from '../../alert/sinks/receiver-server.ts';
import { askerOf, refusalOf } from '../../stand-ins/google.ts';

let server: ReceiverServer | undefined;
afterEach(() => server?.close());

const holding = (bytes: Uint8Array) => ({
  status: 200,
  body: JSON.stringify({
    name: 'projects/123456789012/secrets/slack/versions/3',
    payload: { data: Buffer.from(bytes).toString('base64') },
  }),
});

const opened = async () => {
  server = await receiverServer({
    takes: holding(Buffer.from('https://hooks.example.com/ü\n')),
    refuses: refusalOf(404, 'NOT_FOUND', 'no secret projects/example/secrets/slack'),
    fails: refusalOf(503, 'UNAVAILABLE', 'no slack'),
  });
  const origin = server.url.replace(/\/hook$/, '');
  return { secretOf: secretManager({ project: 'example', ask: askerOf(), origin }), server };
};

describe('a secret', () => {
  it('is asked for each time, by its name, in the project that is meant', async () => {
    const { secretOf, server: store } = await opened();
    expect(await secretOf('gcp:secretmanager:slack')).toBe('https://hooks.example.com/ü\n');
    await secretOf('gcp:secretmanager:slack');
    await secretOf('gcp:secretmanager:projects/other-project/secrets/slack');
    expect(store.received.map(({ path }) => path)).toEqual([
      '/v1/projects/example/secrets/slack/versions/latest:access',
      '/v1/projects/example/secrets/slack/versions/latest:access',
      '/v1/projects/other-project/secrets/slack/versions/latest:access',
    ]);
  });

  it.each([
    ['refuses', false],
    ['fails', true],
    ['closes', true],
  ] as const)(
    'of a store that %s is a fault that may pass: %s, and does not name it',
    async (mood, retryable) => {
      const { secretOf, server: store } = await opened();
      store.be(mood);
      const fault = await secretOf('gcp:secretmanager:slack').catch((thrown: unknown) => thrown);
      expect(fault).toBeInstanceOf(KlaxonError);
      expect(fault).toMatchObject({ code: 'settings', retryable });
      expect(inspect(fault)).not.toContain('slack');
    },
  );

  it.each([
    ['no version that has anything', { status: 200, body: '{"payload":{}}' }],
    ['nothing but spaces', holding(Buffer.from(' \n'))],
    ['bytes that are no text', holding(Buffer.from([0xff, 0xfe]))],
  ])('that has %s is a fault', async (_, mood) => {
    const { secretOf, server: store } = await opened();
    store.be(mood);
    await expect(secretOf('gcp:secretmanager:slack')).rejects.toThrow('holds no text');
  });

  it('that lies in another store is not asked for', async () => {
    const { secretOf, server: store } = await opened();
    await expect(secretOf('aws:secretsmanager:klaxon/slack')).rejects.toMatchObject({ retryable: false });
    expect(store.received).toEqual([]);
    expect(['gcp:secretmanager:a', 'aws:secretsmanager:a', 'env:A'].map(isInSecretManager)).toEqual([
      true,
      false,
      false,
    ]);
  });
});
