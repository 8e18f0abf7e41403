/** A delivery that dies at every step in turn and comes again: each alert is given or kept, with one id. */
import { describe, expect, it } from 'vitest';
import { type DeliveryOptions, deliver } from '../../shared/alert/deliver.ts';
import type { AlertSink, DeadLetter } from '../../shared/alert/sink.ts';
import type { StateStore } from '../../shared/ports.ts';
import {
  alert,
  busy,
  type KeptLetters,
  letters,
  type PlayedSink,
  played,
  refusal,
  sinkThat,
  stage,
} from './stage.ts';

/** A process that dies at its nth step, before or after which the world has changed; a dead one does nothing more. */
const mortal = (diesAt: number) => {
  let steps = 0;
  const live = (): void => {
    steps++;
    if (steps >= diesAt) throw new Error('died');
  };
  const step = async <T>(work: () => Promise<T>): Promise<T> => {
    live();
    const result = await work();
    live();
    return result;
  };
  return { step, steps: () => steps };
};

const withProcess = (options: DeliveryOptions, { step }: ReturnType<typeof mortal>): DeliveryOptions => {
  const state: StateStore = {
    add: (entries) => step(() => options.state.add(entries)),
    update: (key, change, ttlSeconds) => step(() => options.state.update(key, change, ttlSeconds)),
  };
  const deadLetter: DeadLetter = { put: (some) => step(() => options.deadLetter.put(some)) };
  const sinks: readonly AlertSink[] = options.sinks.map(({ name, send }) => ({
    name,
    send: (some, deadline) => step(() => send(some, deadline)),
  }));
  return { ...options, state, deadLetter, sinks };
};

const alerts = ['a', 'b', 'c'].map((id) => alert(id));

interface World {
  readonly options: DeliveryOptions;
  readonly chat: PlayedSink;
  readonly pager: PlayedSink;
  readonly kept: KeptLetters['kept'];
}

/** One sink that is busy at first and refuses one alert for good, and one that takes everything. */
const world = (): World => {
  const chat = sinkThat('chat', ({ id }, attempt) => {
    if (id === 'c') return refusal;
    return id === 'b' && attempt === 0 ? busy : undefined;
  });
  const pager = sinkThat('pager');
  const deadLetter = letters();
  return { options: stage([chat, pager], { deadLetter }), chat, pager, kept: deadLetter.kept };
};

const lastStep = async (): Promise<number> => {
  const process = mortal(Number.POSITIVE_INFINITY);
  await played(() => deliver(alerts, withProcess(world().options, process)));
  return process.steps();
};

const distinct = (ids: readonly string[]): readonly string[] => [...new Set(ids)].toSorted();
const most = (ids: readonly string[]): number =>
  Math.max(...distinct(ids).map((id) => ids.filter((one) => one === id).length));

describe('a process that dies', () => {
  it('has many places to do so', async () => {
    expect(await lastStep()).toBeGreaterThan(15);
  });

  it('at any of them, and comes again, leaves every alert given at least once or kept, none more than once more', async () => {
    const last = await lastStep();
    for (let diesAt = 1; diesAt <= last; diesAt++) {
      const { options, chat, pager, kept } = world();
      const death = await played(() => deliver(alerts, withProcess(options, mortal(diesAt))));
      expect([diesAt, death.status]).toEqual([diesAt, 'rejected']);
      const second = await played(() => deliver(alerts, options));
      expect([diesAt, second.status]).toEqual([diesAt, 'fulfilled']);

      expect([diesAt, distinct(pager.given)]).toEqual([diesAt, ['a', 'b', 'c']]);
      expect([diesAt, distinct(chat.given)]).toEqual([diesAt, ['a', 'b']]);
      expect([diesAt, distinct(kept.map((letter) => letter.alert.id))]).toEqual([diesAt, ['c']]);
      expect(most(pager.given)).toBeLessThanOrEqual(2);
      expect(most(chat.given)).toBeLessThanOrEqual(2);

      const third = await played(() => deliver(alerts, options));
      const knownOf = third.status === 'fulfilled' ? third.value.sinks.map(({ known }) => known) : [];
      expect([diesAt, knownOf]).toEqual([diesAt, [3, 3]]);
    }
  });

  it('at every step of every repetition still gets through in the end', async () => {
    const { options, chat, pager, kept } = world();
    let attempts = 0;
    for (let diesAt = 1; ; diesAt++) {
      attempts++;
      const outcome = await played(() => deliver(alerts, withProcess(options, mortal(diesAt))));
      if (outcome.status === 'fulfilled') break;
    }
    expect(attempts).toBeGreaterThan(4);
    expect(distinct(pager.given)).toEqual(['a', 'b', 'c']);
    expect(distinct(chat.given)).toEqual(['a', 'b']);
    expect(distinct(kept.map((letter) => letter.alert.id))).toEqual(['c']);
  });
});
