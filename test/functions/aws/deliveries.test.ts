/** What a failure means to each source: what comes again, what does not, and that nothing waits behind a poisonous record. */
import { describe, expect, it } from 'vitest';
import { type DeliveryOptions, deliveriesOf } from '../../../functions/aws/deliveries.ts';
import { objectsIn } from '../../../functions/aws/objects.ts';
import type { Outcome, Pipeline } from '../../../functions/start.ts';
import type { Decoded } from '../../../shared/decode/decoding.ts';
import { KlaxonError } from '../../../shared/errors.ts';
import { emptyAccount } from '../../../shared/pipeline.ts';
import type { Rejection } from '../../../shared/schema/raw-record.ts';
import { start } from '../story.ts';
import { kinesisEvent, objectCreated, s3Notification, sequenceOf, sqsEvent } from './events.ts';

const outcome: Outcome = { account: emptyAccount(), archived: 0, alerts: 0, sinks: [], unrouted: 0 };
const passing = new KlaxonError('state', 'throttled', { retryable: true });

/** What was handed to the pipeline: the data of the records of each call. */
interface Played {
  readonly deal: ReturnType<typeof deliveriesOf>;
  readonly calls: (readonly string[])[];
  readonly arrivals: (number | undefined)[];
  readonly budgets: (number | undefined)[];
  readonly rejected: Rejection[];
  readonly parts: (readonly Decoded[])[];
  readonly warned: string[];
}

const played = (
  fails: (data: readonly string[]) => unknown = () => undefined,
  over: Partial<DeliveryOptions> = {},
): Played => {
  const calls: (readonly string[])[] = [];
  const arrivals: (number | undefined)[] = [];
  const budgets: (number | undefined)[] = [];
  const rejected: Rejection[] = [];
  const parts: (readonly Decoded[])[] = [];
  const warned: string[] = [];
  const pipeline: Pipeline = {
    process: async (delivery, arrival) => {
      const records =
        (delivery as { readonly Records?: readonly Record<string, { data?: string }>[] }).Records ?? [];
      const data = records.map((record) => record['kinesis']?.data ?? JSON.stringify(record['body']));
      calls.push(data);
      arrivals.push(arrival?.arrived);
      budgets.push(arrival?.alertBudgetMs);
      const fault = fails(data);
      if (fault !== undefined) throw fault;
      return outcome;
    },
    processDecoded: async (some) => {
      parts.push(some);
      return outcome;
    },
    reject: async (rejection) => {
      rejected.push(rejection);
      return outcome;
    },
    tick: async () => ({ alerts: 0, sinks: [], unrouted: 0 }),
    writeManifest: async () => ({ manifests: 0, objects: 0 }),
  };
  const deal = deliveriesOf({
    pipeline,
    openObject: () => Promise.reject(new KlaxonError('delivery', 'no objects here')),
    receiver: undefined,
    backfill: () => Promise.reject(new TypeError('no backfill here')),
    fillLake: () => Promise.reject(new TypeError('no lake here')),
    ownBucket: 'klaxon-archive',
    region: 'eu-west-1',
    now: () => 0,
    warn: (message) => warned.push(message),
    ...over,
  });
  return { deal, calls, arrivals, budgets, rejected, parts, warned };
};

const failures = (...identifiers: readonly string[]) => ({
  batchItemFailures: identifiers.map((itemIdentifier) => ({ itemIdentifier })),
});
const minute = 60_000;

describe('a batch of a stream', () => {
  it('is dealt with as a whole, with the time at which it arrived', async () => {
    const { deal, calls, arrivals, budgets } = played();
    expect(await deal(kinesisEvent('a', 'b', 'c'), 10 * minute)).toMatchObject({ answer: failures() });
    expect(calls).toEqual([['a', 'b', 'c']]);
    expect(arrivals).toEqual([start + 250]);
    expect(budgets).toEqual([30_000]);
  });

  it('is dealt with in parts where it is large, each acknowledged on its own', async () => {
    const large = 'x'.repeat(600_000);
    const { deal, calls } = played((data) => (data[0]?.startsWith('c') ? passing : undefined));
    const event = kinesisEvent(`a${large}`, 'a', `b${large}`, `c${large}`, `d${large}`);
    expect(await deal(event, 10 * minute)).toMatchObject({ answer: failures(sequenceOf(3)) });
    expect(calls.map((data) => data.map((text) => text[0]).join(''))).toEqual(['aa', 'b', 'c']);
  });

  it('comes again from its first record where a store fails, and no record is blamed', async () => {
    const { deal, calls, rejected, warned } = played(() => passing);
    expect(await deal(kinesisEvent('a', 'b'), 10 * minute)).toMatchObject({
      answer: failures(sequenceOf(0)),
    });
    expect(calls).toHaveLength(1);
    expect(rejected).toEqual([]);
    expect(warned).toEqual(['records of the stream come again: throttled']);
  });

  it('goes on without a record that breaks what nobody thought could break', async () => {
    const { deal, calls, rejected } = played((data) =>
      data.includes('poison') ? new TypeError('no such thing') : undefined,
    );
    const event = kinesisEvent('a', 'poison', 'b');
    expect(await deal(event, 10 * minute)).toMatchObject({ answer: failures() });
    expect(calls).toEqual([['a', 'poison', 'b'], ['a'], ['poison'], ['b']]);
    expect(rejected).toEqual([{ index: 0, reason: 'unreadable', detail: 'no such thing', prefix: 'poison' }]);
  });

  it('comes again from a store that fails while a poisonous record is looked for', async () => {
    const { deal } = played((data) => {
      if (data.includes('poison')) return new TypeError('no such thing');
      return data.includes('b') ? passing : undefined;
    });
    expect(await deal(kinesisEvent('a', 'b', 'poison'), 10 * minute)).toMatchObject({
      answer: failures(sequenceOf(1)),
    });
  });

  it('is given back from where its time is over, with what was done acknowledged', async () => {
    let time = 0;
    const large = 'x'.repeat(700_000);
    const { deal, calls } = played(
      () => {
        time += 51_000;
        return undefined;
      },
      { now: () => time },
    );
    const event = kinesisEvent(`a${large}`, `b${large}`, `c${large}`);
    expect(await deal(event, 2 * minute)).toMatchObject({ answer: failures(sequenceOf(2)) });
    expect(calls).toHaveLength(2);
  });
});

