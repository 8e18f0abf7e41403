/** What the clock asks of a function, in; what came of it, out. And how much of a function's time may go into alerts. */
import { KlaxonError } from '../shared/errors.ts';
import type { Clock } from '../shared/ports.ts';
import { tasks } from '../shared/settings/environment.ts';
import type { Pipeline, TickOutcome } from './start.ts';

export interface TaskDone {
  readonly outcomes: readonly TickOutcome[];
  /** What there is to say of it besides. */
  readonly answer?: object | undefined;
}

/** An hourly manifest looks at today and yesterday: what comes later than that, the daily one names. */
const lookBackDays = 1;

/** @throws KlaxonError where it is no task, or could not be done. */
export const doTask = async (task: unknown, pipeline: Pipeline, alertBudgetMs: number): Promise<TaskDone> => {
  switch (tasks.find((known) => known === task)) {
    case 'tick':
      return { outcomes: [await pipeline.tick(alertBudgetMs)] };
    case 'manifest':
      return { outcomes: [], answer: await pipeline.writeManifest(lookBackDays) };
    case 'whole-manifest':
      return { outcomes: [], answer: await pipeline.writeManifest() };
    default:
      throw new KlaxonError('delivery', `expected one of ${tasks.join(', ')}`);
  }
};

/** Room at the end for what is not the giving of alerts, and for the answer. */
const reserveMs = 5_000;
const mostAlertMs = 30_000;

/** `deadline`: when the function is ended, epoch milliseconds. */
export const alertBudget = (deadline: number, now: Clock): number =>
  Math.max(0, Math.min(mostAlertMs, deadline - now() - reserveMs));

/** With less than this left no further part of a delivery is begun. */
const leastMs = 20_000;

export const isLate = (deadline: number, now: Clock): boolean => deadline - now() < leastMs;
