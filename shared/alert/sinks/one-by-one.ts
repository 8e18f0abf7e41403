/** How a receiver is told of one alert in; a sink that tells it of many, each on its own, out. */
import { KlaxonError, messageOf } from '../../errors.ts';
import type { Clock } from '../../ports.ts';
import type { Alert } from '../alert.ts';
import type { AlertSink, Undelivered } from '../sink.ts';

export type Fault = Pick<Undelivered, 'reason' | 'retryAfterMs'>;

/**
 * Undefined: it has the alert. What it throws that is retryable means that it does not answer at all, and a fault with
 * `retryAfterMs` that it wants to be left alone: the alerts that were not begun are then left for another time.
 */
export type Tell = (alert: Alert, deadline: number) => Promise<Fault | undefined>;

export interface Telling {
  readonly name: string;
  readonly now: Clock;
  /** Alerts under way at once. One where the receiver shows them in the order in which they come. */
  readonly atOnce: number;
  /** Called once for all the alerts of one `send`. */
  readonly begin: () => Tell;
}

export const oneByOne = ({ name, now, atOnce, begin }: Telling): AlertSink => ({
  name,
  send: async (alerts, deadline) => {
    const tell = begin();
    const failed: Undelivered[] = [];
    const waiting = alerts.values();
    let silence: Fault | undefined;
    const tryOne = async (alert: Alert): Promise<Fault | undefined> => {
      try {
        const fault = await tell(alert, deadline);
        if (fault?.retryAfterMs !== undefined) silence ??= fault;
        return fault;
      } catch (thrown) {
        const reason = reasonOf(thrown);
        // The others would each wait as long for nothing.
        if (reason.retryable) silence ??= { reason };
        return { reason };
      }
    };
    const work = async (): Promise<void> => {
      while (silence === undefined) {
        if (now() >= deadline) {
          silence = { reason: timeIsUp(name) };
          return;
        }
        const next = waiting.next();
        if (next.done) return;
        const fault = await tryOne(next.value);
        if (fault) failed.push({ alert: next.value, ...fault });
      }
    };
    await Promise.all(Array.from({ length: atOnce }, work));
    return [...untried([...waiting], silence), ...failed];
  },
});

const untried = (alerts: readonly Alert[], silence: Fault | undefined): readonly Undelivered[] =>
  silence ? alerts.map((alert) => ({ alert, ...silence, isUntried: true })) : [];

const timeIsUp = (name: string): KlaxonError =>
  new KlaxonError('alert', `${name} was left with no time`, { retryable: true });

/** Anything but a KlaxonError is a fault of ours, which trying again does not mend. */
const reasonOf = (thrown: unknown): KlaxonError =>
  thrown instanceof KlaxonError
    ? thrown
    : new KlaxonError('alert', `could not be written for its receiver: ${messageOf(thrown)}`, {
        cause: thrown,
      });
