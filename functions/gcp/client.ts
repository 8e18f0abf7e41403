/**
 * How Google's APIs are asked: a request in, their answer out; and what it means when one fails.
 *
 * Each of them speaks JSON over HTTPS as well as gRPC. Clients that speak gRPC are twice too large for one function, and
 * take longer to load than all the rest of it (docs/decisions/0029).
 */
import { GoogleAuth } from 'google-auth-library';
import type { Pause, Random } from '../../shared/ports.ts';
import { objectOf, parsedJson, textOf } from '../../shared/schema/json.ts';
import { type FaultReading, faultsOf } from '../faults.ts';

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

export const clientLimits = { mostAttempts: 4, timeoutMs: 5_000 } as const;

/** Whoever gives alerts tries again by itself, with time between. */
export const sinkLimits = { ...clientLimits, mostAttempts: 1 } as const;

/** As Google has it: the service account that Cloud Run or a workload identity gives, on a laptop the person. No key file. */
export const ownTokens = (): (() => Promise<string>) => {
  const auth = new GoogleAuth({ scopes: 'https://www.googleapis.com/auth/cloud-platform' });
  return async () => (await auth.getAccessToken()) ?? '';
};

export const apiClient = (options: ClientOptions): AskApi => {
  const { mostAttempts, pause, random } = options;
  return async (request) => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await askOnce(request, options);
      } catch (thrown) {
        if (attempt === mostAttempts || !isPassing(thrown)) throw thrown;
      }
      await pause(firstDelayMs * 2 ** attempt * (0.5 + random() / 2));
    }
  };
};

const firstDelayMs = 50;

const askOnce = async (request: ApiRequest, { tokenOf, timeoutMs }: ClientOptions): Promise<ApiAnswer> => {
  const { method, url, headers, body } = request;
  const response = await fetch(url, {
    method,
    headers: { 'content-type': 'application/json', ...headers, authorization: `Bearer ${await tokenOf()}` },
    ...(body !== undefined && {
      body: body instanceof Uint8Array ? Buffer.from(body) : JSON.stringify(body),
    }),
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMs),
  });
  const answer = { status: response.status, headers: response.headers, body: await response.bytes() };
  if (!response.ok) throw refusalOf(answer);
  return answer;
};

/** An answer that is no success: https://cloud.google.com/apis/design/errors#http_mapping */
interface Refusal extends Error {
  readonly status: number;
}

const refusalOf = ({ status, body }: ApiAnswer): Refusal => {
  const text = Buffer.from(body).toString('utf8');
  const error = objectOf(objectOf(parsedJson(text))?.['error']);
  const name = textOf(error?.['status']) ?? `HTTP ${status}`;
  const message = (textOf(error?.['message']) ?? text).slice(0, longestMessage);
  return Object.assign(new Error(message), { name, status });
};

const longestMessage = 1_000;

export const statusOf = (thrown: unknown): number | undefined =>
  thrown instanceof Error && 'status' in thrown && typeof thrown.status === 'number'
    ? thrown.status
    : undefined;

/** Whether the service said no, and not the way to it. */
export const wasAnswered = (thrown: unknown): boolean => statusOf(thrown) !== undefined;

/** As Google's documentation names a fault, or the system one of its own: `PERMISSION_DENIED`, `ECONNREFUSED`. */
const nameOf = (thrown: unknown): string => {
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
  return status >= 500 || status === 429 || status === 408 || nameOf(thrown) === 'ABORTED';
};

const isLackingCredentials = (thrown: unknown): boolean =>
  thrown instanceof Error && /default credentials/i.test(thrown.message);

export const faultReading: FaultReading = { nameOf, isPassing };
export const { faultOf, within } = faultsOf(faultReading);
