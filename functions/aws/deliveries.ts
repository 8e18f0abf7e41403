/** An event that Lambda hands over in; what is in it dealt with, and the answer that its source waits for, out. */
import { decodePart } from '../../shared/decode/decode.ts';
import { type Decoded, defaultLimits } from '../../shared/decode/decoding.ts';
import { messageOf } from '../../shared/errors.ts';
import type { Clock } from '../../shared/ports.ts';
import {
  isObject,
  type JsonObject,
  type JsonValue,
  listOf,
  pathOf,
  textOf,
} from '../../shared/schema/json.ts';
import { backfillTask, lakeTask } from '../../shared/settings/environment.ts';
import { alertBudget, doTask, isLate, type TaskDone } from '../clock.ts';
import { readDocuments } from '../documents.ts';
import { type GroupWork, groupsOf, poisonOf, takeGroup } from '../groups.ts';
import type { Dealt as AnyDealt } from '../log.ts';
import { type PostedBatch, type Receiver, received } from '../receiver.ts';
import type { Arrival, Outcome, Pipeline } from '../start.ts';
import { type NamedObject, type OpenObject, objectsIn } from './objects.ts';

export interface DeliveryOptions {
  readonly pipeline: Pipeline;
  readonly openObject: OpenObject;
  /** Undefined where nobody sends anything by HTTP. */
  readonly receiver: Receiver | undefined;
  /** Fetches what log groups hold of a time that has passed. */
  readonly backfill: (event: JsonObject, deadline: number) => Promise<TaskDone>;
  /** Carries what the archive has into Security Lake. */
  readonly fillLake: (deadline: number) => Promise<object>;
  /** Objects of this bucket are what Klaxon wrote itself: to read them as logs would never end. */
  readonly ownBucket: string;
  /** A log group calls a function of its own region. */
  readonly region: string | undefined;
  readonly now: Clock;
  /** What did not go well and is dealt with all the same. */
  readonly warn: (message: string) => void;
}

/** Where an event came from, in a word that is counted. */
export type Source = 'clock' | 'backfill' | 'http' | 'kinesis' | 'sqs' | 's3' | 'cloudwatch' | 'event';

export interface Dealt extends AnyDealt {
  readonly source: Source;
  /** What Lambda hands back to the source. */
  readonly answer?: unknown;
}

