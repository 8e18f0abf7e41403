/** Entries of a project while they arrive: the stream of Cloud Logging, and what is done about what it leaves out. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loggingCalls } from '../../../functions/gcp/pull/calls.ts';
import { entriesOf, gkeSource, usualLogs } from '../../../functions/gcp/pull.ts';
import { noCheckpoints } from '../../../shared/pull/checkpoint.ts';
import { pull } from '../../../shared/pull/pull.ts';
import type { JsonObject } from '../../../shared/schema/json.ts';
import {
  exhausted,
  type FakeLogging,
  openLogging,
  outlived,
  refused,
  unavailable,
} from '../../stand-ins/cloud-logging.ts';
import { entryAt, minute, start } from './shop.ts';

let logging: FakeLogging;
beforeAll(async () => {
  logging = await openLogging();
});
afterAll(() => logging.close());
beforeEach(() => {
  logging.breaksAt(() => undefined);
  logging.projects.clear();
});

interface Follower {
  readonly given: JsonObject[];
  readonly gaps: string[];
  /** How long after the start it is. */
  readonly at: () => number;
  /** Goes on with time, and lets one more round be made. */
  readonly goOn: (milliseconds: number) => Promise<void>;
  /** Resolves once so many have been given altogether, time going on meanwhile. */
  readonly came: (count: number) => Promise<void>;
  readonly ended: Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Time goes on only where the test says so; a pull waits until then. */
const followed = (): Follower => {
  let now = start;
  const calls = loggingCalls(logging.endpoint);
  const stop = new AbortController();
  const given: JsonObject[] = [];
  const gaps: string[] = [];
  let underWay = 0;
  const source = gkeSource(
    calls,
    { project: 'shop-prod', clusters: [], logs: usualLogs },
    async () => undefined,
  );
  const counted: typeof source = {
    ...source,
    page: (...words) => {
      underWay++;
      return source.page(...words).finally(() => underWay--);
    },
  };
  const waiting = new Set<{ readonly until: number; readonly resolve: () => void }>();
  const ended = pull({
    sources: [counted],
    since: start - minute,
    checkpoints: noCheckpoints,
    deliver: async (_, events) => {
      given.push(...entriesOf(events));
    },
    now: () => now,
    pause: (milliseconds, signal) =>
      new Promise((resolve) => {
        const one = { until: now + milliseconds, resolve: () => resolve() };
        waiting.add(one);
        const leave = (): void => {
          waiting.delete(one);
          resolve();
        };
        if (signal?.aborted) leave();
        signal?.addEventListener('abort', leave);
      }),
    signal: stop.signal,
    onGap: (_, reason) => gaps.push(reason),
    onFault: (_, fault) => {
      throw fault;
    },
  }).finally(() => calls.close());
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const goOn = async (milliseconds: number): Promise<void> => {
    // A clock that runs while lists are under way would make them old before they are answered.
    while (milliseconds > 0 && underWay > 0) await turn();
    now += milliseconds;
    for (const one of waiting)
      if (one.until <= now) {
        waiting.delete(one);
        one.resolve();
      }
    await turn();
  };
  const came = async (count: number): Promise<void> => {
    while (given.length < count) await goOn(100);
  };
  return {
    given,
    gaps,
    at: () => now - start,
    goOn,
    came,
    ended,
    stop: async () => {
      stop.abort();
      await ended;
    },
  };
};

const opened = async (follower: Follower, tails = 1): Promise<void> => {
  while (logging.tails().length < tails || logging.openTails() === 0) await follower.goOn(100);
};

/** Until nothing but the stream is asked: what has to be looked at besides has been. */
const steady = async (follower: Follower): Promise<void> => {
  await opened(follower);
  const marker = logging.lists().length;
  while (logging.lists().length < marker + 2) await follower.goOn(500);
};

describe('a project that is followed', () => {
  it('is given by its stream, with the filter of its lists and no time in it', async () => {
    const follower = followed();
    await steady(follower);
    const lists = logging.lists().length;
    const at = follower.at();
    const other = { logName: 'projects/shop-prod/logs/stdout' };
    const entries = [entryAt(at), entryAt(at + 1), entryAt(at + 2, other)];
    logging.give('shop-prod', entries);
    await follower.came(2);
    await follower.stop();
    expect(follower.given).toEqual(entries.slice(0, 2));
    const looks = logging
      .lists()
      .slice(lists)
      .map(({ filter }) => /timestamp<"(.*)"/.exec(filter)?.[1] ?? '');
    for (const end of looks) expect(Date.parse(end)).toBeLessThanOrEqual(start + follower.at() - 15 * minute);
    const [tail] = logging.tails();
    expect(tail).toMatchObject({ resourceNames: ['projects/shop-prod'] });
    expect(logging.lists()[0]?.filter.startsWith(`${tail?.filter}\ntimestamp>=`)).toBe(true);
  });

  it.each(['RATE_LIMIT', 'NOT_CONSUMED'])(
    'is asked by a list for what the stream left out: %s',
    async (reason) => {
      const follower = followed();
      await steady(follower);
      const entries = [entryAt(follower.at()), entryAt(follower.at() + 1)];
      logging.keepBack('shop-prod', entries, reason);
      await follower.came(2);
      await follower.stop();
      expect(follower.given).toEqual(entries);
      expect(follower.gaps).toEqual([`the stream left out 2 entries (${reason})`]);
    },
  );

  it.each([
    ['by itself', undefined, []],
    ['after its hour', outlived, []],
    ['since it broke', unavailable, ['no stream: shop-prod: its logs cannot be read. UNAVAILABLE']],
    ['since there are too many', exhausted, ['no stream: shop-prod: Cloud Logging answers no more for now']],
  ])(
    'is streamed again when the stream ends %s, and nothing in between is missed',
    async (_, fault, gaps) => {
      const follower = followed();
      await steady(follower);
      logging.endTails(fault);
      const between = entryAt(follower.at());
      logging.give('shop-prod', [between]);
      await follower.came(1);
      await opened(follower, 2);
      const after = entryAt(follower.at());
      logging.give('shop-prod', [after]);
      await follower.came(2);
      await follower.stop();
      expect(follower.given).toEqual([between, after]);
      expect(follower.gaps.map((text, at) => text.slice(0, gaps[at]?.length))).toEqual(gaps);
    },
  );

  it('is asked by lists alone where it may not be streamed', async () => {
    logging.breaksAt((_, __, call) => (call === 'tail' ? refused : undefined));
    const follower = followed();
    while (follower.gaps.length === 0) await follower.goOn(100);
    logging.give('shop-prod', [entryAt(follower.at())]);
    await follower.came(1);
    await follower.stop();
    expect(logging.tails()).toHaveLength(1);
    expect(follower.gaps).toEqual([
      expect.stringContaining('no stream: shop-prod: not allowed to read its logs'),
    ]);
  });

  it('ends at once when it is asked to, with a list under way and with a stream', async () => {
    logging.breaksAt((place) => (place === 0 ? 'hangs' : undefined));
    const asking = followed();
    while (logging.lists().length === 0) await asking.goOn(0);
    await asking.stop();
    logging.breaksAt(() => undefined);
    const following = followed();
    await opened(following);
    await following.stop();
    while (logging.openTails() > 0) await following.goOn(0);
    expect(following.given).toEqual([]);
  });
});
