/** What a cloud's store of logs is asked for when logs are pulled: the events of a stretch of time, page by page. */

/** Epoch milliseconds: `from` belongs to the range, `to` does not. */
export interface TimeRange {
  readonly from: number;
  readonly to: number;
}

export interface LogEvent {
  /** The store's own id: the same event has the same one whenever it is read. */
  readonly id: string;
  /** Epoch milliseconds, as the store files it. */
  readonly time: number;
}

export interface Page<E extends LogEvent> {
  /** All within the range that was asked for, in any order. */
  readonly events: readonly E[];
  /** What they weigh. */
  readonly bytes: number;
  /** There may be more, whatever this page holds: a page may be empty. */
  readonly next?: string | undefined;
}

/** What a store gives out as it comes in. */
export interface Batch<E extends LogEvent> {
  /** In any order, of any time. */
  readonly events: readonly E[];
  /** What they weigh. */
  readonly bytes: number;
  /** Where the store had more than it gave: what it says of that. The rest has to be looked for. */
  readonly leftOut?: string | undefined;
}

export interface LogSource<E extends LogEvent> {
  /** As checkpoints and messages name it; no two sources of one store have the same. */
  readonly name: string;
  /**
   * Answers undefined where the store takes the token no more. Throws a KlaxonError of code `source`, `retryable` where
   * the same call may succeed later; whatever it likes once the signal has aborted.
   */
  readonly page: (
    range: TimeRange,
    token: string | undefined,
    signal: AbortSignal | undefined,
  ) => Promise<Page<E> | undefined>;
  /**
   * Gives what arrives from about now on, until the signal aborts or the store ends it. Where a store has no such thing it
   * is absent. Throws as `page` does.
   */
  readonly tail?: ((take: (batch: Batch<E>) => void, signal: AbortSignal) => Promise<void>) | undefined;
}
