/** What the command line may say of a pull, the same for every cloud. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { secondsOf } from '../../../shared/detect/sigma/duration.ts';
import { epochOf } from '../../../shared/normalise/time.ts';
import { defaultTimes } from '../../../shared/pull/position.ts';
import { defaultPollMs } from '../../../shared/pull/pull.ts';

/** Times are epoch milliseconds. */
export interface RunFlags {
  readonly since: number;
  readonly until?: number;
  readonly follow?: boolean;
  readonly out?: string;
  readonly checkpoint?: string;
}

/** Of a store that is asked by time, both in milliseconds. */
export interface PullFlags extends RunFlags {
  readonly poll: number;
  readonly overlap: number;
}

/** Adds what every pull understands. */
export const withRunFlags = (command: Command): Command =>
  command
    .addOption(
      new Option('--since <when>', 'where to begin: 24h for so long ago, or 2026-03-14T09:00:00Z')
        .argParser(moment)
        .default(hoursAgo(24), '24h'),
    )
    .option('--until <when>', 'where to end, told as above (now)', moment)
    .option('-f, --follow', 'go on, and give what is new as it comes')
    .option('--out <dir>', 'write compressed files below a folder, and remember there how far it came')
    .option('--checkpoint <dir>', 'remember in a folder how far it came, and go on from there');

export const withPollFlag = (command: Command): Command =>
  command.addOption(
    new Option('--poll <time>', 'with --follow: how long between two looks')
      .argParser(milliseconds)
      .default(defaultPollMs, '10s'),
  );

/** Adds what the pull from a store understands that is asked by time. */
export const withPullFlags = (command: Command): Command =>
  withPollFlag(withRunFlags(command)).addOption(
    new Option('--overlap <time>', 'how late an event may arrive and still be found by a later look')
      .argParser(milliseconds)
      .default(defaultTimes.overlapMs, '15m'),
  );

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
