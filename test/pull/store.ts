/** A store of logs in memory, as CloudWatch Logs is one: pages of any size, events that arrive late, tokens that expire. */
import { KlaxonError } from '../../shared/errors.ts';
import type { LogEvent, LogSource } from '../../shared/pull/source.ts';

export interface StoredEvent extends LogEvent {
  /** When it can be read, epoch milliseconds. */
  readonly arrives: number;
}

export interface StoreOptions {
  readonly name?: string;
  readonly events: readonly StoredEvent[];
  readonly now: () => number;
  /** The sizes of pages, over and over; 0 for an empty one that is not the last. */
  readonly pageSizes?: readonly number[];
  /** Called before a page is answered; may throw. */
  readonly beforePage?: () => void;
  /** Whether a token is taken. */
  readonly takesToken?: () => boolean;
}

export const storeOf = ({
  name = 'store',
  events,
  now,
  pageSizes = [3, 0, 5],
  beforePage = () => undefined,
  takesToken = () => true,
}: StoreOptions): LogSource<StoredEvent> => {
  let pages = 0;
  return {
    name,
    page: async ({ from, to }, token) => {
      beforePage();
      if (token !== undefined && !takesToken()) return undefined;
      const found = events.filter(({ time, arrives }) => time >= from && time < to && arrives <= now());
      const { start, page } = token === undefined ? { start: 0, page: 0 } : parsed(token);
      const size = pageSizes[pages++ % pageSizes.length] ?? 1;
      const part = found.slice(start, start + size);
      const isLast = start + size >= found.length && size > 0;
      return {
        events: part,
        bytes: part.length * 100,
        ...(!isLast && { next: `${start + size}/${page + 1}` }),
      };
    },
  };
};

const parsed = (token: string): { readonly start: number; readonly page: number } => {
  const [start = 0, page = 0] = token.split('/').map(Number);
  return { start, page };
};

export const busy = (): KlaxonError => new KlaxonError('source', 'Rate exceeded', { retryable: true });
