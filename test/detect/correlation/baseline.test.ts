/** Hours that are strange beside a group's own history. */
import { describe, expect, it } from 'vitest';
import { createCorrelator } from '../../../shared/detect/correlation/correlator.ts';
import type { Incident } from '../../../shared/detect/correlation/incident.ts';
import { createDetector } from '../../../shared/detect/detect.ts';
import type { StateStore } from '../../../shared/ports.ts';
import { memoryState } from '../../../shared/state/memory-state.ts';
import { at, correlated, start } from './replay.ts';

const hour = 3600;
const weeks = 5;
const hours = weeks * 168;

const rules = correlated(
  '{ type: baseline, rules: [a], group-by: [user.username], learning: 14d, condition: { gte: 0.99, factor: 3 } }',
);

/** Events of an hour, spread over it. */
const hourOf = (n: number, count: number, username = 'bob') =>
  Array.from({ length: count }, (_, place) =>
    at(n * hour + (place * hour) / Math.max(1, count), {
      user: { username },
      objectRef: { name: `s${place}` },
    }),
  );

/** A working day's rhythm. */
const usual = (n: number): number => (n % 24 >= 8 && n % 24 < 18 ? 6 + (n % 5) : n % 2);

/** Long after all that is told. */
const later = start + 2 * hours * hour * 1000;

const session = (state: StateStore, now = { value: later }) => {
  const correlator = createCorrelator(rules, { state, now: () => now.value, suppress: true });
  const detector = createDetector(rules);
  const deliver = async (events: readonly ReturnType<typeof at>[]): Promise<readonly Incident[]> => {
    for (const event of events) for (const finding of detector.findingsFor(event)) correlator.take(finding);
    return correlator.settle();
  };
  return { correlator, deliver };
};

const learned = async (state: StateStore): Promise<readonly Incident[]> => {
  const { deliver } = session(state);
  const told: Incident[] = [];
  for (let n = 0; n < hours; n++) told.push(...(await deliver(hourOf(n, usual(n)))));
  return told;
};

describe('a baseline', () => {
  it('is quiet over weeks of ordinary work, and tells the hour that is none', async () => {
    const state = memoryState(() => start);
    const told = await learned(state);
    expect(told.length).toBeLessThan(hours / 100);
    const night = hours + 3;
    const { deliver } = session(state);
    for (const n of [hours, hours + 1, hours + 2]) await deliver(hourOf(n, usual(n)));
    expect(await deliver(hourOf(night, 80))).toEqual([]);
    await deliver(hourOf(night + 1, 1));
    const [incident] = await deliver(hourOf(night + 2, 1));
    expect(incident?.message).toContain('80 events from');
    expect(incident?.witnesses[0]?.actor.name).toBe('bob');
    expect(await deliver(hourOf(night + 3, 1))).toEqual([]);
  });

  it('tells it at a tick where nothing comes after it', async () => {
    const state = memoryState(() => start);
    await learned(state);
    const now = { value: start + (hours + 4) * hour * 1000 };
    const { correlator, deliver } = session(state, now);
    await deliver(hourOf(hours + 3, 80));
    expect(await correlator.tick()).toEqual([]);
    now.value = start + (hours + 6) * hour * 1000;
    expect((await correlator.tick()).map(({ rule }) => rule.id)).toEqual(['top']);
    expect(await correlator.tick()).toEqual([]);
  });

  it('gives the same alert again to a process that died before it could act, and counts a delivery once', async () => {
    const state = memoryState(() => start);
    await learned(state);
    const burst = hourOf(hours + 3, 80);
    await session(state).deliver(burst);
    await session(state).deliver(burst);
    const after = hourOf(hours + 6, 1);
    const [first] = await session(state).deliver(after);
    const [again] = await session(state).deliver(after);
    expect(first?.message).toContain('80 events from');
    expect(again?.identity).toEqual(first?.identity);
  });

  it('knows nothing of a group that is new', async () => {
    const state = memoryState(() => start);
    await learned(state);
    await session(state).deliver(hourOf(hours + 3, 80, 'eve'));
    expect(await session(state).deliver(hourOf(hours + 6, 1))).toEqual([]);
  });
});

describe('an hour from the future', () => {
  it('is left out, for all hours before it would come too late', async () => {
    const state = memoryState(() => start);
    await learned(state);
    const now = { value: start + hours * hour * 1000 };
    const { deliver } = session(state, now);
    await deliver(hourOf(10 * hours, 5));
    await deliver(hourOf(hours, 80));
    now.value += 5 * hour * 1000;
    expect((await deliver(hourOf(hours + 3, 1)))[0]?.message).toContain('80 events from');
  });
});

describe('a baseline of what falls', () => {
  it('tells the hour that has far less than usual', async () => {
    const falling = correlated(
      '{ type: baseline, rules: [a], group-by: [cluster], learning: 7d, direction: below, condition: { gte: 0.98, factor: 10 } }',
    );
    const state = memoryState(() => start);
    const correlator = createCorrelator(falling, { state, now: () => later, suppress: true });
    const detector = createDetector(falling);
    const told: Incident[] = [];
    for (let n = 0; n < 600; n++) {
      const count = n === 590 ? 3 : 60 + (n % 7);
      for (let place = 0; place < count; place++)
        for (const finding of detector.findingsFor(at(n * hour + place, { cluster: 'prod' })))
          correlator.take(finding);
      told.push(...(await correlator.settle()));
    }
    expect(told.map(({ time }) => Math.floor((time - start) / 1000 / hour))).toEqual([590]);
    expect(told[0]?.message).toContain('3 events from');
  });
});
