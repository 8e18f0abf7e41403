/** Who asks when logs of Azure are pulled: whoever is signed in, or an emulator's key; and what is said where it is nobody. */
import { AggregateAuthenticationError, CredentialUnavailableError } from '@azure/identity';
import { describe, expect, it } from 'vitest';
import { namespaceIn, openContainer, openHub, pullAsker } from '../../../functions/azure/pull/access.ts';
import { hubName } from './hub.ts';

const hub =
  'Endpoint=sb://localhost:5672/;SharedAccessKeyName=a;SharedAccessKey=b;UseDevelopmentEmulator=true;';
const storage = 'DefaultEndpointsProtocol=http;AccountName=invented;AccountKey=aW52ZW50ZWQ=;';

describe('who pulls', () => {
  it('has the keys of emulators that variables hold, by what they are for', () => {
    const asker = pullAsker(['A', 'B'], {
      A: storage,
      B: hub,
      AZURE_STORAGE_CONNECTION_STRING: 'AccountName=x;AccountKey=y',
    });
    expect(asker).toMatchObject({ hub, emulator: { account: 'invented', key: 'aW52ZW50ZWQ=' } });
    expect(pullAsker([], { AZURE_STORAGE_CONNECTION_STRING: 'AccountName=x;AccountKey=y' })).toMatchObject({
      hub: undefined,
      emulator: undefined,
    });
    expect(namespaceIn(hub)).toBe('localhost');
  });

  it.each([undefined, '', 'secret'])(
    'is refused a variable that holds %j, and its value is not repeated',
    (value) => {
      expect(() => pullAsker(['HUB'], { HUB: value })).toThrow(
        /^--connection-string-from HUB: that environment variable holds no connection string of Event Hubs or of a storage account$/,
      );
    },
  );

  const unavailable = new CredentialUnavailableError('Please run az login.');

  it.each([unavailable, new AggregateAuthenticationError([unavailable], 'All of them failed.')])(
    'is told to sign in, after %s',
    async (thrown) => {
      const asker = {
        ...pullAsker([], {}),
        credential: {
          getToken: () => Promise.reject(thrown),
        },
      };
      const told = /Azure takes no credentials from here\. Sign in: az login\./;
      await expect(openHub(hubName, asker)).rejects.toMatchObject({
        code: 'source',
        retryable: false,
        message: expect.stringMatching(told),
      });
      await expect(
        openContainer(new URL('https://orders.blob.core.windows.net/insights-logs-guard'), asker),
      ).rejects.toThrow(told);
    },
  );

  it('asks for a token for each service, and for none where there is an emulator', async () => {
    const scopes: string[] = [];
    const asker = {
      ...pullAsker(['A'], { A: storage }),
      credential: {
        getToken: async (scope: string | string[]) => {
          scopes.push(...[scope].flat());
          return { token: 'invented', expiresOnTimestamp: Number.MAX_SAFE_INTEGER };
        },
      },
    };
    const name = { ...hubName, namespace: 'orders.servicebus.windows.net' };
    const client = await openHub(name, asker);
    expect([client.fullyQualifiedNamespace, client.eventHubName]).toEqual([name.namespace, name.hub]);
    await client.close();
    await openContainer(new URL('https://orders.blob.core.windows.net/insights-logs-guard'), asker);
    await openContainer(new URL('http://127.0.0.1:10000/invented/insights-logs-guard'), asker);
    expect(scopes).toEqual(['https://eventhubs.azure.net/.default', 'https://storage.azure.com/.default']);
  });
});
