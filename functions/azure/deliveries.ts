/** What the triggers of Azure hand over in; what is in it dealt with, and what there is to answer, out. */
import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { decode } from '../../shared/decode/decode.ts';
import { isGzip } from '../../shared/decode/gunzip.ts';
import { KlaxonError, messageOf } from '../../shared/errors.ts';
import type { ArchiveStore, Clock } from '../../shared/ports.ts';
import { isObject, type JsonValue, listOf, numberOf, pathOf, textOf } from '../../shared/schema/json.ts';
import type { Task } from '../../shared/settings/environment.ts';
import { alertBudget, doTask, isLate } from '../clock.ts';
import { type GroupWork, groupsOf, type Held, poisonOf, takeGroup } from '../groups.ts';
import type { Dealt, Log } from '../log.ts';
import { type PostedBatch, type Receiver, type ReceiverAnswer, received } from '../receiver.ts';
import type { Outcome, Pipeline } from '../start.ts';

export interface DeliveryOptions {
  readonly pipeline: Pipeline;
  /** Undefined where nobody sends anything by HTTP. */
  readonly receiver: Receiver | undefined;
  /** Where events are kept that could not be dealt with. */
  readonly deadLetters: Pick<ArchiveStore, 'put'>;
  readonly now: Clock;
  readonly log: Log;
}

/** What the trigger of an event hub brings: events of one partition, in their order. */
export interface HubBatch {
  /** The bodies of the events, bytes each. */
  readonly bodies: readonly Uint8Array[];
  /** What the trigger says besides, list by list: https://learn.microsoft.com/azure/azure-functions/functions-bindings-event-hubs-trigger#event-metadata */
  readonly metadata: JsonValue | undefined;
  /** How often the batch came before, as far as the host remembers. */
  readonly retries: number;
}

/** What is done for each trigger. `deadline`: when the host ends the function, epoch milliseconds. */
export interface Deliveries {
  /** Throws a KlaxonError where the whole batch has to come again. */
  readonly ofHub: (batch: HubBatch, deadline: number) => Promise<Dealt>;
  readonly ofHttp: (posted: PostedBatch, deadline: number) => Promise<Dealt & Answered>;
  readonly ofClock: (task: Task, deadline: number) => Promise<Dealt>;
}

interface Answered {
  readonly answer: ReceiverAnswer;
}

/**
 * The host asks for a batch again after each failure, without end (handler.ts). What fails once more after so many times,
 * a quarter of an hour, is kept as a dead letter, so that the partition goes on.
 */
export const mostRetries = 8;

export const deliveriesOf = ({ pipeline, receiver, deadLetters, now, log }: DeliveryOptions): Deliveries => {
  const warn = (message: string): void => log('warn', message);
  /** By partition, the batch that this process has thrown last. */
  const thrown = new Map<string | undefined, string>();

  const takeBatch = async (
    events: readonly HubEvent[],
    retries: number,
    deadline: number,
  ): Promise<readonly Outcome[]> => {
    const outcomes: Outcome[] = [];
    const work: GroupWork<HubEvent> = {
      take: async (group) => {
        const parts = group.map(({ body }) => decode(body));
        const arrival = { arrived: group[0]?.enqueued, alertBudgetMs: alertBudget(deadline, now) };
        outcomes.push(await pipeline.processDecoded(parts, arrival));
      },
      setAside: async ({ body, enqueued }, thrown) => {
        outcomes.push(await pipeline.reject(poisonOf(textIn(body), thrown), { arrived: enqueued }));
      },
      warn,
    };
    for (const group of groupsOf(events, lengthOf, mostGroupLength)) {
      const isOver = outcomes.length > 0 && isLate(deadline, now);
      const held = isOver ? outOfTime(group) : await takeGroup(group, work);
      if (!held) continue;
      if (retries < mostRetries) throw held.reason;
      await keep(group, held.reason);
    }
    return outcomes;
  };

  /** The last attempt throws only where nothing can be kept. A process that knows nothing of that has followed one that was ended by it. */
  const endedProcess = (events: readonly HubEvent[], retries: number): boolean =>
    retries > mostRetries && thrown.get(events[0]?.partition) !== letterName(events);

  /** A letter that is there already was kept by an attempt before this one. */
  const keep = async (group: readonly HubEvent[], reason: KlaxonError): Promise<void> => {
    const name = letterName(group);
    try {
      await deadLetters.put({ name, contentType: 'application/x-ndjson', bytes: letterOf(group, reason) });
    } catch (thrown) {
      const message = `events could neither be dealt with (${reason.message}) nor kept: ${messageOf(thrown)}`;
      throw new KlaxonError('delivery', message, { cause: thrown, retryable: true });
    }
    log('error', `events are kept as a dead letter: ${reason.message}`, { deadLetter: name });
  };

  const keepUntried = async (events: readonly HubEvent[]): Promise<void> => {
    const reason = new KlaxonError('delivery', 'the process ended whenever it dealt with them');
    for (const group of groupsOf(events, lengthOf, mostGroupLength)) await keep(group, reason);
  };

  return {
    ofHub: async (batch, deadline) => {
      const events = eventsIn(batch);
      try {
        if (endedProcess(events, batch.retries)) {
          await keepUntried(events);
          return { source: 'hub', outcomes: [] };
        }
        return { source: 'hub', outcomes: await takeBatch(events, batch.retries, deadline) };
      } catch (reason) {
        thrown.set(events[0]?.partition, letterName(events));
        throw reason;
      }
    },
    ofHttp: async (posted, deadline) => ({
      source: 'http',
      ...(await received(receiver, posted, (eventList, cluster) =>
        pipeline.process(eventList, { origin: { cluster }, alertBudgetMs: alertBudget(deadline, now) }),
      )),
    }),
    ofClock: async (task, deadline) => ({
      source: 'clock',
      ...(await doTask(task, pipeline, alertBudget(deadline, now))),
    }),
  };
};

