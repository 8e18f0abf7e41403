/** A request that Cloud Run hands over in; what is in it dealt with, and the status that it is answered with, out. */
import { decode, decodePart } from '../../shared/decode/decode.ts';
import { type Decoded, defaultLimits } from '../../shared/decode/decoding.ts';
import { documentsOf, type TextDocument } from '../../shared/decode/documents.ts';
import { isGzip } from '../../shared/decode/gunzip.ts';
import { KlaxonError, messageOf } from '../../shared/errors.ts';
import type { Clock, Pause } from '../../shared/ports.ts';
import { isObject, type JsonObject, pathOf, textOf } from '../../shared/schema/json.ts';
import { drainTask, leaseSeconds, taskPath, tasks } from '../../shared/settings/environment.ts';
import { alertBudget, doTask } from '../clock.ts';
import { type DrainLimits, drain } from '../drain.ts';
import { type GatherLimits, gathererOf } from '../gather.ts';
import { type GroupWork, poisonOf, takeGroup } from '../groups.ts';
import type { Dealt, Log } from '../log.ts';
import type { PostedBatch, Receiver } from '../receiver.ts';
import type { Arrival, Outcome, Pipeline } from '../start.ts';
import type { ReceivedMessage, Subscription } from './subscription.ts';

export interface DeliveryOptions {
  readonly pipeline: Pipeline;
  /** Where there is one, everybody may call, and nothing else is taken: who calls the others Cloud Run has looked at. */
  readonly receiver: Receiver | undefined;
  readonly now: Clock;
  readonly pause: Pause;
  readonly log: Log;
  /** Deals with a delivery and says what became of it; its id is that of its first message, or of the request's trace. */
  readonly account: <D extends Dealt>(requestId: string, deal: () => Promise<D>) => Promise<D>;
  /** Of what is pushed and dealt with together. */
  readonly limits: GatherLimits;
  /** Where messages are pulled, when the clock asks for it, rather than pushed. */
  readonly pulls: Pulls | undefined;
}

export interface Pulls {
  readonly subscription: Subscription;
  readonly limits: DrainLimits;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: object | undefined;
}

/**
 * Pub/Sub pushes one record a request, and a group is an object of the archive for each of its clusters and one round of
 * memory (docs/decisions/0029). Of the requests that an instance takes at a time half may wait for company while the others
 * are dealt with.
 */
export const gatherLimitsFor = (concurrency: number): GatherLimits => ({
  waitMs: 1_000,
  mostItems: Math.max(1, Math.floor(concurrency / 2)),
  mostBytes: 4 * 1024 * 1024,
  atOnce: 4,
  mostHeldBytes: 48 * 1024 * 1024,
});

/** With records as large as a pull can bring, 10 MB at a time, this is what 512 MB of memory hold (docs/decisions/0033). */
export const drainLimits: DrainLimits = {
  mostBytes: 4 * 1024 * 1024,
  atOnce: 2,
  mostPulls: 2,
  mostLooks: 5,
  lookMs: 200,
  extendMs: (leaseSeconds / 3) * 1000,
};

/** A push of Pub/Sub, of a trigger of Eventarc, or of anything else that carries records; or what was pulled. */
interface Message {
  readonly id: string;
  /** When Pub/Sub took it, epoch milliseconds: the same however often it comes. */
  readonly published: number | undefined;
  /** How much it was when it came. */
  readonly bytes: number;
  readonly decoded: () => Decoded;
  readonly text: () => string;
  /** When the request is ended, epoch milliseconds. */
  readonly deadline: number;
}

interface PulledMessage extends Message, Pick<ReceivedMessage, 'ackId'> {}

