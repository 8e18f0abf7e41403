/** What EventBridge tells the functions of: new objects in buckets, CloudTrail, and the time. */
import { Duration, type Stack } from 'aws-cdk-lib';
import { CfnRule, type EventPattern, Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Grant } from 'aws-cdk-lib/aws-iam';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { lakeTask, type Task, type TaskEvent, tasks } from '../../shared/settings/environment.ts';
import type { Settings } from '../../shared/settings/settings.ts';
import { anyObjectOf } from './argued.ts';
import type { DeadLetter } from './dead-letter.ts';
import type { FunctionWithRole } from './function.ts';
import type { Lake, LogBucket } from './place.ts';

/** Where the function cannot be called the event goes to the dead letter; where it fails, as all its deliveries. */
const targetOf = (
  { lambda }: FunctionWithRole,
  { queue }: DeadLetter,
  event?: RuleTargetInput,
): LambdaFunction =>
  new LambdaFunction(lambda, {
    deadLetterQueue: queue,
    maxEventAge: Duration.hours(6),
    ...(event && { event }),
  });

/** Objects that are put into the buckets of the settings from now on. */
export const bucketsIn = (
  stack: Stack,
  buckets: readonly LogBucket[],
  deliveries: FunctionWithRole,
  deadLetter: DeadLetter,
): void => {
  for (const { name, prefix = '', key } of buckets) {
    const bucket = Bucket.fromBucketName(stack, `LogBucket-${name}`, name);
    Grant.addToPrincipal({
      grantee: deliveries.role,
      actions: ['s3:GetObject'],
      resourceArns: [bucket.arnForObjects(`${prefix}*`)],
    });
    anyObjectOf(deliveries.role, name, prefix);
    if (key !== undefined)
      Grant.addToPrincipal({ grantee: deliveries.role, actions: ['kms:Decrypt'], resourceArns: [key] });
    new Rule(stack, `Objects-${name}`, {
      description: `Reads what is put into ${name}`,
      eventPattern: {
        source: ['aws.s3'],
        detailType: ['Object Created'],
        detail: { bucket: { name: [name] }, ...(prefix !== '' && { object: { key: [{ prefix }] } }) },
      },
      targets: [targetOf(deliveries, deadLetter)],
    });
  }
};

type CloudTrail = Settings['aws']['cloudTrail'];

/** Calls by which somebody could make the log of a cluster end, or go elsewhere. */
const tampering = [
  'DeleteAccountPolicy',
  'DeleteLogGroup',
  'DeleteLogStream',
  'DeleteSubscriptionFilter',
  'PutAccountPolicy',
  'PutDataProtectionPolicy',
  'PutRetentionPolicy',
  'PutSubscriptionFilter',
];

const trailPatterns: Readonly<Record<CloudTrail, Readonly<Record<string, EventPattern>>>> = {
  none: {},
  changes: {
    Clusters: { source: ['aws.eks'], detail: { eventSource: ['eks.amazonaws.com'] } },
    ClusterLogs: { source: ['aws.logs'], detail: { eventName: tampering } },
  },
  all: {
    Clusters: { source: ['aws.eks'], detail: { eventSource: ['eks.amazonaws.com'] } },
    ClusterLogs: { source: ['aws.logs'], detail: { eventName: tampering } },
    ServiceAccountRoles: { source: ['aws.sts'], detail: { eventName: ['AssumeRoleWithWebIdentity'] } },
  },
};

/** CloudTrail has to be on in the account, which EventBridge hears it from. */
export const trailIn = (
  stack: Stack,
  cloudTrail: CloudTrail,
  deliveries: FunctionWithRole,
  deadLetter: DeadLetter,
): void => {
  for (const [id, pattern] of Object.entries(trailPatterns[cloudTrail])) {
    const rule = new Rule(stack, `Trail${id}`, {
      description: 'Reads what CloudTrail says of clusters',
      eventPattern: { ...pattern, detailType: ['AWS API Call via CloudTrail'] },
      targets: [targetOf(deliveries, deadLetter)],
    });
    if (cloudTrail === 'all') hearReads(rule);
  }
};

/**
 * EventBridge leaves out calls that only read unless a rule asks for them:
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
 */
const hearReads = (rule: Rule): void => {
  const resource = rule.node.defaultChild;
  if (!(resource instanceof CfnRule)) throw new TypeError(`${rule.node.path} is no rule`);
  resource.state = 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS';
};

/** The manifest of an hour is made once its last deliveries have come; that of everything, when little else is done. */
const schedules: Readonly<Record<Task, Schedule>> = {
  tick: Schedule.rate(Duration.minutes(5)),
  manifest: Schedule.cron({ minute: '10' }),
  'whole-manifest': Schedule.cron({ minute: '40', hour: '3' }),
};

export const clockIn = (stack: Stack, clock: FunctionWithRole, deadLetter: DeadLetter): void => {
  for (const task of tasks) {
    const event: TaskEvent = { klaxon: task };
    new Rule(stack, `Clock-${task}`, {
      description: `Asks the clock for: ${task}`,
      schedule: schedules[task],
      targets: [targetOf(clock, deadLetter, RuleTargetInput.fromObject(event))],
    });
  }
};

/** After the manifest of the hour, which says what there is to carry. */
const lakeSchedule = Schedule.cron({ minute: '25' });

/** Each source has a role of its own, by which Security Lake lets it write below its location and nowhere else. */
export const lakeIn = (
  stack: Stack,
  lakes: readonly Lake[],
  clock: FunctionWithRole,
  deadLetter: DeadLetter,
): void => {
  if (lakes.length === 0) return;
  Grant.addToPrincipal({
    grantee: clock.role,
    actions: ['sts:AssumeRole'],
    resourceArns: lakes.map(({ role }) => role),
  });
  new Rule(stack, 'SecurityLake', {
    description: 'Asks the clock to carry the archive into Security Lake',
    schedule: lakeSchedule,
    targets: [targetOf(clock, deadLetter, RuleTargetInput.fromObject({ klaxon: lakeTask }))],
  });
};
