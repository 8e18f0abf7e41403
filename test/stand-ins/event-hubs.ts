/** The part of Event Hubs that a consumer stands on, in memory: claims, what partitions hold, and receiving from them. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import rhea, { type AmqpError, type EventContext, type Message, type Receiver, type Sender } from 'rhea';
import { type FakePartition, messageOf, Partition, propertiesOf } from './event-hub-partition.ts';

/** What a client does that may break: it attaches to one of the three, or a message is about to be sent to it. */
export type Operation = '$cbs' | '$management' | 'receive' | 'message';

/** disconnects: the connection is cut. falls silent: nothing more comes over this link. A condition of AMQP: the link ends with it. */
export type HubFault =
  | 'disconnects'
  | 'falls silent'
  | { readonly condition: string; readonly description: string };

/** By the place of an operation since `breaksAt` was last called, from 0, and by the address that it is for. */
export type HubFaultOf = (place: number, operation: Operation, address: string) => HubFault | undefined;

export interface FakeEventHubs {
  readonly port: number;
  /** With a key that nobody checks, and no TLS. */
  readonly connectionString: string;
  readonly partition: (hub: string, id: number) => FakePartition;
  readonly add: (hub: string, partitions: number) => void;
  readonly breaksAt: (faultOf: HubFaultOf) => void;
  /** Operations since `breaksAt` was last called, in their order. */
  readonly done: () => readonly Operation[];
  /** The filters by which partitions were asked for. */
  readonly filters: () => readonly string[];
  /** How many messages were sent since `breaksAt` was last called. */
  readonly sent: () => number;
  /** How many more messages the clients have granted, over all links that receive. */
  readonly credit: () => number;
  /** Links that receive. */
  readonly receivers: () => number;
  readonly close: () => Promise<void>;
}

export const openEventHubs = async (hubs: Readonly<Record<string, number>>): Promise<FakeEventHubs> => {
  const container = rhea.create_container({ id: 'event-hubs' });
  container.sasl_server_mechanisms.enable_anonymous();
  container.sasl_server_mechanisms.enable_plain(() => true);
  const held = new Map<string, Partition[]>();
  const sockets = new Set<{ readonly destroy: () => void }>();
  const filters: string[] = [];
  let faultOf: HubFaultOf = () => undefined;
  let done: Operation[] = [];
  let sent = 0;
  const receiving = new Set<Sender>();

  /** Whether the link may go on. */
  const passes = (operation: Operation, context: EventContext, link: Sender | Receiver): boolean => {
    const fault = faultOf(done.length, operation, addressOf(link));
    done.push(operation);
    if (fault === 'disconnects') socketOf(context).destroy();
    else if (typeof fault === 'object') link.close(errorOf(fault));
    return fault === undefined;
  };

  container.on('sender_open', (context: EventContext) => {
    const sender = theSender(context);
    const address = String(remoteSource(sender).address ?? '');
    sender.set_source({ address });
    const [, hub = '', id = ''] =
      /^\/?([^/]+)\/ConsumerGroups\/[^/]+\/Partitions\/(\d+)$/.exec(address) ?? [];
    if (hub === '') return;
    const group = /ConsumerGroups\/([^/]+)/.exec(address)?.[1];
    const partition = held.get(hub)?.[Number(id)];
    if (!partition || group === 'gone') {
      sender.close(errorOf(notFound(`sb://localhost/${address}`)));
      return;
    }
    if (!passes('receive', context, sender)) return;
    const filter = filterOf(sender);
    filters.push(filter);
    let next = partition.placeAfter(filter);
    let isSilent = false;
    const send = (): void => {
      while (!isSilent && sender.sendable()) {
        const event = partition.at(next);
        if (!event) return;
        const fault = faultOf(done.length, 'message', address);
        if (fault === 'falls silent') isSilent = true;
        if (!passes('message', context, sender)) return;
        sender.send(messageOf(event));
        next = event.sequenceNumber + 1;
        sent++;
      }
    };
    partition.bell.on('event', send);
    receiving.add(sender);
    const leave = (): void => {
      partition.bell.off('event', send);
      receiving.delete(sender);
    };
    sender.on('sendable', send);
    sender.once('sender_close', leave);
    context.connection.once('disconnected', leave);
    context.connection.once('connection_close', leave);
    send();
  });

  container.on('receiver_open', (context: EventContext) => {
    const { receiver } = context;
    if (!receiver) return;
    const address = String(remoteTarget(receiver).address ?? '');
    receiver.set_target({ address });
    if (address === '$cbs' || address === '$management') passes(address, context, receiver);
  });

  container.on('message', (context: EventContext) => {
    const { message, receiver } = context;
    if (!message || !receiver) return;
    const address = String(remoteTarget(receiver).address ?? '');
    const asked = message.application_properties ?? {};
    const answer =
      address === '$cbs'
        ? { status: 202, body: undefined }
        : propertiesOf(asked, held.get(String(asked['name'])));
    const reply: Message = {
      correlation_id: message.message_id ?? '',
      application_properties: {
        'status-code': answer.status,
        'status-description': answer.status < 300 ? 'OK' : `status-code: ${answer.status}`,
      },
      body: answer.body,
    };
    const isReply = (link: Sender): boolean => link.source?.address === address;
    context.session?.find_sender(isReply)?.send(reply);
  });

  const server = container.listen({ port: 0, host: '127.0.0.1' });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // A client that is gone while something is sent to it is no fault here.
    socket.on('error', () => undefined);
  });
  container.on('disconnected', () => undefined);
  // A client that ends a session may still have something to say of it.
  container.on('protocol_error', () => undefined);
  container.on('error', () => undefined);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const add = (hub: string, partitions: number): void => {
    held.set(
      hub,
      Array.from({ length: partitions }, () => new Partition()),
    );
  };
  for (const [hub, partitions] of Object.entries(hubs)) add(hub, partitions);
  return {
    port,
    connectionString: `Endpoint=sb://localhost:${port}/;SharedAccessKeyName=invented;SharedAccessKey=invented;UseDevelopmentEmulator=true;`,
    partition: (hub, id) => {
      const partition = held.get(hub)?.[id];
      if (!partition) throw new Error(`no partition ${id} of ${hub}`);
      return partition;
    },
    add,
    breaksAt: (next) => {
      faultOf = next;
      done = [];
      filters.splice(0);
      sent = 0;
    },
    done: () => done,
    filters: () => filters,
    sent: () => sent,
    credit: () => [...receiving].reduce((sum, link) => sum + creditOf(link), 0),
    receivers: () => receiving.size,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
};

