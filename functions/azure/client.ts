/** How every client of Azure is set up, how often and how long it asks, and what it means when it fails. */
import type { RestError } from '@azure/data-tables';
import { DefaultAzureCredential, type TokenCredential } from '@azure/identity';
import { KlaxonError } from '../../shared/errors.ts';
import type { Pause, Random } from '../../shared/ports.ts';
import { isObject, pathOf, textOf } from '../../shared/schema/json.ts';
import { type FaultReading, faultsOf } from '../faults.ts';
import type { Environment } from '../surroundings.ts';

/**
 * For the constructor of any client: it asks once, and `asking` asks again. What clients do by themselves differs from one to
 * the next, has no time limit, and waits as long as a service that is busy tells it to.
 */
export const clientLimits: ClientConfig = { retryOptions: { maxRetries: 0, maxTries: 1 } };

export interface ClientConfig {
  /** As clients of storage call it, and as all others do. */
  readonly retryOptions: { readonly maxRetries: number; readonly maxTries: number };
}

export interface AskingOptions {
  readonly pause: Pause;
  readonly random: Random;
  /** The first and its repetitions, where the fault is a passing one. */
  readonly mostAttempts?: number;
  /** For each of them, until the whole answer is there. */
  readonly timeoutMs?: number;
}

/** One request; it hands the signal on to the client, and reads the whole answer before it is done. */
export type Ask = <T>(request: (abortSignal: AbortSignal) => Promise<T>) => Promise<T>;

/** Asks again at growing distances. A service that wants to be left alone for longer than that is not asked again. */
export const asking =
  ({ pause, random, mostAttempts = 4, timeoutMs = 5_000 }: AskingOptions): Ask =>
  async (request) => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await inTime(request, timeoutMs);
      } catch (thrown) {
        const least = retryAfterMs(thrown) ?? 0;
        if (attempt === mostAttempts || !isPassing(thrown) || least > longestWaitMs) throw thrown;
        await pause(Math.max(least, firstWaitMs * 2 ** (attempt - 1) * random()));
      }
    }
  };

const firstWaitMs = 200;
const longestWaitMs = 2_000;

/** What a listing of a client's can be asked for, page by page. */
export interface Paged<T> {
  readonly byPage: (settings: {
    readonly maxPageSize: number;
    readonly continuationToken?: string;
  }) => AsyncIterableIterator<T>;
}

/** Pages of a listing, one request each, asked for when the one before it has been read. `maxPageSize` things at most are in one. */
export async function* pagesOf<T extends { readonly continuationToken?: string }>(
  ask: Ask,
  maxPageSize: number,
  listing: (abortSignal: AbortSignal) => Paged<T>,
): AsyncGenerator<T> {
  let continuationToken: string | undefined;
  do {
    const settings = { maxPageSize, ...(continuationToken && { continuationToken }) };
    const next = await ask((abortSignal) => listing(abortSignal).byPage(settings).next());
    if (next.done) return;
    yield next.value;
    ({ continuationToken } = next.value);
  } while (continuationToken);
}

/** Whoever has not heard the signal, as who fetches a token, is no longer waited for. */
const inTime = async <T>(
  request: (abortSignal: AbortSignal) => Promise<T>,
  timeoutMs: number,
): Promise<T> => {
  const end = new AbortController();
  const silence = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    silence.reject(Object.assign(new Error(`no answer within ${timeoutMs} ms`), { code: 'ETIMEDOUT' }));
    end.abort();
  }, timeoutMs);
  try {
    return await Promise.race([request(end.signal), silence.promise]);
  } finally {
    clearTimeout(timer);
  }
};

/** Whoever asks: a service by the identity of the function, or of who is logged in; an emulator by its key. */
export interface Asker {
  readonly credential: TokenCredential;
  /** For what is asked without TLS, which tokens are never sent over. */
  readonly emulator?: EmulatorKey | undefined;
}

export interface EmulatorKey {
  readonly account: string;
  readonly key: string;
}

/** In the environment: an emulator's connection string, under the name by which Azure's own tools read it. */
export const emulatorVariable = 'AZURE_STORAGE_CONNECTION_STRING';

