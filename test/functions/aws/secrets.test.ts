/** Secrets Manager, asked over the wire for what lies behind a reference. */
import { inspect } from 'node:util';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterEach, describe, expect, it } from 'vitest';
import { sinkLimits } from '../../../functions/aws/alerts.ts';
import { secretsManager } from '../../../functions/aws/secrets.ts';
import { KlaxonError } from '../../../shared/errors.ts';
import { type ReceiverServer, receiverServer } from '../../alert/sinks/receiver-server.ts';

let server: ReceiverServer | undefined;
afterEach(() => server?.close());

const answer = (status: number, body: object) => ({
  status,
  headers: { 'content-type': 'application/x-amz-json-1.1' },
  body: JSON.stringify(body),
});

const opened = async () => {
  server = await receiverServer({
    takes: answer(200, { Name: 'klaxon/slack', SecretString: 'https://hooks.example.com/x\n' }),
    refuses: answer(400, { __type: 'ResourceNotFoundException', message: 'no klaxon/slack here' }),
    fails: answer(500, { __type: 'InternalServiceError', message: 'no' }),
  });
  const client = new SecretsManagerClient({
    ...sinkLimits,
    endpoint: server.url.replace(/\/hook$/, ''),
    region: 'eu-west-1',
    credentials: { accessKeyId: 'invented', secretAccessKey: 'invented' },
  });
  return { secretOf: secretsManager(client), server };
};

describe('a secret', () => {
  it('is asked for each time, by its name', async () => {
    const { secretOf, server: store } = await opened();
    expect(await secretOf('aws:secretsmanager:klaxon/slack')).toBe('https://hooks.example.com/x\n');
    await secretOf('aws:secretsmanager:klaxon/slack');
    expect(store.received.map(({ body }) => JSON.parse(body))).toEqual([
      { SecretId: 'klaxon/slack' },
      { SecretId: 'klaxon/slack' },
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
      const fault = await secretOf('aws:secretsmanager:klaxon/slack').catch((thrown: unknown) => thrown);
      expect(fault).toBeInstanceOf(KlaxonError);
      expect(fault).toMatchObject({ retryable });
      expect(inspect(fault)).not.toContain('klaxon/slack');
    },
  );

  it('that holds no text, or lies in another store, is a fault', async () => {
    const { secretOf, server: store } = await opened();
    store.be(answer(200, { SecretBinary: 'AA==' }));
    await expect(secretOf('aws:secretsmanager:klaxon/slack')).rejects.toThrow('holds no text');
    store.be(answer(200, { SecretString: ' \n' }));
    await expect(secretOf('aws:secretsmanager:klaxon/slack')).rejects.toThrow('holds no text');
    await expect(secretOf('gcp:secretmanager:slack')).rejects.toMatchObject({ retryable: false });
  });
});
