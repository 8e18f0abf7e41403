/** All that a function on AWS touches, played here: its table, its buckets, log groups, whom it alerts, and the queue of dead letters. */
import type { Alert } from '../../../shared/alert/alert.ts';
import { variables } from '../../../shared/settings/environment.ts';
import { type ReceiverServer, receiverServer } from '../../alert/sinks/receiver-server.ts';
import { type FakeLogs, openLogs } from '../../stand-ins/cloudwatch-logs.ts';
import { dynamoDbAt, madeTable, openDynamoDb } from '../../stand-ins/dynamodb.ts';
import { type FakeS3, openS3 } from '../../stand-ins/s3.ts';
import { jsonAnswer, jsonFault, xmlFault } from './sink-line.ts';

export interface World {
  readonly table: string;
  readonly s3: FakeS3;
  readonly dynamoDb: string;
  readonly logs: FakeLogs;
  readonly sns: ReceiverServer;
  readonly sqs: ReceiverServer;
  readonly secrets: ReceiverServer;
  /** For a function that runs in a process of its own. */
  readonly environment: Readonly<Record<string, string>>;
  readonly close: () => Promise<void>;
}

export const archiveBucket = 'klaxon-archive';
export const token = 'invented-token-of-the-cluster-edge';
export const topic = 'arn:aws:sns:eu-west-1:111122223333:klaxon-alerts';

export const openWorld = async (): Promise<World> => {
  const dynamoDb = await openDynamoDb();
  const s3 = await openS3();
  const logs = await openLogs();
  const sns = await receiverServer({
    takes: {
      status: 200,
      body: '<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>m</MessageId></PublishResult></PublishResponse>',
    },
    refuses: xmlFault(400, 'InvalidParameter'),
    fails: xmlFault(500, 'InternalError'),
  });
  const sqs = await receiverServer({
    takes: jsonAnswer({ Successful: [], Failed: [] }),
    refuses: jsonFault(400, 'com.amazonaws.sqs#QueueDoesNotExist'),
    fails: jsonFault(503, 'ServiceUnavailable'),
  });
  const secrets = await receiverServer({
    takes: jsonAnswer({ SecretString: token }),
    refuses: jsonFault(400, 'ResourceNotFoundException'),
    fails: jsonFault(500, 'InternalServiceError'),
  });
  const table = await madeTable(dynamoDbAt(dynamoDb.url));
  const addressOf = ({ url }: ReceiverServer): string => url.replace(/\/hook$/, '');
  return {
    table,
    s3,
    logs,
    dynamoDb: dynamoDb.url,
    sns,
    sqs,
    secrets,
    environment: {
      [variables.state]: table,
      [variables.archive]: archiveBucket,
      [variables.deadLetter]: `${addressOf(sqs)}/111122223333/dead`,
      [variables.sinks]: JSON.stringify({ topic }),
      [variables.receiver]: 'aws:secretsmanager:klaxon-test/receiver/',
      AWS_ENDPOINT_URL_DYNAMODB: dynamoDb.url,
      AWS_ENDPOINT_URL_S3: s3.url,
      AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: logs.url,
      AWS_ENDPOINT_URL_SNS: addressOf(sns),
      AWS_ENDPOINT_URL_SQS: addressOf(sqs),
      AWS_ENDPOINT_URL_SECRETS_MANAGER: addressOf(secrets),
    },
    close: async () => {
      await Promise.all([
        logs.close(),
        sns.close(),
        sqs.close(),
        secrets.close(),
        s3.close(),
        dynamoDb.close(),
      ]);
    },
  };
};

/** The alerts that were published, in their order. */
export const publishedIn = ({ taken }: ReceiverServer): readonly Alert[] =>
  taken.map(({ body }) => JSON.parse(JSON.parse(new URLSearchParams(body).get('Message') ?? '').default));
