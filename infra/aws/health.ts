/** Whether Klaxon itself is well: alarms that say what to do, and a dashboard on which to see where logs stop. */
import { Duration, type Stack } from 'aws-cdk-lib';
import {
  Alarm,
  AnomalyDetectionAlarm,
  ComparisonOperator,
  Dashboard,
  GraphWidget,
  type IMetric,
  MathExpression,
  Metric,
  Stats,
  TextWidget,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import { FilterPattern, LogGroup, MetricFilter } from 'aws-cdk-lib/aws-logs';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { metrics } from '../../shared/settings/environment.ts';
import type { Settings } from '../../shared/settings/settings.ts';
import type { Compute } from './compute.ts';
import type { DeadLetter } from './dead-letter.ts';
import { letAlarmsUse } from './encryption.ts';
import type { Ingest } from './ingest.ts';
import { logGroupOf, type Place } from './place.ts';

export interface HealthOptions {
  readonly key: Key;
  readonly place: Place;
  readonly settings: Settings;
  readonly compute: Compute;
  readonly deadLetter: DeadLetter;
  readonly ingest: Ingest;
}

const minutes = (count: number): Duration => Duration.minutes(count);

export const healthIn = (stack: Stack, options: HealthOptions): void => {
  const topic = alarmTopicIn(stack, options.key, options.settings.aws.alarms);
  const own = ownMetrics(options.settings.environment);
  const action = new SnsAction(topic);
  const alarm = (id: string, whatToDo: string, metric: IMetric, limits: Limits): void => {
    const { threshold, periods = 1, missing = TreatMissingData.NOT_BREACHING, below = false } = limits;
    const comparisonOperator = below
      ? ComparisonOperator.LESS_THAN_THRESHOLD
      : ComparisonOperator.GREATER_THAN_THRESHOLD;
    new Alarm(stack, `Alarm${id}`, {
      alarmName: `${stack.stackName}-${id}`,
      alarmDescription: whatToDo,
      metric,
      threshold,
      comparisonOperator,
      evaluationPeriods: periods,
      treatMissingData: missing,
    }).addAlarmAction(action);
  };
  functionAlarms(alarm, options);
  deliveryAlarms(alarm, own, options);
  refusalAlarms(stack, options, action);
  dashboardIn(stack, own, options);
};

/** An alarm goes off above the threshold, or below it where it says so. */
interface Limits {
  readonly threshold: number;
  readonly periods?: number | undefined;
  readonly missing?: TreatMissingData | undefined;
  readonly below?: boolean | undefined;
}

type AlarmMaker = (id: string, whatToDo: string, metric: IMetric, limits: Limits) => void;

const functionsOf = ({ deliveries, clock, receiver }: Compute) => ({
  deliveries: deliveries.lambda,
  clock: clock.lambda,
  ...(receiver && { receiver: receiver.lambda }),
});

const functionAlarms = (alarm: AlarmMaker, { compute, ingest }: HealthOptions): void => {
  for (const [name, lambda] of Object.entries(functionsOf(compute))) {
    const period = minutes(5);
    alarm(
      `${name}-errors`,
      `The function ${name} fails: its log says why. What fails is tried again; nothing is lost yet.`,
      lambda.metricErrors({ period }),
      { threshold: 0, periods: 2 },
    );
    alarm(
      `${name}-throttles`,
      `The function ${name} finds no room to run: raise aws: concurrency, or the limit of the account.`,
      lambda.metricThrottles({ period }),
      { threshold: 0, periods: 3 },
    );
  }
  alarm(
    'events-dropped',
    'Lambda gave up on deliveries that waited for room: they are in the bucket of failed deliveries.',
    compute.deliveries.lambda.metric('AsyncEventsDropped', { statistic: Stats.SUM, period: minutes(5) }),
    { threshold: 0 },
  );
  alarm(
    'failed-lost',
    'Lambda could not write a failed delivery to its bucket, and it is lost: pull the time in question again (klaxon pull eks).',
    compute.deliveries.lambda.metric('DestinationDeliveryFailures', {
      statistic: Stats.SUM,
      period: minutes(5),
    }),
    { threshold: 0 },
  );
  if (ingest.stream)
    alarm(
      'iterator-age',
      'The stream is read more slowly than it fills: look for errors, then raise aws: memoryMegabytes.',
      compute.deliveries.lambda.metric('IteratorAge', { statistic: Stats.MAXIMUM, period: minutes(5) }),
      { threshold: 15 * 60 * 1000, periods: 3 },
    );
  if (ingest.receiver)
    alarm(
      'receiver-fails',
      'Self-managed clusters are answered with faults: they try again for some minutes, then drop what they could not send.',
      ingest.receiver.api.metricServerError({ statistic: Stats.SUM, period: minutes(5) }),
      { threshold: 0, periods: 2 },
    );
};

/** What the function counts itself. */
const ownMetrics = (environment: string) => {
  const sum = (metricName: string, period: Duration): Metric =>
    new Metric({
      namespace: metrics.namespace,
      metricName,
      dimensionsMap: { [metrics.dimension]: environment },
      statistic: Stats.SUM,
      period,
    });
  return sum;
};

type OwnMetrics = ReturnType<typeof ownMetrics>;

const deliveryAlarms = (alarm: AlarmMaker, own: OwnMetrics, { deadLetter }: HealthOptions): void => {
  alarm(
    'dead-letter',
    'Alerts were taken by no sink, or deliveries failed for good: read the queue, mend the cause, give them again.',
    deadLetter.queue.metricApproximateNumberOfMessagesVisible({ period: minutes(1) }),
    { threshold: 0 },
  );
  alarm(
    'silence',
    'No log has come for an hour, from any cluster: see "Logs do not arrive" in docs/deploy/aws.md.',
    own(metrics.received, minutes(60)),
    { threshold: 1, below: true, missing: TreatMissingData.BREACHING },
  );
  alarm(
    'rejected',
    'More than one line in a hundred cannot be read: the archive has them below rejected/, with the reason.',
    new MathExpression({
      expression: '100 * rejected / received',
      usingMetrics: {
        rejected: own(metrics.rejected, minutes(15)),
        received: own(metrics.received, minutes(15)),
      },
      period: minutes(15),
      label: 'percent rejected',
    }),
    { threshold: 1 },
  );
};

/** Wide enough that a busy morning is none: of a normal distribution one in 15,000 lies further out. */
const deviations = 4;

/**
 * Requests that were answered with 401 or 403, by the log group itself: it holds where Klaxon does not run. Each cluster
 * has a habit of its own, so what is many is measured by that.
 */
const refusalAlarms = (stack: Stack, { place, ingest }: HealthOptions, action: SnsAction): void => {
  for (const cluster of place.clusters) {
    const metricName = `refused-${cluster.name}`;
    const filter = new MetricFilter(stack, `Refused-${cluster.name}`, {
      logGroup: LogGroup.fromLogGroupName(stack, `RefusedLogGroup-${cluster.name}`, logGroupOf(cluster)),
      filterPattern: FilterPattern.literal(
        '{ ($.responseStatus.code = 401) || ($.responseStatus.code = 403) }',
      ),
      metricNamespace: metrics.namespace,
      metricName,
      metricValue: '1',
      defaultValue: 0,
    });
    const logs = ingest.turnedOn.get(cluster.name);
    if (logs) filter.node.addDependency(logs);
    new AnomalyDetectionAlarm(stack, `AlarmRefused-${cluster.name}`, {
      alarmName: `${stack.stackName}-refused-${cluster.name}`,
      alarmDescription: `Many more requests than usual are refused by ${cluster.name} (401, 403): somebody tries doors, or a workload lost its rights.`,
      metric: filter.metric({ statistic: Stats.SUM, period: minutes(5) }),
      comparisonOperator: ComparisonOperator.GREATER_THAN_UPPER_THRESHOLD,
      stdDevs: deviations,
      evaluationPeriods: 2,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    }).addAlarmAction(action);
  }
};

const alarmTopicIn = (stack: Stack, key: Key, own: string | undefined): ITopic => {
  if (own !== undefined) return Topic.fromTopicArn(stack, 'AlarmTopic', own);
  letAlarmsUse(key);
  const topic = new Topic(stack, 'AlarmTopic', {
    topicName: `${stack.stackName}-alarms`,
    masterKey: key,
    enforceSSL: true,
  });
  // A topic with a policy of its own has lost the one that lets its account write to it.
  topic.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
      actions: ['sns:Publish'],
      resources: [topic.topicArn],
      conditions: { StringEquals: { 'aws:SourceAccount': stack.account } },
    }),
  );
  return topic;
};

