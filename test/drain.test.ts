/** A queue that is asked until nothing is left: which messages make a group, what is acknowledged, and how it ends. */
import { describe, expect, it } from 'vitest';
import { type DrainLimits, drain, type Queue } from '../functions/drain.ts';

interface Message {
  readonly name: string;
  readonly published: number | undefined;
  readonly bytes: number;
}

const began = 1_000_000;
const old = (name: string, bytes = 10): Message => ({ name, published: began - 1, bytes });
const young = (name: string): Message => ({ name, published: began, bytes: 10 });

const usual: DrainLimits = {
  mostBytes: 100,
  atOnce: 2,
  mostPulls: 4,
  mostLooks: 3,
  lookMs: 200,
  extendMs: 20_000,
};

interface PlayedOptions {
  /** What each pull brings; after the last of them nothing. What is thrown, is thrown. */
  readonly pulls: readonly (readonly Message[] | Error)[];
  readonly take?: (group: readonly Message[]) => Promise<ReadonlySet<Message>>;
  readonly queue?: Partial<Queue<Message>>;
  readonly limits?: Partial<DrainLimits>;
  readonly now?: () => number;
}

const none: ReadonlySet<Message> = new Set();
const namesOf = (messages: readonly Message[]): string => messages.map(({ name }) => name).join('');

const played = (options: PlayedOptions) => {
  const { pulls, take = async () => none, queue = {}, limits = {}, now = () => began } = options;
  const coming = pulls.values();
  const [groups, acknowledged, extended, warned]: string[][] = [[], [], [], []];
  let asked = 0;
  const beats: (() => void)[] = [];
  const done = drain<Message>({
    queue: {
      pull: async () => {
        asked++;
        const { value = [] } = coming.next();
        if (value instanceof Error) throw value;
        return value;
      },
      acknowledge: async (messages) => void acknowledged?.push(namesOf(messages)),
      extend: async (messages) => void extended?.push(namesOf(messages)),
      ...queue,
    },
    take: async (group) => {
      groups?.push(namesOf(group));
      return take(group);
    },
    bytesOf: ({ bytes }) => bytes,
    publishedOf: ({ published }) => published,
    now,
    pause: (_, signal) =>
      new Promise((resolve) => {
        if (!signal) resolve();
        beats.push(resolve);
        signal?.addEventListener('abort', () => resolve());
      }),
    deadline: began + 60_000,
    warn: (text) => void warned?.push(text),
    limits: { ...usual, ...limits },
  });
  return { done, groups, acknowledged, extended, warned, asked: () => asked, beats };
};

describe('what waits', () => {
  it('is one group however few each pull brings, and is acknowledged when all of it is done', async () => {
    const { done, groups, acknowledged } = played({ pulls: [[old('a')], [old('b'), old('c')], [old('d')]] });
    expect(await done).toEqual({ pulled: 4, acknowledged: 4, groups: 1, end: 'empty', failure: undefined });
    expect(groups).toEqual(['abcd']);
    expect(acknowledged).toEqual(['abcd']);
  });

  it('is several groups where it is more than one holds, dealt with at a time, but not too many', async () => {
    let [underWay, most] = [0, 0];
    const letters = [...'abcdefgh'];
    const { done, groups } = played({
      pulls: letters.map((name) => [old(name, 60)]),
      take: async () => {
        most = Math.max(most, ++underWay);
        await new Promise((resolve) => setImmediate(resolve));
        underWay--;
        return none;
      },
    });
    expect(await done).toMatchObject({ pulled: 8, acknowledged: 8, groups: 8, end: 'empty' });
    expect(groups).toEqual(letters);
    expect(most).toBe(2);
  });

  it('is asked for by ever more pulls at a time while they find some, and by one where one found none', async () => {
    const widths: number[] = [];
    let [current, left] = [0, 12];
    const { done } = played({
      pulls: [],
      queue: {
        pull: async () => {
          current++;
          await new Promise((resolve) => setImmediate(resolve));
          if (current > 0) widths.push(current);
          current = 0;
          return left-- > 0 ? [old('x', 1)] : [];
        },
      },
    });
    expect(await done).toMatchObject({ pulled: 12, end: 'empty' });
    expect(widths).toEqual([1, 2, 4, 4, 4, 1, 1, 1]);
  });

  it('is over where nothing is older than the run, so that a stream without end does not hold it up', async () => {
    const endless = Array.from({ length: 50 }, () => [young('y')]);
    const { done, asked, acknowledged } = played({ pulls: [[old('a')], ...endless] });
    expect(await done).toMatchObject({ pulled: 3, acknowledged: 3, end: 'empty' });
    expect(asked()).toBe(3);
    expect(acknowledged).toEqual(['ayy']);
  });

  it('is over as well where a message does not say when it came', async () => {
    const { done } = played({ pulls: [[{ name: 'a', published: undefined, bytes: 1 }]] });
    expect(await done).toMatchObject({ pulled: 1, acknowledged: 1, end: 'empty' });
  });

  it('may be overlooked, so that nothing is believed only when it has come a few times', async () => {
    const { done, acknowledged } = played({
      pulls: [[], [], [old('a')], [], [], [old('b')]],
      limits: { mostPulls: 1 },
    });
    expect(await done).toMatchObject({ pulled: 2, acknowledged: 2, end: 'empty' });
    expect(acknowledged).toEqual(['ab']);
  });

  it('of nothing is nothing', async () => {
    const { done, groups, asked } = played({ pulls: [] });
    expect(await done).toMatchObject({ pulled: 0, acknowledged: 0, groups: 0, end: 'empty' });
    expect([groups, asked()]).toEqual([[], 3]);
  });
});

