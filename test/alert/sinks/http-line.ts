/** A sink that speaks HTTP, with its far end. */
import { post } from '../../../functions/http.ts';
import { type HttpSinkOptions, httpSink, type Receiver } from '../../../shared/alert/sinks/http-sink.ts';
import type { Line, Taken } from '../../contracts/alert-sink.ts';
import { type Received, type ReceiverServer, receiverServer } from './receiver-server.ts';

export interface HttpLine extends Line {
  readonly server: ReceiverServer;
}

export interface LineOptions extends Partial<HttpSinkOptions> {
  /** Where the server listens, in; the receiver, out. */
  readonly receiverAt: (url: string) => Receiver;
  /** The address of the server where it is left out. */
  readonly plainSecret?: string;
  readonly read: (request: Received) => Taken;
}

export const httpLine = async ({
  receiverAt,
  plainSecret,
  read,
  ...over
}: LineOptions): Promise<HttpLine> => {
  const server = await receiverServer();
  const sink = httpSink({
    name: 'sink',
    receiver: receiverAt(server.url),
    secret: 'env:SECRET',
    secretOf: async () => plainSecret ?? server.url,
    // Only who will never answer is given up soon, so that no test hangs on the speed of the machine.
    post: (request) => post({ ...request, timeoutMs: server.moodOf(request.body) === 'waits' ? 50 : 60_000 }),
    now: Date.now,
    ...over,
  });
  return {
    sink,
    server,
    be: server.be,
    taken: () => server.taken.map(read),
    asked: () => server.received.length,
    close: server.close,
  };
};
