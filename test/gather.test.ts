/** Items that come one by one are dealt with in company, in bounded time and memory, and each is told what became of it. */
import { describe, expect, it } from 'vitest';
import { type GatherLimits, gathererOf } from '../functions/gather.ts';
import { KlaxonError } from '../shared/errors.ts';

const usual: GatherLimits = { waitMs: 100, mostItems: 3, mostBytes: 100, atOnce: 1, mostHeldBytes: 1000 };
const passing = new KlaxonError('archive', 'away', { retryable: true });

/** Items are texts, their bytes their length; time passes when it is told to, and a group is done when it is. */
const opened = (over: Partial<GatherLimits> = {}) => {
  const groups: (readonly string[])[] = [];
  const waits: (() => void)[] = [];
  const asked: number[] = [];
  const underWay: PromiseWithResolvers<ReadonlySet<string>>[] = [];
  const gather = gathererOf<string>({
    take: (group) => {
      groups.push(group);
      const outcome = Promise.withResolvers<ReadonlySet<string>>();
      underWay.push(outcome);
      return outcome.promise;
    },
    bytesOf: ({ length }) => length,
    pause: (milliseconds, signal) =>
      new Promise((resolve) => {
        asked.push(milliseconds);
        waits.push(resolve);
        signal?.addEventListener('abort', () => resolve());
      }),
    limits: { ...usual, ...over },
  });
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const timeIsUp = async (): Promise<void> => {
    for (const wait of waits.splice(0)) wait();
    await turn();
  };
  const finish = async (place: number, again: readonly string[] = []): Promise<void> => {
    underWay[place]?.resolve(new Set(again));
    await turn();
  };
  const fail = async (place: number, thrown: unknown): Promise<void> => {
    underWay[place]?.reject(thrown);
    await turn();
  };
  return { gather, groups, asked, timeIsUp, finish, fail, turn };
};

describe('a group', () => {
  it('is what came until the time of its first was up, in the order in which it came', async () => {
    const { gather, groups, asked, timeIsUp, finish } = opened();
    const answers = [gather('a'), gather('b')];
    expect(groups).toEqual([]);
    await timeIsUp();
    await finish(0);
    expect(groups).toEqual([['a', 'b']]);
    expect(asked).toEqual([100]);
    expect(await Promise.all(answers)).toEqual([true, true]);
  });

  it('waits for nobody once it has as many as it may, or as many bytes', async () => {
    const { gather, groups, finish } = opened({ atOnce: 9 });
    const answers = ['a', 'b', 'c', 'x'.repeat(100), 'd', 'y'.repeat(99), 'zz'].map(gather);
    expect(groups).toEqual([['a', 'b', 'c'], ['x'.repeat(100)], ['d', 'y'.repeat(99)]]);
    await finish(0);
    await finish(1);
    await finish(2);
    expect(await Promise.all(answers.slice(0, 6))).toEqual([true, true, true, true, true, true]);
  });

  it('takes what is larger than a group may be, alone', async () => {
    const { gather, groups, finish } = opened({ atOnce: 9 });
    void gather('a');
    const answer = gather('x'.repeat(300));
    await finish(1);
    expect(groups).toEqual([['a'], ['x'.repeat(300)]]);
    expect(await answer).toBe(true);
  });

  it('is begun once, however its time and its end fall together', async () => {
    const { gather, groups, timeIsUp } = opened({ atOnce: 9 });
    void ['a', 'b', 'c'].map(gather);
    await timeIsUp();
    void gather('d');
    await timeIsUp();
    await timeIsUp();
    expect(groups).toEqual([['a', 'b', 'c'], ['d']]);
  });

  it('waits its turn behind those that are dealt with', async () => {
    const { gather, groups, finish } = opened();
    void ['a', 'b', 'c', 'd', 'e', 'f'].map(gather);
    expect(groups).toEqual([['a', 'b', 'c']]);
    await finish(0);
    expect(groups).toEqual([
      ['a', 'b', 'c'],
      ['d', 'e', 'f'],
    ]);
  });
});

describe('an item', () => {
  it('is not done before all its company is', async () => {
    const { gather, turn, finish } = opened();
    let done = 0;
    for (const item of ['a', 'b', 'c'])
      void gather(item).then(() => {
        done++;
      });
    await turn();
    expect(done).toBe(0);
    await finish(0);
    expect(done).toBe(3);
  });

  it('is told that it has to come again, and the others that they are done', async () => {
    const { gather, finish } = opened();
    const answers = ['a', 'b', 'c'].map(gather);
    await finish(0, ['b']);
    expect(await Promise.all(answers)).toEqual([true, false, true]);
  });

  it('is told why where the whole group failed, and those after it are dealt with all the same', async () => {
    const { gather, groups, fail, finish } = opened();
    const first = Promise.allSettled(['a', 'b', 'c'].map(gather));
    const second = Promise.all(['d', 'e', 'f'].map(gather));
    await fail(0, passing);
    await finish(1);
    expect((await first).map((result) => result.status === 'rejected' && result.reason)).toEqual([
      passing,
      passing,
      passing,
    ]);
    expect(await second).toEqual([true, true, true]);
    expect(groups).toHaveLength(2);
  });

  it('is sent away where there is no room, and taken when there is', async () => {
    const { gather, finish, timeIsUp } = opened({ mostHeldBytes: 10 });
    const held = gather('x'.repeat(9));
    const fault = await gather('yy').catch((thrown: unknown) => thrown);
    expect(fault).toMatchObject({ code: 'delivery', retryable: true });
    await timeIsUp();
    await finish(0);
    expect(await held).toBe(true);
    const later = gather('yy');
    await timeIsUp();
    await finish(1);
    expect(await later).toBe(true);
  });
});
