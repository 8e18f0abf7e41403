/** A source and a stretch of time in; all its events, each once, out, unless they are too many to be held. */
import { KlaxonError } from '../errors.ts';
import { isWorthAnother, type Patience } from './patience.ts';
import type { LogEvent, LogSource, Page, TimeRange } from './source.ts';

export interface SliceLimits {
  readonly maxEvents: number;
  readonly maxBytes: number;
}

/** What a slice may hold: some twenty pages of CloudWatch Logs, which has pages of 1 MB. */
export const defaultSliceLimits: SliceLimits = { maxEvents: 20_000, maxBytes: 16 * 1024 * 1024 };

export interface Slice<E extends LogEvent> {
  readonly events: readonly E[];
  readonly bytes: number;
  /** There are more than may be held: these are some of them. */
  readonly isOverfull: boolean;
}

/**
 * A slice is read whole before any of it is given out, so who dies on the way has given nothing. A token that is taken
 * no more begins the slice anew.
 * @throws KlaxonError of code `source`.
 */
export const readSlice = async <E extends LogEvent>(
  source: LogSource<E>,
  range: TimeRange,
  limits: SliceLimits,
  patience: Patience,
): Promise<Slice<E>> => {
  for (let attempt = 1; attempt <= slowestAttempts; attempt++) {
    const slice = await readOnce(source, range, limits, patience);
    if (slice) return slice;
  }
  throw new KlaxonError('source', `${source.name}: its tokens are refused as soon as they are given`);
};

const slowestAttempts = 5;

/** Undefined where a token was refused. */
const readOnce = async <E extends LogEvent>(
  source: LogSource<E>,
  range: TimeRange,
  { maxEvents, maxBytes }: SliceLimits,
  patience: Patience,
): Promise<Slice<E> | undefined> => {
  const events = new Map<string, E>();
  let bytes = 0;
  let empty = 0;
  let token: string | undefined;
  for (;;) {
    const page = await pageOf(source, range, token, patience);
    if (!page) return undefined;
    for (const event of page.events) events.set(event.id, event);
    bytes += page.bytes;
    if (page.next === undefined) return { events: [...events.values()], bytes, isOverfull: false };
    if (events.size > maxEvents || bytes > maxBytes)
      return { events: [...events.values()], bytes, isOverfull: true };
    empty = page.events.length > 0 ? 0 : empty + 1;
    if (page.next === token || empty > emptyPages)
      throw new KlaxonError('source', `${source.name}: its pages have no end`, { retryable: true });
    token = page.next;
  }
};

/** Where nothing is found a store says so a stretch at a time; no store has been seen to need more than some hundred. */
const emptyPages = 10_000;

const pageOf = async <E extends LogEvent>(
  source: LogSource<E>,
  range: TimeRange,
  token: string | undefined,
  patience: Patience,
): Promise<Page<E> | undefined> => {
  for (let attempt = 1; ; attempt++) {
    try {
      return await source.page(range, token, patience.signal);
    } catch (thrown) {
      if (!(await isWorthAnother(source.name, attempt, thrown, patience))) throw thrown;
    }
  }
};
