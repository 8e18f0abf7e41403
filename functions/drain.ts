/** A queue that is asked in; what has waited in it dealt with, in groups, until none of it is left or there is no more time, out. */
import { messageOf } from '../shared/errors.ts';
import type { Clock, Pause } from '../shared/ports.ts';
import { isLate } from './clock.ts';
import { groupsOf } from './groups.ts';

/** Whoever asks is handed some messages for a while; those that are not acknowledged by then come again. */
export interface Queue<M> {
  /** Some of what waits. None may come though some waits. */
  readonly pull: () => Promise<readonly M[]>;
  readonly acknowledge: (messages: readonly M[]) => Promise<void>;
  /** Says that they are still being dealt with. */
  readonly extend: (messages: readonly M[]) => Promise<void>;
}

export interface DrainOptions<M> {
  readonly queue: Queue<M>;
  /** Deals with a group, and answers those of it that have to come again. */
  readonly take: (group: readonly M[]) => Promise<ReadonlySet<M>>;
  readonly bytesOf: (message: M) => number;
  /** When it began to wait, epoch milliseconds. */
  readonly publishedOf: (message: M) => number | undefined;
  readonly now: Clock;
  readonly pause: Pause;
  /** When the function is ended, epoch milliseconds. */
  readonly deadline: number;
  /** Told of what did not go well and is harmless. */
  readonly warn: (text: string) => void;
  readonly limits: DrainLimits;
}

export interface DrainLimits {
  /** Of a group. What is held besides is as much for each that is under way, and what the pulls brought last. */
  readonly mostBytes: number;
  /** Groups that are dealt with at a time; nothing is pulled while as many are under way and one more is ready. */
  readonly atOnce: number;
  /** Pulls at a time, where much waits. */
  readonly mostPulls: number;
  /** That nothing waits is believed once nothing has come so often in succession, with so much time between. */
  readonly mostLooks: number;
  readonly lookMs: number;
  /** What is held is kept from coming again, each time that so long has passed. */
  readonly extendMs: number;
}

export interface Drained {
  readonly pulled: number;
  readonly acknowledged: number;
  readonly groups: number;
  /** empty: of what waited when it began, nothing is left that was found. late: there is more. failed: so is there, as far as anybody knows. */
  readonly end: 'empty' | 'late' | 'failed';
  /** What was thrown first, where something was. */
  readonly failure?: unknown;
}

/**
 * What comes meanwhile does not count, or it would never end: what is pulled of it is dealt with, and it is over once pulls
 * bring nothing older. A store that fails ends it as well, so that not all that waits is tried in vain.
 */
export const drain = async <M>(options: DrainOptions<M>): Promise<Drained> => {
  const { queue, take, bytesOf, publishedOf, now, pause, deadline, limits } = options;
  const began = now();
  const held = new Set<M>();
  const underWay = new Set<Promise<void>>();
  const failures: unknown[] = [];
  let [pulled, acknowledged, groups] = [0, 0, 0];
  /** Why nothing more is pulled, where nothing has failed. */
  let end: Exclude<Drained['end'], 'failed'> | undefined;
  let isInVain = false;

  const isOutOfTime = (): boolean => {
    if (isLate(deadline, now)) end = 'late';
    return end === 'late';
  };
  const dealWith = async (group: readonly M[]): Promise<void> => {
    try {
      const again = await take(group);
      const taken = group.filter((message) => !again.has(message));
      if (taken.length > 0) await queue.acknowledge(taken);
      acknowledged += taken.length;
      isInVain ||= again.size > 0;
    } catch (thrown) {
      failures.push(thrown);
      isInVain = true;
    }
    for (const message of group) held.delete(message);
  };
  /** What is not begun comes again by itself. */
  const begin = async (group: readonly M[]): Promise<void> => {
    while (underWay.size >= limits.atOnce) await Promise.race(underWay);
    if (isInVain || isOutOfTime()) return;
    groups++;
    const work = dealWith(group).finally(() => underWay.delete(work));
    underWay.add(work);
  };
  const pulledAtOnce = async (count: number): Promise<readonly (readonly M[])[]> => {
    const answers = await Promise.allSettled(Array.from({ length: count }, queue.pull));
    return answers.map((answer) => {
      if (answer.status === 'fulfilled') return answer.value;
      failures.push(answer.reason);
      return [];
    });
  };
  const waited = (message: M): boolean => (publishedOf(message) ?? began) < began;

  const pullAll = async (): Promise<void> => {
    let waiting: readonly M[] = [];
    let [width, looks] = [1, 0];
    while (end === undefined && failures.length === 0 && !isInVain && !isOutOfTime()) {
      const answers = await pulledAtOnce(width);
      const messages = answers.flat();
      for (const message of messages) held.add(message);
      pulled += messages.length;
      const finds = answers.map((some) => some.some(waited));
      width = finds.every(Boolean) ? Math.min(limits.mostPulls, width * 2) : 1;
      looks = messages.length === 0 ? looks + 1 : 0;
      if (looks === 0 ? !finds.includes(true) : looks >= limits.mostLooks) end = 'empty';
      const ready = groupsOf([...waiting, ...messages], bytesOf, limits.mostBytes);
      for (const group of ready.slice(0, -1)) await begin(group);
      waiting = ready.at(-1) ?? [];
      if (looks > 0 && end === undefined) await pause(limits.lookMs);
    }
    if (waiting.length > 0) await begin(waiting);
  };

  const isOver = new AbortController();
  const kept = keepHeld(held, options, isOver.signal);
  await pullAll();
  await Promise.all(underWay);
  isOver.abort();
  await kept;
  const hasFailed = isInVain || failures.length > 0;
  return { pulled, acknowledged, groups, end: hasFailed ? 'failed' : (end ?? 'empty'), failure: failures[0] };
};

/** That messages come to somebody else as well is harmless, so it ends nothing. */
const keepHeld = async <M>(
  held: ReadonlySet<M>,
  { queue, pause, warn, limits }: DrainOptions<M>,
  isOver: AbortSignal,
): Promise<void> => {
  for (;;) {
    await pause(limits.extendMs, isOver);
    if (isOver.aborted) return;
    if (held.size === 0) continue;
    await queue
      .extend([...held])
      .catch((thrown) => warn(`messages may come while they are dealt with: ${messageOf(thrown)}`));
  }
};
