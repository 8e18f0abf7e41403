/** All that a function on Azure touches, played here: its storage, a topic, a vault, and who gives it tokens. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer, text } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { containerArchive, containerAt } from '../../../functions/azure/archive.ts';
import { pause } from '../../../functions/pause.ts';
import type { Alert } from '../../../shared/alert/alert.ts';
import type { ArchiveStore } from '../../../shared/ports.ts';
import { variables } from '../../../shared/settings/environment.ts';
import { type Azurite, madeContainer, madeTable, openAzurite } from '../../stand-ins/azurite.ts';
import { closed, listening } from '../../stand-ins/wire.ts';

export interface World {
  readonly azurite: Azurite;
  /** Of the containers. */
  readonly archive: ArchiveStore;
  readonly deadLetters: ArchiveStore;
  /** Alerts that the topic took, in their order. */
  readonly published: () => readonly Alert[];
  /** Paths of what was asked of the vault with a token. */
  readonly askedForSecrets: () => readonly string[];
  /** For a function that runs in a process of its own. */
  readonly environment: Readonly<Record<string, string>>;
  readonly close: () => Promise<void>;
}

export const token = 'invented-token-of-the-cluster-edge';

const patience = { pause, random: () => 0.5 };

export const storeAt = (url: string, { asker }: Azurite): ArchiveStore =>
  containerArchive({ container: containerAt(url, asker), ...patience });

export const openWorld = async (): Promise<World> => {
  const azurite = await openAzurite();
  const archiveUrl = await madeContainer(azurite);
  const deadLetterUrl = await madeContainer(azurite);
  const published: Alert[] = [];
  const askedForSecrets: string[] = [];

  /** What is asked of https addresses comes here, and says which was meant (test/stand-ins/loopback-tls.ts). */
  const services: Readonly<Record<string, (request: IncomingMessage, response: ServerResponse) => unknown>> =
    {
      'klaxon-test.westeurope-1.eventgrid.azure.net': async (request, response) => {
        published.push(...JSON.parse(await text(request)).map(({ data }: { data: Alert }) => data));
        response.end();
      },
      'klaxon-test.vault.azure.net': ({ url = '', headers }, response) => {
        if (headers.authorization !== 'Bearer invented') {
          // https://learn.microsoft.com/azure/key-vault/general/authentication-requests-and-responses
          const challenge =
            'Bearer authorization="https://login.microsoftonline.com/invented", resource="https://vault.azure.net"';
          response.writeHead(401, { 'www-authenticate': challenge }).end();
          return;
        }
        askedForSecrets.push(url.replace(/\?.*/, ''));
        response
          .writeHead(200, { 'content-type': 'application/json' })
          .end(JSON.stringify({ value: token, id: `https://klaxon-test.vault.azure.net${url}` }));
      },
    };
  const server = createServer(async (request, response) => {
    // https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference
    if (request.url?.startsWith('/identity')) {
      const answer = { access_token: 'invented', expires_on: '4102444800', token_type: 'Bearer' };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
      return;
    }
    const service = services[String(request.headers['x-host'])];
    if (service) await service(request, response);
    else {
      await buffer(request);
      response.writeHead(404).end();
    }
  });
  const gateway = await listening(server);

  return {
    azurite,
    archive: storeAt(archiveUrl, azurite),
    deadLetters: storeAt(deadLetterUrl, azurite),
    published: () => published,
    askedForSecrets: () => askedForSecrets,
    environment: {
      ...azurite.environment,
      [variables.state]: await madeTable(azurite),
      [variables.archive]: archiveUrl,
      [variables.deadLetter]: deadLetterUrl,
      [variables.sinks]: JSON.stringify({
        topic: 'https://klaxon-test.westeurope-1.eventgrid.azure.net/api/events',
      }),
      [variables.receiver]: 'azure:keyvault:klaxon-test/receiver-',
      AZURE_TOKEN_CREDENTIALS: 'ManagedIdentityCredential',
      IDENTITY_ENDPOINT: `${gateway}/identity`,
      IDENTITY_HEADER: 'invented',
      TEST_GATEWAY: gateway,
    },
    close: async () => {
      await Promise.all([closed(server), azurite.close()]);
    },
  };
};

export const namesIn = async (store: ArchiveStore, prefix = ''): Promise<readonly string[]> => {
  const names: string[] = [];
  for await (const { name } of store.list(prefix)) names.push(name);
  return names;
};

/** Every line of the archive but those of manifests, in order. */
export const archivedIn = async (store: ArchiveStore): Promise<readonly string[]> => {
  const lines: string[] = [];
  for (const name of await namesIn(store)) {
    if (!name.endsWith('.gz')) continue;
    const bytes = gunzipSync((await store.get(name)) ?? Buffer.alloc(0));
    lines.push(...bytes.toString('utf8').trimEnd().split('\n'));
  }
  return lines.toSorted();
};
