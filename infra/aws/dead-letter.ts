/** Where everything ends up that could not be done: nothing is lost, and a person is told. */
import { Duration, RemovalPolicy, type Stack } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { Grant, type IRole } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket, CfnBucket } from 'aws-cdk-lib/aws-s3';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { type Archive, closedBucket } from './archive.ts';
import { anyObject, argued } from './argued.ts';
import { letUse } from './encryption.ts';

export interface DeadLetter {
  /** Alerts that no sink took, and word of each delivery in `failed`. */
  readonly queue: Queue;
  /**
   * Deliveries that failed each time they were tried, whole: of a batch of a stream a queue would be told only where it was,
   * and a queue takes no delivery of the largest size.
   */
  readonly failed: Bucket;
  /** A function whose deliveries may end here. */
  readonly letFail: (role: IRole) => void;
}

/** Fourteen days are the most that SQS keeps a message; the alarm tells at once. */
const queueDays = 14;

export const deadLetterIn = (stack: Stack, key: Key, archive: Archive): DeadLetter => {
  const queue = new Queue(stack, 'DeadLetter', {
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: Duration.days(queueDays),
    removalPolicy: RemovalPolicy.RETAIN,
  });
  argued(queue, 'AwsSolutions-SQS3', 'It is the dead letter itself.');
  const failed = new Bucket(stack, 'Failed', {
    ...closedBucket(key, archive.accessLog, 'failed/'),
    lifecycleRules: [{ id: 'end', expiration: Duration.days(90) }],
    removalPolicy: RemovalPolicy.RETAIN,
  });
  tellEventBridge(failed);
  new Rule(stack, 'FailedDelivery', {
    description: 'A delivery failed for good: say so where alerts are that nobody took',
    eventPattern: {
      source: ['aws.s3'],
      detailType: ['Object Created'],
      detail: { bucket: { name: [failed.bucketName] } },
    },
    targets: [new SqsQueue(queue)],
  });
  return {
    queue,
    failed,
    letFail: (grantee) => {
      Grant.addToPrincipal({
        grantee,
        actions: ['s3:PutObject'],
        resourceArns: [failed.arnForObjects('*')],
      });
      Grant.addToPrincipal({ grantee, actions: ['s3:ListBucket'], resourceArns: [failed.bucketArn] });
      anyObject(grantee, failed);
      letUse(key, grantee);
    },
  };
};

/** The same by the property of the bucket: the CDK's own way is a function that may change any bucket. */
const tellEventBridge = (bucket: Bucket): void => {
  const resource = bucket.node.defaultChild;
  if (!(resource instanceof CfnBucket)) throw new TypeError(`${bucket.node.path} is no bucket`);
  resource.notificationConfiguration = { eventBridgeConfiguration: { eventBridgeEnabled: true } };
};
