/** Logs that are only ever appended to, in; what is new in each, portion by portion and mark by mark, out. */
import { KlaxonError } from '../errors.ts';
import { isObject, type JsonObject } from '../schema/json.ts';
import type { CheckpointForm, CheckpointStore } from './checkpoint.ts';
import { isWorthAnother, type Patience } from './patience.ts';

/** How far a log has been read, in the log's own words. */
export type Mark = JsonObject;

/** What a log itself makes of its marks when it is opened, so that they are kept as they are. */
export const marks: CheckpointForm<Mark> = {
  written: (mark) => mark,
  read: (kept, where) => {
    if (isObject(kept)) return kept;
    throw new KlaxonError('state', `${where} holds no checkpoint`);
  },
};

/** What comes next in a log. */
export interface Portion {
  /** Each without the break at its end. None: only the mark is new. */
  readonly lines: readonly string[];
  /** How many events that is, as whoever reads of them counts. */
  readonly events: number;
  /** Of the first, as the log files it; epoch milliseconds. */
  readonly time: number;
  /** Everything up to here has been given, once this portion has. */
  readonly mark: Mark;
  /** What is known to be missing before it, and why: for a person. */
  readonly missing?: string | undefined;
}

export interface ForwardLog {
  /** As checkpoints and messages name it; no two have the same. */
  readonly name: string;
  /**
   * What follows the mark, or where to begin that was asked for, up to the end that was asked for. Who asks for the next
   * portion has given the one before and kept its mark; what is read ahead is bounded. Ends, or throws whatever it likes,
   * once the signal has aborted. Throws a KlaxonError of code `source`, `retryable` where it may go on from the mark later,
   * or of code `state` where the mark is none of this log's.
   */
  readonly portions: (mark: Mark | undefined, signal: AbortSignal) => AsyncIterable<Portion>;
}

export interface ForwardOptions extends Patience {
  /** Read side by side. */
  readonly logs: readonly ForwardLog[];
  readonly checkpoints: CheckpointStore<Mark>;
  /** Takes what was not given before, never nothing. What it throws ends the pull. */
  readonly deliver: (logName: string, portion: Portion) => Promise<void>;
  readonly signal: AbortSignal;
  readonly onStart?: ((logName: string, mark: Mark | undefined) => void) | undefined;
  readonly onMissing: (logName: string, text: string) => void;
  /** The log cannot be read, and is left out from here on. */
  readonly onFault: (logName: string, fault: KlaxonError) => void;
}

/**
 * A portion is delivered, then its mark is kept. Who dies between the two delivers that portion again; at any other step
 * nothing is given twice, and nothing is left out.
 * @throws what `deliver` throws, and a KlaxonError of code `state` where a mark cannot be kept.
 */
export const pullForward = async (options: ForwardOptions): Promise<void> => {
  await Promise.all(options.logs.map((log) => follow(log, options)));
};

const follow = async (log: ForwardLog, options: ForwardOptions): Promise<void> => {
  let mark = await options.checkpoints.read(log.name);
  options.onStart?.(log.name, mark);
  let attempt = 0;
  const take = async (portion: Portion): Promise<void> => {
    if (portion.missing !== undefined) options.onMissing(log.name, portion.missing);
    if (portion.lines.length > 0) await options.deliver(log.name, portion);
    await options.checkpoints.write(log.name, portion.mark);
    mark = portion.mark;
    attempt = 1;
  };
  for (;;) {
    attempt++;
    const fault = await faultIn(log, mark, take, options.signal);
    if (!fault || options.signal.aborted) return;
    if (await isWorthAnother(log.name, attempt, fault, options)) continue;
    options.onFault(log.name, fault);
    return;
  }
};

/** Undefined where it was read to its end. */
const faultIn = async (
  log: ForwardLog,
  mark: Mark | undefined,
  take: (portion: Portion) => Promise<void>,
  signal: AbortSignal,
): Promise<KlaxonError | undefined> => {
  let isTaking = false;
  try {
    for await (const portion of log.portions(mark, signal)) {
      isTaking = true;
      await take(portion);
      isTaking = false;
    }
    return undefined;
  } catch (thrown) {
    if (!isTaking && signal.aborted) return undefined;
    if (isTaking || !(thrown instanceof KlaxonError && thrown.code === 'source')) throw thrown;
    return thrown;
  }
};
