/**
 * Lambda, as far as a function sees of it: the Runtime API, and a process that speaks it and runs the function's bundle.
 * https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text as textOf } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { closed, listening } from './wire.ts';

export interface Invocation {
  readonly requestId: string;
  /** What the function answered; where it failed, how it was told. */
  readonly answer?: unknown;
  readonly error?: { readonly errorType: string; readonly errorMessage: string } | undefined;
}

export interface Lambda {
  /** Hands over an event, and answers once the function has. Events wait for their turn. */
  readonly invoke: (event: unknown, timeoutMs?: number) => Promise<Invocation>;
  /** The lines that the function has logged so far. */
  readonly logged: () => readonly LogLine[];
  /** The line of a delivery; it may come a little after the answer. */
  readonly lineOf: (invocation: Invocation) => Promise<LogLine>;
  /** Milliseconds from the start of the process until it asked for its first event. */
  readonly initMs: () => number;
  /** What the process says at its end: the most memory that it held, and the time of processors that it took. */
  readonly close: () => Promise<{ readonly maxRssBytes: number; readonly cpuMs: number }>;
}

export type LogLine = Readonly<Record<string, unknown>>;

export interface LambdaOptions {
  /** A module that exports `handler`. */
  readonly bundle: string;
  readonly environment: Readonly<Record<string, string>>;
  /** As Node gets it. */
  readonly flags?: readonly string[];
}

export const functionArn = 'arn:aws:lambda:eu-west-1:111122223333:function:klaxon';
const runtime = fileURLToPath(new URL('./lambda-runtime.ts', import.meta.url));

interface Waiting {
  readonly id: string;
  readonly body: string;
  readonly timeoutMs: number;
  readonly done: (invocation: Invocation) => void;
}

export const openLambda = async ({ bundle, environment, flags = [] }: LambdaOptions): Promise<Lambda> => {
  const events: Waiting[] = [];
  const underWay = new Map<string, Waiting>();
  const idle: ServerResponse[] = [];
  let initMs = Number.NaN;
  let invocations = 0;
  let fault: Invocation['error'];

  const handOver = (): void => {
    while (events.length > 0 && idle.length > 0) {
      const [event, response] = [events.shift(), idle.shift()];
      if (!event || !response) return;
      underWay.set(event.id, event);
      response
        .writeHead(200, {
          'content-type': 'application/json',
          'lambda-runtime-aws-request-id': event.id,
          'lambda-runtime-deadline-ms': String(Date.now() + event.timeoutMs),
          'lambda-runtime-invoked-function-arn': functionArn,
        })
        .end(event.body);
    }
  };
  const fail = (error: Invocation['error']): void => {
    fault = error;
    for (const { id, done } of [...underWay.values(), ...events.splice(0)]) done({ requestId: id, error });
    underWay.clear();
  };
  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const [, , , kind, id, outcome] = (request.url ?? '').split('/');
    if (request.method === 'GET' && id === 'next') {
      if (Number.isNaN(initMs)) initMs = performance.now() - started;
      idle.push(response);
      handOver();
      return;
    }
    const body = JSON.parse((await textOf(request)) || 'null');
    response.writeHead(202).end('{"status":"OK"}');
    if (kind === 'init') fail(body);
    const event = underWay.get(id ?? '');
    underWay.delete(id ?? '');
    event?.done({ requestId: event.id, ...(outcome === 'response' ? { answer: body } : { error: body }) });
  };

  const server = createServer((request, response) => void respond(request, response));
  const url = await listening(server);
  const started = performance.now();
  const child: ChildProcess = spawn(process.execPath, [...flags, runtime, bundle], {
    env: {
      PATH: process.env['PATH'],
      AWS_LAMBDA_RUNTIME_API: new URL(url).host,
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'invented',
      AWS_SECRET_ACCESS_KEY: 'invented',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, complaints] = ['', ''];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaints += text;
  });
  const exited = once(child, 'exit');
  child.once('exit', (code, signal) =>
    fail({ errorType: 'Runtime.ExitError', errorMessage: `${code ?? signal}: ${complaints}` }),
  );

  /** What is not ended by a line break is still coming. */
  const logged = (): readonly LogLine[] =>
    out
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line));

  return {
    invoke: (event, timeoutMs = 60_000) =>
      new Promise((resolve) => {
        invocations++;
        const id = `00000000-0000-4000-8000-${String(invocations).padStart(12, '0')}`;
        if (fault) {
          resolve({ requestId: id, error: fault });
          return;
        }
        events.push({
          id,
          body: JSON.stringify(event),
          timeoutMs,
          done: resolve,
        });
        handOver();
      }),
    logged,
    lineOf: async ({ requestId }) => {
      for (;;) {
        const line = logged().find((each) => each['requestId'] === requestId);
        if (line) return line;
        await once(child.stdout ?? child, 'data');
      }
    },
    initMs: () => initMs,
    close: async () => {
      child.kill('SIGTERM');
      await exited;
      await closed(server);
      const [, maxRss, cpu] = /maxRss (\d+) cpu (\d+)/.exec(complaints) ?? [];
      return { maxRssBytes: Number(maxRss) * 1024, cpuMs: Number(cpu) / 1000 };
    },
  };
};