const logGroupMetric = (metricName: string, logGroup: string): Metric =>
  new Metric({
    namespace: 'AWS/Logs',
    metricName,
    dimensionsMap: { LogGroupName: logGroup },
    statistic: Stats.SUM,
    period: minutes(5),
  });

/** From left to right the way of a line: where a graph falls to nothing, there it stops. */
const dashboardIn = (stack: Stack, own: OwnMetrics, options: HealthOptions): void => {
  const { place, compute, deadLetter, settings } = options;
  const dashboard = new Dashboard(stack, 'Dashboard', { dashboardName: stack.stackName });
  const groups = place.clusters.slice(0, mostGraphs).map((cluster) => logGroupOf(cluster));
  const functions = Object.values(functionsOf(compute));
  const period = minutes(5);
  const graph = (title: string, ...left: IMetric[]): GraphWidget =>
    new GraphWidget({ title, left, width: 6, height: 6 });
  dashboard.addWidgets(
    new TextWidget({
      markdown: `# ${stack.stackName}\nThe way of a line, from left to right: log group, function, archive, alerts. Settings: ${settings.environment}.`,
      width: 24,
      height: 2,
    }),
  );
  dashboard.addWidgets(
    graph('1. Lines that EKS wrote', ...groups.map((group) => logGroupMetric('IncomingLogEvents', group))),
    graph('2. Handed over', ...groups.map((group) => logGroupMetric('ForwardedLogEvents', group))),
    graph('3. Read', own(metrics.received, period), own(metrics.rejected, period)),
    graph('4. Alerts', own(metrics.found, period), own(metrics.alerted, period), own(metrics.dead, period)),
  );
  dashboard.addWidgets(
    graph('Calls', ...functions.map((each) => each.metricInvocations({ period }))),
    graph(
      'Errors and throttles',
      ...functions.flatMap((each) => [each.metricErrors({ period }), each.metricThrottles({ period })]),
    ),
    graph(
      'Milliseconds',
      ...functions.map((each) => each.metricDuration({ period, statistic: Stats.p(99) })),
    ),
    graph('Dead letter', deadLetter.queue.metricApproximateNumberOfMessagesVisible({ period })),
  );
};

/** A graph takes five hundred lines; nobody reads more than some. */
const mostGraphs = 50;
