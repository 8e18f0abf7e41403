/** What somebody asks the clock's function for, in; as much of that backfill as its time allows, done, and how far that was, out. */
import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import type { Static } from '@sinclair/typebox';
import { KlaxonError } from '../../../shared/errors.ts';
import type { Clock, Pause, StateStore } from '../../../shared/ports.ts';
import {
  type BackfillPorts,
  type BackfillReport,
  type BackfillTimes,
  backfill,
  backfillReserveMs,
} from '../../../shared/pull/backfill.ts';
import { defaultTimes } from '../../../shared/pull/position.ts';
import type { SliceLimits } from '../../../shared/pull/slice.ts';
import type { JsonObject } from '../../../shared/schema/json.ts';
import { suggestion } from '../../../shared/schema/nearest.ts';
import { oneOf } from '../../../shared/schema/type.ts';
import { backfillTask } from '../../../shared/settings/environment.ts';
import { closed, listed, named, word } from '../../../shared/settings/form.ts';
import type { Settings } from '../../../shared/settings/settings.ts';
import { shapeFaults } from '../../../shared/settings/shape.ts';
import { alertBudget, type TaskDone } from '../../clock.ts';
import type { Outcome, Pipeline } from '../../start.ts';
import { deliveriesOf, type EksCluster, eksLogs, type LogType, logTypes } from '../pull.ts';

export interface EksBackfill extends BackfillTimes {
  readonly cluster: EksCluster;
  readonly types: readonly LogType[];
}

export interface EksBackfillPorts extends BackfillPorts {
  readonly client: CloudWatchLogsClient;
  /** Takes one delivery, which holds all of a slice; the same slice, if it comes again, is the same delivery. */
  readonly process: (delivery: unknown) => Promise<unknown>;
}

/** As much of a backfill as time allows: call it again until it is done. @throws KlaxonError, as `backfill` does. */
export const backfillEks = async (request: EksBackfill, ports: EksBackfillPorts): Promise<BackfillReport> => {
  const logs = await eksLogs(ports.client, request.cluster, request.types);
  return backfill(logs, request, ports, async (events) => {
    await ports.process(deliveriesOf(logs, events));
  });
};

export interface BackfillOptions {
  readonly settings: Pick<Settings, 'clusters'>;
  /** Where the function itself is: it reads the logs of no other place. */
  readonly place: { readonly account: string; readonly region: string };
  readonly client: CloudWatchLogsClient;
  readonly state: StateStore;
  readonly pipeline: Pick<Pipeline, 'process'>;
  readonly now: Clock;
  readonly pause: Pause;
}

/** What is answered: times as they are asked for. */
export interface BackfillAnswer {
  readonly isDone: boolean;
  /** Everything before has been taken, for good. */
  readonly settled: string;
  /** Lines that this call has taken. */
  readonly lines: number;
}

/**
 * `deadline`: when Lambda ends the function, epoch milliseconds. Asked the same again, it goes on where it stopped.
 * @throws KlaxonError where it is asked for something that there is not, or the logs cannot be read.
 */
export const backfillAsked = async (
  event: JsonObject,
  deadline: number,
  { settings, place, client, state, pipeline, now, pause }: BackfillOptions,
): Promise<TaskDone> => {
  const { cluster, since, until, streams = usualLogs } = askedIn(event);
  const times = timesOf(since, until, now());
  const outcomes: Outcome[] = [];
  const { isDone, settled, events } = await backfillEks(
    { cluster: clusterOf(cluster, settings, place), types: streams, ...times },
    {
      client,
      state,
      now,
      pause,
      limits,
      signal: AbortSignal.timeout(Math.max(0, deadline - now() - backfillReserveMs)),
      process: async (delivery) => {
        outcomes.push(await pipeline.process(delivery, { alertBudgetMs: alertBudget(deadline, now) }));
      },
    },
  );
  const answer: BackfillAnswer = { isDone, settled: new Date(settled).toISOString(), lines: events };
  return { outcomes, answer };
};

/** A slice is held whole, and what becomes of it besides: as much as a part of an object in a bucket. */
const limits: SliceLimits = { maxEvents: 5_000, maxBytes: 4 * 1024 * 1024 };

const usualLogs: readonly LogType[] = ['audit', 'authenticator'];

const time = (description: string) =>
  named(description, '^\\d{4}-\\d\\d-\\d\\d(?:T\\d\\d:\\d\\d(?::\\d\\d(?:\\.\\d{1,3})?)?Z)?$');

const Asked = closed({
  klaxon: word(backfillTask),
  cluster: named('the name of a cluster of the settings'),
  since: time('a time such as 2026-03-14T09:00Z'),
  until: time('a time such as 2026-03-14T18:00Z'),
  streams: listed(oneOf(logTypes, { description: 'A control-plane log, as EKS names it' }), logTypes.length),
});

const fault = (message: string): KlaxonError => new KlaxonError('delivery', `the backfill: ${message}`);

const askedIn = (event: JsonObject): Static<typeof Asked> => {
  const faults = shapeFaults(Asked, event);
  if (faults.length === 0) return event as Static<typeof Asked>;
  throw fault(faults.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '));
};

/** What may still arrive is left to the subscription, so that who asks until it is done comes to an end. */
const timesOf = (since: string, until: string, now: number): BackfillTimes => {
  const times = { since: Date.parse(since), until: Date.parse(until) };
  if (!(times.since < times.until)) throw fault(`${since} is not before ${until}`);
  const latest = now - defaultTimes.overlapMs;
  if (times.until <= latest) return times;
  throw fault(`lines may still arrive until ${until}: the latest now is ${new Date(latest).toISOString()}`);
};

const clusterOf = (
  name: string,
  { clusters }: BackfillOptions['settings'],
  { account, region }: BackfillOptions['place'],
): EksCluster => {
  const here = clusters.filter(
    (one) => one.cloud === 'aws' && one.account === account && one.region === region,
  );
  const found = here.find((one) => one.name === name);
  if (found?.cloud === 'aws') return { name, region, account, isOwn: true, logGroup: found.logGroup };
  const names = here.map((one) => one.name);
  throw fault(`the settings name no cluster "${name}" of ${account} in ${region}${suggestion(name, names)}`);
};
