/** Klaxon's memory: one DynamoDB table, and the right to use it. */
import { RemovalPolicy, type Stack } from 'aws-cdk-lib';
import { AttributeType, Billing, TableEncryptionV2, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';

export interface State {
  readonly table: TableV2;
  readonly letUse: (grantee: IGrantable) => void;
}

/** What it remembers can be lost at the price of alerts given twice; who deletes the stack keeps it nevertheless. */
export const stateIn = (stack: Stack, key: Key): State => {
  const table = new TableV2(stack, 'State', {
    partitionKey: { name: 'key', type: AttributeType.STRING },
    billing: Billing.onDemand(),
    timeToLiveAttribute: 'expires',
    encryption: TableEncryptionV2.customerManagedKey(key),
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    deletionProtection: true,
    removalPolicy: RemovalPolicy.RETAIN,
  });
  return {
    table,
    letUse: (grantee) => {
      Grant.addToPrincipal({
        grantee,
        // What functions/aws/state.ts asks for, and nothing else.
        actions: ['dynamodb:BatchGetItem', 'dynamodb:BatchWriteItem', 'dynamodb:PutItem'],
        resourceArns: [table.tableArn],
      });
      Grant.addToPrincipal({
        grantee,
        actions: viaTable,
        resourceArns: [key.keyArn],
        conditions: { StringEquals: { 'kms:ViaService': `dynamodb.${stack.region}.amazonaws.com` } },
      });
    },
  };
};

/** What DynamoDB does with the key in the name of whoever uses a table: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html */
const viaTable = [
  'kms:CreateGrant',
  'kms:Decrypt',
  'kms:DescribeKey',
  'kms:Encrypt',
  'kms:GenerateDataKey',
  'kms:GenerateDataKeyWithoutPlaintext',
  'kms:ReEncryptFrom',
  'kms:ReEncryptTo',
];
