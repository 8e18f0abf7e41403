/** Sources of logs in; what is new in them, on standard output or in a folder, out: the same for every cloud. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { secondsOf } from '../../../shared/detect/sigma/duration.ts';
import { epochOf } from '../../../shared/normalise/time.ts';
import { noCheckpoints } from '../../../shared/pull/checkpoint.ts';
import { defaultTimes, type Position } from '../../../shared/pull/position.ts';
import { defaultPollMs, pull } from '../../../shared/pull/pull.ts';
import type { LogEvent, LogSource } from '../../../shared/pull/source.ts';
import { pause } from '../../pause.ts';
import { folderArchive } from '../archive.ts';
import { checkpointFolder } from '../checkpoints.ts';
import { progressOn } from '../progress.ts';
import { written } from '../standard-output.ts';

export interface PullFlags {
  readonly since: number;
  readonly until?: number;
  readonly follow?: boolean;
  readonly poll: number;
  readonly overlap: number;
  readonly out?: string;
  readonly checkpoint?: string;
}

/** Adds what every cloud's pull understands. */
export const withPullFlags = (command: Command): Command =>
  command
    .addOption(
      new Option('--since <when>', 'where to begin: 24h for so long ago, or 2026-03-14T09:00:00Z')
        .argParser(moment)
        .default(hoursAgo(24), '24h'),
    )
    .option('--until <when>', 'where to end, told as above (now)', moment)
    .option('-f, --follow', 'go on, and look again and again for what is new')
    .addOption(
      new Option('--poll <time>', 'with --follow: how long between two looks')
        .argParser(milliseconds)
        .default(defaultPollMs, '10s'),
    )
    .addOption(
      new Option('--overlap <time>', 'how late an event may arrive and still be found by a later look')
        .argParser(milliseconds)
        .default(defaultTimes.overlapMs, '15m'),
    )
    .option('--out <dir>', 'write compressed files below a folder, and remember there how far it came')
    .option('--checkpoint <dir>', 'remember in a folder how far it came, and go on from there');

const hoursAgo = (hours: number): number => Date.now() - hours * 3_600_000;

const moment = (text: string): number => {
  const seconds = secondsOf(text);
  const time = seconds === undefined ? epochOf(text.length === 10 ? `${text}T00:00:00Z` : text) : undefined;
  const found = seconds === undefined ? time : Date.now() - seconds * 1000;
  if (found === undefined)
    throw new InvalidArgumentError('Expected a time such as 2026-03-14T09:00:00Z, or 24h for so long ago.');
  return found;
};

const milliseconds = (text: string): number => {
  const seconds = secondsOf(text);
  if (seconds === undefined) throw new InvalidArgumentError('Expected a time such as 30s, 15m or 1h.');
  return seconds * 1000;
};

export interface PullJob<E extends LogEvent> {
  readonly source: LogSource<E>;
  /** As a cloud would have delivered them. */
  readonly deliveriesOf: (events: readonly E[]) => readonly object[];
}

export interface PullReport {
  /** Those that had no checkpoint, and gave nothing. */
  readonly silent: readonly string[];
  /** 0 where all was read to the end that was asked for, 2 where it was not. */
  readonly status: 0 | 2;
}

/**
 * Each group is a store of its own, asked beside the others. Ends where all is read, or where a signal asks it to.
 * @throws KlaxonError where what is read cannot be written, or a checkpoint cannot be kept.
 */
export const pullAll = async <E extends LogEvent>(
  groups: readonly (readonly PullJob<E>[])[],
  flags: PullFlags,
): Promise<PullReport> => {
  const jobs = new Map(groups.flat().map((job) => [job.source.name, job]));
  const counts = new Map([...jobs.keys()].map((name) => [name, 0]));
  const folder = flags.checkpoint ?? (flags.out === undefined ? undefined : join(flags.out, checkpointsName));
  const write = flags.out === undefined ? toStandardOutput : toFolder(flags.out);
  const progress = progressOn(process.stderr);
  const stop = new AbortController();
  const onSignal = (): void => stop.abort();
  for (const signal of signals) process.once(signal, onSignal);
  const started = Date.now();
  const until = flags.follow ? undefined : (flags.until ?? started);
  const anew = new Set<string>();
  let faults = 0;
  const tell = (text: string): void => {
    progress.clear();
    process.stderr.write(`klaxon: ${text}\n`);
  };

  const pullGroup = (group: readonly PullJob<E>[]): Promise<void> =>
    pull({
      sources: group.map(({ source }) => source),
      since: flags.since,
      until,
      checkpoints: folder === undefined ? noCheckpoints : checkpointFolder(folder),
      deliver: async (name, events) => {
        await write(name, jobs.get(name)?.deliveriesOf(events) ?? [], events[0]?.time ?? started);
        counts.set(name, (counts.get(name) ?? 0) + events.length);
      },
      now: Date.now,
      pause,
      signal: stop.signal,
      pollMs: flags.poll,
      times: { ...defaultTimes, overlapMs: flags.overlap },
      onStart: (name, position) => {
        if (position.settled === flags.since) anew.add(name);
        const text = startText(name, position, flags.since);
        if (text !== undefined) tell(text);
      },
      onProgress: (name, { read }) =>
        progress.update(() => `${plural(sumOf(counts), 'event')}, ${name} up to ${timeText(read)}`),
      onWait: (name, fault, wait) => tell(`${name}: again in ${wait / 1000} s: ${fault.message}`),
      onFault: (_, fault) => {
        faults++;
        tell(fault.message);
      },
    });

  try {
    await Promise.all(
      groups.map((group) =>
        pullGroup(group).catch((thrown) => {
          stop.abort();
          throw thrown;
        }),
      ),
    );
  } finally {
    progress.clear();
    for (const signal of signals) process.removeListener(signal, onSignal);
  }
  const isCutShort = stop.signal.aborted && !flags.follow;
  const remedy = folder === undefined ? '' : '; the same command goes on from here';
  tell(
    `${plural(sumOf(counts), 'event')} of ${plural(jobs.size, 'cluster')}${isCutShort ? ', stopped before the end' : ''}${stop.signal.aborted ? remedy : ''}`,
  );
  const silent = [...anew].filter((name) => counts.get(name) === 0);
  return { silent, status: faults > 0 || isCutShort ? 2 : 0 };
};

/** Hidden, so that a scan of the folder passes it over. */
const checkpointsName = '.klaxon-pull';

const signals = ['SIGINT', 'SIGTERM'] as const;

type Write = (sourceName: string, deliveries: readonly object[], time: number) => Promise<void>;

const toStandardOutput: Write = async (_, deliveries) => {
  for (const delivery of deliveries) await written(`${JSON.stringify(delivery)}\n`);
};

/** A file is named after what it holds, and put whole: to write it again changes nothing. */
const toFolder = (folder: string): Write => {
  const store = folderArchive(folder);
  return async (sourceName, deliveries, time) => {
    const text = deliveries.map((delivery) => `${JSON.stringify(delivery)}\n`).join('');
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

const startText = (name: string, { from, settled }: Position, since: number): string | undefined => {
  if (settled === since && from === since) return undefined;
  const begun =
    since < from ? `; it began at ${timeText(from)}, and what lies before needs another --checkpoint` : '';
  return `${name}: goes on from ${timeText(settled)}${begun}`;
};

const timeText = (time: number): string => `${new Date(time).toISOString().slice(0, 19)}Z`;

const sumOf = (counts: ReadonlyMap<string, number>): number =>
  [...counts.values()].reduce((sum, count) => sum + count, 0);

const plural = (count: number, noun: string): string =>
  `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
