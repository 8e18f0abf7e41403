/** Where evidence lies: a bucket that nothing is removed from before its time, and who may write and read it. */
import { Duration, RemovalPolicy, type Stack } from 'aws-cdk-lib';
import { Grant, type IRole } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type BucketProps,
  type IBucket,
  ObjectLockRetention,
  ObjectOwnership,
  StorageClass,
} from 'aws-cdk-lib/aws-s3';
import type { Settings } from '../../shared/settings/settings.ts';
import { anyObject } from './argued.ts';
import { letUse } from './encryption.ts';

export interface Archive {
  readonly bucket: Bucket;
  /** Who was where in any bucket of the installation. */
  readonly accessLog: Bucket;
  readonly letWrite: (grantee: IRole) => void;
  /** To list as well: what a manifest is made from. */
  readonly letRead: (grantee: IRole) => void;
}

export const archiveIn = (
  stack: Stack,
  key: Key,
  { archive, retention }: Pick<Settings, 'archive' | 'retention'>,
): Archive => {
  const accessLog = accessLogIn(stack, retention.logDays);
  const keep = Duration.days(retention.archiveDays);
  const lock = archive.lock === 'none' ? undefined : locks[archive.lock](keep);
  const bucket = new Bucket(stack, 'Archive', {
    ...closedBucket(key, accessLog, 'archive/'),
    versioned: true,
    objectLockEnabled: lock !== undefined,
    ...(lock && { objectLockDefaultRetention: lock }),
    removalPolicy: RemovalPolicy.RETAIN,
    lifecycleRules: [
      {
        id: 'cheaper',
        transitions: [
          { storageClass: StorageClass.GLACIER_INSTANT_RETRIEVAL, transitionAfter: Duration.days(90) },
        ],
      },
      {
        id: 'end',
        // Once the lock has ended: before that S3 would keep the object whatever stands here.
        expiration: Duration.days(retention.archiveDays + 1),
        noncurrentVersionExpiration: Duration.days(1),
        abortIncompleteMultipartUploadAfter: Duration.days(1),
      },
    ],
  });
  const letObjects = (grantee: IRole, ...actions: string[]): void => {
    Grant.addToPrincipal({ grantee, actions, resourceArns: [bucket.arnForObjects('*')] });
    anyObject(grantee, bucket);
    letUse(key, grantee);
  };
  return {
    bucket,
    accessLog,
    // Who finds a name taken compares what is there.
    letWrite: (grantee) => letObjects(grantee, 's3:GetObject', 's3:PutObject'),
    letRead: (grantee) => {
      letObjects(grantee, 's3:GetObject');
      Grant.addToPrincipal({ grantee, actions: ['s3:ListBucket'], resourceArns: [bucket.bucketArn] });
    },
  };
};

const locks = {
  governance: (keep: Duration) => ObjectLockRetention.governance(keep),
  compliance: (keep: Duration) => ObjectLockRetention.compliance(keep),
};

/** What holds for every bucket here: nobody but this account, encrypted, over TLS alone, each access noted. */
export const closedBucket = (key: Key, accessLog: Bucket, logPrefix: string): BucketProps => ({
  blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
  objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
  encryption: BucketEncryption.KMS,
  encryptionKey: key,
  // One data key for many objects: a hundredth of the requests to KMS.
  bucketKeyEnabled: true,
  enforceSSL: true,
  minimumTLSVersion: 1.2,
  // It is one: the types of the CDK are not written for exactOptionalPropertyTypes.
  serverAccessLogsBucket: accessLog as IBucket,
  serverAccessLogsPrefix: logPrefix,
});

const accessLogIn = (stack: Stack, logDays: number): Bucket =>
  new Bucket(stack, 'AccessLog', {
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    // S3 writes its access log only to a bucket with keys of its own:
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
    encryption: BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    lifecycleRules: [{ id: 'end', expiration: Duration.days(logDays) }],
    removalPolicy: RemovalPolicy.RETAIN,
  });
