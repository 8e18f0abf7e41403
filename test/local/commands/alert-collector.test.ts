/** What is given when a run dies between any two steps of giving it: everything, at least once, with one id. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { AlertCollector } from '../../../functions/local/commands/alert-collector.ts';
import type { Alert } from '../../../shared/alert/alert.ts';
import { unclaimed } from '../../../shared/alert/claim.ts';
import type { StateStore } from '../../../shared/ports.ts';
import { memoryState } from '../../../shared/state/memory-state.ts';
import { exampleAlert } from '../../alert/example.ts';
import { jsonLines } from '../../command-line.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

const alerts: readonly Alert[] = ['one', 'two'].map((id) => ({ ...exampleAlert(), id }));
const death = new Error('dead');

/** Counts the steps of a run, and throws at one of them. */
const mortal = (dieAt: number): (() => void) => {
  let step = 0;
  return () => {
    if (step++ === dieAt) throw death;
  };
};

/** Dies before a call or after it, as a process does. */
const mortalState = (state: StateStore, live: () => void): StateStore => ({
  ...state,
  add: async (entries) => {
    live();
    const answer = await state.add(entries);
    live();
    return answer;
  },
});

/** One run that meets all alerts; answers the ids that it wrote before its death or its end. */
const run = async (state: StateStore, dieAt: number): Promise<{ ids: readonly string[]; died: boolean }> => {
  let text = '';
  const live = mortal(dieAt);
  vi.spyOn(process.stdout, 'write').mockImplementation((part, ...rest: readonly unknown[]) => {
    live();
    text += part;
    live();
    const done = rest.at(-1);
    if (typeof done === 'function') done();
    return true;
  });
  const collector = new AlertCollector({ output: 'ndjson' }, mortalState(state, live));
  for (const alert of alerts) collector.take(alert);
  const died = await collector.finish().then(
    () => false,
    (thrown) => {
      expect(thrown).toBe(death);
      return true;
    },
  );
  vi.restoreAllMocks();
  return { ids: jsonLines<Alert>(text).map(({ id }) => id), died };
};

describe('a run that dies while it gives alerts', () => {
  const all = ['one', 'two'];
  const steps = 6;

  it('has as many steps as it dies at below', async () => {
    expect((await run(memoryState(Date.now), steps - 1)).died).toBe(true);
    expect(await run(memoryState(Date.now), steps)).toEqual({ ids: all, died: false });
  });

  it.each([0, 1, 2, 3, 4, 5])(
    'loses no alert at step %i, and the run after it gives none again',
    async (step) => {
      const state = memoryState(Date.now);
      const first = await run(state, step);
      const second = await run(state, -1);
      expect(first.died).toBe(true);
      expect(new Set([...first.ids, ...second.ids])).toEqual(new Set(all));
      // Only a death between the writing and the claim gives an alert twice.
      expect(second.ids).toEqual(step < 5 ? all : []);
      expect((await run(state, -1)).ids).toEqual([]);
    },
  );
});

describe('a run of many alerts', () => {
  const many = Array.from({ length: 10_000 }, (_, at): Alert => ({ ...exampleAlert(), id: `many-${at}` }));

  it.each([
    ['ndjson', 10_000],
    ['pretty', 0],
  ] as const)('has claimed in %s, before its end, %i that were written', async (output, claimed) => {
    vi.spyOn(process.stdout, 'write').mockImplementation((_part, ...rest: readonly unknown[]) => {
      const done = rest.at(-1);
      if (typeof done === 'function') done();
      return true;
    });
    const state = memoryState(Date.now);
    const collector = new AlertCollector({ output }, state);
    for (const alert of many) collector.take(alert);
    await collector.settle();
    expect(many.length - (await unclaimed(many, state)).length).toBe(claimed);
    await collector.finish();
    expect(await unclaimed(many, state)).toEqual([]);
    expect(collector).toMatchObject({ count: 10_000, known: 0 });
  });
});
