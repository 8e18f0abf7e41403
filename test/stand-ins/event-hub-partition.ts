/** What a partition of an event hub holds, in memory: positions in it, and what is said and sent of it. */
import { EventEmitter } from 'node:events';
import rhea, { type Message } from 'rhea';

const { types, message: messages } = rhea;

export interface StoredEvent {
  readonly sequenceNumber: number;
  readonly offset: string;
  readonly time: number;
  readonly body: unknown;
}

export interface FakePartition {
  readonly events: readonly StoredEvent[];
  /** `body` is a message's data; anything but text and bytes is a value of AMQP. */
  readonly append: (body: unknown, time?: number) => void;
  /** As its retention does with what is old. */
  readonly forget: (count: number) => void;
}

/** A partition, and where in it a client wants to begin. */
export class Partition implements FakePartition {
  readonly bell = new EventEmitter().setMaxListeners(0);
  readonly events: StoredEvent[] = [];
  #next = 0;

  append(body: unknown, time = Date.now()): void {
    const sequenceNumber = this.#next++;
    this.events.push({ sequenceNumber, offset: String(sequenceNumber * 64), time, body });
    this.bell.emit('event');
  }

  forget(count: number): void {
    this.events.splice(0, count);
  }

  get last(): StoredEvent | undefined {
    return this.events.at(-1);
  }

  get lastSequenceNumber(): number {
    return this.#next - 1;
  }

  at(sequenceNumber: number): StoredEvent | undefined {
    const first = this.events[0]?.sequenceNumber ?? 0;
    return this.events[Math.max(0, sequenceNumber - first)];
  }

  /** The sequence number from which on events match, as a client asks for a position. */
  placeAfter(filter: string): number {
    const [, what = '', comparison = '', value = ''] =
      /x-opt-(sequence-number|offset|enqueued-time)\s*(>=?)\s*'([^']*)'/.exec(filter) ?? [];
    if (value === '@latest') return this.#next;
    const limit = Number(value);
    const found = this.events.find(({ sequenceNumber, offset, time }) => {
      const own = what === 'offset' ? Number(offset) : what === 'enqueued-time' ? time : sequenceNumber;
      return comparison === '>' ? own > limit : own >= limit;
    });
    return found?.sequenceNumber ?? this.#next;
  }
}

/** To a question over `$management`. */
export interface Reply {
  readonly status: number;
  readonly body: unknown;
}

/** Of a hub's partitions, or of one of them; undefined stands for a hub that is not there. */
export const propertiesOf = (
  asked: Readonly<Record<string, unknown>>,
  partitions: readonly Partition[] | undefined,
): Reply => {
  if (!partitions) return { status: 404, body: undefined };
  const { name, type } = asked;
  if (!String(type).endsWith(':partition')) {
    const ids = partitions.map((_, id) => String(id));
    const body = {
      name,
      type,
      created_at: types.wrap_timestamp(0),
      partition_count: ids.length,
      partition_ids: types.wrap_array(ids, 0xa1, undefined),
    };
    return { status: 200, body };
  }
  const partition = partitions[Number(asked['partition'])];
  if (!partition) return { status: 404, body: undefined };
  const { last, lastSequenceNumber } = partition;
  const body = {
    name,
    type,
    partition: asked['partition'],
    begin_sequence_number: types.wrap_long(partition.events[0]?.sequenceNumber ?? lastSequenceNumber + 1),
    last_enqueued_sequence_number: types.wrap_long(lastSequenceNumber),
    last_enqueued_offset: last?.offset ?? String(lastSequenceNumber < 0 ? -1 : lastSequenceNumber * 64),
    last_enqueued_time_utc: types.wrap_timestamp(last?.time ?? 0),
    is_partition_empty: last === undefined,
  };
  return { status: 200, body };
};

/** As it is sent to a client. */
export const messageOf = ({ sequenceNumber, offset, time, body }: StoredEvent): Message => ({
  message_annotations: {
    'x-opt-sequence-number': types.wrap_long(sequenceNumber),
    'x-opt-offset': offset,
    'x-opt-enqueued-time': types.wrap_timestamp(time),
  },
  body:
    typeof body === 'string' || body instanceof Uint8Array ? messages.data_section(Buffer.from(body)) : body,
});
