/** What AWS alone is asked for: whole accounts, buckets that logs lie in, CloudTrail, and how large the functions are. */
import { type Static, Type } from '@sinclair/typebox';
import { maybe, oneOf } from '../schema/type.ts';
import { closed, listed, made, named, type WithDefaults } from './form.ts';

/** Where something of AWS is. */
export const awsPlace = {
  account: named('an AWS account of twelve digits, in quotes', '^\\d{12}$'),
  region: named('an AWS region such as eu-west-1', '^[a-z]{2}(?:-[a-z]+)+-\\d$'),
};

export const ingest = maybe(
  oneOf(['direct', 'kinesis'] as const, {
    description:
      'direct: the log group calls the function; kinesis: a stream between them holds what a function cannot yet take',
  }),
);

/** As EKS names them: https://docs.aws.amazon.com/eks/latest/userguide/control-plane-logs.html */
export const controlPlaneLogs = ['audit', 'authenticator', 'api', 'controllerManager', 'scheduler'] as const;

/** What holds where `aws` or a key of it is left out. */
export const awsDefaults = {
  accounts: [],
  buckets: [],
  cloudTrail: 'changes',
  memoryMegabytes: 512,
  securityLake: [],
} as const;

export const AwsSettings = closed({
  accounts: listed(
    closed(
      { ...awsPlace, ingest },
      'A region of an account all of whose EKS clusters are read, those to come as well',
    ),
    1000,
  ),
  buckets: listed(
    closed(
      {
        ...awsPlace,
        name: named('the name of a bucket, as S3 has it', '^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$'),
        prefix: maybe(named('what the names of the objects begin with')),
        key: maybe(
          named('the ARN of the KMS key of the bucket, if it is yours', '^arn:aws[a-z-]*:kms:\\S+:key/\\S+$'),
        ),
      },
      'A bucket whose new objects are read: what Firehose or an export writes. It must tell EventBridge of them',
    ),
    100,
  ),
  cloudTrail: maybe(
    oneOf(['none', 'changes', 'all'] as const, {
      description:
        'changes: calls that change clusters or their log groups; all: also those that only read, and every role that a service account takes',
    }),
  ),
  memoryMegabytes: maybe(
    Type.Integer({
      description: 'Of the function that reads deliveries; it gets its share of CPU by it',
      // What `npm run bench:function` needs for 10,000 records in one payload; half of it is Node, with the rules.
      minimum: 256,
      maximum: 10_240,
      default: awsDefaults.memoryMegabytes,
    }),
  ),
  concurrency: maybe(
    Type.Integer({
      description: 'At most so many deliveries are read at a time; without it the account sets the limit',
      minimum: 1,
      maximum: 100_000,
    }),
  ),
  securityLake: listed(
    closed(
      {
        ...awsPlace,
        class: oneOf(['apiActivity', 'authentication'] as const, {
          description:
            'The class of OCSF that the source is for: API Activity (6003) or Authentication (3002)',
        }),
        location: named(
          'the location of the source, as Security Lake gives it: s3://BUCKET/ext/NAME/',
          '^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/ext/[A-Za-z0-9_./-]{1,128}$',
        ),
        role: named(
          'the ARN of the role that Security Lake made for the source',
          '^arn:aws[a-z-]*:iam::\\d{12}:role/\\S+$',
        ),
        externalId: maybe(named('the external id that the source was registered with')),
        version: maybe(oneOf(['1.1.0', '1.5.0'] as const, { description: 'Of OCSF; 1.1.0 if absent' })),
      },
      'A custom source of Security Lake in the same region, registered by you: what the archive gets goes there as Parquet',
    ),
    100,
  ),
  alarms: maybe(made("the ARN of the SNS topic that is told of Klaxon's own faults")),
});

export type AwsSettings = WithDefaults<Static<typeof AwsSettings>, typeof awsDefaults>;