export const deliveriesOf = (options: DeliveryOptions) => {
  const { pipeline, receiver, now, pause, log, account, limits, pulls } = options;

  const within = (deadline: number, arrival: Arrival = {}): Arrival => ({
    ...arrival,
    alertBudgetMs: alertBudget(deadline, now),
  });

  /** A message that makes the program itself fail is set aside; a store that fails makes all of them come again. */
  const takeMessages = async <M extends Message>(messages: readonly M[]): Promise<ReadonlySet<M>> => {
    const group = messages.toSorted(byPublication);
    const outcomes: Outcome[] = [];
    const work: GroupWork<M> = {
      take: async (some) => {
        const decoded = some.map((message) => message.decoded());
        outcomes.push(await pipeline.processDecoded(decoded, within(earliestEnd(some), arrivalOf(some))));
      },
      setAside: async (message, thrown) => {
        const poison = poisonOf(message.text(), thrown);
        outcomes.push(await pipeline.reject(poison, within(message.deadline, arrivalOf([message]))));
      },
      warn: (text) => log('warn', text),
    };
    const { held } = await account(group[0]?.id ?? '', async () => ({
      source: 'pubsub',
      held: await takeGroup(group, work),
      outcomes,
    }));
    if (held?.reason.retryable === false) log('error', `messages cannot be taken: ${held.reason.message}`);
    return new Set(held ? group.slice(group.indexOf(held.record)) : []);
  };

  const gather = gathererOf<Message>({
    take: takeMessages,
    bytesOf,
    pause,
    limits,
  });

  const ofMessage = async (request: PostedBatch, deadline: number): Promise<Answer> => {
    try {
      return (await gather(messageIn(request, deadline))) ? taken : comeAgain;
    } catch (thrown) {
      if (thrown instanceof KlaxonError && thrown.retryable) return comeAgain;
      throw thrown;
    }
  };

  const ofClock = async (request: PostedBatch, deadline: number): Promise<Answer> => {
    const task = tasks.find((name) => name === request.path.slice(taskPath.length));
    if (!task) return { status: 404 };
    const { answer = {} } = await account(traceOf(request), async () => ({
      source: 'clock',
      ...(await doTask(task, pipeline, alertBudget(deadline, now))),
    }));
    return { status: 200, body: answer };
  };

  const ofDrain = async (
    { subscription, limits: drainLimits }: Pulls,
    request: PostedBatch,
    deadline: number,
  ): Promise<Answer> => {
    const { pull, acknowledge, extend } = subscription;
    const began = now();
    const requestId = traceOf(request);
    const { failure, ...done } = await drain<PulledMessage>({
      queue: {
        pull: async () => (await pull()).map((received) => pulledMessage(received, deadline)),
        acknowledge: (messages) => acknowledge(messages.map(({ ackId }) => ackId)),
        extend: (messages) => extend(messages.map(({ ackId }) => ackId)),
      },
      take: takeMessages,
      bytesOf,
      publishedOf: ({ published }) => published,
      now,
      pause,
      deadline,
      warn: (text) => log('warn', text, { requestId }),
      limits: drainLimits,
    });
    log('info', 'drain', { ...done, milliseconds: now() - began, requestId });
    if (failure === undefined) return { status: done.end === 'failed' ? 503 : 200, body: done };
    const isPassing = failure instanceof KlaxonError && failure.retryable;
    log(isPassing ? 'warn' : 'error', `the drain failed: ${messageOf(failure)}`, { requestId });
    throw failure;
  };

  const ofSender = async (receive: Receiver, request: PostedBatch, deadline: number): Promise<Answer> => {
    const { answer } = await account(traceOf(request), async () => {
      const outcomes: Outcome[] = [];
      const take = async (eventList: JsonObject, cluster: string): Promise<void> => {
        outcomes.push(await pipeline.process(eventList, within(deadline, { origin: { cluster } })));
      };
      return { source: 'http', answer: await receive(request, take), outcomes };
    });
    return answer;
  };

  /**
   * `deadline`: when Cloud Run gives the request up, epoch milliseconds.
   * @throws KlaxonError where a task could not be done, and whatever nobody thought of: then the request comes again.
   */
  return async (request: PostedBatch, deadline: number): Promise<Answer> => {
    if (receiver) return ofSender(receiver, request, deadline);
    if (request.method !== 'POST') return { status: 405, headers: { allow: 'POST' } };
    if (pulls && request.path === drainPath) return ofDrain(pulls, request, deadline);
    if (request.path.startsWith(taskPath)) return ofClock(request, deadline);
    return request.path === '/' ? ofMessage(request, deadline) : { status: 404 };
  };
};

const drainPath = `${taskPath}${drainTask}`;

/** Any of 102, 200, 201, 202 and 204 acknowledges a message: https://cloud.google.com/pubsub/docs/push#receive_push */
const taken: Answer = { status: 204 };
const comeAgain: Answer = { status: 503 };

/**
 * As a subscription wraps it, as Eventarc sends it on (a CloudEvent, in its body or its headers), or bare, with what the
 * wrapper would say in headers: https://cloud.google.com/pubsub/docs/payload-unwrapping
 */
const messageIn = ({ headers, body }: PostedBatch, deadline: number): Message => {
  const document = documentIn(body);
  const value = document?.value;
  const wrapped = pathOf(value, 'message') ?? pathOf(value, 'data', 'message');
  const said = (key: string, header: string): string | undefined =>
    textOf(pathOf(wrapped, key)) ?? headers[header];
  return {
    id: said('messageId', 'x-goog-pubsub-message-id') ?? '',
    published: timeOf(said('publishTime', 'x-goog-pubsub-publish-time')),
    bytes: body.length,
    decoded: () => (document ? decodePart(document) : decode(body)),
    text: () => Buffer.from(body).toString('utf8'),
    deadline,
  };
};

/** It is read as a push that wraps it would be. */
const pulledMessage = ({ ackId, message }: ReceivedMessage, deadline: number): PulledMessage => ({
  ackId,
  id: textOf(message['messageId']) ?? '',
  published: timeOf(textOf(message['publishTime'])),
  bytes: textOf(message['data'])?.length ?? 0,
  decoded: () => decode({ message }),
  text: () => JSON.stringify({ message }),
  deadline,
});

const bytesOf = ({ bytes }: Message): number => bytes;

/** What is no single object of JSON is left to those who read anything. */
const documentIn = (body: Uint8Array): TextDocument | undefined => {
  if (isGzip(body)) return undefined;
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
  const [document, ...more] = documentsOf(text, defaultLimits.maxBytes);
  return document && isObject(document.value) && more.length === 0 ? document : undefined;
};

/** However they come together again, the same messages are archived under the same names. */
const byPublication = (left: Message, right: Message): number =>
  (left.published ?? 0) - (right.published ?? 0) || (left.id < right.id ? -1 : 1);

const earliestEnd = (messages: readonly Message[]): number =>
  Math.min(...messages.map(({ deadline }) => deadline));

const arrivalOf = (messages: readonly Message[]): Arrival => ({
  arrived: messages.find(({ published }) => published !== undefined)?.published,
});

const timeOf = (text: string | undefined): number | undefined => {
  const time = Date.parse(text ?? '');
  return Number.isNaN(time) ? undefined : time;
};

/** TRACE/SPAN;OPTIONS: https://cloud.google.com/trace/docs/trace-context */
const traceOf = ({ headers }: PostedBatch): string => headers['x-cloud-trace-context']?.split('/')[0] ?? '';
