/** A store that fails at any call, before or after it did what it was asked: run again, every line is there once. */
import { describe, expect, it } from 'vitest';
import { memoryArchive } from '../../shared/archive/memory-archive.ts';
import { KlaxonError } from '../../shared/errors.ts';
import type { ArchiveStore } from '../../shared/ports.ts';
import { deliveryOf, hour, keepDelivery, linesIn, namesIn, start, tick, verified } from './archive-steps.ts';

type When = 'before' | 'after';

/** Fails at the n-th call from 1, and at every call after that: whoever uses it has died. */
const failingAt = (
  store: ArchiveStore,
  n: number,
  when: When,
): ArchiveStore & { readonly calls: () => number } => {
  let calls = 0;
  const fault = () => new KlaxonError('archive', `call ${calls} failed`, { retryable: true });
  const enter = (): void => {
    calls++;
    if (calls > n || (calls === n && when === 'before')) throw fault();
  };
  const leave = (): void => {
    if (calls === n && when === 'after') throw fault();
  };
  const through = async <T>(work: () => Promise<T>): Promise<T> => {
    enter();
    const result = await work();
    leave();
    return result;
  };
  async function* each<T>(items: () => AsyncIterable<T>): AsyncGenerator<T> {
    enter();
    for await (const item of items()) {
      yield item;
      leave();
    }
  }
  return {
    calls: () => calls,
    put: (object) => through(() => store.put(object)),
    get: (name) => through(() => store.get(name)),
    list: (prefix) => each(() => store.list(prefix)),
    folders: (prefix) => each(() => store.folders(prefix)),
  };
};

/** Two deliveries, one of them brought twice, and three hours. */
const run = async (store: ArchiveStore): Promise<void> => {
  await keepDelivery(store, deliveryOf('a', 'b', 'c'));
  await tick(store, start, 2);
  await keepDelivery(store, deliveryOf('d', 'e'));
  await keepDelivery(store, deliveryOf('a', 'b', 'c'));
  await tick(store, start + hour, 2);
  await tick(store, start + 2 * hour);
};

const never = Number.POSITIVE_INFINITY;

describe('a store that fails', () => {
  it.each(['before', 'after'] as const)('%s it did what it was asked', async (when) => {
    const whole = memoryArchive();
    const counted = failingAt(whole, never, when);
    await run(counted);
    const lines = await linesIn(whole);
    expect(lines).toHaveLength(7);
    expect(counted.calls()).toBeGreaterThan(30);

    for (let n = 1; n <= counted.calls(); n++) {
      const store = memoryArchive();
      await expect(run(failingAt(store, n, when)), `at call ${n}`).rejects.toMatchObject({ retryable: true });
      await run(store);
      expect(await linesIn(store), `at call ${n}`).toEqual(lines);
      expect((await verified(store)).problems, `at call ${n}`).toEqual([]);
    }
  });

  it('and fails again at every call, one further each time, ends well in the end', async () => {
    const whole = memoryArchive();
    await run(whole);
    const store = memoryArchive();
    for (let n = 1; ; n++) {
      const isOver = await run(failingAt(store, n, 'after')).then(
        () => true,
        () => false,
      );
      if (isOver) break;
    }
    expect(await linesIn(store)).toEqual(await linesIn(whole));
    expect((await namesIn(store, 'audit/')).length).toBe((await namesIn(whole, 'audit/')).length);
    expect((await verified(store)).problems).toEqual([]);
  });
});