/** As the service says it: https://learn.microsoft.com/azure/event-hubs/event-hubs-messaging-exceptions */
export const notFound = (entity: string): { readonly condition: string; readonly description: string } => ({
  condition: 'amqp:not-found',
  description: `The messaging entity '${entity}' could not be found. TrackingId:invented`,
});

const errorOf = (fault: { readonly condition: string; readonly description: string }): AmqpError => ({
  ...fault,
});

const theSender = ({ sender }: EventContext): Sender => {
  if (!sender) throw new Error('a sender was opened, and there is none');
  return sender;
};

/** What the types of rhea leave out. */
interface Attached {
  readonly remote: {
    readonly attach: {
      readonly source?: { readonly address?: string; readonly filter?: Readonly<Record<string, unknown>> };
      readonly target?: { readonly address?: string };
    };
  };
}

const creditOf = (link: unknown): number => (link as { readonly credit: number }).credit;
const attached = (link: unknown): Attached => link as Attached;
const remoteSource = (link: Sender): NonNullable<Attached['remote']['attach']['source']> =>
  attached(link).remote.attach.source ?? {};
const remoteTarget = (link: Receiver): NonNullable<Attached['remote']['attach']['target']> =>
  attached(link).remote.attach.target ?? {};

const addressOf = (link: Sender | Receiver): string => {
  const { source, target } = attached(link).remote.attach;
  return (link.is_sender() ? source : target)?.address ?? '';
};

const filterOf = (sender: Sender): string => {
  const [described] = Object.values(remoteSource(sender).filter ?? {});
  const isDescribed = typeof described === 'object' && described !== null && 'value' in described;
  return String(isDescribed ? described.value : (described ?? ''));
};

const socketOf = (context: EventContext): { readonly destroy: () => void } => {
  const { connection } = context as unknown as {
    readonly connection: { readonly socket: { destroy(): void } };
  };
  return connection.socket;
};
