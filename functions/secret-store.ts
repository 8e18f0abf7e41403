/** A cloud's store of secrets in, what lies behind the references of settings, out. */
import { KlaxonError } from '../shared/errors.ts';
import type { SecretOf } from '../shared/ports.ts';
import type { FaultReading } from './faults.ts';

export interface SecretStore {
  readonly cloud: string;
  /** As people know it. */
  readonly name: string;
  /** What its references begin with. */
  readonly prefix: string;
  /** Asked with the rest of the reference; undefined where what lies there is no text. */
  readonly read: (place: string) => Promise<string | undefined>;
  readonly faults: FaultReading;
}

/** Asks each time: who uses a secret remembers it. */
export const secretsIn =
  ({ cloud, name, prefix, read, faults }: SecretStore): SecretOf =>
  async (reference) => {
    if (!reference.startsWith(prefix))
      throw new KlaxonError(
        'settings',
        `a function on ${cloud} reads no secret that lies elsewhere than in ${prefix}`,
      );
    const secret = await read(reference.slice(prefix.length)).catch((thrown: unknown) => {
      // The service's words for a fault may name the secret: what is told of it is the fault's name alone.
      const retryable = faults.isPassing(thrown);
      throw new KlaxonError('settings', `${name} cannot be used: ${faults.nameOf(thrown)}`, { retryable });
    });
    if (secret === undefined || secret.trim() === '')
      throw new KlaxonError('settings', `a secret in ${name} holds no text`);
    return secret;
  };
