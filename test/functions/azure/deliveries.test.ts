/** What a failure means to each trigger: what comes again, what is kept as a dead letter, and that nothing waits behind poison. */
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { deliveriesOf, type HubBatch, mostRetries } from '../../../functions/azure/deliveries.ts';
import type { Level } from '../../../functions/log.ts';
import type { Arrival, Outcome, Pipeline } from '../../../functions/start.ts';
import { memoryArchive } from '../../../shared/archive/memory-archive.ts';
import { decode } from '../../../shared/decode/decode.ts';
import { KlaxonError } from '../../../shared/errors.ts';
import { emptyAccount } from '../../../shared/pipeline.ts';
import type { ArchiveStore } from '../../../shared/ports.ts';
import type { JsonObject } from '../../../shared/schema/json.ts';
import type { Rejection } from '../../../shared/schema/raw-record.ts';
import { secretRead } from '../story.ts';

const outcome: Outcome = { account: emptyAccount(), archived: 0, alerts: 0, sinks: [], unrouted: 0 };
const passing = new KlaxonError('state', 'throttled', { retryable: true });
const enqueued = Date.UTC(2026, 0, 2, 3, 4, 5, 250);
const minute = 60_000;

/** An event whose one record says how it is called. */
const bodyOf = (name: string, padding = ''): Buffer =>
  Buffer.from(`${JSON.stringify({ ...secretRead(0, name), padding })}\n`);

const batchOf = (bodies: readonly Uint8Array[], over: Partial<HubBatch> = {}): HubBatch => ({
  bodies,
  metadata: {
    partitionContext: { partitionId: '3' },
    sequenceNumberArray: bodies.map((_, at) => 70 + at),
    offsetArray: bodies.map((_, at) => String(4480 + at)),
    enqueuedTimeUtcArray: bodies.map((_, at) => new Date(enqueued + at).toISOString()),
  },
  retries: 0,
  ...over,
});

const played = (
  fails: (names: readonly string[]) => unknown = () => undefined,
  deadLetters: Pick<ArchiveStore, 'put'> = memoryArchive(),
  now: () => number = () => 0,
) => {
  const groups: string[][] = [];
  const arrivals: (Arrival | undefined)[] = [];
  const rejected: Rejection[] = [];
  const logged: (readonly [Level, string, unknown])[] = [];
  const pipeline: Pipeline = {
    process: async (_, arrival) => {
      arrivals.push(arrival);
      return outcome;
    },
    processDecoded: async (parts, arrival) => {
      const names = parts.flatMap(({ records, rejections }) => [
        ...records.map(({ body }) => String((body?.['objectRef'] as JsonObject | undefined)?.['name'])),
        ...rejections.map(({ reason }) => reason),
      ]);
      groups.push(names);
      arrivals.push(arrival);
      const fault = fails(names);
      if (fault !== undefined) throw fault;
      return outcome;
    },
    reject: async (rejection) => {
      rejected.push(rejection);
      return outcome;
    },
    tick: async () => ({ alerts: 0, sinks: [], unrouted: 0 }),
    writeManifest: async () => ({ manifests: 0, objects: 0 }),
  };
  const log = (level: Level, message: string, more?: object) => logged.push([level, message, more]);
  const deliveries = deliveriesOf({ pipeline, receiver: undefined, deadLetters, now, log });
  return { deliveries, groups, arrivals, rejected, logged };
};

const lettersIn = async (store: ArchiveStore): Promise<readonly (readonly [string, string])[]> => {
  const letters: (readonly [string, string])[] = [];
  for await (const { name } of store.list(''))
    letters.push([name, Buffer.from((await store.get(name)) ?? []).toString('utf8')]);
  return letters;
};

