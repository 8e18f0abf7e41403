/** A store of objects in; a dead letter that keeps each alert there, as an object of its own for each sink, out. */
import { pathValueOf } from '../../archive/partition.ts';
import { KlaxonError, messageOf } from '../../errors.ts';
import type { ArchiveStore } from '../../ports.ts';
import type { DeadAlert, DeadLetter } from '../sink.ts';
import { dayOf } from './object-sink.ts';

/**
 * `dead-letters/date=YYYY-MM-DD/<id>-<severity>-<sink>.json`, of the alert's own day in UTC: the letter on a line. Its name is
 * its key, so one that is put again stays as it was first written.
 */
export const objectDeadLetter = (store: Pick<ArchiveStore, 'put'>): DeadLetter => ({
  put: async (letters) => {
    try {
      for (const letter of letters)
        await store.put({
          name: nameOf(letter),
          contentType: 'application/json',
          bytes: Buffer.from(`${JSON.stringify(letter)}\n`, 'utf8'),
        });
    } catch (thrown) {
      const retryable = thrown instanceof KlaxonError && thrown.retryable;
      const message = `the dead letters cannot be written: ${messageOf(thrown)}`;
      throw new KlaxonError('alert', message, { cause: thrown, retryable });
    }
  },
});

const nameOf = ({ alert: { id, severity, time }, sink }: DeadAlert): string =>
  `dead-letters/date=${dayOf(time)}/${id}-${severity}-${pathValueOf(sink)}.json`;
