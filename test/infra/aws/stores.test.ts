/** What holds evidence, memory, alerts and failures: encrypted, kept as long as it is said, closed to the world. */
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { ofType, textOf } from './granted.ts';
import { everything, here, stackOf, templateOf } from './synthesised.ts';

const template = templateOf(everything);
const oneCluster = `clusters: [{ cloud: aws, name: orders, ${here} }]`;

describe('buckets', () => {
  const buckets = ofType(template, 'AWS::S3::Bucket').map(({ Properties = {} }) => Properties);

  it('are closed to the public, and owned by nobody who writes to them', () => {
    for (const bucket of buckets) {
      expect(bucket['PublicAccessBlockConfiguration']).toEqual({
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      });
      expect(bucket['AccessControl']).toBeUndefined();
    }
  });

  it('are encrypted with the key of the installation, but for the access log, which S3 writes only under its own', () => {
    const algorithms = buckets.map((bucket) => JSON.stringify(bucket['BucketEncryption']));
    expect(algorithms.filter((text) => text.includes('aws:kms'))).toHaveLength(buckets.length - 1);
    expect(algorithms.filter((text) => text.includes('AES256'))).toHaveLength(1);
  });

  it('are reached over TLS 1.2 and later alone', () => {
    const policies = ofType(template, 'AWS::S3::BucketPolicy').map((policy) => JSON.stringify(policy));
    expect(policies).toHaveLength(buckets.length);
    for (const policy of policies) {
      expect(policy).toContain('"aws:SecureTransport":"false"');
      expect(policy).toContain('"s3:TlsVersion":1.2');
    }
  });

  it('note every access, in a bucket that S3 may write to for them and for nobody else', () => {
    const logged = buckets.filter((bucket) => bucket['LoggingConfiguration'] !== undefined);
    expect(logged).toHaveLength(buckets.length - 1);
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: 's3:PutObject',
            Principal: { Service: 'logging.s3.amazonaws.com' },
            Condition: Match.objectLike({ StringEquals: { 'aws:SourceAccount': '111122223333' } }),
          }),
        ]),
      },
    });
  });
});

describe('the archive', () => {
  const archiveIn = (settings: string) =>
    ofType(templateOf(settings), 'AWS::S3::Bucket').find(
      ({ Properties }) => Properties?.['VersioningConfiguration'] !== undefined,
    );

  it('is locked as the settings say, for as long as they say', () => {
    const lockIn = (settings: string) =>
      archiveIn(`${oneCluster}\n${settings}`)?.Properties?.['ObjectLockConfiguration'];
    const rule = (mode: string, days: number) => ({
      ObjectLockEnabled: 'Enabled',
      Rule: { DefaultRetention: { Mode: mode, Days: days } },
    });
    expect(lockIn('')).toEqual(rule('GOVERNANCE', 400));
    expect(lockIn('archive: { lock: compliance }\nretention: { archiveDays: 2555 }')).toEqual(
      rule('COMPLIANCE', 2555),
    );
    expect(lockIn('archive: { lock: none }')).toBeUndefined();
  });

  it('ends a day after its lock, old versions with it, and becomes cheaper before', () => {
    const archive = archiveIn(`${oneCluster}\nretention: { archiveDays: 500 }`);
    expect(archive?.Properties?.['LifecycleConfiguration']).toMatchObject({
      Rules: [
        { Transitions: [{ StorageClass: 'GLACIER_IR', TransitionInDays: 90 }] },
        { ExpirationInDays: 501, NoncurrentVersionExpiration: { NoncurrentDays: 1 } },
      ],
    });
  });

  it('stays when the stack is deleted, as do memory, failed deliveries and the key to them', () => {
    const kept = ['AWS::S3::Bucket', 'AWS::DynamoDB::GlobalTable', 'AWS::KMS::Key', 'AWS::SQS::Queue'];
    for (const type of kept) {
      template.allResources(type, { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
    }
  });
});

describe('memory', () => {
  it('is a table as functions/aws/state.ts wants it: paid by use, forgetful by time, restorable, encrypted', () => {
    template.hasResourceProperties('AWS::DynamoDB::GlobalTable', {
      KeySchema: [{ AttributeName: 'key', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
      TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true },
      SSESpecification: { SSEEnabled: true, SSEType: 'KMS' },
      Replicas: [
        Match.objectLike({
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
          DeletionProtectionEnabled: true,
        }),
      ],
    });
  });
});

describe('the dead letter', () => {
  it('keeps as long as SQS does, and takes nothing that is not encrypted on its way', () => {
    template.hasResourceProperties('AWS::SQS::Queue', {
      MessageRetentionPeriod: 1_209_600,
      SqsManagedSseEnabled: true,
    });
    template.hasResourceProperties('AWS::SQS::QueuePolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
        ]),
      },
    });
  });

  it('is told of every delivery that failed for good', () => {
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        source: ['aws.s3'],
        'detail-type': ['Object Created'],
        detail: { bucket: { name: [{ Ref: Match.stringLikeRegexp('^Failed') }] } },
      },
      Targets: [Match.objectLike({ Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^DeadLetter'), 'Arn'] } })],
    });
    const failed = ofType(template, 'AWS::S3::Bucket').filter(
      ({ Properties }) => Properties?.['NotificationConfiguration'] !== undefined,
    );
    expect(failed).toHaveLength(1);
  });
});

describe('alerts', () => {
  const environmentOf = (settings: string): Readonly<Record<string, unknown>> => {
    const [first] = ofType(templateOf(settings), 'AWS::Lambda::Function');
    const environment = first?.Properties?.['Environment'] as { readonly Variables: Record<string, unknown> };
    return environment.Variables;
  };

  it('go to what is made for a sink that names nothing of its own, and the function is told where that is', () => {
    expect(textOf(environmentOf(everything)['KLAXON_SINKS'])).toBe(
      '{"topic":"<Topictopic>","bus":"<Busbus>","store":"<Bucketstore>"}',
    );
    template.hasResourceProperties('AWS::Events::EventBus', { Name: 'klaxon-production-bus' });
    template.resourceCountIs('AWS::SNS::Topic', 2);
    for (const topic of ofType(template, 'AWS::SNS::Topic'))
      expect(topic.Properties?.['KmsMasterKeyId']).toBeDefined();
  });

  it('are asked for: a stack whose alerts nobody gets says so', () => {
    const warnings = Annotations.fromStack(stackOf(oneCluster)).findWarning('*', Match.anyValue());
    expect(warnings.map(({ entry }) => String(entry.data))).toEqual([
      expect.stringContaining('nobody is told of alerts'),
    ]);
  });

  it('are not given by a secret that lies in another cloud, and the stack says so', () => {
    const stack = stackOf(
      `${oneCluster}\nalerts: { sinks: { chat: { type: slack, secret: "gcp:secretmanager:slack" } }, routes: [{ sinks: [chat] }] }`,
    );
    const warnings = Annotations.fromStack(stack).findWarning('*', Match.anyValue());
    expect(warnings.map(({ entry }) => String(entry.data))).toEqual([
      expect.stringContaining('"chat" is not in Secrets Manager'),
    ]);
  });
});

describe('the key', () => {
  it('is turned over every year', () => {
    template.hasResourceProperties('AWS::KMS::Key', { EnableKeyRotation: true });
  });
});
