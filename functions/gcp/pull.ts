/** Projects and clusters of Google Cloud in; what Cloud Logging keeps of them, as a sink would have written it, out. */
import { createHash } from 'node:crypto';
import type { Pace } from '../../shared/pull/pace.ts';
import type { Batch, LogSource } from '../../shared/pull/source.ts';
import type { JsonObject } from '../../shared/schema/json.ts';
import type { LoggingCalls } from './pull/calls.ts';
import { codeOf, loggingFault } from './pull/faults.ts';
import { filterOf, type GkeSelection, timedFilter } from './pull/filter.ts';
import type { GkeLogEvent, Tailed } from './pull/messages.ts';

export interface GkeProject extends GkeSelection {
  /** By its id. */
  readonly project: string;
}

export interface GkeLogs extends LogSource<GkeLogEvent> {
  readonly project: string;
  /** What is asked for, without the time. */
  readonly filter: string;
}

/** A page may not be longer. */
const pageSize = 1_000;

/** `pace` holds for all that is asked with the same credentials. @throws KlaxonError of code `settings`, as `filterOf` does. */
export const gkeSource = (calls: LoggingCalls, selection: GkeProject, pace: Pace): GkeLogs => {
  const { project } = selection;
  const resourceNames = [`projects/${project}`];
  const filter = filterOf(selection);
  return {
    name: nameOf(selection),
    project,
    filter,
    page: async (range, token, signal) => {
      await pace(signal);
      const asked = {
        resourceNames,
        filter: timedFilter(filter, range),
        orderBy: 'timestamp asc',
        pageSize,
      } as const;
      try {
        const { events, bytes, next } = await calls.list(
          { ...asked, ...(token !== undefined && { pageToken: token }) },
          signal,
        );
        // An entry's own time is finer than the range's.
        return { events: events.filter(({ time }) => time >= range.from && time < range.to), bytes, next };
      } catch (thrown) {
        if (token !== undefined && codeOf(thrown) === invalidArgument) return undefined;
        throw loggingFault(thrown, project);
      }
    },
    tail: async (take, signal) => {
      try {
        await calls.tail({ resourceNames, filter }, (tailed) => take(batchOf(tailed)), signal);
      } catch (thrown) {
        throw loggingFault(thrown, project);
      }
    },
  };
};

/** How a token is refused that has expired: https://grpc.io/docs/guides/status-codes */
const invalidArgument = 3;

/** After what was chosen: with another choice another pull begins. */
const nameOf = ({ project, clusters, location, logs }: GkeProject): string =>
  [
    'gke',
    project,
    ...(clusters.length > 0 ? [clustersText(clusters)] : []),
    ...(location === undefined ? [] : [`in_${location}`]),
    ...(isUsual(logs) ? [] : [`of_${logs.toSorted().join('.')}`]),
  ].join('/');

/** Files are named after it, and take 255 characters. */
const clustersText = (clusters: GkeSelection['clusters']): string => {
  const text = clusters.map(clusterText).toSorted().join('.');
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 12);
  return text.length <= 100 ? text : `${clusters.length}_clusters_${digest}`;
};

const clusterText = ({ name, location }: GkeSelection['clusters'][number]): string =>
  location === undefined ? name : `${name}_${location}`;

export const usualLogs = ['activity', 'data_access'] as const satisfies GkeSelection['logs'];

const isUsual = (logs: GkeSelection['logs']): boolean =>
  logs.length === usualLogs.length && usualLogs.every((log) => logs.includes(log));

const batchOf = ({ events, bytes, keptBack }: Tailed): Batch<GkeLogEvent> => ({
  events,
  bytes,
  ...(keptBack.length > 0 && { leftOut: keptBack.map(keptBackText).join(', ') }),
});

const keptBackText = ({ reason, count }: Tailed['keptBack'][number]): string =>
  `the stream left out ${count} ${count === 1 ? 'entry' : 'entries'} (${reason})`;

/** One entry each, as a sink writes it. */
export const entriesOf = (events: readonly GkeLogEvent[]): readonly JsonObject[] =>
  events.map(({ entry }) => entry);
