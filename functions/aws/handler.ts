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
import { KlaxonError, messageOf } from '../../shared/errors.ts';
import { isObject, parsedJson } from '../../shared/schema/json.ts';
import { selfManaged } from '../../shared/settings/cluster.ts';
import { variables } from '../../shared/settings/environment.ts';
import { post } from '../http.ts';
import { startFrom } from '../pack.ts';
import { pause } from '../pause.ts';
import { receiverOf } from '../receiver.ts';
import { startPipeline } from '../start.ts';
import { tallyOf } from '../tally.ts';
import { cloudSinks, ownerIn, queueDeadLetter, sinkLimits } from './alerts.ts';
import { bucketArchive } from './archive.ts';
import { clientLimits } from './client.ts';
import { deliveriesOf } from './deliveries.ts';
import { deliveryLine, type Level, logLine } from './log.ts';
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
const log = (level: Level, message: string, more?: Readonly<Record<string, unknown>>): void => {
  process.stdout.write(logLine(level, message, more));
};
const warn = (message: string): void => log('warn', message);

const required = (name: string): string => {
  const value = process.env[name];
  if (value === undefined || value === '') throw new KlaxonError('settings', `${name} is not set`);
  return value;
};

const textsIn = (text: string): Readonly<Record<string, string>> => {
  const value = parsedJson(text);
  if (!isObject(value)) throw new KlaxonError('settings', `${variables.sinks} is no map`);
  return Object.fromEntries(Object.entries(value).map(([name, place]) => [name, String(place)]));
};

/** The account is told with the first invocation, and not before. */
let functionArn = '';

const { settings, rules, enricher } = startFrom(new URL('./', import.meta.url), warn);
const s3 = new S3Client(clientLimits);
const ownBucket = required(variables.archive);
const secretOf = secretsManager(new SecretsManagerClient(clientLimits));

const sinksHere = Object.fromEntries(
  Object.entries(settings.alerts.sinks).filter(
    ([, sink]) => !('secret' in sink) || isInSecretsManager(sink.secret),
  ),
);

const pipeline = startPipeline(
  {
    rules,
    enricher,
    routes: settings.alerts.routes,
    archiveForm: settings.archive.form,
    firstOf: settings.rules.falcoMatching === 'first' ? 'falco' : undefined,
  },
  {
    state: tableState({
      table: required(variables.state),
      client: new DynamoDBClient(clientLimits),
      now,
      pause,
      random,
    }),
    archive: bucketArchive({ bucket: ownBucket, client: s3, pause, random }),
    sinks: [
      ...webSinks(sinksHere, { secretOf, post, now, version: manifest.version }),
      ...cloudSinks({
        sinks: sinksHere,
        made: textsIn(process.env[variables.sinks] ?? '{}'),
        owner: () => ownerIn(functionArn),
        now,
        pause,
        random,
      }),
    ],
    deadLetter: queueDeadLetter(required(variables.deadLetter), new SQSClient(sinkLimits)),
    now,
    pause,
    random,
  },
);

const tokens = process.env[variables.receiver];

const deal = deliveriesOf({
  pipeline,
  openObject: bucketObjects(s3),
  receiver:
    tokens === undefined
      ? undefined
      : receiverOf({
          senders: settings.clusters.flatMap(({ cloud, name }) => (cloud === selfManaged ? [name] : [])),
          tokens,
          secretOf,
          now,
          warn,
        }),
  ownBucket,
  region: process.env['AWS_REGION'],
  now,
  warn,
});

/** A delivery that fails is thrown back, and comes again. */
export const handler = async (event: unknown, context: LambdaContext): Promise<unknown> => {
  functionArn = context.invokedFunctionArn;
  const requestId = context.awsRequestId;
  const started = performance.now();
  try {
    const { source, outcomes, answer } = await deal(event, now() + context.getRemainingTimeInMillis());
    const milliseconds = Math.round(performance.now() - started);
    const line = { source, requestId, ...tallyOf(outcomes), milliseconds };
    process.stdout.write(deliveryLine(line, settings.environment, now()));
    return answer;
  } catch (thrown) {
    const isPassing = thrown instanceof KlaxonError && thrown.retryable;
    log(isPassing ? 'warn' : 'error', `the delivery failed: ${messageOf(thrown)}`, { requestId });
    throw thrown;
  }
};
