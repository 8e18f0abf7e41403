/** Alerts in; each given to the sinks its routes name, or kept as a dead letter; what became of them, out. */
import { KlaxonError, messageOf } from '../errors.ts';
import type { Clock, Pause, Random, StateStore } from '../ports.ts';
import type { Route } from '../settings/settings.ts';
import type { Alert } from './alert.ts';
import { claim, unclaimed } from './claim.ts';
import { routed } from './route.ts';
import type { AlertSink, DeadAlert, DeadLetter, Undelivered } from './sink.ts';

export interface DeliveryOptions {
  readonly sinks: readonly AlertSink[];
  readonly routes: readonly Route[];
  readonly deadLetter: DeadLetter;
  readonly state: StateStore;
  readonly now: Clock;
  readonly pause: Pause;
  readonly random: Random;
  /** After so long no attempt begins, and what is under way is given up a little later. */
  readonly budgetMs?: number | undefined;
}

/** What became of the alerts of one sink: chosen = known + delivered + dead. */
export interface SinkReport {
  readonly sink: string;
  /** Given before, so not given again. */
  readonly known: number;
  readonly delivered: number;
  /** Kept as dead letters. */
  readonly dead: number;
}

export interface DeliveryReport {
  readonly sinks: readonly SinkReport[];
  /** Alerts that no route takes. */
  readonly unrouted: number;
}

/**
 * Every sink is served on its own, side by side: none waits for another, or is silenced by it. An alert counts as given to
 * a sink (its claim) once the sink or the dead letter has it, never before, so a crash anywhere gives it twice, with one
 * id, and a repetition gives only what is missing.
 * @throws KlaxonError, retryable, where some alert is with neither its sink nor the dead letter, or that could not be
 * remembered. The other sinks have been served by then.
 */
export const deliver = async (
  alerts: readonly Alert[],
  options: DeliveryOptions,
): Promise<DeliveryReport> => {
  const { bySink, unrouted } = routed(alerts, options.routes);
  const deadline = options.now() + (options.budgetMs ?? defaultBudgetMs);
  const results = await Promise.allSettled(
    [...bySink].map(([name, chosen]) => serve(sinkNamed(name, options.sinks), chosen, deadline, options)),
  );
  const faults = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
  if (faults.length > 0) throw undeliverable(faults);
  return {
    sinks: results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : [])),
    unrouted: unrouted.length,
  };
};

const defaultBudgetMs = 30_000;

const undeliverable = (faults: readonly unknown[]): KlaxonError =>
  new KlaxonError('alert', `alerts could not be given: ${faults.map(messageOf).join('; ')}`, {
    cause: faults.length === 1 ? faults[0] : new AggregateError(faults),
    retryable: true,
  });

/** A route to a sink that is not there must not lose an alert: such a sink takes nothing. */
const sinkNamed = (name: string, sinks: readonly AlertSink[]): AlertSink =>
  sinks.find((sink) => sink.name === name) ?? {
    name,
    send: async (alerts) =>
      alerts.map((alert) => ({ alert, reason: new KlaxonError('alert', `no sink is named "${name}"`) })),
  };

const serve = async (
  sink: AlertSink,
  chosen: readonly Alert[],
  deadline: number,
  options: DeliveryOptions,
): Promise<SinkReport> => {
  const { state, deadLetter } = options;
  const fresh = await unclaimed(chosen, state, sink.name);
  const dead = await tried(sink, fresh, deadline, options);
  if (dead.length > 0) {
    await deadLetter.put(dead);
    await claim(
      dead.map(({ alert }) => alert),
      state,
      sink.name,
    );
  }
  return {
    sink: sink.name,
    known: chosen.length - fresh.length,
    delivered: fresh.length - dead.length,
    dead: dead.length,
  };
};

/** Tries until all are given, or trying again cannot help, or the time is up; claims what is given as it is given. */
const tried = async (
  sink: AlertSink,
  alerts: readonly Alert[],
  deadline: number,
  options: DeliveryOptions,
): Promise<readonly DeadAlert[]> => {
  const { state, now, pause, random } = options;
  const attempts = new Map<string, number>();
  const dead: DeadAlert[] = [];
  let waiting = alerts;
  for (let round = 0; waiting.length > 0; round++) {
    const failed = await sent(sink, waiting, deadline, options);
    const missing = new Set(failed.map(({ alert }) => alert.id));
    const given = waiting.filter(({ id }) => !missing.has(id));
    if (given.length > 0) await claim(given, state, sink.name);

    const delay = Math.max(backoffMs(round, random), ...failed.map(({ retryAfterMs }) => retryAfterMs ?? 0));
    const isLast = now() + delay >= deadline;
    for (const { alert, reason, isUntried } of failed) {
      const count = (attempts.get(alert.id) ?? 0) + (isUntried ? 0 : 1);
      attempts.set(alert.id, count);
      if (reason.retryable && !isLast) continue;
      dead.push({ alert, sink: sink.name, reason: reason.message, attempts: count, givenUpAt: now() });
    }
    waiting = isLast ? [] : failed.filter(({ reason }) => reason.retryable).map(({ alert }) => alert);
    if (waiting.length > 0) await pause(delay);
  }
  return dead;
};

const firstDelayMs = 500;
const longestDelayMs = 15_000;

/** Doubles each time; between half of it and all of it, so that many who failed together do not come back together. */
const backoffMs = (round: number, random: Random): number =>
  Math.min(longestDelayMs, firstDelayMs * 2 ** round) * (0.5 + random() / 2);

/** Past the deadline a sink gets this long to answer for what it has begun. */
const graceMs = 1000;

/** What a sink throws, and its silence, are faults of every alert it was given. */
const sent = async (
  sink: AlertSink,
  alerts: readonly Alert[],
  deadline: number,
  { now, pause }: DeliveryOptions,
): Promise<readonly Undelivered[]> => {
  const answered = new AbortController();
  const silence = pause(deadline - now() + graceMs, answered.signal).then(() => undefined);
  try {
    const failed = await Promise.race([sink.send(alerts, deadline), silence]);
    return failed ?? faultOfAll(alerts, new KlaxonError('alert', 'the sink did not answer in time'));
  } catch (thrown) {
    const reason =
      thrown instanceof KlaxonError
        ? thrown
        : new KlaxonError('alert', messageOf(thrown), { cause: thrown, retryable: true });
    return faultOfAll(alerts, reason);
  } finally {
    answered.abort();
  }
};

const faultOfAll = (alerts: readonly Alert[], reason: KlaxonError): readonly Undelivered[] =>
  alerts.map((alert) => ({ alert, reason }));
