/** Who asks, and where it is told: the clients of what `klaxon pull aks` reads. */
import type { EventHubConsumerClient } from '@azure/event-hubs';
import { DefaultAzureCredential, type TokenCredential } from '@azure/identity';
import { ContainerClient } from '@azure/storage-blob';
import { KlaxonError } from '../../../shared/errors.ts';
import { type HubName, hubClient } from '../pull.ts';
import { pullFault } from './faults.ts';

/** Those of emulators: everything else is asked as whoever is signed in. */
export interface ConnectionStrings {
  readonly hub?: string | undefined;
  readonly storage?: string | undefined;
}

/** @throws KlaxonError of code `settings` where a variable is not set, or holds no connection string. */
export const connectionStringsFrom = (
  names: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): ConnectionStrings => {
  const found: { hub?: string; storage?: string } = {};
  for (const name of names) {
    const text = environment[name] ?? '';
    if (/(?:^|;)Endpoint=sb:/i.test(text)) found.hub = text;
    else if (/(?:^|;)(?:AccountName|BlobEndpoint|UseDevelopmentStorage)=/i.test(text)) found.storage = text;
    else
      throw new KlaxonError(
        'settings',
        `--connection-string-from ${name}: that environment variable holds no connection string of Event Hubs or of a storage account`,
      );
  }
  return found;
};

/** Of an event hub's connection string. */
export const namespaceIn = (connectionString: string): string | undefined =>
  /(?:^|;)Endpoint=sb:\/\/([^/:;]+)/i.exec(connectionString)?.[1];

/** Whoever is signed in: `az login` on a laptop, the identity of the machine in Azure, or what AZURE_CLIENT_ID and its kin say. */
export const usualCredential = (): TokenCredential => new DefaultAzureCredential();

/** @throws KlaxonError of code `source` where nobody is signed in. */
export const openHub = async (
  hub: HubName,
  { hub: connectionString }: ConnectionStrings,
  credential: () => TokenCredential,
): Promise<EventHubConsumerClient> => {
  if (connectionString !== undefined) return hubClient(hub, { connectionString });
  const known = credential();
  await signedIn(known, 'https://eventhubs.azure.net/.default', `event hub ${hub.hub}`, hub.namespace);
  return hubClient(hub, known);
};

/** `url` is that of a container. @throws KlaxonError of code `source` where nobody is signed in. */
export const openContainer = async (
  url: URL,
  { storage: connectionString }: ConnectionStrings,
  credential: () => TokenCredential,
): Promise<ContainerClient> => {
  const name = url.pathname.split('/').at(-1) ?? '';
  if (connectionString !== undefined) return new ContainerClient(connectionString, name);
  const known = credential();
  await signedIn(known, 'https://storage.azure.com/.default', `container ${name}`, url.host);
  return new ContainerClient(url.href, known);
};

/** Asked for first, so that who is not signed in hears it at once and in few words. */
const signedIn = async (
  credential: TokenCredential,
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
