/** What happened in; one line of JSON of it, the same on every cloud, out. */
import { KlaxonError, messageOf } from '../shared/errors.ts';
import { metrics } from '../shared/settings/environment.ts';
import type { Outcome, TickOutcome } from './start.ts';
import { type Tally, tallyOf } from './tally.ts';

/** `error`: someone must act. `warn`: we recovered, and nothing was lost. */
export type Level = 'info' | 'warn' | 'error';

/** By its level and its words; what else is told of it stands beside them. */
export type Log = (level: Level, message: string, more?: Readonly<Record<string, unknown>>) => void;

/** Without a line break at its end. */
export const logText = (
  level: Level,
  message: string,
  more: Readonly<Record<string, unknown>> = {},
): string => JSON.stringify({ level, message, ...more });

/** What the line of a delivery tells besides its level and its message, which is `delivery`. */
export interface DeliveryLine extends Tally {
  readonly source: string;
  /** As the cloud counts its calls of the function. */
  readonly requestId: string;
  readonly milliseconds: number;
  /** Whose installation it is, as settings call it. */
  readonly [metrics.dimension]: string;
}

/** What a cloud's function has dealt with. */
export interface Dealt {
  /** Where it came from, in a word that is counted. */
  readonly source: string;
  readonly outcomes: readonly (Outcome | TickOutcome)[];
}

export interface DealOptions {
  readonly requestId: string;
  readonly environment: string;
  /** Told of what is done. */
  readonly tell: (line: DeliveryLine) => void;
  /** Told of what is not. */
  readonly log: Log;
}

/** Deals with a delivery and says what became of it. What failed is said and thrown on: it comes again, or is somebody's to mend. */
export const accounted = async <D extends Dealt>(
  deal: () => Promise<D>,
  { requestId, environment, tell, log }: DealOptions,
): Promise<D> => {
  const started = performance.now();
  try {
    const dealt = await deal();
    const milliseconds = Math.round(performance.now() - started);
    tell({ source: dealt.source, requestId, ...tallyOf(dealt.outcomes), milliseconds, environment });
    return dealt;
  } catch (thrown) {
    const isPassing = thrown instanceof KlaxonError && thrown.retryable;
    log(isPassing ? 'warn' : 'error', `the delivery failed: ${messageOf(thrown)}`, { requestId });
    throw thrown;
  }
};
