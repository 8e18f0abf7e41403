/** Who asks, and where it is told: the clients of what `klaxon pull aks` reads. */
import type { EventHubConsumerClient, TokenCredential } from '@azure/event-hubs';
import type { ContainerClient } from '@azure/storage-blob';
import { KlaxonError } from '../../../shared/errors.ts';
import { pause } from '../../pause.ts';
import type { Environment } from '../../surroundings.ts';
import { containerAt } from '../archive.ts';
import { type Ask, type Asker, askerFrom, asking, emulatorVariable } from '../client.ts';
import { type HubName, hubClient } from '../pull.ts';
import { pullFault } from './faults.ts';

/** Whoever is signed in: `az login` on a laptop, the identity of a machine in Azure; or an emulator's keys. */
export interface PullAsker extends Asker {
  /** A connection string. */
  readonly hub?: string | undefined;
}

/**
 * By the variables that hold connection strings of emulators. Everything else is asked as whoever is signed in.
 * @throws KlaxonError of code `settings` where a variable holds none.
 */
export const pullAsker = (names: readonly string[], environment: Environment): PullAsker => {
  let hub: string | undefined;
  let storage: string | undefined;
  for (const name of names) {
    const text = environment[name] ?? '';
    if (/(?:^|;)Endpoint=sb:/i.test(text)) hub = text;
    else if (/(?:^|;)AccountKey=/i.test(text)) storage = text;
    else
      throw new KlaxonError(
        'settings',
        `--connection-string-from ${name}: that environment variable holds no connection string of Event Hubs or of a storage account`,
      );
  }
  return { ...askerFrom({ [emulatorVariable]: storage }), hub };
};

/** Of an event hub's connection string. */
export const namespaceIn = (connectionString: string): string | undefined =>
  /(?:^|;)Endpoint=sb:\/\/([^/:;]+)/i.exec(connectionString)?.[1];

/** @throws KlaxonError of code `source` where nobody is signed in. */
export const openHub = async (name: HubName, asker: PullAsker): Promise<EventHubConsumerClient> => {
  if (asker.hub !== undefined) return hubClient(name, { connectionString: asker.hub });
  await signedIn(asker, 'https://eventhubs.azure.net/.default', `event hub ${name.hub}`, name.namespace);
  return hubClient(name, asker.credential);
};

/** By its URL. @throws KlaxonError of code `source` where nobody is signed in. */
export const openContainer = async (url: URL, asker: PullAsker): Promise<ContainerClient> => {
  const client = containerAt(url.href, asker);
  if (url.protocol === 'https:')
    await signedIn(
      asker,
      'https://storage.azure.com/.default',
      `container ${client.containerName}`,
      url.host,
    );
  return client;
};

/** A few megabytes may take their time on a laptop's line. */
export const askingForPull = (): Ask => asking({ pause, random: Math.random, timeoutMs: 60_000 });

/** Asked for first, so that who is not signed in hears it at once, and before anything is waited for. */
const signedIn = async (
  { credential }: { readonly credential: TokenCredential },
  scope: string,
  what: string,
  where: string,
): Promise<void> => {
  try {
    await credential.getToken(scope);
  } catch (thrown) {
    throw pullFault(thrown, { what, where, role: 'Reader' });
  }
};
