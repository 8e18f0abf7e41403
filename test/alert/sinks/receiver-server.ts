/** The far end of a sink that speaks HTTP: a server on the loopback, which answers as it is told. */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import type { Mood } from '../../contracts/alert-sink.ts';

export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Unfolded where it came compressed. */
  readonly body: string;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface ReceiverServer {
  readonly url: string;
  /** Every request, in the order they came. */
  readonly received: readonly Received[];
  /** Those that were taken. */
  readonly taken: readonly Received[];
  /** From now on, of requests that hold this text, or of all others. */
  readonly be: (mood: Mood | Answer, about?: string) => void;
  readonly moodOf: (body: string) => Mood | Answer;
  readonly close: () => Promise<void>;
}

/** What its answers look like. */
export type Answers = Readonly<Record<Exclude<Mood, 'closes' | 'waits'>, Answer>>;

const plainAnswers: Answers = {
  takes: { status: 200, body: 'ok' },
  refuses: { status: 400, body: 'invalid_payload' },
  fails: { status: 503, body: 'try again' },
};

export const receiverServer = async (answers = plainAnswers): Promise<ReceiverServer> => {
  const received: Received[] = [];
  const taken: Received[] = [];
  const moods = new Map<string, Mood | Answer>();
  const moodOf = (body: string): Mood | Answer =>
    [...moods].find(([about]) => about !== '' && body.includes(about))?.[1] ?? moods.get('') ?? 'takes';

  const respond = (request: Received, response: ServerResponse): void => {
    const mood = moodOf(request.body);
    if (mood === 'waits') return;
    if (mood === 'closes') {
      response.destroy();
      return;
    }
    const { status, headers, body = '' } = typeof mood === 'string' ? answers[mood] : mood;
    // Some services refuse in an answer that is a success.
    if (typeof mood === 'string' ? mood === 'takes' : status < 300) taken.push(request);
    response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body);
  };

  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { url = '', headers } = request;
    const bytes = await buffer(request);
    const unfolded = headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes;
    const whole = { path: url, headers, body: unfolded.toString('utf8') };
    received.push(whole);
    respond(whole, response);
  };

  // Of a request that breaks off there is nothing to take.
  const server = createServer((request, response) => void take(request, response).catch(() => undefined));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/hook`,
    received,
    taken,
    be: (mood, about = '') => void moods.set(about, mood),
    moodOf,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