describe('a group', () => {
  it('of which something has to come again is acknowledged but for that, and is the last that is tried', async () => {
    const again = old('b', 40);
    const { done, groups, acknowledged } = played({
      pulls: [[old('a', 40), again], [old('c', 80)], [old('d', 80)], [old('e', 80)]],
      limits: { atOnce: 1 },
      take: async () => new Set([again]),
    });
    expect(await done).toMatchObject({ acknowledged: 1, groups: 1, end: 'failed', failure: undefined });
    expect(groups).toEqual(['ab']);
    expect(acknowledged).toEqual(['a']);
  });

  it('that cannot be dealt with at all is not acknowledged, and says why', async () => {
    const thrown = new TypeError('nobody thought of this');
    const { done, acknowledged } = played({
      pulls: [[old('a')]],
      take: () => Promise.reject(thrown),
    });
    expect(await done).toEqual({ pulled: 1, acknowledged: 0, groups: 1, end: 'failed', failure: thrown });
    expect(acknowledged).toEqual([]);
  });

  it('that cannot be acknowledged comes again, and the run ends', async () => {
    const thrown = new Error('refused');
    const { done } = played({
      pulls: [[old('a')]],
      queue: { acknowledge: () => Promise.reject(thrown) },
    });
    expect(await done).toMatchObject({ acknowledged: 0, end: 'failed', failure: thrown });
  });

  it('is dealt with also where the next pull fails', async () => {
    const thrown = new Error('unavailable');
    const { done, acknowledged } = played({ pulls: [[old('a')], thrown, [old('b')]] });
    expect(await done).toMatchObject({ pulled: 2, acknowledged: 2, end: 'failed', failure: thrown });
    expect(acknowledged).toEqual(['ab']);
  });

  it('is not begun where there is too little time for it', async () => {
    let time = began;
    const { done, groups, acknowledged } = played({
      pulls: [[old('a', 80)], [old('b', 80)], [old('c', 80)], [old('d', 80)]],
      limits: { mostPulls: 1 },
      now: () => time,
      take: async () => {
        time = began + 40_001;
        return none;
      },
    });
    expect(await done).toMatchObject({ groups: 1, end: 'late' });
    expect(groups).toEqual(['a']);
    expect(acknowledged).toEqual(['a']);
  });
});

describe('a run', () => {
  it('ends when its time is nearly over, though what waits never fills a group', async () => {
    let time = began;
    const { done, groups } = played({
      pulls: [],
      queue: {
        pull: async () => {
          time += 10_000;
          return [old('x', 1)];
        },
      },
      limits: { mostPulls: 1 },
      now: () => time,
    });
    expect(await done).toMatchObject({ pulled: 5, acknowledged: 0, groups: 0, end: 'late' });
    expect(groups).toEqual([]);
  });
});

describe('what is held', () => {
  it('is kept from coming again for as long as it is dealt with, and no longer', async () => {
    const isDone = Promise.withResolvers<ReadonlySet<Message>>();
    const begun = Promise.withResolvers<void>();
    const { done, extended, beats } = played({
      pulls: [[old('a', 80)], [old('b', 80)]],
      take: (group) => {
        if (namesOf(group) === 'b') begun.resolve();
        return namesOf(group) === 'a' ? isDone.promise : Promise.resolve(none);
      },
    });
    await begun.promise;
    await new Promise((resolve) => setImmediate(resolve));
    beats.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
    expect(extended).toEqual(['a']);
    isDone.resolve(none);
    expect(await done).toMatchObject({ acknowledged: 2, end: 'empty' });
    expect(extended).toEqual(['a']);
  });

  it('may come again where that cannot be said: a word of it is told, and the work goes on', async () => {
    const isDone = Promise.withResolvers<ReadonlySet<Message>>();
    const begun = Promise.withResolvers<void>();
    const { done, warned, beats } = played({
      pulls: [[old('a')]],
      queue: { extend: () => Promise.reject(new Error('refused')) },
      take: () => {
        begun.resolve();
        return isDone.promise;
      },
    });
    await begun.promise;
    beats.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
    expect(warned).toEqual(['messages may come while they are dealt with: refused']);
    isDone.resolve(none);
    expect(await done).toMatchObject({ acknowledged: 1, end: 'empty' });
  });
});
