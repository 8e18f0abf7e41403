/** Stores of logs that are asked by time, in; what is new in them, on standard output or in a folder, out. */
import { noCheckpoints, positions } from '../../../shared/pull/checkpoint.ts';
import { defaultTimes, type Position } from '../../../shared/pull/position.ts';
import { pull } from '../../../shared/pull/pull.ts';
import type { LogEvent, LogSource } from '../../../shared/pull/source.ts';
import { pause } from '../../pause.ts';
import { checkpointFolder } from '../checkpoints.ts';
import type { PullFlags } from './pull-flags.ts';
import { type PullRun, pullRun, timeText } from './pull-run.ts';

export interface PullJob<E extends LogEvent> {
  readonly source: LogSource<E>;
  /** As a cloud would have delivered them. */
  readonly deliveriesOf: (events: readonly E[]) => readonly object[];
}

export interface PullReport {
  /** Those that had no checkpoint. */
  readonly anew: readonly string[];
  /** Those of them that gave nothing. */
  readonly silent: readonly string[];
  /** 0 where all was read to the end that was asked for, 2 where it was not. */
  readonly status: 0 | 2;
}

/**
 * Each group is a store of its own, asked beside the others. Ends where all is read, or where a signal asks it to.
 * `source` is what messages call one of them, in the singular.
 * @throws KlaxonError where what is read cannot be written, or a checkpoint cannot be kept.
 */
export const pullAll = async <E extends LogEvent>(
  groups: readonly (readonly PullJob<E>[])[],
  flags: PullFlags,
  source = 'cluster',
): Promise<PullReport> => {
  const anew = new Set<string>();
  const names = groups.flat().map(({ source }) => source.name);
  const { counts, status } = await pullRun(names, { event: 'event', source }, flags, async (run) => {
    await Promise.all(groups.map((group) => pullGroup(group, flags, run, anew)));
  });
  return { anew: [...anew], silent: [...anew].filter((name) => counts.get(name) === 0), status };
};

const pullGroup = <E extends LogEvent>(
  group: readonly PullJob<E>[],
  flags: PullFlags,
  run: PullRun,
  anew: Set<string>,
): Promise<void> => {
  const jobs = new Map(group.map((job) => [job.source.name, job]));
  return pull({
    sources: group.map(({ source }) => source),
    since: flags.since,
    until: run.until,
    checkpoints: run.checkpoints === undefined ? noCheckpoints : checkpointFolder(run.checkpoints, positions),
    deliver: async (name, events) => {
      const deliveries = jobs.get(name)?.deliveriesOf(events) ?? [];
      await run.write(name, linesOf(deliveries), events[0]?.time ?? flags.since);
      run.counted(name, events.length);
    },
    now: Date.now,
    pause,
    signal: run.signal,
    pollMs: flags.poll,
    times: { ...defaultTimes, overlapMs: flags.overlap },
    onStart: (name, position) => {
      if (position.settled === flags.since) anew.add(name);
      const text = startText(name, position, flags.since);
      if (text !== undefined) run.tell(text);
    },
    onProgress: (name, { read }) => run.reached(name, read),
    onWait: run.onWait,
    onGap: (name, reason) => run.tell(`${name}: ${reason}; it is looked for`),
    onFault: (name, fault) => {
      // Of what could not be read nobody knows whether there was anything.
      anew.delete(name);
      run.onFault(name, fault);
    },
  });
};

function* linesOf(deliveries: readonly object[]): Generator<string> {
  for (const delivery of deliveries) yield JSON.stringify(delivery);
}

const startText = (name: string, { from, settled }: Position, since: number): string | undefined => {
  if (settled === since && from === since) return undefined;
  const begun =
    since < from ? `; it began at ${timeText(from)}, and what lies before needs another --checkpoint` : '';
  return `${name}: goes on from ${timeText(settled)}${begun}`;
};
