/** Secrets Manager in, what lies behind the references of settings, out. */
import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SecretOf } from '../../shared/ports.ts';
import { secretsIn } from '../secret-store.ts';
import { faultReading } from './client.ts';

const prefix = 'aws:secretsmanager:';

/** One settings file is read by several clouds, and secrets may lie in the store of another. */
export const isInSecretsManager = (reference: string): boolean => reference.startsWith(prefix);

/** The function needs secretsmanager:GetSecretValue on each of them. */
export const secretsManager = (client: SecretsManagerClient): SecretOf =>
  secretsIn({
    cloud: 'AWS',
    name: 'Secrets Manager',
    prefix,
    read: async (name) => (await client.send(new GetSecretValueCommand({ SecretId: name }))).SecretString,
    faults: faultReading,
  });
