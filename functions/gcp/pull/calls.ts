/** Where Cloud Logging is, in; the two calls that logs are read with, out. */
import { type ChannelCredentials, Client, credentials, Metadata, status } from '@grpc/grpc-js';
import { GoogleAuth } from 'google-auth-library';
import { KlaxonError } from '../../../shared/errors.ts';
import { type Listed, type ListRequest, loggingMessages, type Tailed, type TailRequest } from './messages.ts';

export interface LoggingCalls {
  /** Throws what gRPC throws, with the number of a status as `code`. */
  readonly list: (request: ListRequest, signal: AbortSignal | undefined) => Promise<Listed>;
  /** Resolves when the signal aborts, or when Cloud Logging ends the stream. Throws as `list` does. */
  readonly tail: (request: TailRequest, take: (tailed: Tailed) => void, signal: AbortSignal) => Promise<void>;
  readonly close: () => void;
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
  const { address, isPlain } = placeOf(endpoint);
  const auth = isPlain ? undefined : new GoogleAuth({ scopes: scope });
  const client = new Client(address, auth ? asWhoever(auth) : credentials.createInsecure(), channel);
  const messages = loggingMessages();
  return {
    list: async (request, signal) => {
      await auth?.getClient();
      const bytes = await new Promise<Buffer>((resolve, reject) => {
        const call = client.makeUnaryRequest<Buffer, Buffer>(
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
      await auth?.getClient();
      if (signal.aborted) return;
      await new Promise<void>((resolve, reject) => {
        const call = client.makeBidiStreamRequest<Buffer, Buffer>(
          `${service}/TailLogEntries`,
          asItIs,
          asItIs,
        );
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

interface Place {
  readonly address: string;
  readonly isPlain: boolean;
}

const placeOf = (endpoint = 'https://logging.googleapis.com'): Place => {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  const isPlain = url?.protocol === 'http:' && loopbacks.includes(url.hostname);
  if (!url || !(isPlain || url.protocol === 'https:'))
    throw new KlaxonError(
      'settings',
      `${endpoint}: expected https://HOST, or http://127.0.0.1:PORT on this machine`,
    );
  return { address: `${url.hostname}:${url.port || (isPlain ? 80 : 443)}`, isPlain };
};

const loopbacks = ['127.0.0.1', 'localhost', '[::1]'];

const scope = 'https://www.googleapis.com/auth/logging.read';

/** Each call says who asks, and which project's quota it is to be counted in, where that is another than its own. */
const asWhoever = (auth: GoogleAuth): ChannelCredentials =>
  credentials.combineChannelCredentials(
    credentials.createSsl(),
    credentials.createFromMetadataGenerator((_, answer) => {
      auth.getRequestHeaders().then(
        (headers) => answer(null, metadataOf(headers)),
        (thrown) => answer(thrown instanceof Error ? thrown : new Error(String(thrown))),
      );
    }),
  );

const metadataOf = (headers: Headers): Metadata => {
  const metadata = new Metadata();
  for (const [name, value] of headers) metadata.set(name, value);
  return metadata;
};
