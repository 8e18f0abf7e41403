/** Logs that are read forward, in; what is new in them, on standard output or in a folder, out. */
import { type CheckpointStore, noCheckpoints } from '../../../shared/pull/checkpoint.ts';
import { type ForwardLog, type Mark, marks, pullForward } from '../../../shared/pull/forward.ts';
import { pause } from '../../pause.ts';
import { checkpointFolder } from '../checkpoints.ts';
import type { RunFlags } from './pull-flags.ts';
import { type PullWords, pullRun } from './pull-run.ts';

export interface ForwardReport {
  /** Nothing came of any of them, and none of them had been read before. */
  readonly isSilent: boolean;
  /** 0 where all was read to the end that was asked for, and nothing was missing; else 2. */
  readonly status: 0 | 2;
}

/**
 * Ends where all is read, or where a signal asks it to. `kept`, where it is said, takes the place of a folder.
 * @throws KlaxonError where what is read cannot be written, or a checkpoint cannot be kept.
 */
export const pullAllForward = async (
  logs: readonly ForwardLog[],
  words: PullWords,
  flags: RunFlags,
  kept?: CheckpointStore<Mark>,
): Promise<ForwardReport> => {
  const names = logs.map(({ name }) => name);
  let isAnew = true;
  let isMissing = false;
  const { counts, status } = await pullRun(names, words, flags, (run) => {
    const inFolder = run.checkpoints === undefined ? noCheckpoints : checkpointFolder(run.checkpoints, marks);
    return pullForward({
      logs,
      checkpoints: kept ?? inFolder,
      deliver: async (name, { lines, events, time }) => {
        await run.write(name, lines, time);
        run.counted(name, events);
        run.reached(name, time);
      },
      pause,
      signal: run.signal,
      onStart: (_, mark) => {
        // A hub may have a hundred partitions: it is said of the first.
        if (mark && isAnew) run.tell('goes on from where the last run ended');
        if (mark) isAnew = false;
      },
      onWait: run.onWait,
      onMissing: (name, text) => {
        isMissing = true;
        run.tell(`${name}: ${text}`);
      },
      onFault: run.onFault,
    });
  });
  const isSilent = isAnew && [...counts.values()].every((count) => count === 0);
  return { isSilent, status: isMissing ? 2 : status };
};
