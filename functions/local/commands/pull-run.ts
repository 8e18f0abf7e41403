/** One run of a pull, whatever it reads: where its lines go, what it says meanwhile, and how it is stopped. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { KlaxonError } from '../../../shared/errors.ts';
import { folderArchive } from '../archive.ts';
import { progressOn } from '../progress.ts';
import { written } from '../standard-output.ts';
import type { RunFlags } from './pull-flags.ts';

/** How messages call what is pulled, and what it is pulled from, each in the singular. */
export interface PullWords {
  readonly event: string;
  readonly source: string;
}

export interface PullRun {
  /** Aborts where a person or the system asks the run to end. */
  readonly signal: AbortSignal;
  /** Where to end, epoch milliseconds; undefined where it follows. */
  readonly until: number | undefined;
  /** A folder, where anything is to be remembered. */
  readonly checkpoints: string | undefined;
  /** Resolves once the lines are on their way to whoever reads standard output, or on the disk; `time` is that of the first. */
  readonly write: Write;
  readonly counted: (sourceName: string, events: number) => void;
  readonly reached: (sourceName: string, time: number) => void;
  readonly tell: (text: string) => void;
  readonly onWait: (sourceName: string, fault: Error, milliseconds: number) => void;
  /** A source is left out from here on: the run ends with status 2. */
  readonly onFault: (sourceName: string, fault: KlaxonError) => void;
}

export interface RunReport {
  /** By source, those that gave nothing included. */
  readonly counts: ReadonlyMap<string, number>;
  /** 0 where all was read to the end that was asked for, 2 where it was not. */
  readonly status: 0 | 2;
}

/**
 * Ends where `work` does; it is told by a signal when it should. Where it throws, the signal aborts as well.
 * @throws what `work` throws.
 */
export const pullRun = async (
  sourceNames: readonly string[],
  words: PullWords,
  flags: RunFlags,
  work: (run: PullRun) => Promise<void>,
): Promise<RunReport> => {
  const counts = new Map(sourceNames.map((name) => [name, 0]));
  const progress = progressOn(process.stderr);
  const stop = new AbortController();
  const onSignal = (): void => stop.abort();
  let faults = 0;
  const tell = (text: string): void => {
    progress.clear();
    process.stderr.write(`klaxon: ${text}\n`);
  };
  const checkpoints =
    flags.checkpoint ?? (flags.out === undefined ? undefined : join(flags.out, checkpointsName));
  const run: PullRun = {
    signal: stop.signal,
    until: flags.follow ? undefined : (flags.until ?? Date.now()),
    checkpoints,
    write: flags.out === undefined ? toStandardOutput : toFolder(flags.out),
    counted: (name, events) => counts.set(name, (counts.get(name) ?? 0) + events),
    reached: (name, time) =>
      progress.update(() => `${plural(sumOf(counts), words.event)}, ${name} up to ${timeText(time)}`),
    tell,
    onWait: (name, fault, wait) => tell(`${name}: again in ${wait / 1000} s: ${fault.message}`),
    onFault: (_, fault) => {
      faults++;
      tell(fault.message);
    },
  };
  for (const signal of signals) process.once(signal, onSignal);
  try {
    await work(run);
  } catch (thrown) {
    stop.abort();
    throw thrown;
  } finally {
    progress.clear();
    for (const signal of signals) process.removeListener(signal, onSignal);
  }
  const isCutShort = stop.signal.aborted && !flags.follow;
  const remedy = checkpoints === undefined ? '' : '; the same command goes on from here';
  tell(
    `${plural(sumOf(counts), words.event)} of ${plural(counts.size, words.source)}${isCutShort ? ', stopped before the end' : ''}${stop.signal.aborted ? remedy : ''}`,
  );
  return { counts, status: faults > 0 || isCutShort ? 2 : 0 };
};

/** Hidden, so that a scan of the folder passes it over. */
const checkpointsName = '.klaxon-pull';

const signals = ['SIGINT', 'SIGTERM'] as const;

type Write = (sourceName: string, lines: Iterable<string>, time: number) => Promise<void>;

const toStandardOutput: Write = async (_, lines) => {
  for (const line of lines) await written(`${line}\n`);
};

/** A file is named after what it holds, and put whole: to write it again changes nothing. */
const toFolder = (folder: string): Write => {
  const store = folderArchive(folder);
  return async (sourceName, lines, time) => {
    const text = Array.from(lines, (line) => `${line}\n`).join('');
    const place = sourceName.split('/').map(encodeURIComponent).join('/');
    const [date, hour = ''] = new Date(time).toISOString().split('T');
    const digest = createHash('sha256').update(text).digest('hex').slice(0, 16);
    await store.put({
      name: `${place}/${date}/${hour.replace(/\D/g, '')}-${digest}.ndjson.gz`,
      contentType: 'application/x-ndjson',
      bytes: await promisify(gzip)(text),
    });
  };
};

/** To the second, in UTC. */
export const timeText = (time: number): string => `${new Date(time).toISOString().slice(0, 19)}Z`;

const sumOf = (counts: ReadonlyMap<string, number>): number =>
  [...counts.values()].reduce((sum, count) => sum + count, 0);

const plural = (count: number, noun: string): string =>
  `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