/** An event of a hub. Azure Monitor puts many records into one, and may send a record in two of them. */
interface HubEvent {
  readonly body: Uint8Array;
  readonly partition: string | undefined;
  readonly sequenceNumber: number | undefined;
  readonly offset: string | undefined;
  /** When the hub took it, epoch milliseconds: it stays the same when the event comes again. */
  readonly enqueued: number | undefined;
}

const eventsIn = ({ bodies, metadata }: HubBatch): readonly HubEvent[] => {
  const partition = textOf(pathOf(metadata, 'partitionContext', 'partitionId'));
  const numbers = listOf(pathOf(metadata, 'sequenceNumberArray'));
  const offsets = listOf(pathOf(metadata, 'offsetArray'));
  const times = listOf(pathOf(metadata, 'enqueuedTimeUtcArray'));
  return bodies.map((body, at) => ({
    body,
    partition,
    sequenceNumber: countOf(numbers[at]),
    offset: writtenOf(offsets[at]),
    enqueued: timeOf(times[at]),
  }));
};

/** Of 64 bits: a number in one version of the worker, its two halves in another. */
const countOf = (value: JsonValue | undefined): number | undefined => {
  if (!isObject(value)) return numberOf(value);
  const [low, high] = [numberOf(value['low']), numberOf(value['high'])];
  return low === undefined || high === undefined ? undefined : high * 2 ** 32 + (low >>> 0);
};

/** Numbers in one version of the extension, texts in another. */
const writtenOf = (value: JsonValue | undefined): string | undefined =>
  typeof value === 'number' ? String(value) : textOf(value);

const timeOf = (value: JsonValue | undefined): number | undefined => {
  const time = Date.parse(textOf(value) ?? '');
  return Number.isNaN(time) ? undefined : time;
};

/** What is held of a group is some times as much. */
const mostGroupLength = 4 * 1024 * 1024;

/** Compressed, it unfolds to some ten times as much. */
const lengthOf = ({ body }: HubEvent): number => body.length * (isGzip(body) ? 10 : 1);

const outOfTime = ([record]: readonly HubEvent[]): Held<HubEvent> | undefined =>
  record && {
    record,
    reason: new KlaxonError('delivery', 'the time of the function is over', { retryable: true }),
  };

/** Of what the hub gave alone, so that the same events have the same name, and no others: a hub that is made anew counts anew. */
const letterName = (group: readonly HubEvent[]): string => {
  const [first, last] = [group[0], group.at(-1)];
  const day = first?.enqueued === undefined ? 'unknown' : new Date(first.enqueued).toISOString().slice(0, 10);
  const numbers = `${first?.sequenceNumber ?? 'unknown'}-${last?.sequenceNumber ?? 'unknown'}`;
  return `deliveries/date=${day}/partition=${first?.partition ?? 'unknown'}/${numbers}-${digestOf(group)}.ndjson`;
};

const digestOf = (group: readonly HubEvent[]): string => {
  const digest = createHash('sha256');
  for (const { body } of group) digest.update(`${body.length}\n`).update(body);
  return digest.digest('hex').slice(0, 16);
};

/** One event a line. `log` is a name that `klaxon scan` looks for records in, so it reads the letter as it lies. */
const letterOf = (group: readonly HubEvent[], reason: KlaxonError): Uint8Array => {
  const lines = group.map(({ body, enqueued, ...from }) =>
    JSON.stringify({ ...from, enqueued, reason: reason.message, log: textIn(body) }),
  );
  return Buffer.from(`${lines.join('\n')}\n`, 'utf8');
};

/** In base64 what is no text: the decoder knows compressed records by that, too. */
const textIn = (body: Uint8Array): string => {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  return bytes.toString(isUtf8(bytes) ? 'utf8' : 'base64');
};
