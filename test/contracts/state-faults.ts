/** What every StateStore over a network must come through: each fault at each request of a delivery. */
import { expect, it } from 'vitest';
import { KlaxonError } from '../../shared/errors.ts';
import type { Entry, StateStore } from '../../shared/ports.ts';
import { faults, type Wire } from '../stand-ins/wire.ts';

export interface FaultyState {
  /** Opens empty memory, spoken to over the wire by a client that tries so often and waits so long. */
  readonly open: (over: {
    readonly maxAttempts?: number;
    readonly silenceMs?: number;
  }) => Promise<StateStore> | StateStore;
  readonly wire: () => Wire;
  /** How many requests the delivery below is. */
  readonly requests: number;
}

const hour = 3600;

export const entry = (key: string, ids: readonly string[]): Entry => ({
  key,
  members: ids.map((id, time) => ({ id, time, value: { of: id } })),
  ttlSeconds: hour,
});

export const idsIn = async (state: StateStore, keys: readonly string[]) =>
  (await state.add(keys.map((key) => entry(key, [])))).map((members) => members.map(({ id }) => id));

const delivery = async (state: StateStore): Promise<void> => {
  await state.add([entry('k', ['a', 'b']), entry('l', ['c']), entry('m', [])]);
  await state.add([entry('k', ['d'])]);
  await state.update<readonly string[]>('done', (ids = []) => [...new Set([...ids, 'a'])], hour);
};
const whole = [['a', 'd', 'b'], ['c'], []];
const remembered = (state: StateStore) => idsIn(state, ['k', 'l', 'm']);

export const comesThroughFaults = ({ open, wire, requests }: FaultyState): void => {
  it('is one of as many as are tried below', async () => {
    const state = await open({});
    wire().breaksAt(() => undefined);
    await delivery(state);
    expect(wire().asked()).toHaveLength(requests);
  });

  it.each(faults)('fails the call, which may be repeated: it %s', async (fault) => {
    for (let failing = 0; failing < requests; failing++) {
      const state = await open({ silenceMs: fault === 'hangs' ? 500 : 10_000 });
      wire().breaksAt((place) => (place === failing ? fault : undefined));
      const thrown = await delivery(state).catch((reason: unknown) => reason);
      expect(thrown).toBeInstanceOf(KlaxonError);
      expect(thrown).toMatchObject({ code: 'state', retryable: true });
      await delivery(state);
      expect(await remembered(state)).toEqual(whole);
    }
  });

  it.each(faults)('is noticed by nobody where it goes well the second time: it %s', async (fault) => {
    for (let failing = 0; failing < requests; failing++) {
      const state = await open({ maxAttempts: 2, silenceMs: fault === 'hangs' ? 500 : 10_000 });
      wire().breaksAt((place) => (place === failing ? fault : undefined));
      await delivery(state);
      expect(await remembered(state)).toEqual(whole);
      const increment = (count = 0): number => count + 1;
      await state.update('count', increment, hour);
      wire().breaksAt((place) => (place === 1 ? fault : undefined));
      expect(await state.update('count', increment, hour)).toBe(2);
    }
  });

  it('may be one whose answer ends halfway', async () => {
    const state = await open({ silenceMs: 300 });
    wire().breaksAt(() => undefined);
    await state.add([entry('k', ['a'])]);
    wire().breaksAt(() => 'stalls');
    await expect(idsIn(state, ['k'])).rejects.toMatchObject({ code: 'state', retryable: true });
  });
};
