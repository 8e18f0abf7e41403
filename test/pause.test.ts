/** Waits, and waits that end early. */
import { describe, expect, it } from 'vitest';
import { atMost, pause } from '../functions/pause.ts';

describe('a wait', () => {
  it('ends by itself, at once where its time is over', async () => {
    expect(await pause(1)).toBeUndefined();
    expect(await pause(-5)).toBeUndefined();
  });

  it('ends when it is no longer wanted, before it begins or later, and is no fault', async () => {
    const wanted = new AbortController();
    const wait = pause(Number.POSITIVE_INFINITY, wanted.signal);
    wanted.abort();
    expect(await wait).toBeUndefined();
    expect(await pause(60_000, wanted.signal)).toBeUndefined();
  });
});

describe('work that is waited for', () => {
  it('is waited for until it is done, or until the time is over', async () => {
    const never = new Promise<void>(() => undefined);
    expect(await atMost(60_000, Promise.resolve())).toBeUndefined();
    expect(await atMost(1, never)).toBeUndefined();
  });

  it('fails where the work does', async () => {
    await expect(atMost(60_000, Promise.reject(new Error('no')))).rejects.toThrow('no');
  });
});
