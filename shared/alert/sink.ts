/** What the core asks of those who take alerts, and of the place for those that nobody takes. */
import type { KlaxonError } from '../errors.ts';
import type { Alert } from './alert.ts';

/** An alert that a sink could not hand over. */
export interface Undelivered {
  readonly alert: Alert;
  /** Of code `alert`; `retryable` where the same alert may be taken later. It names no secret. */
  readonly reason: KlaxonError;
  /** How long the receiver asked to be left alone. */
  readonly retryAfterMs?: number | undefined;
  /** The receiver was not asked about this alert, because it does not answer at all. */
  readonly isUntried?: boolean | undefined;
}

/**
 * Hands alerts over to one receiver: a chat, a pager, a queue, a table.
 *
 * - An alert is handed over together with its `id`, which is also its key where the receiver knows one, so that an alert
 *   given twice is one alert there, or can be told to be.
 * - Each alert is tried on its own: one that is refused keeps none of the others from being given.
 * - What a log says is shown as text, however it is written: it makes no link, no mention and no line of its own. What is
 *   longer than the receiver takes is cut, and says so.
 */
export interface AlertSink {
  /** As in settings; claims and dead letters know the sink by it. */
  readonly name: string;
  /**
   * Tries every alert at most once and answers those that were not taken, the ones not yet tried first. Nothing is begun
   * after `deadline` (epoch milliseconds), and what does not answer is given up in bounded time. A sink that throws has
   * handed nothing over.
   */
  readonly send: (alerts: readonly Alert[], deadline: number) => Promise<readonly Undelivered[]>;
}

/** An alert that one sink did not take, and why. */
export interface DeadAlert {
  readonly alert: Alert;
  readonly sink: string;
  readonly reason: string;
  /** How often it was tried. */
  readonly attempts: number;
  /** Epoch milliseconds at which it was given up. */
  readonly givenUpAt: number;
}

/** Where alerts are kept that a sink did not take, for a person to find and to give again. */
export interface DeadLetter {
  /** All of them or none: throws a KlaxonError where they are not kept. Repeating it is harmless: `alert.id` and `sink` are the key. */
  readonly put: (letters: readonly DeadAlert[]) => Promise<void>;
}
