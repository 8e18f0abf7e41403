/**
 * The function on AWS: its pack, its environment and the clients of its services in, `handler` for Lambda out.
 *
 * All of it is made when the bundle is loaded, which Lambda gives more of a processor than it gives to an invocation.
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import manifest from '../../package.json' with { type: 'json' };
import { webSinks } from '../../shared/alert/sinks/web-sinks.ts';
import { variables } from '../../shared/settings/environment.ts';
import { post } from '../http.ts';
import { accounted, type Log } from '../log.ts';
import { startFrom } from '../pack.ts';
import { pause } from '../pause.ts';
import { startPipeline } from '../start.ts';
import { madeForSinks, pipelineOptionsOf, receiverFor, required, sinksWithin } from '../surroundings.ts';
import { cloudSinks, ownerIn, queueDeadLetter, sinkLimits } from './alerts.ts';
import { bucketArchive } from './archive.ts';
import { clientLimits } from './client.ts';
import { type DeliveryOptions, deliveriesOf } from './deliveries.ts';
import { deliveryLine, logLine } from './log.ts';
import { bucketObjects } from './objects.ts';
import { isInSecretsManager, secretsManager } from './secrets.ts';
import { tableState } from './state.ts';

/** What Lambda tells of an invocation, as far as it is used here. */
export interface LambdaContext {
  readonly awsRequestId: string;
  readonly invokedFunctionArn: string;
  readonly getRemainingTimeInMillis: () => number;
}

const now = (): number => Date.now();
const random = (): number => Math.random();

/** Not by the console, which Lambda's runtime puts words of its own in front of. */
const log: Log = (level, message, more) => {
  process.stdout.write(logLine(level, message, more));
};
const warn = (message: string): void => log('warn', message);

/** The account is told with the first invocation, and not before. */
let functionArn = '';

const packed = startFrom(new URL('./', import.meta.url), warn);
const { settings } = packed;
const s3 = new S3Client(clientLimits);
const ownBucket = required(process.env, variables.archive);
const secretOf = secretsManager(new SecretsManagerClient(clientLimits));

const sinksHere = sinksWithin(settings, isInSecretsManager);

const state = tableState({
  table: required(process.env, variables.state),
  client: new DynamoDBClient(clientLimits),
  now,
  pause,
  random,
});

const archive = bucketArchive({ bucket: ownBucket, client: s3, pause, random });

const pipeline = startPipeline(pipelineOptionsOf(packed), {
  state,
  archive,
  sinks: [
    ...webSinks(sinksHere, { secretOf, post, now, version: manifest.version }),
    ...cloudSinks({
      sinks: sinksHere,
      made: madeForSinks(process.env),
      owner: () => ownerIn(functionArn),
      now,
      pause,
      random,
    }),
  ],
  deadLetter: queueDeadLetter(required(process.env, variables.deadLetter), new SQSClient(sinkLimits)),
  now,
  pause,
  random,
});

/** Who asks for it is rare: what reads log groups is loaded for them alone. */
const backfill: DeliveryOptions['backfill'] = async (event, deadline) => {
  const [{ logsClient }, { backfillAsked }] = await Promise.all([
    import('./pull.ts'),
    import('./pull/backfill.ts'),
  ]);
  const { account, region } = ownerIn(functionArn);
  const client = logsClient(region);
  const options = { settings, place: { account, region }, client, state, pipeline, now, pause };
  return backfillAsked(event, deadline, options).finally(() => client.destroy());
};

const fillLake: DeliveryOptions['fillLake'] = async (deadline) => {
  const [{ STSClient }, { lakeSources }, { fillLake }] = await Promise.all([
    import('@aws-sdk/client-sts'),
    import('./lake/lake-sources.ts'),
    import('./lake/security-lake.ts'),
  ]);
  const place = ownerIn(functionArn);
  const sts = new STSClient(clientLimits);
  const { sources, close } = lakeSources({ settings, place, sts, pause, random });
  const createdBy = `klaxon ${manifest.version}`;
  const options = { sources, archive, state, now, region: place.region, createdBy, warn };
  return fillLake(deadline, options).finally(() => {
    close();
    sts.destroy();
  });
};

const deal = deliveriesOf({
  pipeline,
  openObject: bucketObjects(s3),
  backfill,
  fillLake,
  receiver: receiverFor(process.env, settings, { secretOf, now, warn }),
  ownBucket,
  region: process.env['AWS_REGION'],
  now,
  warn,
});

/** A delivery that fails is thrown back, and comes again. */
export const handler = async (event: unknown, context: LambdaContext): Promise<unknown> => {
  functionArn = context.invokedFunctionArn;
  const deadline = now() + context.getRemainingTimeInMillis();
  const { answer } = await accounted(() => deal(event, deadline), {
    requestId: context.awsRequestId,
    environment: settings.environment,
    tell: (line) => process.stdout.write(deliveryLine(line, now())),
    log,
  });
  return answer;
};