describe('the giving of alerts', () => {
  it('ends before the function does', async () => {
    const { deal, budgets } = played();
    for (const left of [29_000, 5_000, 100]) await deal({ awslogs: {} }, left);
    expect(budgets).toEqual([24_000, 0, 0]);
  });
});

describe('messages of a queue', () => {
  it('that cannot be dealt with come again together; those of objects on their own', async () => {
    const { deal } = played((data) => (data.length > 0 ? passing : undefined));
    const event = sqsEvent('a', s3Notification('logs', 'x'), 'b', s3Notification('klaxon-archive', 'y'));
    expect(await deal(event, minute)).toMatchObject({
      answer: failures('message-1', 'message-0', 'message-2'),
    });
  });
});

describe('an object', () => {
  it('is dealt with in parts that depend on what it holds alone', async () => {
    const line = `${JSON.stringify({ kind: 'Event', apiVersion: 'audit.k8s.io/v1', pad: 'x'.repeat(1_000_000) })}\n`;
    const text = Buffer.from(line.repeat(10));
    const sizesBy = async (chunk: number): Promise<readonly number[]> => {
      const { deal, parts } = played(undefined, {
        openObject: async () =>
          (async function* () {
            for (let at = 0; at < text.length; at += chunk) yield text.subarray(at, at + chunk);
          })(),
      });
      await deal(objectCreated('logs', 'a'), minute);
      return parts.map(({ length }) => length);
    };
    expect(await sizesBy(text.length)).toEqual([5, 5]);
    expect(await sizesBy(7919 * 13)).toEqual([5, 5]);
  });

  it('that breaks off on its way is not taken for a whole one', async () => {
    const fault = new KlaxonError('delivery', 'the connection broke', { retryable: true });
    const { deal } = played(undefined, {
      openObject: async () =>
        (async function* () {
          yield Buffer.from('{"kind":"Event"}\n');
          throw fault;
        })(),
    });
    await expect(deal(objectCreated('logs', 'a'), minute)).rejects.toBe(fault);
  });
});

describe('events that tell of objects', () => {
  const named = [
    { bucket: 'logs', key: 'a b/ü+1.gz', region: 'eu-west-1', arrived: Date.UTC(2026, 0, 2, 3, 5) },
  ];

  it.each([
    ['S3', s3Notification('logs', 'a b/ü+1.gz')],
    ['EventBridge', objectCreated('logs', 'a b/ü+1.gz')],
    [
      'SNS',
      {
        Records: [
          { EventSource: 'aws:sns', Sns: { Message: JSON.stringify(s3Notification('logs', 'a b/ü+1.gz')) } },
        ],
      },
    ],
    [
      'SNS through SQS',
      sqsEvent({ Type: 'Notification', Message: JSON.stringify(s3Notification('logs', 'a b/ü+1.gz')) }),
    ],
  ])('are told from all others, by %s', (_, event) => {
    expect(objectsIn(event)).toEqual(named);
  });

  it('name none where nothing came to be, and are none where they are of another kind', () => {
    expect(objectsIn({ ...objectCreated('logs', 'a'), 'detail-type': 'Object Deleted' })).toEqual([]);
    expect(objectsIn({ Event: 's3:TestEvent' })).toEqual([]);
    expect(objectsIn(s3Notification('logs', 'a', 'ObjectRemoved:Delete'))).toEqual([]);
    expect(objectsIn(kinesisEvent('a'))).toBeUndefined();
    expect(objectsIn(sqsEvent('a'))).toBeUndefined();
    for (const other of [
      undefined,
      null,
      7,
      'text',
      '{',
      [],
      {},
      { Records: [null] },
      { Records: [{ Sns: 1 }] },
    ])
      expect(objectsIn(other)).toBeUndefined();
  });
});
