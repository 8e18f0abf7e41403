/** Where Cloud Logging is, in; the two calls that logs are read with, out. */
import { LoggingServiceV2Client } from '@google-cloud/logging-api';
import { Client, credentials, status } from '@grpc/grpc-js';
import { GoogleAuth, PassThroughClient } from 'google-auth-library';
import { KlaxonError } from '../../../shared/errors.ts';
import { type Listed, type ListRequest, loggingMessages, type Tailed, type TailRequest } from './messages.ts';

export interface LoggingCalls {
  /** Throws what gRPC throws, with the number of a status as `code`. */
  readonly list: (request: ListRequest, signal: AbortSignal | undefined) => Promise<Listed>;
  /** Resolves when the signal aborts, or when Cloud Logging ends the stream. Throws as `list` does. */
  readonly tail: (request: TailRequest, take: (tailed: Tailed) => void, signal: AbortSignal) => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface CallLimits {
  /** For one list. */
  readonly timeoutMs: number;
}

/** Over much that does not fit its filter a list searches for some time, and then answers with an empty page. */
export const callLimits: CallLimits = { timeoutMs: 90_000 };

/**
 * `endpoint`: another than Google's own, such as `https://logging-NAME.p.googleapis.com` (Private Service Connect); one
 * with `http:` is asked in the clear and without credentials, and has to be on this machine.
 * @throws KlaxonError of code `settings` where it is no such endpoint.
 */
export const loggingCalls = (endpoint?: string, { timeoutMs }: CallLimits = callLimits): LoggingCalls => {
  const client = new LoggingServiceV2Client({ ...channel, ...endpointOptions(endpoint) });
  const messages = loggingMessages();
  let opening: Promise<Client> | undefined;
  const opened = async (): Promise<Client> => {
    opening ??= stubOf(client);
    try {
      return await opening;
    } catch (thrown) {
      // Who waits may have signed in meanwhile.
      opening = undefined;
      throw thrown;
    }
  };
  return {
    list: async (request, signal) => {
      const stub = await opened();
      const bytes = await new Promise<Buffer>((resolve, reject) => {
        const call = stub.makeUnaryRequest<Buffer, Buffer>(
          `${service}/ListLogEntries`,
          asItIs,
          asItIs,
          messages.listRequest(request),
          { deadline: Date.now() + timeoutMs },
          (fault, answer) => (answer ? resolve(answer) : reject(fault)),
        );
        const stop = (): void => call.cancel();
        signal?.addEventListener('abort', stop, { once: true });
        call.once('status', () => signal?.removeEventListener('abort', stop));
      });
      return messages.listed(bytes);
    },
    tail: async (request, take, signal) => {
      const stub = await opened();
      if (signal.aborted) return;
      await new Promise<void>((resolve, reject) => {
        const call = stub.makeBidiStreamRequest<Buffer, Buffer>(`${service}/TailLogEntries`, asItIs, asItIs);
        const stop = (): void => call.cancel();
        signal.addEventListener('abort', stop, { once: true });
        call.on('data', (bytes: Buffer) => {
          try {
            take(messages.tailed(bytes));
          } catch (thrown) {
            reject(thrown);
            call.cancel();
          }
        });
        call.on('error', (fault) => (isEnd(fault, signal) ? resolve() : reject(fault)));
        call.on('end', resolve);
        call.once('status', () => signal.removeEventListener('abort', stop));
        call.write(messages.tailRequest(request));
      });
    },
    close: () => client.close(),
  };
};

const service = '/google.logging.v2.LoggingServiceV2';

const asItIs = (bytes: Buffer): Buffer => bytes;

/** OUT_OF_RANGE is how a tail ends that is an hour old. */
const isEnd = (fault: Error, signal: AbortSignal): boolean =>
  signal.aborted || ('code' in fault && fault.code === status.OUT_OF_RANGE);

const channel = {
  /** A page holds at most 1,000 entries of some 256 kB each. */
  'grpc.max_receive_message_length': 256 * 1024 * 1024,
  // So that a tail over a connection that is gone is missed; more often than that Google's servers do not like it.
  'grpc.keepalive_time_ms': 300_000,
  'grpc.keepalive_timeout_ms': 20_000,
};

const endpointOptions = (
  endpoint: string | undefined,
): ConstructorParameters<typeof LoggingServiceV2Client>[0] => {
  if (endpoint === undefined) return {};
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  const isPlain = url?.protocol === 'http:' && loopbacks.includes(url.hostname);
  if (!url || !(isPlain || url.protocol === 'https:'))
    throw new KlaxonError(
      'settings',
      `${endpoint}: expected https://HOST, or http://127.0.0.1:PORT on this machine`,
    );
  const place = { apiEndpoint: url.hostname, ...(url.port !== '' && { port: Number(url.port) }) };
  if (!isPlain) return { ...place, scopes: ['https://www.googleapis.com/auth/logging.read'] };
  const auth = new GoogleAuth({ authClient: new PassThroughClient() });
  return { ...place, auth, sslCreds: credentials.createInsecure() };
};

const loopbacks = ['127.0.0.1', 'localhost', '[::1]'];

/** What the client has made of credentials and endpoint, below its own ways to ask. */
const stubOf = async (client: LoggingServiceV2Client): Promise<Client> => {
  const stub: unknown = await client.initialize();
  if (stub instanceof Client) return stub;
  throw new TypeError('@google-cloud/logging-api does not speak through @grpc/grpc-js');
};
