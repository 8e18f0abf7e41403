/** An event that Lambda hands over in; what is in it dealt with, and the answer that its source waits for, out. */
import { decodePart } from '../../shared/decode/decode.ts';
import { type Decoded, defaultLimits } from '../../shared/decode/decoding.ts';
import { KlaxonError, messageOf } from '../../shared/errors.ts';
import type { Clock } from '../../shared/ports.ts';
import {
  isObject,
  type JsonObject,
  type JsonValue,
  listOf,
  pathOf,
  textOf,
} from '../../shared/schema/json.ts';
import { rejectionPrefixLength } from '../../shared/schema/raw-record.ts';
import { tasks } from '../../shared/settings/environment.ts';
import { readDocuments } from '../documents.ts';
import type { PostedBatch, Receiver } from '../receiver.ts';
import type { Arrival, Outcome, Pipeline, TickOutcome } from '../start.ts';
import { type NamedObject, type OpenObject, objectsIn } from './objects.ts';

export interface DeliveryOptions {
  readonly pipeline: Pipeline;
  readonly openObject: OpenObject;
  /** Undefined where nobody sends anything by HTTP. */
  readonly receiver: Receiver | undefined;
  /** Objects of this bucket are what Klaxon wrote itself: to read them as logs would never end. */
  readonly ownBucket: string;
  /** A log group calls a function of its own region. */
  readonly region: string | undefined;
  readonly now: Clock;
  /** What did not go well and is dealt with all the same. */
  readonly warn: (message: string) => void;
}

/** Where an event came from, in a word that is counted. */
export type Source = 'clock' | 'http' | 'kinesis' | 'sqs' | 's3' | 'cloudwatch' | 'event';

export interface Dealt {
  readonly source: Source;
  readonly outcomes: readonly (Outcome | TickOutcome)[];
  /** What Lambda hands back to the source. */
  readonly answer?: unknown;
}

/** Room at the end for what is not the giving of alerts, and for the answer. */
const reserveMs = 5_000;
const mostAlertMs = 30_000;
/** With less than this left no further part of a batch is begun: what is done is acknowledged, and the rest comes again. */
const leastMs = 20_000;

export const deliveriesOf = (options: DeliveryOptions) => {
  const { pipeline, now, region } = options;

  const within = (deadline: number, arrival: Arrival = {}): Arrival => ({
    ...arrival,
    alertBudgetMs: Math.max(0, Math.min(mostAlertMs, deadline - now() - reserveMs)),
  });

  const ofClock = async (event: JsonObject, deadline: number): Promise<Dealt> => {
    switch (tasks.find((task) => task === event['klaxon'])) {
      case 'tick':
        return { source: 'clock', outcomes: [await pipeline.tick(within(deadline).alertBudgetMs)] };
      case 'manifest':
        return { source: 'clock', outcomes: [], answer: await pipeline.writeManifest(lookBackDays) };
      case 'whole-manifest':
        return { source: 'clock', outcomes: [], answer: await pipeline.writeManifest() };
      default:
        throw new KlaxonError('delivery', `expected one of ${tasks.join(', ')}`);
    }
  };

  /** One answer for all records of a stream: the first that has to come again, and with it all that follow. */
  const ofKinesis = async (event: JsonObject, deadline: number): Promise<Dealt> => {
    const outcomes: Outcome[] = [];
    for (const group of groupsOf(listOf(event['Records']).filter(isObject))) {
      const isLate = outcomes.length > 0 && deadline - now() < leastMs;
      const failed = isLate ? group[0] : await takeGroup(group, deadline, outcomes);
      if (failed) return { source: 'kinesis', outcomes, answer: failuresOf([sequenceOf(failed)]) };
    }
    return { source: 'kinesis', outcomes, answer: failuresOf([]) };
  };

  /** Answers the first record that has to come again. */
  const takeGroup = async (
    group: readonly JsonObject[],
    deadline: number,
    outcomes: Outcome[],
  ): Promise<JsonObject | undefined> => {
    try {
      outcomes.push(
        await pipeline.process({ Records: group }, within(deadline, { arrived: arrivedOf(group) })),
      );
      return undefined;
    } catch (thrown) {
      options.warn(`records of the stream come again: ${messageOf(thrown)}`);
      const [only] = group;
      if (thrown instanceof KlaxonError) return only;
      if (group.length === 1 && only) {
        outcomes.push(await pipeline.reject(poisonIn(only, thrown), { arrived: arrivedOf(group) }));
        return undefined;
      }
    }
    // One of them is of a kind that nobody thought of: it must not keep the others back.
    for (const record of group) {
      const failed = await takeGroup([record], deadline, outcomes);
      if (failed) return failed;
    }
    return undefined;
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
    const outcomes: Outcome[] = [];
    const answer = await options.receiver?.(postedIn(event), async (eventList, cluster) => {
      outcomes.push(await pipeline.process(eventList, within(deadline, { origin: { cluster } })));
    });
    const { status, headers = {} } = answer ?? { status: 404 };
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

/** An hourly manifest looks at today and yesterday: what comes later than that, the daily one names. */
const lookBackDays = 1;

/** Compressed, and in base64: what it unfolds to is some ten times as much, and all of that is held. */
const mostGroupLength = 750_000;

/** Records in their order, as many together as memory holds well. The same records always make the same groups. */
const groupsOf = (records: readonly JsonObject[]): readonly (readonly JsonObject[])[] => {
  const groups: JsonObject[][] = [];
  let length = Number.POSITIVE_INFINITY;
  for (const record of records) {
    const own = textOf(pathOf(record, 'kinesis', 'data'))?.length ?? 0;
    if (length + own > mostGroupLength) {
      groups.push([]);
      length = 0;
    }
    groups.at(-1)?.push(record);
    length += own;
  }
  return groups;
};

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

const poisonIn = (record: JsonObject, thrown: unknown) => ({
  index: 0,
  reason: 'unreadable' as const,
  detail: messageOf(thrown),
  prefix: (textOf(pathOf(record, 'kinesis', 'data')) ?? '').slice(0, rejectionPrefixLength),
});

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
