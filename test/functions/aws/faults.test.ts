/** Every fault at every request that a function on AWS makes. */
import { survivesEveryFault } from '../survives-faults.ts';
import { openStage, services } from './fault-runs.ts';

survivesEveryFault({
  cloud: 'aws',
  open: openStage,
  services,
  conflictOf: {
    S3: { PutObject: { status: 409, body: '<Error><Code>ConditionalRequestConflict</Code></Error>' } },
    DynamoDB: {
      PutItem: {
        status: 400,
        body: '{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException","message":"no"}',
      },
    },
  },
  leastAsked: { S3: 4, DynamoDB: 11, SNS: 2, SQS: 2 },
});
