/** What a check of the templates finds and is right as it is, with the reason. */
import { CfnElement, Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** @param rule as cdk-nag names it; of a rule with several findings the finding in brackets. */
export const argued = (construct: IConstruct, rule: string, reason: string): void =>
  Validations.of(construct).acknowledge({ id: rule, reason });

/** Rights to whatever is in a bucket, none of whose names is known in advance. */
export const anyObject = (grantee: IConstruct, bucket: IConstruct, prefix = ''): void =>
  argued(
    grantee,
    `AwsSolutions-IAM5[Resource::<${logicalIdOf(bucket)}.Arn>/${prefix}*]`,
    'The names of objects are not known in advance. The actions are.',
  );

/** The same of a bucket that is not ours to make. */
export const anyObjectOf = (grantee: IConstruct, bucketName: string, prefix = ''): void =>
  argued(
    grantee,
    `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:s3:::${bucketName}/${prefix}*]`,
    'The names of objects are not known in advance. The actions are.',
  );

/** Rights to a log group, whose ARN this is. */
export const anyStream = (grantee: IConstruct, logGroup: string): void =>
  argued(
    grantee,
    `AwsSolutions-IAM5[Resource::${logGroup.replace(Stack.of(grantee).partition, '<AWS::Partition>')}:*]`,
    'So ends the name by which rights know a log group; it stands for the streams in it.',
  );

const logicalIdOf = (construct: IConstruct): string => {
  const resource = construct.node.defaultChild;
  if (!CfnElement.isCfnElement(resource)) throw new TypeError(`${construct.node.path} is no single resource`);
  return String(Stack.of(construct).resolve(resource.logicalId));
};
