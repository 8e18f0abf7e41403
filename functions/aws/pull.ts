/** The log group of an EKS cluster in; what its control plane wrote, as subscriptions would have delivered it, out. */
import {
  CloudWatchLogsClient,
  type CloudWatchLogsClientConfig,
  DescribeLogGroupsCommand,
  FilterLogEventsCommand,
  type FilterLogEventsCommandOutput,
} from '@aws-sdk/client-cloudwatch-logs';
import { KlaxonError, messageOf } from '../../shared/errors.ts';
import type { LogEvent, LogSource, Page } from '../../shared/pull/source.ts';
import { clientLimits, faultOf, nameOf } from './client.ts';

/** The log types of EKS, by the names that its settings have for them, and how the streams of each begin. */
const streamsOf = {
  audit: ['kube-apiserver-audit-'],
  authenticator: ['authenticator-'],
  api: ['kube-apiserver-'],
  controllerManager: ['kube-controller-manager-', 'cloud-controller-manager-'],
  scheduler: ['kube-scheduler-'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type LogType = keyof typeof streamsOf;
export const logTypes = Object.keys(streamsOf) as readonly LogType[];

/** The first that fits: the audit stream's name begins like the API server's. */
const logTypeOf = (stream: string): LogType | undefined =>
  logTypes.find((type) => streamsOf[type].some((prefix) => stream.startsWith(prefix)));

export interface EksCluster {
  readonly name: string;
  readonly region: string;
  /** Where it is known, logs may also be those of an account that this one may observe. */
  readonly account?: string | undefined;
  /** The account is that of whoever asks. */
  readonly isOwn?: boolean | undefined;
  /** `/aws/eks/NAME/cluster` if absent. */
  readonly logGroup?: string | undefined;
}

export interface EksLogEvent extends LogEvent {
  readonly stream: string;
  readonly message: string;
}

export interface EksLogs extends LogSource<EksLogEvent> {
  readonly region: string;
  readonly logGroup: string;
  /** Undefined where AWS does not say it. */
  readonly account: string | undefined;
}

/** Calls are limited to 5 a second for an account and region, so the SDK learns how fast it may go. */
export const logsClient = (
  region: string | undefined,
  more: CloudWatchLogsClientConfig = {},
): CloudWatchLogsClient =>
  new CloudWatchLogsClient({
    ...clientLimits,
    ...(region !== undefined && { region }),
    retryMode: 'adaptive',
    maxAttempts: 6,
    // A page is searched for up to some ten seconds before it is answered.
    requestHandler: { ...clientLimits.requestHandler, connectionTimeout: 5_000, requestTimeout: 60_000 },
    ...more,
  });

/** The region that the SDK finds in its environment and files. @throws KlaxonError where there is none. */
export const usualRegion = async (): Promise<string> => {
  const client = logsClient(undefined);
  try {
    return await client.config.region();
  } catch (thrown) {
    throw new KlaxonError('settings', 'no AWS region: name it with --region or AWS_REGION', {
      cause: thrown,
    });
  } finally {
    client.destroy();
  }
};

/**
 * Looks the log group up first, for its account.
 * @throws KlaxonError of code `source` that says what is missing: credentials, a permission or the log group.
 */
export const eksLogs = async (
  client: CloudWatchLogsClient,
  cluster: EksCluster,
  types: readonly LogType[],
): Promise<EksLogs> => {
  const { region, name } = cluster;
  const logGroup = cluster.logGroup ?? `/aws/eks/${name}/cluster`;
  const account = cluster.account ?? (await accountOf(client, cluster, logGroup));
  const asked =
    cluster.account === undefined || cluster.isOwn
      ? { logGroupName: logGroup }
      : {
          logGroupIdentifier: `arn:${partitionOf(region)}:logs:${region}:${cluster.account}:log-group:${logGroup}`,
        };
  return {
    name: ['eks', region, cluster.account, name].filter((part) => part !== undefined).join('/'),
    region,
    logGroup,
    account,
    page: async (range, token, signal) => {
      // Whether the end belongs to the range is told in two ways by its documentation: asked for, and left out below.
      const input = { ...asked, startTime: range.from, endTime: range.to, nextToken: token };
      try {
        const answer = await client.send(new FilterLogEventsCommand(input), {
          ...(signal && { abortSignal: signal }),
        });
        return pageOf(answer, (event) => {
          const type = logTypeOf(event.stream);
          const isInRange = event.time >= range.from && event.time < range.to;
          return isInRange && type !== undefined && types.includes(type);
        });
      } catch (thrown) {
        if (token !== undefined && nameOf(thrown) === 'InvalidParameterException') return undefined;
        throw sourceFault(thrown, cluster, logGroup, 'logs:FilterLogEvents');
      }
    },
  };
};

/** By its region: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html */
const partitionOf = (region: string): string => {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
};

const pageOf = (
  answer: FilterLogEventsCommandOutput,
  isWanted: (event: EksLogEvent) => boolean,
): Page<EksLogEvent> => {
  const events: EksLogEvent[] = [];
  let bytes = 0;
  for (const { eventId: id, timestamp: time, logStreamName: stream = '', message = '' } of answer.events ??
    []) {
    if (id === undefined || time === undefined)
      throw new KlaxonError('source', 'CloudWatch Logs answered with an event that has no id or no time');
    const event = { id, time, stream, message };
    if (!isWanted(event)) continue;
    events.push(event);
    bytes += message.length;
  }
  return { events, bytes, next: answer.nextToken };
};

/** Undefined where looking is not allowed: reading may be. */
const accountOf = async (
  client: CloudWatchLogsClient,
  cluster: EksCluster,
  logGroup: string,
): Promise<string | undefined> => {
  try {
    const { logGroups = [] } = await client.send(
      new DescribeLogGroupsCommand({ logGroupNamePrefix: logGroup }),
    );
    const found = logGroups.find(({ logGroupName }) => logGroupName === logGroup);
    if (!found) throw noLogGroup(cluster, logGroup);
    return /^arn:[^:]*:logs:[^:]*:(\d{12}):/.exec(found.arn ?? '')?.[1];
  } catch (thrown) {
    if (nameOf(thrown) === 'AccessDeniedException') return undefined;
    throw sourceFault(thrown, cluster, logGroup, 'logs:DescribeLogGroups');
  }
};

const noLogGroup = ({ name, region }: EksCluster, logGroup: string): KlaxonError =>
  new KlaxonError(
    'source',
    `${name}: there is no log group ${logGroup} in ${region}. Either the cluster is elsewhere, or its control-plane logging is off; to turn it on:\n` +
      `  aws eks update-cluster-config --region ${region} --name ${name} --logging '{"clusterLogging":[{"types":["audit","authenticator"],"enabled":true}]}'`,
  );

/** How AWS says that it does not know who is asking. */
const unknownCaller =
  /^(CredentialsProviderError|UnrecognizedClientException|InvalidSignatureException|ExpiredToken|InvalidClientTokenId)/;

const sourceFault = (
  thrown: unknown,
  cluster: EksCluster,
  logGroup: string,
  permission: string,
): KlaxonError => {
  if (thrown instanceof KlaxonError) return thrown;
  const { name, region } = cluster;
  const word = nameOf(thrown);
  if (word === 'ResourceNotFoundException') return noLogGroup(cluster, logGroup);
  if (word === 'AccessDeniedException')
    return new KlaxonError(
      'source',
      `${name}: not allowed to read: ${permission} on ${logGroup} in ${region} is needed. ${messageOf(thrown)}`,
      { cause: thrown },
    );
  if (unknownCaller.test(word))
    return new KlaxonError(
      'source',
      `${name}: AWS takes no credentials from here (${word}: ${messageOf(thrown)}). Set AWS_PROFILE or AWS_ACCESS_KEY_ID, or sign in: aws sso login`,
      { cause: thrown },
    );
  return faultOf('source', `${name}: ${logGroup} in ${region} cannot be read`, thrown);
};

/** As a subscription delivers them, with the region beside: one payload for each stream, none much over a megabyte. */
export const deliveriesOf = (logs: EksLogs, events: readonly EksLogEvent[]): readonly object[] => {
  const deliveries: object[] = [];
  for (const logStream of new Set(events.map(({ stream }) => stream)))
    for (const part of partsOf(events.filter(({ stream }) => stream === logStream)))
      deliveries.push({
        messageType: 'DATA_MESSAGE',
        owner: logs.account,
        region: logs.region,
        logGroup: logs.logGroup,
        logStream,
        subscriptionFilters: [],
        logEvents: part.map(({ id, time, message }) => ({ id, timestamp: time, message })),
      });
  return deliveries;
};

const partLength = 1_000_000;

const partsOf = (events: readonly EksLogEvent[]): readonly (readonly EksLogEvent[])[] => {
  const parts: EksLogEvent[][] = [];
  let length = Number.POSITIVE_INFINITY;
  for (const event of events) {
    if (length >= partLength) {
      parts.push([]);
      length = 0;
    }
    parts.at(-1)?.push(event);
    length += event.message.length;
  }
  return parts;
};