export const deliveriesOf = (options: DeliveryOptions) => {
  const { pipeline, now, region } = options;

  const within = (deadline: number, arrival: Arrival = {}): Arrival => ({
    ...arrival,
    alertBudgetMs: alertBudget(deadline, now),
  });

  const ofClock = async (event: JsonObject, deadline: number): Promise<Dealt> => ({
    source: 'clock',
    ...(await doTask(event['klaxon'], pipeline, alertBudget(deadline, now))),
  });

  /** One answer for all records of a stream: the first that has to come again, and with it all that follow. */
  const ofKinesis = async (event: JsonObject, deadline: number): Promise<Dealt> => {
    const outcomes: Outcome[] = [];
    const work: GroupWork<JsonObject> = {
      take: async (group) => {
        const arrival = within(deadline, { arrived: arrivedOf(group) });
        outcomes.push(await pipeline.process({ Records: group }, arrival));
      },
      setAside: async (record, thrown) => {
        const poison = poisonOf(dataOf(record), thrown);
        outcomes.push(await pipeline.reject(poison, { arrived: arrivedOf([record]) }));
      },
      warn: options.warn,
    };
    const records = listOf(event['Records']).filter(isObject);
    for (const group of groupsOf(records, (record) => dataOf(record).length, mostGroupLength)) {
      // What is done is acknowledged, and the rest comes again.
      const isOver = outcomes.length > 0 && isLate(deadline, now);
      const failed = isOver ? group[0] : (await takeGroup(group, work))?.record;
      if (failed) return { source: 'kinesis', outcomes, answer: failuresOf([sequenceOf(failed)]) };
    }
    return { source: 'kinesis', outcomes, answer: failuresOf([]) };
  };

  /** A message that tells of objects is done when they are; all others are dealt with together. */
  const ofSqs = async (event: JsonObject, deadline: number): Promise<Dealt> => {
    const outcomes: Outcome[] = [];
    const failed: string[] = [];
    const attempt = async (records: readonly JsonObject[], work: () => Promise<readonly Outcome[]>) => {
      try {
        outcomes.push(...(await work()));
      } catch (thrown) {
        options.warn(`messages of the queue come again: ${messageOf(thrown)}`);
        failed.push(...records.map((record) => textOf(record['messageId']) ?? ''));
      }
    };
    const others: JsonObject[] = [];
    for (const record of listOf(event['Records']).filter(isObject)) {
      const objects = objectsIn(record['body']);
      if (objects) await attempt([record], () => readAll(objects, deadline));
      else others.push(record);
    }
    if (others.length > 0)
      await attempt(others, async () => [await pipeline.process({ Records: others }, within(deadline))]);
    return { source: 'sqs', outcomes, answer: failuresOf(failed) };
  };

  const readAll = async (objects: readonly NamedObject[], deadline: number): Promise<readonly Outcome[]> => {
    const outcomes: Outcome[] = [];
    for (const object of objects) {
      if (object.bucket === options.ownBucket)
        options.warn(`${object.bucket} is Klaxon's own archive: not read`);
      else outcomes.push(...(await readObject(object, deadline)));
    }
    return outcomes;
  };

  /** Part by part, each archived and its alerts given before the next is read: never more than one is held. */
  const readObject = async (object: NamedObject, deadline: number): Promise<readonly Outcome[]> => {
    const outcomes: Outcome[] = [];
    const arrival = { arrived: object.arrived, origin: { cloud: 'aws', region: object.region } } as const;
    const full: Decoded[][] = [];
    let open: Decoded[] = [];
    let size = 0;
    // Documents alone decide where a part ends, so that the same object always has the same parts.
    const close = (): void => {
      if (open.length > 0) full.push(open);
      open = [];
      size = 0;
    };
    const settle = async (): Promise<void> => {
      for (let part = full.shift(); part; part = full.shift())
        outcomes.push(await pipeline.processDecoded(part, within(deadline, arrival)));
    };
    try {
      await readDocuments(
        await options.openObject(object),
        defaultLimits.maxBytes,
        (document) => {
          open.push(decodePart(document, { origin: arrival.origin }));
          size += document.text.length;
          if (size >= partLength) close();
        },
        () => undefined,
        settle,
      );
    } catch (thrown) {
      if (!isBrokenGzip(thrown)) throw thrown;
      const detail = `${object.bucket}/${object.key} is no whole gzip: ${messageOf(thrown)}`;
      outcomes.push(
        await pipeline.reject(
          { index: 0, reason: 'not-gzip', detail, prefix: '' },
          within(deadline, arrival),
        ),
      );
    }
    close();
    await settle();
    return outcomes;
  };

  const ofHttp = async (event: JsonObject, deadline: number): Promise<Dealt> => {
    const { outcomes, answer } = await received(options.receiver, postedIn(event), (eventList, cluster) =>
      pipeline.process(eventList, within(deadline, { origin: { cluster } })),
    );
    const { status, headers = {} } = answer;
    return { source: 'http', outcomes, answer: { statusCode: status, headers, body: '' } };
  };

  const ofAnyOther = async (source: Source, event: unknown, deadline: number): Promise<Dealt> => {
    const arrived = isObject(event) ? arrivedOfEvent(event) : undefined;
    const arrival = { arrived, origin: source === 'cloudwatch' ? { region } : undefined };
    return { source, outcomes: [await pipeline.process(event, within(deadline, arrival))] };
  };

  /** `deadline`: when Lambda ends the function, epoch milliseconds. */
  return async (event: unknown, deadline: number): Promise<Dealt> => {
    if (!isObject(event)) return ofAnyOther('event', event, deadline);
    if (event['klaxon'] === backfillTask)
      return { source: 'backfill', ...(await options.backfill(event, deadline)) };
    if (event['klaxon'] === lakeTask)
      return { source: 'clock', outcomes: [], answer: await options.fillLake(deadline) };
    if ('klaxon' in event) return ofClock(event, deadline);
    if (isObject(pathOf(event, 'requestContext', 'http'))) return ofHttp(event, deadline);
    const eventSource = pathOf(listOf(event['Records'])[0], 'eventSource');
    if (eventSource === 'aws:kinesis') return ofKinesis(event, deadline);
    if (eventSource === 'aws:sqs') return ofSqs(event, deadline);
    const objects = objectsIn(event);
    if (objects) return { source: 's3', outcomes: await readAll(objects, deadline) };
    return ofAnyOther(isObject(event['awslogs']) ? 'cloudwatch' : 'event', event, deadline);
  };
};

/** Compressed, and in base64: what it unfolds to is some ten times as much, and all of that is held. */
const mostGroupLength = 750_000;

const dataOf = (record: JsonObject): string => textOf(pathOf(record, 'kinesis', 'data')) ?? '';

/** So many characters of an object's documents are dealt with at a time. */
const partLength = 4 * 1024 * 1024;

/** https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html, and the same for SQS. */
const failuresOf = (identifiers: readonly string[]) => ({
  batchItemFailures: identifiers.map((itemIdentifier) => ({ itemIdentifier })),
});

const sequenceOf = (record: JsonObject): string => textOf(pathOf(record, 'kinesis', 'sequenceNumber')) ?? '';

/** Of the first record, in seconds there. It stays the same when the records come again. */
const arrivedOf = ([first]: readonly JsonObject[]): number | undefined => {
  const seconds = pathOf(first, 'kinesis', 'approximateArrivalTimestamp');
  return typeof seconds === 'number' ? Math.trunc(seconds * 1000) : undefined;
};

const arrivedOfEvent = (event: JsonObject): number | undefined => {
  const time =
    typeof event['detail-type'] === 'string' ? Date.parse(textOf(event['time']) ?? '') : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
};

const isBrokenGzip = (thrown: unknown): boolean =>
  thrown instanceof Error && 'code' in thrown && String(thrown.code).startsWith('Z_');

/** Payload format 2.0 of HTTP APIs and function URLs: https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html */
const postedIn = (event: JsonObject): PostedBatch => ({
  method: textOf(pathOf(event, 'requestContext', 'http', 'method')) ?? '',
  path: textOf(event['rawPath']) ?? '',
  headers: textsIn(event['headers']),
  body: Buffer.from(textOf(event['body']) ?? '', event['isBase64Encoded'] === true ? 'base64' : 'utf8'),
});

const textsIn = (value: JsonValue | undefined): Readonly<Record<string, string | undefined>> =>
  isObject(value)
    ? Object.fromEntries(Object.entries(value).map(([name, text]) => [name.toLowerCase(), textOf(text)]))
    : {};
