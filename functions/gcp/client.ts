/**
 * How Google's APIs are asked: a request in, their answer out; and what it means when one fails.
 *
 * Each of them speaks JSON over HTTPS as well as gRPC. Clients that speak gRPC are twice too large for one function, and
 * take longer to load than all the rest of it (docs/decisions/0028).
 */
import { GoogleAuth, JWT } from 'google-auth-library';
import type { Pause, Random } from '../../shared/ports.ts';
import { type JsonValue, listOf, parsedJson, propertyOf, textOf } from '../../shared/schema/json.ts';
import { type FaultReading, faultsOf, handingOver } from '../faults.ts';
import type { Environment } from '../surroundings.ts';

export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Bytes are sent as they are, and anything else as JSON. */
  readonly body?: Uint8Array | object;
}

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array;
}

/** Answers what came with a status of success. Throws what `faultReading` reads: any other status, and that nothing came. */
export type AskApi = (request: ApiRequest) => Promise<ApiAnswer>;

export interface ClientOptions {
  /** An access token, of whoever the function runs as. */
  readonly tokenOf: () => Promise<string>;
  /** The first and its repetitions, at growing distances, where the fault is a passing one. */
  readonly mostAttempts: number;
  /** For one attempt, its answer included. */
  readonly timeoutMs: number;
  readonly pause: Pause;
  readonly random: Random;
}

/** Time for the largest answers as well: a hundred documents, or an object of the archive. */
export const clientLimits = { mostAttempts: 4, timeoutMs: 10_000 } as const;

/** Whoever gives alerts tries again by itself, with time between. */
export const sinkLimits = { ...clientLimits, mostAttempts: 1 } as const;

/**
 * As Google has it: the service account that Cloud Run or a workload identity gives, on a laptop the person. A key file can be
 * copied, and is refused. The library would look for a project before it has a client, by a program and by a request: it is
 * told one.
 */
export const ownTokens = (
  project: string,
  auth = new GoogleAuth({ projectId: project, scopes: 'https://www.googleapis.com/auth/cloud-platform' }),
): (() => Promise<string>) => {
  return async () => {
    const client = await auth.getClient();
    if (client instanceof JWT) throw new Error('a key file of a service account is not used');
    return (await client.getAccessToken()).token ?? '';
  };
};

/** Where a service is, or is played: its emulator is told of as Google's own clients are, by FIRESTORE_EMULATOR_HOST and so on. */
export const originOf = (service: string, environment: Environment): string => {
  const host = environment[`${service.toUpperCase()}_EMULATOR_HOST`];
  if (!host) return `https://${service}.googleapis.com`;
  return host.includes('://') ? host : `http://${host}`;
};

export const apiClient = (options: ClientOptions): AskApi => {
  const { mostAttempts, pause, random } = options;
  return async (request) => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await askOnce(request, options);
      } catch (thrown) {
        // Who met another writer has to read again before it tries again.
        const isInVain = !isPassing(thrown) || nameOf(thrown) === 'ABORTED';
        if (attempt === mostAttempts || isInVain) throw thrown;
      }
      await pause(firstDelayMs * 2 ** attempt * (0.5 + random() / 2));
    }
  };
};

const firstDelayMs = 50;

const askOnce = async (request: ApiRequest, { tokenOf, timeoutMs }: ClientOptions): Promise<ApiAnswer> => {
  const { method, url, headers, body } = request;
  const signal = AbortSignal.timeout(timeoutMs);
  const token = await unlessAborted(tokenOf(), signal);
  const response = await fetch(url, {
    method,
    headers: { 'content-type': 'application/json', ...headers, authorization: `Bearer ${token}` },
    ...(body !== undefined && {
      body: body instanceof Uint8Array ? Buffer.from(body) : JSON.stringify(body),
    }),
    redirect: 'error',
    signal,
  });
  const answer = { status: response.status, headers: response.headers, body: await response.bytes() };
  if (!response.ok) throw refusalOf(answer);
  return answer;
};

/** What has no time limit of its own: the library waits for the metadata server as long as it takes. */
export const unlessAborted = <T>(work: Promise<T>, signal: AbortSignal): Promise<T> =>
  Promise.race([
    work,
    new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason));
    }),
  ]);

/** What an answer holds. Throws what `faultReading` reads where it is no JSON. */
export const jsonIn = ({ body }: ApiAnswer): JsonValue => {
  const value = parsedJson(Buffer.from(body).toString('utf8'));
  if (value === undefined) throw new Error('what came is no JSON');
  return value;
};

/** An answer that is no success, by the status of HTTP: https://cloud.google.com/apis/design/errors#http_mapping */
interface Refusal extends Error {
  readonly status: number;
}

const refusalOf = ({ status, body }: ApiAnswer): Refusal => {
  const text = Buffer.from(body).toString('utf8');
  const json = parsedJson(text);
  // Where an answer comes in parts, the fault is the only one of a list.
  const error = propertyOf(Array.isArray(json) ? listOf(json)[0] : json, 'error');
  // Cloud Storage has a form of its own.
  const reason = textOf(propertyOf(listOf(propertyOf(error, 'errors'))[0], 'reason'));
  const name = textOf(propertyOf(error, 'status')) ?? reason ?? `HTTP ${status}`;
  return refusalNamed(name, status, textOf(propertyOf(error, 'message')) ?? text);
};

export const refusalNamed = (name: string, status: number, message: string): Refusal =>
  Object.assign(new Error(message.slice(0, longestMessage)), { name, status });

const longestMessage = 1_000;

export const statusOf = (thrown: unknown): number | undefined =>
  thrown instanceof Error && 'status' in thrown && typeof thrown.status === 'number'
    ? thrown.status
    : undefined;

/** Whether the service said no, and not the way to it. */
export const wasAnswered = (thrown: unknown): boolean => statusOf(thrown) !== undefined;

/** As Google's documentation names a fault, or the system one of its own: `PERMISSION_DENIED`, `ECONNREFUSED`. */
export const nameOf = (thrown: unknown): string => {
  if (!(thrown instanceof Error)) return 'Error';
  // What fetch throws keeps what the system said in its cause.
  const told = thrown.cause instanceof Error && 'code' in thrown.cause ? thrown.cause : thrown;
  return 'code' in told && typeof told.code === 'string' ? told.code : told.name;
};

/** Contention over a document is ABORTED, which is 409; another 409 says that something is there already. */
const isPassing = (thrown: unknown): boolean => {
  const status = statusOf(thrown);
  // Without a status no answer came: the network, or nobody to ask as.
  if (status === undefined) return !isLackingCredentials(thrown);
  return status >= 500 || status === 429 || status === 408 || passingNames.has(nameOf(thrown));
};

/** The latter two are of Cloud Storage, and may come with 403. */
const passingNames: ReadonlySet<string> = new Set(['ABORTED', 'rateLimitExceeded', 'userRateLimitExceeded']);

const isLackingCredentials = (thrown: unknown): boolean =>
  thrown instanceof Error && /default credentials|key file/i.test(thrown.message);

export const faultReading: FaultReading = { nameOf, isPassing };
const faults = faultsOf(faultReading);
export const { faultOf, within } = faults;
export const handedOver = handingOver(faults, wasAnswered);
