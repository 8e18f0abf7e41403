/** Secret Manager in, what lies behind the references of settings, out. */
import type { SecretOf } from '../../shared/ports.ts';
import { pathOf, textOf } from '../../shared/schema/json.ts';
import { secretsIn } from '../secret-store.ts';
import { type AskApi, faultReading, jsonIn } from './client.ts';

const prefix = 'gcp:secretmanager:';

/** One settings file is read by several clouds, and secrets may lie in the store of another. */
export const isInSecretManager = (reference: string): boolean => reference.startsWith(prefix);

export interface SecretManagerOptions {
  /** Whose secrets are meant where a reference names no project. */
  readonly project: string;
  readonly ask: AskApi;
  /** Where Secret Manager is: `originOf('secretmanager', ...)`. */
  readonly origin: string;
}

/** The latest version, of each of them the function needs secretmanager.versions.access. */
export const secretManager = ({ project, ask, origin }: SecretManagerOptions): SecretOf =>
  secretsIn({
    cloud: 'Google Cloud',
    name: 'Secret Manager',
    prefix,
    read: async (place) => {
      const secret = place.startsWith('projects/') ? place : `projects/${project}/secrets/${place}`;
      const url = `${origin}/v1/${secret}/versions/latest:access`;
      const data = textOf(pathOf(jsonIn(await ask({ method: 'GET', url })), 'payload', 'data'));
      return data === undefined ? undefined : textIn(Buffer.from(data, 'base64'));
    },
    faults: faultReading,
  });

/** Undefined where the bytes are no text. */
const textIn = (bytes: Uint8Array): string | undefined => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
};
