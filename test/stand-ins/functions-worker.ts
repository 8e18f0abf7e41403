/**
 * The Node.js worker of Azure Functions, as far as an app sees of it: a module of its own name that is no package, the app's entry
 * point loaded as its package.json says, and each call made by the programming model that the app brings. Parts and names are
 * those of https://github.com/Azure/azure-functions-nodejs-worker (src/setupCoreModule.ts, src/startApp.ts).
 *
 * The host is at the other end of `process.send` (functions-host.ts). TLS ends here: what is asked of https goes to the loopback.
 */
import { readFileSync } from 'node:fs';
import Module from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { messageOf } from '../../shared/errors.ts';
import { isObject } from '../../shared/schema/json.ts';
import { endTlsAt } from './loopback-tls.ts';

type Callback = (...inputs: unknown[]) => unknown;
interface Metadata {
  readonly name: string;
  readonly bindings: Readonly<Record<string, { readonly type: string }>>;
}
interface InvocationModel {
  getArguments(): Promise<{ context: unknown; inputs: unknown[] }>;
  invokeFunction(context: unknown, inputs: unknown[], callback: Callback): Promise<unknown>;
  getResponse(context: unknown, result: unknown): Promise<{ returnValue?: unknown }>;
}
interface ProgrammingModel {
  getInvocationModel(call: object): InvocationModel;
}

/** A call, as the host makes it. */
export interface Call {
  readonly id: string;
  readonly name: string;
  /** Of the trigger, as the host's protocol has it: `json`, `http`, `collectionBytes`. */
  readonly data: object;
  readonly triggerMetadata: Readonly<Record<string, object>>;
  readonly retryContext?: { readonly retryCount: number; readonly maxRetryCount: number } | undefined;
}

export interface LogEntry {
  readonly level: string;
  readonly category: string;
  readonly message: string;
}

/** What the worker tells the host. */
export type Told =
  | { readonly registered: readonly object[] }
  | { readonly fault: string }
  | {
      readonly id: string;
      readonly logs: readonly LogEntry[];
      readonly returned?: unknown;
      readonly error?: string | undefined;
    };

const tell = (told: Told): void => void process.send?.(told);

const functions = new Map<string, { readonly metadata: Metadata; readonly callback: Callback }>();
let model: ProgrammingModel | undefined;

const core = {
  version: '3.12.0',
  hostVersion: '4.1040.0',
  setProgrammingModel: (chosen: ProgrammingModel) => {
    model = chosen;
  },
  getProgrammingModel: () => model,
  registerFunction: (metadata: Metadata, callback: Callback) => {
    functions.set(metadata.name, { metadata, callback });
  },
  log: () => undefined,
};

Module.prototype.require = new Proxy(Module.prototype.require, {
  apply: (original, self, [id, ...rest]) =>
    id === '@azure/functions-core' ? core : Reflect.apply(original, self, [id, ...rest]),
});

const gateway = process.env['TEST_GATEWAY'];
if (gateway !== undefined) endTlsAt(gateway);

const triggerOf = ({ bindings }: Metadata): string =>
  Object.entries(bindings).find(([, { type }]) => type.endsWith('Trigger'))?.[0] ?? '';

const call = async ({ id, name, data, triggerMetadata, retryContext }: Call): Promise<void> => {
  const logs: LogEntry[] = [];
  const called = functions.get(name);
  try {
    if (!called || !model) throw new Error(`no function is named ${name}`);
    const { metadata, callback } = called;
    const inputData = [{ name: triggerOf(metadata), data }];
    const invocation = model.getInvocationModel({
      invocationId: id,
      metadata,
      request: { invocationId: id, functionId: name, inputData, triggerMetadata, retryContext },
      state: 'invocation',
      log: (level: string, category: string, message: string) => logs.push({ level, category, message }),
    });
    const { context, inputs } = await invocation.getArguments();
    const result = await invocation.invokeFunction(context, inputs, callback);
    tell({ id, logs, returned: (await invocation.getResponse(context, result)).returnValue });
  } catch (thrown) {
    tell({ id, logs, error: messageOf(thrown) });
  }
};

const folder = process.argv[2] ?? '';
try {
  const { main, type } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  if (!main.endsWith('.mjs') && type !== 'module') throw new Error(`${main} is no module`);
  await import(pathToFileURL(join(folder, main)).href);
  tell({ registered: [...functions.values()].map(({ metadata }) => metadata) });
} catch (thrown) {
  tell({ fault: messageOf(thrown) });
}
process.on('message', (message) => {
  if (isObject(message)) void call(message as unknown as Call);
});
