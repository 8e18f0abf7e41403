/** The part of Pub/Sub that a function which pulls stands on, in memory, in its JSON form. */
import { createServer, type IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import type { JsonObject } from '../../shared/schema/json.ts';
import { refusalOf } from './google.ts';
import { closed, listening, openWire, type Wire } from './wire.ts';

export interface FakePubsub {
  readonly url: string;
  /** Of the only subscription that there is: nothing is asked of what it is called. */
  readonly subscription: string;
  /** Lets messages wait in the subscription. */
  readonly put: (messages: readonly JsonObject[]) => void;
  /** What is not acknowledged, handed over or not. */
  readonly left: () => readonly JsonObject[];
  /** The time of everything that was handed over is up: what is not acknowledged waits again. */
  readonly lapse: () => void;
  /** How many ids each request named, by the method. */
  readonly named: () => readonly (readonly [method: string, count: number])[];
  /** The data of what was published to a topic, in its order. */
  readonly publishedTo: (topic: string) => readonly string[];
  readonly close: () => Promise<void>;
}

interface Asked {
  readonly maxMessages?: number;
  readonly returnImmediately?: boolean;
  readonly ackIds?: readonly string[];
  readonly messages?: readonly { readonly data: string }[];
}

/** Of all that is handed over in an answer. */
const mostBytes = 10 * 1024 * 1024;

/** As few as Google may hand over where it is asked for more: `mostAtOnce`. */
export const openPubsub = async (mostAtOnce = 1000): Promise<FakePubsub> => {
  let queue: JsonObject[] = [];
  const leased = new Map<string, JsonObject>();
  const published = new Map<string, string[]>();
  const named: [string, number][] = [];
  let handed = 0;

  const handOver = (most: number) => {
    let [count, bytes] = [0, 0];
    while (count < Math.min(most, mostAtOnce, queue.length) && bytes < mostBytes)
      bytes += `${queue[count++]?.['data']}`.length;
    const receivedMessages = queue.splice(0, count).map((message) => {
      const ackId = `ack-${handed++}-${'x'.repeat(180)}`;
      leased.set(ackId, message);
      return { ackId, message };
    });
    return receivedMessages.length > 0 ? { receivedMessages } : {};
  };
  const answers: Readonly<Record<string, (asked: Asked, incoming: IncomingMessage) => Promise<object>>> = {
    pull: async ({ maxMessages = 0, returnImmediately }) =>
      // One that waits would be handed what comes later, whether or not anybody still is there: it is never answered.
      queue.length > 0 || returnImmediately ? handOver(maxMessages) : new Promise<never>(() => undefined),
    acknowledge: async ({ ackIds = [] }) => {
      for (const id of ackIds) leased.delete(id);
      return {};
    },
    modifyAckDeadline: async () => ({}),
    publish: async ({ messages = [] }, { url = '' }) => {
      const topic = url.replace(/^\/v1\/|:publish$/g, '');
      const texts = published.get(topic) ?? [];
      published.set(topic, texts);
      for (const { data } of messages) texts.push(Buffer.from(data, 'base64').toString('utf8'));
      return { messageIds: messages.map((_, at) => `${at}`) };
    },
  };

  const server = createServer(async (incoming, outgoing) => {
    const asked = (await json(incoming)) as Asked;
    const method = methodOf(incoming);
    named.push([method, asked.ackIds?.length ?? 0]);
    const body = JSON.stringify((await answers[method]?.(asked, incoming)) ?? {});
    outgoing.writeHead(200, { 'content-type': 'application/json' }).end(body);
  });
  return {
    url: await listening(server),
    subscription: 'projects/klaxon-example/subscriptions/klaxon',
    put: (messages) => {
      queue.push(...messages);
    },
    left: () => [...queue, ...leased.values()],
    lapse: () => {
      queue = [...leased.values(), ...queue];
      leased.clear();
    },
    named: () => named,
    publishedTo: (topic) => published.get(topic) ?? [],
    close: () => closed(server),
  };
};

/** What stands behind the colon: https://google.aip.dev/136 */
const methodOf = ({ url = '' }: IncomingMessage): string => url.split(':').at(-1) ?? '';

/** A wire to Pub/Sub, or to what stands in for it. */
export const wireToPubsub = (target: string): Promise<Wire> =>
  openWire({
    target,
    operationOf: methodOf,
    throttles: refusalOf(429, 'RESOURCE_EXHAUSTED'),
    fails: refusalOf(503, 'UNAVAILABLE'),
  });
