/** `klaxon pull gke`: projects and clusters in; what Cloud Logging keeps of them, out. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { KlaxonError } from '../../../shared/errors.ts';
import { paceOf } from '../../../shared/pull/pace.ts';
import type { GkeSelection } from '../../gcp/pull/filter.ts';
import type { GkeLogEvent } from '../../gcp/pull/messages.ts';
import type { GkeLogs } from '../../gcp/pull.ts';
import { pause } from '../../pause.ts';
import { settingsFrom } from '../settings.ts';
import { type ClusterName, type NamedOfGke, projectsOf } from './gke-projects.ts';
import { type ConfigOption, ids, withConfig } from './options.ts';
import { type PullFlags, withPullFlags } from './pull-flags.ts';
import { type PullJob, pullAll } from './pulling.ts';

interface GkeFlags extends PullFlags, ConfigOption, NamedOfGke {
  readonly location?: string;
  readonly logs: readonly string[];
  readonly requestsPerMinute: number;
  readonly endpoint?: string;
  readonly verbose?: boolean;
}

export const addPullGke = (pull: Command, finish: (status: number) => void): void => {
  const gke = pull
    .command('gke')
    .description('fetch the audit logs of GKE clusters from Cloud Logging')
    .addOption(
      new Option('--project <ids>', 'projects to read, separated by commas (repeatable)')
        .argParser((text: string, earlier: readonly string[]) => [...earlier, ...ids(text).map(projectId)])
        .default([], 'those of the settings, or GOOGLE_CLOUD_PROJECT'),
    )
    .addOption(
      new Option(
        '--cluster <names>',
        'NAME or projects/PROJECT/locations/LOCATION/clusters/NAME, separated by commas (repeatable)',
      )
        .argParser((text: string, earlier: readonly ClusterName[]) => [
          ...earlier,
          ...ids(text).map(clusterName),
        ])
        .default([], 'all of a project'),
    )
    .option('--location <location>', 'only clusters in a region or zone, such as europe-west1')
    .addOption(
      new Option(
        '--logs <names>',
        'of activity, data_access, system_event, policy, events, nodes and components those to read, separated by commas',
      )
        .argParser(ids)
        .default(['activity', 'data_access'], 'activity,data_access'),
    )
    .addOption(
      new Option('--requests-per-minute <n>', 'how often to ask: the quota is 60, and may have been raised')
        .argParser(countOf)
        .default(60),
    )
    .option('--endpoint <url>', 'another address of Cloud Logging, such as that of Private Service Connect')
    .option('-v, --verbose', 'say what is asked for, as gcloud logging read takes it');
  withConfig(withPullFlags(gke))
    .addHelpText('after', gkeHelp)
    .action(async (flags: GkeFlags) => finish(await pullGke(flags)));
};

const gkeHelp = `
Prints log entries as a sink writes them, one JSON object a line, slice of time by slice of time. With --follow they come
within seconds, by the stream that gcloud logging tail uses; what it leaves out is looked for.

Examples:
  klaxon pull gke --project shop-prod | klaxon scan -                            the last day, all clusters
  klaxon pull gke --project shop-prod --cluster orders,billing --since 1h --follow | klaxon scan - --live
  klaxon pull gke --project shop-prod,shop-test --since 7d --out logs/           kept in files, for
  klaxon scan logs/                                                              as many scans as you like
  klaxon pull gke --project shop-prod --logs activity --verbose --until 1h       what was asked for, to see

With --out or --checkpoint, the same command goes on where it ended, however it ended. Nothing is missed that arrives
within --overlap, and nothing is given twice; but what was just being written to standard output when a run was
killed comes again, with the same insertId.

Needs application default credentials (gcloud auth application-default login, or those of the machine) with
roles/logging.viewer in each project, and roles/logging.privateLogViewer for data_access: without it those entries are just
not there. data_access is what reads and changes nothing; it has to be turned on for container.googleapis.com:
https://cloud.google.com/kubernetes-engine/docs/how-to/audit-logging

Cloud Logging answers 60 requests a minute, with at most 1,000 entries each: of a busy cluster rather let a sink
deliver the logs.

Exit status: 0 done, 2 wrong usage, a project that could not be read, or a run that was stopped before its end.`;

const projectId = (text: string): string => {
  if (/^[a-z0-9.:-]{4,80}$/.test(text)) return text;
  throw new InvalidArgumentError(
    'Expected the ids of projects, of at least four letters and digits, as gcloud projects list shows them.',
  );
};

/** `projects/shop-prod/locations/europe-west1/clusters/orders`, with or without what Google puts before it, or `orders`. */
const clusterName = (text: string): ClusterName => {
  const [, project, location, whole] =
    /^(?:\/\/container\.googleapis\.com\/)?projects\/([a-z0-9.:-]{4,80})\/(?:locations|zones)\/([a-z0-9-]+)\/clusters\/([a-z0-9-]{1,40})$/.exec(
      text,
    ) ?? [];
  if (whole !== undefined) return { name: whole, location, project };
  if (/^[a-z][a-z0-9-]{0,39}$/.test(text)) return { name: text };
  throw new InvalidArgumentError('Expected NAME or projects/PROJECT/locations/LOCATION/clusters/NAME.');
};

