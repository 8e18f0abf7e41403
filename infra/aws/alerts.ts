/** Where alerts go: what is made for the sinks of the settings, the right to use each, and a place for what none took. */
import { Annotations, ArnFormat, Duration, RemovalPolicy, type Stack } from 'aws-cdk-lib';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { Grant, type IRole } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Settings } from '../../shared/settings/settings.ts';
import { type Archive, closedBucket } from './archive.ts';
import { anyObject, anyObjectOf } from './argued.ts';
import { letUse } from './encryption.ts';

export interface Alerts {
  /** By the name of a sink: what was made for it. */
  readonly made: Readonly<Record<string, string>>;
  readonly letGive: (role: IRole) => void;
}

type Sink = Settings['alerts']['sinks'][string];

/** What a sink needs of AWS. */
interface Target {
  /** What was made for a sink that names nothing of its own, as the function is told of it. */
  readonly made?: string | undefined;
  readonly letGive: (role: IRole) => void;
}

type Row<T extends Sink['type']> = (
  around: Around,
  name: string,
  sink: Extract<Sink, { readonly type: T }>,
) => Target;

interface Around {
  readonly stack: Stack;
  readonly key: Key;
  readonly archive: Archive;
  readonly alertDays: number;
}

export const alertsIn = (
  stack: Stack,
  key: Key,
  archive: Archive,
  deadLetter: IQueue,
  { alerts, retention }: Pick<Settings, 'alerts' | 'retention'>,
): Alerts => {
  const around = { stack, key, archive, alertDays: retention.alertDays };
  const targets = Object.entries(alerts.sinks).flatMap(([name, sink]) => {
    const target = targetOf(around, name, sink);
    return target ? [{ name, ...target }] : [];
  });
  if (targets.length === 0)
    Annotations.of(stack).addWarningV2(
      'klaxon:no-sink',
      'No sink of the settings is for AWS: nobody is told of alerts. Add one below alerts: sinks:, and a route to it.',
    );
  return {
    made: Object.fromEntries(targets.flatMap(({ name, made }) => (made === undefined ? [] : [[name, made]]))),
    letGive: (role) => {
      for (const target of targets) target.letGive(role);
      letAct('sqs:SendMessage', deadLetter.queueArn)(role);
    },
  };
};

/** The sinks that are for AWS; those of other clouds are left to them. */
const targetOf = (around: Around, name: string, sink: Sink): Target | undefined => {
  switch (sink.type) {
    case 'sns':
      return topicTarget(around, name, sink);
    case 'eventBridge':
      return busTarget(around, name, sink);
    case 'securityHub':
      return hubTarget(around, name, sink);
    case 's3':
      return bucketTarget(around, name, sink);
    case 'slack':
    case 'teams':
    case 'pagerduty':
    case 'webhook':
      return secretTarget(around, name, sink);
    default:
      return undefined;
  }
};

const letAct =
  (action: string, resourceArn: string) =>
  (grantee: IRole): void => {
    Grant.addToPrincipal({ grantee, actions: [action], resourceArns: [resourceArn] });
  };

const topicTarget: Row<'sns'> = ({ stack, key }, name, { topic: own }) => {
  if (own !== undefined) return { letGive: letAct('sns:Publish', own) };
  const topic = new Topic(stack, `Topic-${name}`, { masterKey: key, enforceSSL: true });
  const letPublish = letAct('sns:Publish', topic.topicArn);
  return {
    made: topic.topicArn,
    letGive: (role) => {
      letPublish(role);
      letUse(key, role);
    },
  };
};

const busTarget: Row<'eventBridge'> = ({ stack }, name, { bus: own }) => {
  if (own !== undefined)
    return {
      letGive: letAct(
        'events:PutEvents',
        stack.formatArn({ service: 'events', resource: 'event-bus', resourceName: own }),
      ),
    };
  const bus = new EventBus(stack, `Bus-${name}`, { eventBusName: `${stack.stackName}-${name}` });
  return { made: bus.eventBusName, letGive: letAct('events:PutEvents', bus.eventBusArn) };
};

/** Findings of one's own are those of the account's default product. */
const hubTarget: Row<'securityHub'> = ({ stack }) => ({
  letGive: letAct(
    'securityhub:BatchImportFindings',
    stack.formatArn({
      service: 'securityhub',
      resource: 'product',
      resourceName: `${stack.account}/default`,
    }),
  ),
});

/** Below this the sink writes: shared/alert/sinks/object-sink.ts. */
const alertsPrefix = 'alerts/';

const bucketTarget: Row<'s3'> = ({ stack, key, archive, alertDays }, name, { bucket: own }) => {
  if (own !== undefined) {
    const bucket = Bucket.fromBucketName(stack, `Bucket-${name}`, own);
    return {
      letGive: (role) => {
        letAct('s3:PutObject', bucket.arnForObjects(`${alertsPrefix}*`))(role);
        anyObjectOf(role, own, alertsPrefix);
      },
    };
  }
  const bucket = new Bucket(stack, `Bucket-${name}`, {
    ...closedBucket(key, archive.accessLog, `alerts/${name}/`),
    lifecycleRules: [{ id: 'end', expiration: Duration.days(alertDays) }],
    removalPolicy: RemovalPolicy.RETAIN,
  });
  return {
    made: bucket.bucketName,
    letGive: (role) => {
      letAct('s3:PutObject', bucket.arnForObjects(`${alertsPrefix}*`))(role);
      anyObject(role, bucket, alertsPrefix);
      letUse(key, role);
    },
  };
};

const secretForm = /^aws:secretsmanager:(.+)$/;

const secretTarget: Row<'slack' | 'teams' | 'pagerduty' | 'webhook'> = ({ stack }, name, { secret }) => {
  const place = secretForm.exec(secret)?.[1];
  if (place === undefined) {
    Annotations.of(stack).addWarningV2(
      `klaxon:secret:${name}`,
      `The secret of the sink "${name}" is not in Secrets Manager, so here the sink takes nothing: ${secret}`,
    );
    return { letGive: () => undefined };
  }
  // Secrets Manager ends the ARN of a secret in six characters of its own choice.
  const arn = stack.formatArn({
    service: 'secretsmanager',
    resource: 'secret',
    resourceName: `${place}-??????`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  return { letGive: letAct('secretsmanager:GetSecretValue', arn) };
};
