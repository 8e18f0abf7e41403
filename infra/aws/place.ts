/** Settings in; the places in AWS that they speak of, an account and a region each, with what belongs there, out. */
import { SettingsError } from '../../shared/errors.ts';
import { type Cluster, selfManaged } from '../../shared/settings/cluster.ts';
import type { Settings } from '../../shared/settings/settings.ts';

export type AwsCluster = Extract<Cluster, { cloud: 'aws' }>;
export type Ingest = 'direct' | 'kinesis';
export type Lake = Settings['aws']['securityLake'][number];
export type LogBucket = Settings['aws']['buckets'][number];

/** One installation: nothing in it reaches into another region or account. */
export interface Place {
  readonly account: string;
  readonly region: string;
  /** That are named in the settings. */
  readonly clusters: readonly AwsCluster[];
  /** How all clusters of the place are read, those to come as well; undefined where only those are that are named. */
  readonly all: Ingest | undefined;
  readonly buckets: readonly LogBucket[];
  /** Sources of Security Lake that the archive is carried to. */
  readonly lakes: readonly Lake[];
  /** Self-managed clusters that send their audit log here, by name. */
  readonly senders: readonly string[];
}

interface Position {
  readonly account: string;
  readonly region: string;
}

/** @throws SettingsError where they speak of no place in AWS, or a self-managed cluster's name cannot be that of a secret. */
export const placesOf = (settings: Settings): readonly Place[] => {
  const { clusters, aws } = settings;
  const receiver = settings.receiver?.cloud === 'aws' ? settings.receiver : undefined;
  const ofAws = clusters.filter((cluster) => cluster.cloud === 'aws');
  const positions = [...ofAws, ...aws.accounts, ...aws.buckets, ...(receiver ? [receiver] : [])];
  const distinct = new Map(
    positions.map(({ account, region }) => [`${account} ${region}`, { account, region }]),
  );
  if (distinct.size === 0) throw nowhere(settings);
  return [...distinct.values()].map((position) => {
    const isHere = isAt(position);
    return {
      ...position,
      clusters: ofAws.filter(isHere),
      all: ingestOf(aws.accounts.find(isHere)),
      buckets: aws.buckets.filter(isHere),
      lakes: aws.securityLake.filter(isHere),
      senders: receiver && isHere(receiver) ? sendersIn(settings) : [],
    };
  });
};

const isAt =
  ({ account, region }: Position) =>
  (other: Position): boolean =>
    other.account === account && other.region === region;

/** Undefined of nothing; a log group calls the function itself unless it is said otherwise. */
export const ingestOf = <T extends { readonly ingest?: Ingest | undefined } | undefined>(source: T) =>
  source && (source.ingest ?? 'direct');

/** What stands as it is in the name of a secret, in the path of a request and in a folder of the archive. */
const plainName = /^[A-Za-z0-9_-](?:[A-Za-z0-9_.-]{0,98}[A-Za-z0-9_-])?$/;

const sendersIn = ({ clusters, positionOf }: Settings): readonly string[] =>
  clusters.flatMap(({ cloud, name }, at) => {
    if (cloud !== selfManaged) return [];
    if (plainName.test(name)) return [name];
    const message = 'a cluster that sends its logs to AWS is named by letters, digits and _.-';
    throw new SettingsError([{ ...positionOf(['clusters', at, 'name']), message }]);
  });

const nowhere = ({ positionOf }: Settings): SettingsError =>
  new SettingsError([
    {
      ...positionOf(['clusters']),
      message: 'nothing of AWS is here: name a cluster with cloud: aws, or an account below aws: accounts:',
    },
  ]);

/** Where EKS writes the control-plane logs of a cluster. */
export const logGroupOf = ({ name, logGroup }: Pick<AwsCluster, 'name' | 'logGroup'>): string =>
  logGroup ?? `/aws/eks/${name}/cluster`;
