/** A server in; a wire that leads to it, counts what goes over it, and breaks where it is told to, out. */
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/**
 * throttles, fails: the server refuses, for now. closes: the connection breaks before the request arrives. loses: it breaks
 * after the request was done, so that the answer is lost. hangs: nothing ever comes back. stalls: half an answer comes.
 */
export const faults = ['throttles', 'fails', 'closes', 'loses', 'hangs'] as const;
export type Fault = (typeof faults)[number] | 'stalls';

/** An answer of the service's that never came from it. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface WireOptions {
  readonly target: string;
  /** What is asked of the service: the name by which requests are counted. */
  readonly operationOf: (request: IncomingMessage) => string;
  readonly throttles: Answer;
  readonly fails: Answer;
}

export type FaultOf = (place: number, operation: string) => Fault | Answer | undefined;

export interface Wire {
  readonly url: string;
  /** From now on: which request breaks, by its place since then, from 0. */
  readonly breaksAt: (faultOf: FaultOf) => void;
  /** The operations asked for since `breaksAt` was last called, in their order. */
  readonly asked: () => readonly string[];
  readonly close: () => Promise<void>;
}

export const openWire = async (options: WireOptions): Promise<Wire> => {
  let faultOf: FaultOf = () => undefined;
  let asked: string[] = [];
  const server = createServer(async (incoming, outgoing) => {
    const operation = options.operationOf(incoming);
    const fault = faultOf(asked.length, operation);
    asked.push(operation);
    const body = await buffer(incoming);
    const answer = fault === 'throttles' || fault === 'fails' ? options[fault] : fault;
    if (typeof answer === 'object') outgoing.writeHead(answer.status, answer.headers).end(answer.body);
    else if (answer === 'closes') incoming.socket.destroy();
    else if (answer !== 'hangs') passOn(incoming, body, outgoing, options.target, answer);
  });
  return {
    url: await listening(server),
    breaksAt: (next) => {
      faultOf = next;
      asked = [];
    },
    asked: () => asked,
    close: () => closed(server),
  };
};

const passOn = (
  incoming: IncomingMessage,
  body: Buffer,
  outgoing: ServerResponse,
  target: string,
  fault: 'loses' | 'stalls' | undefined,
): void => {
  const { method = 'GET', url = '/', headers } = incoming;
  const onward = request(new URL(url, target), { method, headers }, async (answer) => {
    const text = await buffer(answer);
    if (fault === 'loses') incoming.socket.destroy();
    else outgoing.writeHead(answer.statusCode ?? 500, lengthTold(answer.headers, text.length));
    if (fault === 'stalls') outgoing.write(text.subarray(0, text.length / 2));
    else outgoing.end(text);
  });
  onward.once('error', () => incoming.socket.destroy());
  onward.end(body);
};

/** Whatever way the server tells the length of its answer: where it comes in chunks, a length besides is forbidden. */
const lengthTold = ({ 'transfer-encoding': _, ...headers }: IncomingHttpHeaders, length: number) => ({
  ...headers,
  'content-length': length,
});

/** On a port that the system chooses; answers the URL. */
export const listening = async (server: Server): Promise<string> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

export const closed = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
