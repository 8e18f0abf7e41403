/** A function on AWS with its table, its buckets, a topic and a queue, for whatever may break between them. */
import { SQSClient } from '@aws-sdk/client-sqs';
import { cloudSinks, queueDeadLetter, sinkLimits } from '../../../functions/aws/alerts.ts';
import { bucketArchive } from '../../../functions/aws/archive.ts';
import type { ClientConfig } from '../../../functions/aws/client.ts';
import { deliveriesOf } from '../../../functions/aws/deliveries.ts';
import { tableState } from '../../../functions/aws/state.ts';
import { startPipeline } from '../../../functions/start.ts';
import type { DeadAlert } from '../../../shared/alert/sink.ts';
import { loadedSet } from '../../detect/sigma/loading.ts';
import { dynamoDbAt, madeTable, wireToDynamoDb } from '../../stand-ins/dynamodb.ts';
import { s3At, wireToS3 } from '../../stand-ins/s3.ts';
import { type Answer, openWire, type Wire } from '../../stand-ins/wire.ts';
import { archivedIn } from '../archived.ts';
import { functionMs, hurried, type Stage, silenceMs } from '../fault-runs.ts';
import { rulesText, secretRead } from '../story.ts';
import { cloudWatchEvent, kinesisEvent, payloadOf } from './events.ts';
import { jsonFault, owner, xmlFault } from './sink-line.ts';
import { openWorld, publishedIn, topic, type World } from './world.ts';

export const services = ['S3', 'DynamoDB', 'SNS', 'SQS'] as const;
type Service = (typeof services)[number];
type Wires = Readonly<Record<Service, Wire>>;

const openWires = async (world: World): Promise<Wires> => {
  const to = (target: string, operation: string, throttles: Answer, fails: Answer): Promise<Wire> =>
    openWire({ target, operationOf: () => operation, throttles, fails });
  return {
    S3: await wireToS3(world.s3.url),
    DynamoDB: await wireToDynamoDb(world.dynamoDb),
    SNS: await to(world.sns.url, 'Publish', xmlFault(400, 'Throttled'), xmlFault(500, 'InternalError')),
    SQS: await to(
      world.sqs.url,
      'SendMessageBatch',
      jsonFault(400, 'RequestThrottled'),
      jsonFault(503, 'ServiceUnavailable'),
    ),
  };
};

/** From a log group and from a stream: a rule of one event, one that counts over both deliveries, and what cannot be read. */
const deliveries: readonly unknown[] = [
  cloudWatchEvent(secretRead(0, 'a'), 'no record'),
  kinesisEvent(payloadOf(secretRead(1, 'b'), secretRead(2, 'c')), 'not base64 !'),
];

const { rules } = loadedSet(rulesText);

export const openStage = async (): Promise<Stage<Service>> => {
  const world = await openWorld();
  const wires = await openWires(world);
  let runs = 0;
  return {
    wires,
    deliveries: deliveries.length,
    begin: async (isRefused) => {
      const bucket = `archive-${runs++}`;
      const table = await madeTable(dynamoDbAt(world.dynamoDb));
      const before = [world.sns.taken.length, world.sqs.taken.length] as const;
      world.sns.be(isRefused ? 'refuses' : 'takes');
      return {
        isTaken: (delivery) => isTaken(functionOn(wires, table, bucket), deliveries[delivery]),
        lines: async () => archivedIn(world.s3, bucket),
        alerts: async () => [
          ...publishedIn(world.sns).slice(before[0]),
          ...world.sqs.taken
            .slice(before[1])
            .flatMap(({ body }) => JSON.parse(body).Entries)
            .map(({ MessageBody }: { MessageBody: string }): DeadAlert => JSON.parse(MessageBody))
            .map(({ alert }) => alert),
        ],
      };
    },
    close: async () => {
      await Promise.all(services.map((service) => wires[service].close()));
      await world.close();
    },
  };
};

type Deal = ReturnType<typeof deliveriesOf>;

/** A delivery that fails is thrown back, or named in the answer: then its source brings it again. */
const isTaken = async (deal: Deal, delivery: unknown): Promise<boolean> => {
  try {
    const { answer } = await deal(delivery, Date.now() + functionMs);
    const failures = (answer as { readonly batchItemFailures?: readonly unknown[] } | undefined)
      ?.batchItemFailures;
    return (failures ?? []).length === 0;
  } catch {
    return false;
  }
};

/** A new process: it knows nothing of any before it. */
const functionOn = (wires: Wires, table: string, bucket: string): Deal => {
  const configFor = (service: Service): ClientConfig => ({
    ...sinkLimits,
    requestHandler: { ...sinkLimits.requestHandler, requestTimeout: silenceMs, socketTimeout: silenceMs },
    endpoint: wires[service].url,
    region: owner.region,
    credentials: { accessKeyId: 'invented', secretAccessKey: 'invented' },
  });
  const ports = { now: Date.now, pause: hurried, random: () => 0.5 };
  const sinks = { topic: { type: 'sns', topic } } as const;
  const client = dynamoDbAt(wires.DynamoDB.url, { silenceMs });
  const pipeline = startPipeline(
    { rules, routes: [{ sinks: ['topic'] }], archiveForm: 'audit' },
    {
      ...ports,
      state: tableState({ ...ports, table, client }),
      archive: bucketArchive({ ...ports, bucket, client: s3At(wires.S3.url, { silenceMs }) }),
      sinks: cloudSinks({ ...ports, sinks, made: {}, owner: () => owner, config: configFor('SNS') }),
      deadLetter: queueDeadLetter(
        `${wires.SQS.url}/111122223333/dead`,
        // What stands in for the queue answers without digests.
        new SQSClient({ ...configFor('SQS'), md5: false }),
      ),
    },
  );
  return deliveriesOf({
    pipeline,
    openObject: () => Promise.reject(new TypeError('no objects here')),
    receiver: undefined,
    backfill: () => Promise.reject(new TypeError('no backfill here')),
    fillLake: () => Promise.reject(new TypeError('no lake here')),
    ownBucket: bucket,
    region: owner.region,
    now: Date.now,
    warn: () => undefined,
  });
};