describe('a batch of an event hub', () => {
  it('is dealt with as a whole, with the time at which the hub took it', async () => {
    const { deliveries, groups, arrivals } = played();
    const { source, outcomes } = await deliveries.ofHub(batchOf([bodyOf('a'), bodyOf('b')]), 10 * minute);
    expect(source).toBe('hub');
    expect(outcomes).toHaveLength(1);
    expect(groups).toEqual([['a', 'b']]);
    expect(arrivals).toEqual([{ arrived: enqueued, alertBudgetMs: 30_000 }]);
  });

  it('is dealt with in groups where it is large, and compressed events count for what they unfold to', async () => {
    const large = 'x'.repeat(3_000_000);
    const { deliveries, groups } = played();
    const packed = gzipSync(bodyOf('c', Buffer.alloc(400_000, 'x').toString()), { level: 0 });
    await deliveries.ofHub(batchOf([bodyOf('a', large), bodyOf('b'), packed, bodyOf('d')]), 10 * minute);
    expect(groups).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
  });

  it('comes again where a store fails, and no event is blamed', async () => {
    const { deliveries, groups, rejected, logged } = played(() => passing);
    await expect(deliveries.ofHub(batchOf([bodyOf('a'), bodyOf('b')]), 10 * minute)).rejects.toBe(passing);
    expect(groups).toHaveLength(1);
    expect(rejected).toEqual([]);
    expect(logged).toEqual([['warn', 'records of the stream come again: throttled', undefined]]);
  });

  it('goes on without an event that breaks what nobody thought could break', async () => {
    const { deliveries, groups, rejected } = played((names) =>
      names.includes('poison') ? new TypeError('no such thing') : undefined,
    );
    await deliveries.ofHub(batchOf([bodyOf('a'), bodyOf('poison'), bodyOf('b')]), 10 * minute);
    expect(groups).toEqual([['a', 'poison', 'b'], ['a'], ['poison'], ['b']]);
    expect(rejected).toEqual([
      expect.objectContaining({
        reason: 'unreadable',
        detail: 'no such thing',
        prefix: expect.stringContaining('"Event"'),
      }),
    ]);
  });

  it('is kept as a dead letter where it fails once too often, and what is in it besides is done', async () => {
    const deadLetters = memoryArchive();
    const large = 'x'.repeat(3_000_000);
    const { deliveries, groups, logged } = played(
      (names) => (names.includes('b') ? passing : undefined),
      deadLetters,
    );
    const bodies = [bodyOf('a', large), bodyOf('b', large), Buffer.from([0xff, 0x00]), bodyOf('c', large)];
    await deliveries.ofHub(batchOf(bodies, { retries: mostRetries }), 10 * minute);
    expect(groups).toEqual([['a'], ['b', 'unrecognised'], ['c']]);
    const [[name, text] = ['', ''], ...others] = await lettersIn(deadLetters);
    expect(others).toEqual([]);
    expect(name).toMatch(/^deliveries\/date=2026-01-02\/partition=3\/71-72-[0-9a-f]{16}\.ndjson$/);
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines[0]).toEqual({
      partition: '3',
      sequenceNumber: 71,
      offset: '4481',
      enqueued: enqueued + 1,
      reason: 'throttled',
      log: bodies[1]?.toString('utf8'),
    });
    expect(lines[1]).toMatchObject({ sequenceNumber: 72, log: '/wA=' });
    expect(logged.at(-1)).toEqual([
      'error',
      'events are kept as a dead letter: throttled',
      { deadLetter: name },
    ]);
  });

  it('is not kept a moment earlier', async () => {
    const deadLetters = memoryArchive();
    const { deliveries } = played(() => passing, deadLetters);
    const batch = batchOf([bodyOf('a')], { retries: mostRetries - 1 });
    await expect(deliveries.ofHub(batch, 10 * minute)).rejects.toBe(passing);
    expect(await lettersIn(deadLetters)).toEqual([]);
  });

  it('comes again where it can neither be dealt with nor kept', async () => {
    const full = { put: async () => Promise.reject(new KlaxonError('archive', 'no room')) };
    const { deliveries } = played(() => passing, full);
    const batch = batchOf([bodyOf('a')], { retries: mostRetries });
    await expect(deliveries.ofHub(batch, 10 * minute)).rejects.toMatchObject({
      code: 'delivery',
      retryable: true,
      message: 'events could neither be dealt with (throttled) nor kept: no room',
    });
  });

  it('is given up before its time is over, and not begun anew for ever', async () => {
    let time = 0;
    const deadLetters = memoryArchive();
    const slow = () =>
      played(
        () => {
          time += 51_000;
          return undefined;
        },
        deadLetters,
        () => time,
      );
    const large = 'x'.repeat(3_000_000);
    const bodies = ['a', 'b', 'c'].map((name) => bodyOf(name, large));
    const { deliveries, groups } = slow();
    await expect(deliveries.ofHub(batchOf(bodies), 2 * minute)).rejects.toThrow('time of the function');
    expect(groups).toEqual([['a'], ['b']]);
    time = 0;
    const last = slow();
    await last.deliveries.ofHub(batchOf(bodies, { retries: mostRetries }), 2 * minute);
    expect(last.groups).toEqual([['a'], ['b']]);
    expect((await lettersIn(deadLetters)).map(([name]) => name)).toEqual([
      expect.stringMatching(/^deliveries\/date=2026-01-02\/partition=3\/72-72-\w+\.ndjson$/),
    ]);
  });

  it('needs nothing of what the trigger says besides', async () => {
    const deadLetters = memoryArchive();
    for (const metadata of [undefined, null, {}, { partitionContext: 7, sequenceNumberArray: 'x' }]) {
      const { deliveries, arrivals } = played(() => passing, deadLetters);
      await deliveries.ofHub(batchOf([bodyOf('a')], { metadata, retries: mostRetries }), minute);
      expect(arrivals).toEqual([{ arrived: undefined, alertBudgetMs: 30_000 }]);
    }
    expect((await lettersIn(deadLetters)).map(([name]) => name)).toEqual([
      expect.stringMatching(/^deliveries\/date=unknown\/partition=unknown\/unknown-unknown-\w+\.ndjson$/),
    ]);
  });

  it('is kept beside others that the trigger tells nothing of, and beside those of a hub that was made anew', async () => {
    const deadLetters = memoryArchive();
    const { deliveries } = played(() => passing, deadLetters);
    for (const over of [{}, { metadata: undefined }])
      for (const name of ['a', 'b'])
        await deliveries.ofHub(batchOf([bodyOf(name)], { ...over, retries: mostRetries }), minute);
    const letters = await lettersIn(deadLetters);
    expect(letters).toHaveLength(4);
  });

  it('knows its numbers where the worker hands them over in halves', async () => {
    const deadLetters = memoryArchive();
    const { deliveries } = played(() => passing, deadLetters);
    const metadata = { sequenceNumberArray: [{ low: -1, high: 2, unsigned: false }, { low: 0 }] };
    await deliveries.ofHub(batchOf([bodyOf('a'), bodyOf('b')], { metadata, retries: mostRetries }), minute);
    const [[, text] = ['', '']] = await lettersIn(deadLetters);
    const lines = text.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).sequenceNumber)).toEqual([3 * 2 ** 32 - 1, undefined]);
  });

  it('is kept untried where it has ended the process that tried it last', async () => {
    const deadLetters = memoryArchive();
    const { deliveries, groups } = played(() => undefined, deadLetters);
    const batch = batchOf([bodyOf('a')], { retries: mostRetries + 1 });
    expect(await deliveries.ofHub(batch, minute)).toEqual({ source: 'hub', outcomes: [] });
    expect(groups).toEqual([]);
    const [[, text] = ['', '']] = await lettersIn(deadLetters);
    expect(JSON.parse(text)).toMatchObject({ reason: 'the process ended whenever it dealt with them' });
  });

  it('is tried again where it was only that nothing could be kept', async () => {
    const store = memoryArchive();
    let isDown = true;
    const put: ArchiveStore['put'] = (object) =>
      isDown ? Promise.reject(new KlaxonError('archive', 'no room')) : store.put(object);
    const { deliveries, groups } = played(() => (isDown ? passing : undefined), { put });
    const batchAt = (retries: number) => batchOf([bodyOf('a')], { retries });
    await expect(deliveries.ofHub(batchAt(mostRetries), minute)).rejects.toThrow('nor kept');
    isDown = false;
    await deliveries.ofHub(batchAt(mostRetries + 1), minute);
    expect(groups).toEqual([['a'], ['a']]);
    expect(await lettersIn(store)).toEqual([]);
  });

  it('that holds nothing is nothing', async () => {
    const { deliveries, groups } = played();
    expect(await deliveries.ofHub(batchOf([]), minute)).toEqual({ source: 'hub', outcomes: [] });
    expect(groups).toEqual([]);
  });
});

describe('a dead letter of deliveries', () => {
  it('is read by whoever reads logs, as what it was', async () => {
    const deadLetters = memoryArchive();
    const { deliveries } = played(() => passing, deadLetters);
    const bodies = [bodyOf('a'), gzipSync(bodyOf('b'))];
    await deliveries.ofHub(batchOf(bodies, { retries: mostRetries }), minute);
    const [[, text] = ['', '']] = await lettersIn(deadLetters);
    const { records, rejections } = decode(text);
    expect(rejections).toEqual([]);
    expect(records.map(({ dialect }) => dialect)).toEqual(['kubernetes-audit', 'kubernetes-audit']);
  });
});

describe('what is posted', () => {
  it('is not found where nobody is to send anything', async () => {
    const { deliveries } = played();
    const posted = { method: 'POST', path: '/audit/edge', headers: {}, body: new Uint8Array() };
    expect(await deliveries.ofHttp(posted, minute)).toEqual({
      source: 'http',
      outcomes: [],
      answer: { status: 404 },
    });
  });
});
