/** The part of Service Bus that a sender of messages stands on: claims, and an entity that settles what it is sent as it is told to. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setImmediate as immediate } from 'node:timers/promises';
import rhea, { type EventContext, type Message, type Sender } from 'rhea';
import type { Mood } from '../contracts/alert-sink.ts';

/** A message as it came, with its body as text. */
export interface SentMessage {
  readonly entity: string;
  readonly message: Message;
  readonly text: string;
}

export interface FakeServiceBus {
  /** With a key that nobody checks, and no TLS. */
  readonly connectionString: string;
  readonly received: readonly SentMessage[];
  readonly taken: readonly SentMessage[];
  /** From now on, of messages that hold this text, or of all others. */
  readonly be: (mood: Mood, about?: string) => void;
  readonly close: () => Promise<void>;
}

export const openServiceBus = async (): Promise<FakeServiceBus> => {
  const container = rhea.create_container({ id: 'service-bus' });
  container.sasl_server_mechanisms.enable_anonymous();
  container.sasl_server_mechanisms.enable_plain(() => true);
  const sockets = new Set<{ readonly destroy: () => void }>();
  const received: SentMessage[] = [];
  const taken: SentMessage[] = [];
  const moods = new Map<string, Mood>();

  /** Each in a frame of its own: of several that are settled at once, rhea 3.0.5 gives all the outcome of the first. */
  let turn: Promise<unknown> = Promise.resolve();
  const settle = (work: () => void): void => {
    turn = turn.then(() => immediate()).then(work);
  };

  container.on('sender_open', ({ sender }: EventContext) => {
    sender?.set_source({ address: addressOf(sender) });
  });
  container.on('receiver_open', ({ receiver }: EventContext) => {
    receiver?.set_target({ address: addressOf(receiver) });
  });
  container.on('message', (context: EventContext) => {
    const { message, receiver, delivery, connection } = context;
    if (!message || !receiver || !delivery) return;
    const entity = addressOf(receiver);
    if (entity === '$cbs') {
      delivery.accept();
      const reply: Message = {
        correlation_id: message.message_id ?? '',
        application_properties: { 'status-code': 202, 'status-description': 'Accepted' },
        body: undefined,
      };
      context.session?.find_sender((link: Sender) => link.source?.address === '$cbs')?.send(reply);
      return;
    }
    const sent = { entity, message, text: textOf(message.body) };
    received.push(sent);
    const mood =
      [...moods].find(([about]) => about !== '' && sent.text.includes(about))?.[1] ??
      moods.get('') ??
      'takes';
    if (mood === 'takes') taken.push(sent);
    if (mood === 'closes') connection.socket.destroy();
    if (mood === 'takes') settle(() => delivery.accept());
    if (mood === 'refuses')
      settle(() => delivery.reject({ condition: 'amqp:not-allowed', description: 'no' }));
    if (mood === 'fails')
      settle(() => delivery.reject({ condition: 'com.microsoft:server-busy', description: 'later' }));
  });
  // Clients come and go as they like.
  for (const event of ['disconnected', 'protocol_error', 'error']) container.on(event, () => undefined);

  const server = container.listen({
    port: 0,
    host: '127.0.0.1',
    receiver_options: { autoaccept: false, credit_window: 100 },
  } as Parameters<typeof container.listen>[0]);
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
  });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    connectionString: `Endpoint=sb://127.0.0.1:${port}/;SharedAccessKeyName=invented;SharedAccessKey=invented;UseDevelopmentEmulator=true;`,
    received,
    taken,
    be: (mood, about = '') => void moods.set(about, mood),
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
};

interface Remote {
  readonly attach: { readonly source?: { address?: string }; readonly target?: { address?: string } };
}

/** As the other side has named what this link is for; its types leave that out. */
const addressOf = (link: unknown): string => {
  const { attach } = (link as { readonly remote: Remote }).remote;
  return attach.target?.address ?? attach.source?.address ?? '';
};

/** A message's data is bytes; the client writes JSON into it. */
const textOf = (body: unknown): string =>
  Buffer.from((body as { readonly content: Uint8Array }).content).toString('utf8');
