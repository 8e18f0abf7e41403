/** Key Vault in, what lies behind the references of settings, out. */
import { SecretClient } from '@azure/keyvault-secrets';
import type { SecretOf } from '../../shared/ports.ts';
import { secretsIn } from '../secret-store.ts';
import { type Asker, type AskingOptions, asking, clientLimits, faultReading } from './client.ts';

const prefix = 'azure:keyvault:';

/** One settings file is read by several clouds, and secrets may lie in the store of another. */
export const isInKeyVault = (reference: string): boolean => reference.startsWith(prefix);

/** Vaults that an asker may read, each by its URL. */
export const vaultsFor =
  ({ credential }: Asker) =>
  (url: string): SecretClient =>
    new SecretClient(url, credential, clientLimits);

export interface KeyVaultOptions extends AskingOptions {
  readonly clientAt: (url: string) => SecretClient;
}

/** The function needs Microsoft.KeyVault/vaults/secrets/getSecret/action on each of them. */
export const keyVault = ({ clientAt, ...options }: KeyVaultOptions): SecretOf => {
  const ask = asking(options);
  const clients = new Map<string, SecretClient>();
  const clientOf = (vault: string): SecretClient => {
    const known = clients.get(vault);
    if (known) return known;
    const client = clientAt(`https://${vault}.vault.azure.net`);
    clients.set(vault, client);
    return client;
  };
  return secretsIn({
    cloud: 'Azure',
    name: 'Key Vault',
    prefix,
    read: async (place) => {
      const [vault = '', name = ''] = place.split('/');
      return (await ask((abortSignal) => clientOf(vault).getSecret(name, { abortSignal }))).value;
    },
    faults: faultReading,
  });
};
