/** The one key that encrypts what an installation holds, and who may use it. */
import { RemovalPolicy, type Stack } from 'aws-cdk-lib';
import { type IGrantable, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';

export const keyIn = (stack: Stack): Key =>
  new Key(stack, 'Key', {
    description: `Encrypts what ${stack.stackName} holds`,
    enableKeyRotation: true,
    // Without it the archive could not be read any more.
    removalPolicy: RemovalPolicy.RETAIN,
  });

/** Reading and writing what lies under the key. */
export const letUse = (key: Key, grantee: IGrantable): void => {
  key.grant(grantee, 'kms:Decrypt', 'kms:GenerateDataKey');
};

/** For what alarms write to a topic: who may write to the topic is said there, so nobody gains by this alone. */
export const letAlarmsUse = (key: Key): void => letUse(key, new ServicePrincipal('cloudwatch.amazonaws.com'));
