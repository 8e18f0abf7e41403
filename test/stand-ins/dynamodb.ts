/** DynamoDB as dynalite plays it, and the tables and clients of tests. It has neither transactions nor expiry. */
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import { CreateTableCommand, DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { clientLimits } from '../../functions/aws/client.ts';
import { limitsOf } from './client-limits.ts';
import { closed, listening, openWire, type Wire } from './wire.ts';

/** dynalite comes without types. */
const dynalite = createRequire(import.meta.url)('dynalite') as (options: {
  readonly createTableMs: number;
}) => Server;

export interface StandIn {
  readonly url: string;
  readonly close: () => Promise<void>;
}

export const openDynamoDb = async (): Promise<StandIn> => {
  const server = dynalite({ createTableMs: 0 });
  return { url: await listening(server), close: () => closed(server) };
};

/** A wire to DynamoDB, or to what stands in for it. */
export const wireToDynamoDb = (target: string): Promise<Wire> =>
  openWire({
    target,
    operationOf: ({ headers }) => String(headers['x-amz-target']).replace(/^.*\./, ''),
    throttles: {
      status: 400,
      body: '{"__type":"com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException","message":"slower"}',
    },
    fails: {
      status: 500,
      body: '{"__type":"com.amazonaws.dynamodb.v20120810#InternalServerError","message":"sorry"}',
    },
  });

/** `silenceMs`: how long it waits for an answer, and for each part of one. */
export const dynamoDbAt = (
  endpoint: string,
  {
    maxAttempts = 1,
    silenceMs = 10_000,
  }: { readonly maxAttempts?: number; readonly silenceMs?: number } = {},
): DynamoDBClient =>
  new DynamoDBClient({
    ...clientLimits,
    endpoint,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'invented', secretAccessKey: 'invented' },
    maxAttempts,
    requestHandler: limitsOf(silenceMs),
  });

let made = 0;

/** A table as infra/aws/state.ts declares it; answers its name. */
export const madeTable = async (client: DynamoDBClient): Promise<string> => {
  const TableName = `klaxon-state-${process.pid}-${made++}`;
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'key', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'key', KeyType: 'HASH' }],
    }),
  );
  for (;;) {
    const { Table } = await client.send(new DescribeTableCommand({ TableName }));
    if (Table?.TableStatus === 'ACTIVE') return TableName;
  }
};
