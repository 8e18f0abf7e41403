/** What comes one by one in; groups of what came at about the same time, each dealt with together, out. */
import { KlaxonError } from '../shared/errors.ts';
import type { Pause } from '../shared/ports.ts';

export interface GatherOptions<T> {
  /** Deals with a group, and answers those of it that have to come again. What it throws, all of them are told. */
  readonly take: (group: readonly T[]) => Promise<ReadonlySet<T>>;
  readonly bytesOf: (item: T) => number;
  readonly pause: Pause;
  readonly limits: GatherLimits;
}

export interface GatherLimits {
  /** A group waits so long for company, from when its first came. */
  readonly waitMs: number;
  /** With so many, or so many bytes, a group waits no longer. */
  readonly mostItems: number;
  readonly mostBytes: number;
  /** Groups that are dealt with at a time; those after them wait their turn. */
  readonly atOnce: number;
  /** Of all that is held, whatever becomes of it: with more, what comes is sent away. */
  readonly mostHeldBytes: number;
}

/**
 * Answers once the item is dealt with: whether it is done, or has to come again.
 * @throws KlaxonError, retryable, where there is no room for it, and what `take` throws.
 */
export type Gather<T> = (item: T) => Promise<boolean>;

interface Group<T> {
  readonly items: T[];
  bytes: number;
  readonly full: AbortController;
  readonly outcome: PromiseWithResolvers<ReadonlySet<T>>;
}

/** Nobody hears that an item is done before all its company is, so that what is lost with a process comes again. */
export const gathererOf = <T>({ take, bytesOf, pause, limits }: GatherOptions<T>): Gather<T> => {
  const ready: Group<T>[] = [];
  let open: Group<T> | undefined;
  let underWay = 0;
  let heldBytes = 0;

  const dealWith = async (group: Group<T>): Promise<void> => {
    try {
      group.outcome.resolve(await take(group.items));
    } catch (thrown) {
      group.outcome.reject(thrown);
    }
    heldBytes -= group.bytes;
    underWay--;
    beginNext();
  };
  const beginNext = (): void => {
    while (underWay < limits.atOnce) {
      const group = ready.shift();
      if (!group) return;
      underWay++;
      void dealWith(group);
    }
  };
  const close = (group: Group<T>): void => {
    if (group !== open) return;
    open = undefined;
    group.full.abort();
    ready.push(group);
    beginNext();
  };
  const opened = (): Group<T> => {
    const group: Group<T> = {
      items: [],
      bytes: 0,
      full: new AbortController(),
      outcome: Promise.withResolvers(),
    };
    void pause(limits.waitMs, group.full.signal).then(() => close(group));
    return group;
  };

  return async (item) => {
    const bytes = bytesOf(item);
    if (heldBytes + bytes > limits.mostHeldBytes)
      throw new KlaxonError('delivery', `no room: ${heldBytes} bytes are being dealt with`, {
        retryable: true,
      });
    if (open && open.bytes + bytes > limits.mostBytes) close(open);
    open ??= opened();
    const group = open;
    group.items.push(item);
    group.bytes += bytes;
    heldBytes += bytes;
    if (group.items.length >= limits.mostItems || group.bytes >= limits.mostBytes) close(group);
    return !(await group.outcome.promise).has(item);
  };
};
