/** A store of objects in; a sink that puts each alert there, as an object of its own, out. */
import { KlaxonError, messageOf } from '../../errors.ts';
import type { ArchiveStore, Clock } from '../../ports.ts';
import type { Alert } from '../alert.ts';
import { calendarTime } from '../finding-text.ts';
import type { AlertSink } from '../sink.ts';
import { oneByOne } from './one-by-one.ts';

export interface ObjectSinkOptions {
  readonly name: string;
  readonly store: Pick<ArchiveStore, 'put'>;
  readonly now: Clock;
}

/**
 * `alerts/date=YYYY-MM-DD/<id>-<severity>.json`, of the alert's own day in UTC: the alert on a line, as a webhook gets it. Its
 * name is its key; one that grew worse is a second object.
 */
export const objectSink = ({ name, store, now }: ObjectSinkOptions): AlertSink =>
  oneByOne({
    name,
    now,
    atOnce: 4,
    begin: () => async (alert) => {
      try {
        await store.put({
          name: objectNameOf(alert),
          contentType: 'application/json',
          bytes: Buffer.from(`${JSON.stringify(alert)}\n`, 'utf8'),
        });
        return undefined;
      } catch (thrown) {
        const retryable = thrown instanceof KlaxonError && thrown.retryable;
        throw new KlaxonError('alert', messageOf(thrown), { cause: thrown, retryable });
      }
    },
  });

const objectNameOf = ({ id, severity, time }: Alert): string =>
  `alerts/date=${dayOf(time)}/${id}-${severity}.json`;

/** `YYYY-MM-DD` in UTC, or `unknown`: a log may state no time, or one that no calendar has. */
export const dayOf = (time: number | undefined): string => calendarTime(time)?.slice(0, 10) ?? 'unknown';