const countOf = (text: string): number => {
  const count = Number(text);
  if (Number.isInteger(count) && count > 0) return count;
  throw new InvalidArgumentError('Expected a number from 1 on.');
};

/** The client is loaded when it is asked for: other commands need not wait for it. */
const pullGke = async (flags: GkeFlags): Promise<number> => {
  const [gcp, { gkeLogs }, { loggingCalls }] = await Promise.all([
    import('../../gcp/pull.ts'),
    import('../../gcp/pull/filter.ts'),
    import('../../gcp/pull/calls.ts'),
  ]);
  const logs = gkeLogs.filter((log) => flags.logs.includes(log));
  const unknown = flags.logs.find((log) => !logs.some((known) => known === log));
  if (unknown !== undefined || logs.length === 0)
    throw new KlaxonError(
      'settings',
      `--logs: there is no log ${unknown ?? ''}; there are ${gkeLogs.join(', ')}`,
    );
  if (flags.follow && flags.until !== undefined)
    throw new KlaxonError('settings', '--follow has no end: leave --until out');
  const named = projectsOf(flags, settingsFrom(flags.config), process.env['GOOGLE_CLOUD_PROJECT']);
  const { location } = flags;
  const calls = loggingCalls(flags.endpoint);
  const pace = paceOf({ calls: flags.requestsPerMinute, perMs: 60_000, now: Date.now, pause });
  try {
    const seen = new Map<string, Set<string>>();
    const jobs = [...named].map(([project, clusters]): GkeJob => {
      const source = gcp.gkeSource(calls, { project, clusters, location, logs }, pace);
      const ofSource = new Set<string>();
      seen.set(source.name, ofSource);
      return {
        source,
        deliveriesOf: (events) => {
          for (const { log } of events) ofSource.add(log);
          return gcp.entriesOf(events);
        },
      };
    });
    if (flags.verbose)
      for (const { source } of jobs) tell(`${source.name}: asks ${source.project} for\n${source.filter}`);
    const { anew, silent, status } = await pullAll([jobs], flags, 'project');
    if (!flags.follow)
      for (const { source } of jobs.filter((job) => anew.includes(job.source.name)))
        tellMissing(source, logs, silent.includes(source.name) ? undefined : seen.get(source.name));
    return status;
  } finally {
    calls.close();
  }
};

interface GkeJob extends PullJob<GkeLogEvent> {
  readonly source: GkeLogs;
}

/** `seen`: the logs of which something came; undefined where nothing came at all. */
const tellMissing = (
  { project, filter }: GkeLogs,
  logs: GkeSelection['logs'],
  seen: ReadonlySet<string> | undefined,
): void => {
  if (seen === undefined)
    tell(
      `${project}: no entry of ${logs.join(' or ')} in this time; what there is, if anything: gcloud logging read --project ${project} --limit 1 '${filter.replaceAll('\n', ' AND ')}'`,
    );
  else if (logs.includes('data_access') && !seen.has('cloudaudit.googleapis.com/data_access'))
    tell(
      `${project}: nothing of data_access came: either it is not logged, or you may not see it.\n` +
        '  To log it: in IAM & Admin > Audit Logs, turn on Admin read, Data read and Data write for the Kubernetes Engine API.\n' +
        '  To see it: roles/logging.privateLogViewer.',
    );
};

const tell = (text: string): void => {
  process.stderr.write(`klaxon: ${text}\n`);
};
