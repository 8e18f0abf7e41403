/**
 * The host of Azure Functions, as far as a package sees of it: a worker process that loads it (functions-worker.ts), what it
 * registers there, and calls in the form of the host's protocol.
 * https://github.com/Azure/azure-functions-language-worker-protobuf
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { JsonObject } from '../../shared/schema/json.ts';
import type { Call, LogEntry, Told } from './functions-worker.ts';

/** What a function said and answered. */
export interface Called {
  readonly error?: string | undefined;
  readonly returned?: unknown;
  readonly logs: readonly LogEntry[];
  /** Those of the logs that are lines of ours. */
  readonly lines: readonly JsonObject[];
}

export interface HubCall {
  readonly bodies: readonly (Uint8Array | string)[];
  readonly partition?: string;
  /** Of the first of them. */
  readonly sequenceNumber?: number;
  readonly enqueued?: number;
  readonly retries?: number;
}

export interface Posted {
  readonly url: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
}

export interface FunctionsHost {
  /** The functions that the package has registered. */
  readonly registered: readonly JsonObject[];
  readonly hub: (call: HubCall) => Promise<Called>;
  readonly http: (posted: Posted) => Promise<Called & { readonly status: number }>;
  readonly timer: (name: string) => Promise<Called>;
  /** What the process wrote besides. */
  readonly output: () => string;
  readonly close: () => Promise<void>;
}

export interface HostOptions {
  /** The package, unpacked. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
}

type Answered = Extract<Told, { id: string }>;

const worker = fileURLToPath(new URL('./functions-worker.ts', import.meta.url));

/** @throws Error where the package cannot be loaded. */
export const openFunctionsHost = async ({ folder, environment }: HostOptions): Promise<FunctionsHost> => {
  const child = fork(worker, [folder], {
    env: { PATH: process.env['PATH'], ...environment },
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  const exited = once(child, 'exit');
  const close = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exited;
  };

  const loaded = Promise.withResolvers<readonly JsonObject[]>();
  const waiting = new Map<string, PromiseWithResolvers<Answered>>();
  child.on('message', (message) => {
    const told = message as Told;
    if ('registered' in told) loaded.resolve(told.registered as readonly JsonObject[]);
    else if ('fault' in told) loaded.reject(new Error(told.fault));
    else waiting.get(told.id)?.resolve(told);
  });
  const ended = (): Error => new Error(`the worker has ended: ${output}`);
  child.once('exit', () => {
    loaded.reject(ended());
    for (const { reject } of waiting.values()) reject(ended());
  });
  const registered = await loaded.promise.catch(async (thrown: unknown) => {
    await close();
    throw thrown;
  });

  let calls = 0;
  const called = async (call: Omit<Call, 'id'>): Promise<Called> => {
    const id = `00000000-0000-4000-8000-${String(++calls).padStart(12, '0')}`;
    const done = Promise.withResolvers<Answered>();
    waiting.set(id, done);
    child.send({ id, ...call });
    const { error, returned, logs } = await done.promise;
    waiting.delete(id);
    const own = logs.filter(({ category }) => category === 'user');
    return { error, returned, logs, lines: own.map(({ message }) => JSON.parse(message)) };
  };

  return {
    registered,
    hub: (call) =>
      called({
        name: 'deliveries',
        data: { collectionBytes: { bytes: call.bodies.map((body) => Buffer.from(body)) } },
        triggerMetadata: metadataOf(call),
        retryContext: call.retries ? { retryCount: call.retries, maxRetryCount: -1 } : undefined,
      }),
    http: async ({ url, method = 'POST', headers = {}, body = '' }) => {
      const data = {
        http: { url, method, headers, query: {}, params: {}, body: { bytes: Buffer.from(body) } },
      };
      const done = await called({ name: 'receiver', data, triggerMetadata: {} });
      const { http: answer } = (done.returned ?? {}) as { http?: { statusCode?: string } };
      return { ...done, status: Number(answer?.statusCode) };
    },
    timer: (name) =>
      called({ name, data: { json: JSON.stringify({ IsPastDue: false }) }, triggerMetadata: {} }),
    output: () => output,
    close,
  };
};

/** A list each, beside the events: https://learn.microsoft.com/azure/azure-functions/functions-bindings-event-hubs-trigger#event-metadata */
const metadataOf = ({ bodies, partition = '0', sequenceNumber = 0, enqueued = 0 }: HubCall) => {
  const json = (value: unknown) => ({ json: JSON.stringify(value) });
  const numbers = bodies.map((_, at) => sequenceNumber + at);
  return {
    PartitionContext: json({
      FullyQualifiedNamespace: 'klaxon-test.servicebus.windows.net',
      EventHubName: 'audit',
      ConsumerGroup: 'klaxon',
      PartitionId: partition,
    }),
    SequenceNumberArray: { collectionSint64: { sint64: numbers } },
    OffsetArray: json(numbers.map((number) => String(number * 64))),
    EnqueuedTimeUtcArray: json(bodies.map(() => new Date(enqueued).toISOString())),
  };
};
