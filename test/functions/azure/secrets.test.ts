/** Key Vault, asked over the wire for what lies behind a reference. */
import { inspect } from 'node:util';
import { SecretClient } from '@azure/keyvault-secrets';
import { afterEach, describe, expect, it } from 'vitest';
import { clientLimits } from '../../../functions/azure/client.ts';
import { keyVault } from '../../../functions/azure/secrets.ts';
import { KlaxonError } from '../../../shared/errors.ts';
import { type ReceiverServer, receiverServer } from '../../alert/sinks/receiver-server.ts';
import { onLoopback } from '../../stand-ins/azure-clients.ts';

let server: ReceiverServer | undefined;
afterEach(() => server?.close());

const answer = (status: number, body: object) => ({
  status,
  headers: { 'content-type': 'application/json; charset=utf-8' },
  body: JSON.stringify(body),
});

const refusal = (status: number, code: string) =>
  answer(status, { error: { code, message: 'A secret with (name/id) slack was not found' } });

const opened = async () => {
  server = await receiverServer({
    takes: answer(200, { id: 'https://klaxon.vault.azure.net/secrets/slack/1', value: 'invented\n' }),
    refuses: refusal(404, 'SecretNotFound'),
    fails: refusal(500, 'InternalServerError'),
  });
  const store = server;
  const vaults: string[] = [];
  const secretOf = keyVault({
    clientAt: (url) => {
      vaults.push(url);
      const credential = {
        getToken: async () => ({ token: 'invented', expiresOnTimestamp: Date.now() + 3_600_000 }),
      };
      return new SecretClient(url, credential, { ...clientLimits, ...onLoopback(store.url) });
    },
    pause: async () => undefined,
    random: () => 1,
    mostAttempts: 1,
    timeoutMs: 2_000,
  });
  return { secretOf, server: store, vaults };
};

describe('a secret', () => {
  it('is asked for each time, in its vault and by its name', async () => {
    const { secretOf, server: store, vaults } = await opened();
    expect(await secretOf('azure:keyvault:klaxon/slack')).toBe('invented\n');
    await secretOf('azure:keyvault:klaxon/slack');
    await secretOf('azure:keyvault:other/teams');
    expect(store.received.map(({ path }) => path.replace(/\?.*/, ''))).toEqual([
      '/secrets/slack/',
      '/secrets/slack/',
      '/secrets/teams/',
    ]);
    expect(vaults).toEqual(['https://klaxon.vault.azure.net', 'https://other.vault.azure.net']);
  });

  it.each([
    ['refuses', 'SecretNotFound', false],
    ['fails', 'InternalServerError', true],
    ['closes', 'ECONNRESET', true],
    ['waits', 'ETIMEDOUT', true],
  ] as const)(
    'of a store that %s is a fault, %s, that may pass: %s, and does not name it',
    async (mood, name, retryable) => {
      const { secretOf, server: store } = await opened();
      store.be(mood);
      const fault = await secretOf('azure:keyvault:klaxon/slack').catch((thrown: unknown) => thrown);
      expect(fault).toBeInstanceOf(KlaxonError);
      expect(fault).toMatchObject({ message: `Key Vault cannot be used: ${name}`, retryable });
      expect(inspect(fault)).not.toContain('slack');
    },
  );

  it('that holds no text, or lies in another store, is a fault', async () => {
    const { secretOf, server: store } = await opened();
    store.be(answer(200, { id: 'https://klaxon.vault.azure.net/secrets/slack/1', value: ' \n' }));
    await expect(secretOf('azure:keyvault:klaxon/slack')).rejects.toThrow('holds no text');
    await expect(secretOf('gcp:secretmanager:slack')).rejects.toMatchObject({ retryable: false });
  });
});
