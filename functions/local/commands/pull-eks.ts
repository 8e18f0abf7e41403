/** `klaxon pull eks`: names of clusters in; what their control planes wrote to CloudWatch Logs, out. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { KlaxonError } from '../../../shared/errors.ts';
import type { EksCluster, EksLogEvent } from '../../aws/pull.ts';
import { settingsFrom } from '../settings.ts';
import { type ConfigOption, ids, withConfig } from './options.ts';
import { type PullFlags, withPullFlags } from './pull-flags.ts';
import { type PullJob, pullAll } from './pulling.ts';

interface EksFlags extends PullFlags, ConfigOption {
  readonly cluster: readonly ClusterName[];
  readonly region?: string;
  readonly logs: readonly string[];
}

/** What of a cluster the command line says. */
interface ClusterName extends Pick<EksCluster, 'name' | 'account'> {
  readonly region?: string | undefined;
}

export const addPullEks = (pull: Command, finish: (status: number) => void): void => {
  const eks = pull
    .command('eks')
    .description('fetch the control-plane logs of EKS clusters from CloudWatch Logs')
    .addOption(
      new Option('--cluster <name>', 'NAME, REGION/NAME or the ARN of a cluster (repeatable)')
        .argParser((text: string, earlier: readonly ClusterName[]) => [...earlier, clusterName(text)])
        .default([], 'those of the settings'),
    )
    .option('--region <region>', 'where clusters are that name none (AWS_REGION, or that of AWS_PROFILE)')
    .addOption(
      new Option(
        '--logs <types>',
        'of audit, authenticator, api, controllerManager and scheduler those to read, separated by commas',
      )
        .argParser(ids)
        .default(['audit', 'authenticator'], 'audit,authenticator'),
    );
  withConfig(withPullFlags(eks))
    .addHelpText('after', eksHelp)
    .action(async (flags: EksFlags) => finish(await pullEks(flags)));
};

const eksHelp = `
Prints what a subscription of CloudWatch Logs would have delivered, one JSON object a line, slice of time by slice of time.

Examples:
  klaxon pull eks --cluster orders | klaxon scan -                           the last day
  klaxon pull eks --cluster orders --since 1h --follow | klaxon scan - --live  the last hour, and on
  klaxon pull eks --cluster a --cluster us-east-1/b --since 7d --out logs/   kept in files, for
  klaxon scan logs/                                                          as many scans as you like

With --out or --checkpoint, the same command goes on where it ended, however it ended. Nothing is missed that arrives
within --overlap, and nothing is given twice; but what was just being written to standard output when a run was
killed comes again, with the same ids.

Needs credentials as every tool of AWS does (AWS_PROFILE, aws sso login, a role), the permission logs:FilterLogEvents,
and logs:DescribeLogGroups to say whose account the logs are of. AWS answers 5 calls a second for an account and
region, with at most 1 MB each: of a busy cluster rather let a subscription deliver the logs.

Exit status: 0 done, 2 wrong usage, a cluster that could not be read, or a run that was stopped before its end.`;

/** `arn:aws:eks:eu-west-1:111122223333:cluster/orders`, `eu-west-1/orders` or `orders`. */
const clusterName = (text: string): ClusterName => {
  const [, region, account, ofArn] =
    /^arn:aws[a-z-]*:eks:([a-z0-9-]+):(\d{12}):cluster\/(.+)$/.exec(text) ?? [];
  if (ofArn !== undefined) return { name: ofArn, region, account };
  const [, place, name] = /^(?:([a-z0-9-]+)\/)?([0-9A-Za-z][A-Za-z0-9_-]{0,99})$/.exec(text) ?? [];
  if (name === undefined) throw new InvalidArgumentError('Expected NAME, REGION/NAME or an ARN.');
  return { name, region: place };
};

/** The SDK is loaded when it is asked for: other commands need not wait for it. */
const pullEks = async (flags: EksFlags): Promise<number> => {
  const aws = await import('../../aws/pull.ts');
  const types = aws.logTypes.filter((type) => flags.logs.includes(type));
  const unknown = flags.logs.find((type) => !types.some((known) => known === type));
  if (unknown !== undefined || types.length === 0)
    throw new KlaxonError(
      'settings',
      `--logs: there is no log type ${unknown ?? ''}; there are ${aws.logTypes.join(', ')}`,
    );
  if (flags.follow && flags.until !== undefined)
    throw new KlaxonError('settings', '--follow has no end: leave --until out');
  const clusters = await clustersOf(flags, aws.usualRegion);
  const groups = new Map<string, PullJob<EksLogEvent>[]>();
  let unreadable = 0;
  for (const [region, ofRegion] of clusters) {
    // One client for all of a region, since it learns how fast it may go.
    const client = aws.logsClient(region);
    const jobs: PullJob<EksLogEvent>[] = [];
    for (const cluster of ofRegion) {
      const source = await readable(() => aws.eksLogs(client, cluster, types));
      if (source) jobs.push({ source, deliveriesOf: (events) => aws.deliveriesOf(source, events) });
      else unreadable++;
    }
    groups.set(region, jobs);
  }
  const { silent, status } = await pullAll([...groups.values()], flags);
  if (!flags.follow) for (const name of silent) tellNothing(name, flags.logs);
  return unreadable > 0 ? 2 : status;
};

/** Those named, with what the settings know of them, or all of the settings: by region. */
const clustersOf = async (
  { cluster: named, region, config }: EksFlags,
  usualRegion: () => Promise<string>,
): Promise<ReadonlyMap<string, readonly EksCluster[]>> => {
  const known = settingsFrom(config).clusters.filter((cluster) => cluster.cloud === 'aws');
  if (named.length === 0 && known.length === 0)
    throw new KlaxonError(
      'settings',
      'name a cluster with --cluster, or list clusters in klaxon.config.yaml',
    );
  const wanted: readonly ClusterName[] = named.length > 0 ? named : known;
  const clusters = new Map<string, EksCluster[]>();
  for (const one of wanted) {
    const listed = known.find(
      ({ name, region: place }) => name === one.name && place === (one.region ?? place),
    );
    const place = one.region ?? region ?? listed?.region ?? (await usualRegion());
    const whole = { ...(listed?.region === place && listed), ...one, region: place };
    clusters.set(place, [...(clusters.get(place) ?? []), whole]);
  }
  return clusters;
};

/** Undefined, and told, where a cluster cannot be read: the others still can. */
const readable = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
  try {
    return await work();
  } catch (thrown) {
    if (!(thrown instanceof KlaxonError && thrown.code === 'source')) throw thrown;
    tell(thrown.message);
    return undefined;
  }
};

const tellNothing = (name: string, types: readonly string[]): void =>
  tell(
    `${name}: no line of ${types.join(' or ')} in this time; aws eks describe-cluster --name ${name.split('/').at(-1)} --query cluster.logging says which are written`,
  );

const tell = (text: string): void => {
  process.stderr.write(`klaxon: ${text}\n`);
};
