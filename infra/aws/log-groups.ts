/** Log groups of EKS in; what hands their lines over to the function, straight or through a stream, out. */
import { ArnFormat, Duration, RemovalPolicy, type Stack } from 'aws-cdk-lib';
import { Grant, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Stream, StreamEncryption, StreamMode } from 'aws-cdk-lib/aws-kinesis';
import type { Key } from 'aws-cdk-lib/aws-kms';
import { CfnPermission, MetricType, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { KinesisEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { CfnAccountPolicy, CfnSubscriptionFilter } from 'aws-cdk-lib/aws-logs';
import type { IConstruct, IDependable } from 'constructs';
import { anyStream, argued } from './argued.ts';
import type { DeadLetter } from './dead-letter.ts';
import { letUse } from './encryption.ts';
import { type FunctionWithRole, logGroupName } from './function.ts';
import { type AwsCluster, type Ingest, ingestOf, logGroupOf, type Place } from './place.ts';

export interface LogGroupsOptions {
  readonly key: Key;
  readonly place: Place;
  readonly deliveries: FunctionWithRole;
  readonly deadLetter: DeadLetter;
  /** By the name of a cluster: what makes its log group, where it is not there yet. */
  readonly turnedOn: ReadonlyMap<string, IConstruct>;
}

/** Answers the stream, where there is one. */
export const logGroupsIn = (stack: Stack, options: LogGroupsOptions): Stream | undefined => {
  const { place, turnedOn } = options;
  // A policy for all log groups reads those of the named clusters as well: a filter of their own would bring each line twice.
  const clusters = place.all === undefined ? place.clusters : [];
  const ways = new Set([...clusters.map(ingestOf), ...(place.all === undefined ? [] : [place.all])]);
  const stream = ways.has('kinesis') ? streamIn(stack, options) : undefined;
  const direct = ways.has('direct') ? directWay(stack, options) : undefined;
  const wayOf = (ingest: Ingest): Way | undefined => (ingest === 'kinesis' ? stream?.way : direct);

  for (const cluster of clusters) {
    const way = wayOf(ingestOf(cluster));
    if (!way) continue;
    const filter = new CfnSubscriptionFilter(stack, `Logs-${cluster.name}`, {
      filterName: stack.stackName,
      logGroupName: logGroupOf(cluster),
      // All of it: which logs there are is decided where they are turned on, and a pattern could leave lines out in silence.
      filterPattern: '',
      destinationArn: way.destinationArn,
      ...way.toStream,
    });
    filter.node.addDependency(way.ready);
    const logs = turnedOn.get(cluster.name);
    if (logs) filter.node.addDependency(logs);
  }
  const way = place.all && wayOf(place.all);
  if (way) accountPolicy(stack, way);
  return stream?.stream;
};

/** To fetch what log groups hold: of the clusters that the settings name, for no other's name is known in advance. */
export const letPull = (stack: Stack, { role }: FunctionWithRole, { clusters }: Place): void => {
  for (const cluster of clusters) {
    const arn = logGroupArn(stack, cluster);
    Grant.addToPrincipal({
      grantee: role,
      actions: ['logs:FilterLogEvents'],
      // So written, not without its end: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html
      resourceArns: [`${arn}:*`],
    });
    anyStream(role, arn);
  }
};

export const logGroupArn = (stack: Stack, cluster: AwsCluster): string =>
  `arn:${stack.partition}:logs:${stack.region}:${stack.account}:log-group:${logGroupOf(cluster)}`;

/** How a log group reaches the function. */
interface Way {
  readonly destinationArn: string;
  /** What only a stream is asked for: whom CloudWatch Logs acts as, and how it spreads what it brings. */
  readonly toStream?: { readonly roleArn: string; readonly distribution: string } | undefined;
  /** CloudWatch Logs tries the way when it is told of it, so this must be there before. */
  readonly ready: IDependable;
}

const logsService = 'logs.amazonaws.com';

/** Any log group of this account and region: a statement for each would soon fill the policy of the function (20 KB). */
const anyLogGroup = (stack: Stack): string =>
  stack.formatArn({
    service: 'logs',
    resource: 'log-group',
    resourceName: '*',
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });

const directWay = (stack: Stack, { deliveries }: LogGroupsOptions): Way => {
  const destinationArn = deliveries.lambda.functionArn;
  const ready = new CfnPermission(stack, 'LogsMayCall', {
    action: 'lambda:InvokeFunction',
    functionName: destinationArn,
    principal: logsService,
    sourceAccount: stack.account,
    sourceArn: anyLogGroup(stack),
  });
  return { destinationArn, ready };
};

/** Long enough for a weekend of trouble; a day is in the price. */
const streamHours = 72;

const streamIn = (
  stack: Stack,
  { key, deliveries, deadLetter }: LogGroupsOptions,
): { readonly stream: Stream; readonly way: Way } => {
  const stream = new Stream(stack, 'Stream', {
    streamMode: StreamMode.ON_DEMAND,
    encryption: StreamEncryption.KMS,
    encryptionKey: key,
    retentionPeriod: Duration.hours(streamHours),
    removalPolicy: RemovalPolicy.DESTROY,
  });
  argued(
    stream,
    'AwsSolutions-KDS3',
    'The key of the installation says who may read; the key that AWS keeps for all streams does not.',
  );
  deliveries.lambda.addEventSource(
    new KinesisEventSource(stream, {
      startingPosition: StartingPosition.TRIM_HORIZON,
      // A record is a delivery of up to 1 MB, and 6 MB are a call.
      batchSize: 100,
      maxBatchingWindow: Duration.seconds(5),
      parallelizationFactor: 2,
      reportBatchItemFailures: true,
      bisectBatchOnError: true,
      retryAttempts: 10,
      maxRecordAge: Duration.hours(streamHours - 1),
      onFailure: { bind: () => ({ destination: deadLetter.failed.bucketArn }) },
      metricsConfig: { metrics: [MetricType.EVENT_COUNT] },
    }),
  );
  const role = new Role(stack, 'LogsToStreamRole', {
    // Only for log groups of this account: nobody else's may borrow the role.
    assumedBy: new ServicePrincipal(logsService, {
      conditions: { StringEquals: { 'aws:SourceAccount': stack.account } },
    }),
  });
  const grant = Grant.addToPrincipal({
    grantee: role,
    actions: ['kinesis:PutRecord'],
    resourceArns: [stream.streamArn],
  });
  letUse(key, role);
  return {
    stream,
    way: {
      destinationArn: stream.streamArn,
      // Klaxon takes lines in any order, and one busy cluster must not fill one shard.
      toStream: { roleArn: role.roleArn, distribution: 'Random' },
      ready: grant,
    },
  };
};

/**
 * Audit and authenticator lines, whichever log group they are in: a policy can leave log groups out by name, but not choose
 * them. https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutAccountPolicy.html
 */
const auditOrAuthenticator = '%audit.k8s.io/v1|^time=.*level=.*msg=%';

const accountPolicy = (stack: Stack, { destinationArn, toStream, ready }: Way): void => {
  const own = ownLogs.map((id) => logGroupName(stack, id));
  const policy = new CfnAccountPolicy(stack, 'AllLogGroups', {
    policyName: stack.stackName,
    policyType: 'SUBSCRIPTION_FILTER_POLICY',
    scope: 'ALL',
    // Our own logs would be sent to us, and make more of them.
    selectionCriteria: `LogGroupName NOT IN ${JSON.stringify(own)}`,
    policyDocument: stack.toJsonString({
      DestinationArn: destinationArn,
      FilterPattern: auditOrAuthenticator,
      ...(toStream && { RoleArn: toStream.roleArn, Distribution: toStream.distribution }),
    }),
  });
  policy.node.addDependency(ready);
};

const ownLogs = ['Deliveries', 'Clock', 'Receiver', 'ReceiverAccess', 'ControlPlaneLogs'];
