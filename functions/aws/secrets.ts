/** Secrets Manager in, what lies behind the references of settings, out. */
import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { KlaxonError } from '../../shared/errors.ts';
import type { SecretOf } from '../../shared/ports.ts';
import { faultOf, nameOf } from './client.ts';

const ownStore = 'aws:secretsmanager:';

/** One settings file is read by several clouds, and secrets may lie in the store of another. */
export const isInSecretsManager = (reference: string): boolean => reference.startsWith(ownStore);

/** Asks each time: who uses a secret remembers it. The function needs secretsmanager:GetSecretValue on each of them. */
export const secretsManager =
  (client: SecretsManagerClient): SecretOf =>
  async (reference) => {
    if (!isInSecretsManager(reference))
      throw new KlaxonError(
        'settings',
        `a function on AWS reads no secret that lies elsewhere than in ${ownStore}`,
      );
    const secret = await read(client, reference.slice(ownStore.length));
    if (secret === undefined || secret.trim() === '')
      throw new KlaxonError('settings', 'a secret in Secrets Manager holds no text');
    return secret;
  };

/** The service's words for a fault may name the secret: what is told of it is the fault's name alone. */
const read = async (client: SecretsManagerClient, name: string): Promise<string | undefined> => {
  try {
    return (await client.send(new GetSecretValueCommand({ SecretId: name }))).SecretString;
  } catch (thrown) {
    const { retryable } = faultOf('settings', '', thrown);
    throw new KlaxonError('settings', `Secrets Manager cannot be used: ${nameOf(thrown)}`, { retryable });
  }
};