/** One for all clients, for it remembers its tokens. `AZURE_TOKEN_CREDENTIALS` and `AZURE_CLIENT_ID` say whose identity it is. */
export const askerFrom = (environment: Environment): Asker => {
  const text = environment[emulatorVariable] ?? '';
  const [, account] = /(?:^|;)AccountName=([^;]+)/i.exec(text) ?? [];
  const [, key] = /(?:^|;)AccountKey=([^;]+)/i.exec(text) ?? [];
  return {
    credential: new DefaultAzureCredential(),
    emulator: account === undefined || key === undefined ? undefined : { account, key },
  };
};

/** Where a table or a container is, and who may ask for it. */
export interface StoragePlace {
  /** Of the account. */
  readonly endpoint: string;
  readonly name: string;
  readonly signer: TokenCredential | EmulatorKey;
}

/** @throws KlaxonError where it is no URL of something in an account, or is in an emulator whose key nobody told. */
export const storagePlace = (url: string, { credential, emulator }: Asker): StoragePlace => {
  const [, endpoint, scheme, name] = /^((https?):\/\/[^\s?#]+)\/([^\s/?#]+)$/.exec(url) ?? [];
  if (endpoint === undefined || name === undefined)
    throw new KlaxonError('settings', `expected the URL of a table or a container, not ${url}`);
  if (scheme === 'https') return { endpoint, name, signer: credential };
  if (emulator) return { endpoint, name, signer: emulator };
  throw new KlaxonError('settings', `${url} is an emulator's: ${emulatorVariable} must say its key`);
};

export const isEmulatorKey = (signer: TokenCredential | EmulatorKey): signer is EmulatorKey =>
  'key' in signer;

/** As the documentation of the service names a fault, or the system one of its own: `AuthorizationFailure`, `ECONNREFUSED`. */
export const nameOf = (thrown: unknown): string => {
  if (!(thrown instanceof Error)) return 'Error';
  if ('code' in thrown && typeof thrown.code === 'string') return thrown.code;
  const details = 'details' in thrown && isObject(thrown.details) ? thrown.details : {};
  // Table Storage says it in the body of its answer, blobs among the headers as well.
  return textOf(details['errorCode']) ?? textOf(pathOf(details, 'odataError', 'code')) ?? thrown.name;
};

/** What the work answers; undefined where the service says no in one of these words. */
export const unless = async <T>(
  words: ReadonlySet<string>,
  work: () => Promise<T>,
): Promise<T | undefined> => {
  try {
    return await work();
  } catch (thrown) {
    if (words.has(nameOf(thrown))) return undefined;
    throw thrown;
  }
};

/** Nobody to ask as: neither an identity, nor somebody who is logged in. Of several that were tried each has said so. */
const unknownAskers =
  /^(CredentialUnavailableError|AuthenticationRequiredError|AggregateAuthenticationError)$/;

const isPassing = (thrown: unknown): boolean => {
  const status = statusOf(thrown);
  // Without a status no answer came: the network, or nobody to sign the request as.
  if (status === undefined) return !unknownAskers.test(nameOf(thrown));
  return status >= 500 || status === 429 || status === 408 || nameOf(thrown).endsWith('BeingDeleted');
};

/** Whether the service said no, and not the way to it. */
export const wasAnswered = (thrown: unknown): boolean => statusOf(thrown) !== undefined;

const statusOf = (thrown: unknown): number | undefined =>
  thrown instanceof Error && 'statusCode' in thrown && typeof thrown.statusCode === 'number'
    ? thrown.statusCode
    : undefined;

/** How long a service wants to be left alone, where it says so. Azure counts seconds or milliseconds, and names no dates. */
export const retryAfterMs = (thrown: unknown): number | undefined => {
  if (!isRestError(thrown)) return undefined;
  const headers = thrown.response?.headers;
  const milliseconds = headers?.get('retry-after-ms') ?? headers?.get('x-ms-retry-after-ms');
  const wait = milliseconds === undefined ? Number(headers?.get('retry-after')) * 1000 : Number(milliseconds);
  return wait >= 0 ? wait : undefined;
};

const isRestError = (thrown: unknown): thrown is RestError =>
  thrown instanceof Error && thrown.name === 'RestError';

export const faultReading: FaultReading = { nameOf, isPassing };
export const { faultOf, within } = faultsOf(faultReading);
