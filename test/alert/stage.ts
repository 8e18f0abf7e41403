/** A delivery of alerts that plays in memory: sinks and a dead letter that do as they are told, and time that only waits move. */
import { vi } from 'vitest';
import type { Alert } from '../../shared/alert/alert.ts';
import type { DeliveryOptions } from '../../shared/alert/deliver.ts';
import type { AlertSink, DeadAlert, DeadLetter, Undelivered } from '../../shared/alert/sink.ts';
import { KlaxonError } from '../../shared/errors.ts';
import type { Pause } from '../../shared/ports.ts';
import { memoryState } from '../../shared/state/memory-state.ts';
import { exampleAlert } from './example.ts';

const base = exampleAlert();
export const alert = (id: string, over: Partial<Alert> = {}): Alert => ({ ...base, id, ...over });

/** By the timers that vitest moves. */
export const pause: Pause = (milliseconds, signal) =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });

/** What becomes of an alert when it is sent for the nth time (from 0): undefined is success. */
export type Script = (alert: Alert, attempt: number) => Omit<Undelivered, 'alert'> | undefined;

export const refusal = { reason: new KlaxonError('alert', 'refused') };
export const busy = { reason: new KlaxonError('alert', 'busy', { retryable: true }) };

export interface PlayedSink extends AlertSink {
  /** Ids, as they were handed over. */
  readonly given: string[];
  /** When the sink was asked, in milliseconds, and for which. */
  readonly asked: (readonly [number, readonly string[]])[];
}

export const sinkThat = (name: string, script: Script = () => undefined): PlayedSink => {
  const given: string[] = [];
  const asked: (readonly [number, readonly string[]])[] = [];
  const attempts = new Map<string, number>();
  const send = async (alerts: readonly Alert[]): Promise<readonly Undelivered[]> => {
    asked.push([Date.now(), alerts.map(({ id }) => id)]);
    return alerts.flatMap((one) => {
      const attempt = attempts.get(one.id) ?? 0;
      attempts.set(one.id, attempt + 1);
      const fault = script(one, attempt);
      if (fault) return [{ alert: one, ...fault }];
      given.push(one.id);
      return [];
    });
  };
  return { name, given, asked, send };
};

export interface KeptLetters extends DeadLetter {
  readonly kept: DeadAlert[];
}

export const letters = (): KeptLetters => {
  const kept: DeadAlert[] = [];
  return { kept, put: async (some) => void kept.push(...some) };
};

export const stage = (sinks: readonly AlertSink[], over: Partial<DeliveryOptions> = {}): DeliveryOptions => ({
  sinks,
  routes: [{ sinks: sinks.map(({ name }) => name) }],
  deadLetter: letters(),
  state: memoryState(() => 0),
  now: () => Date.now(),
  pause,
  random: () => 0.5,
  ...over,
});

/** The outcome, once every wait has passed. */
export const played = async <T>(work: () => Promise<T>): Promise<PromiseSettledResult<T>> => {
  vi.useFakeTimers({ now: 0, toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  try {
    const outcome = Promise.allSettled([work()]);
    await vi.runAllTimersAsync();
    return (await outcome)[0];
  } finally {
    vi.useRealTimers();
  }
};
