/** A function whose services fail at any one request: deliveries brought again until they are taken, and what is there in the end. */
import { SQSClient } from '@aws-sdk/client-sqs';
import { cloudSinks, queueDeadLetter, sinkLimits } from '../../../functions/aws/alerts.ts';
import { bucketArchive } from '../../../functions/aws/archive.ts';
import type { ClientConfig } from '../../../functions/aws/client.ts';
import { deliveriesOf } from '../../../functions/aws/deliveries.ts';
import { tableState } from '../../../functions/aws/state.ts';
import { pause } from '../../../functions/pause.ts';
import { startPipeline } from '../../../functions/start.ts';
import type { DeadAlert } from '../../../shared/alert/sink.ts';
import type { Pause } from '../../../shared/ports.ts';
import { loadedSet } from '../../detect/sigma/loading.ts';
import { dynamoDbAt, madeTable, wireToDynamoDb } from '../../stand-ins/dynamodb.ts';
import { s3At, wireToS3 } from '../../stand-ins/s3.ts';
import { type Answer, type FaultOf, openWire, type Wire } from '../../stand-ins/wire.ts';
import { rulesText, secretRead } from '../story.ts';
import { cloudWatchEvent, kinesisEvent, payloadOf } from './events.ts';
import { jsonFault, owner, xmlFault } from './sink-line.ts';
import { archivedIn, publishedIn, topic, type World } from './world.ts';

export const services = ['S3', 'DynamoDB', 'SNS', 'SQS'] as const;
export type Service = (typeof services)[number];
export type Wires = Readonly<Record<Service, Wire>>;

export const openWires = async (world: World): Promise<Wires> => {
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

export interface Run {
  /** Lines of the archive, in order. */
  readonly lines: readonly string[];
  /** Alerts that the topic or the dead letter has, as often as it has them. */
  readonly alerts: readonly string[];
  /** How often a delivery was brought. */
  readonly brought: number;
  /** What was asked of each service. */
  readonly asked: Readonly<Record<Service, readonly string[]>>;
}

/** What breaks in a run; `revive` ends it. */
export interface Breaking {
  readonly service: Service;
  readonly faultOf: FaultOf;
  /** Every service breaks with this one, and stays so until the delivery comes again: the process has died. */
  readonly isDeath?: boolean;
  /** The topic takes no alert, so that all of them go to the dead letter. */
  readonly isRefused?: boolean;
}

let runs = 0;
const mostAttempts = 6;

export const runWith = async (world: World, wires: Wires, breaking?: Breaking): Promise<Run> => {
  const bucket = `archive-${runs++}`;
  const table = await madeTable(dynamoDbAt(world.dynamoDb));
  const before = [world.sns.taken.length, world.sqs.taken.length] as const;
  world.sns.be(breaking?.isRefused ? 'refuses' : 'takes');
  let isDead = false;
  for (const service of services)
    wires[service].breaksAt((place, operation) => {
      if (isDead) return 'closes';
      const fault = service === breaking?.service ? breaking.faultOf(place, operation) : undefined;
      isDead = fault !== undefined && breaking?.isDeath === true;
      return fault;
    });

  let brought = 0;
  for (const delivery of deliveries) {
    for (let attempt = 1; ; attempt++) {
      brought++;
      if (await isTaken(functionOn(wires, table, bucket), delivery)) break;
      if (attempt === mostAttempts) throw new Error(`not taken in ${mostAttempts} attempts`);
      isDead = false;
    }
  }
  const dead = world.sqs.taken
    .slice(before[1])
    .flatMap(({ body }) => JSON.parse(body).Entries)
    .map(({ MessageBody }: { MessageBody: string }): DeadAlert => JSON.parse(MessageBody));
  return {
    lines: archivedIn(world.s3, bucket),
    alerts: [...publishedIn(world.sns).slice(before[0]), ...dead.map(({ alert }) => alert)].map(
      ({ id, rule }) => `${rule.id} ${id}`,
    ),
    brought,
    asked: {
      S3: wires.S3.asked(),
      DynamoDB: wires.DynamoDB.asked(),
      SNS: wires.SNS.asked(),
      SQS: wires.SQS.asked(),
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

/** Leaves some seconds for the giving of alerts. */
const functionMs = 8_000;

/** Long enough that no answer comes late, short enough to wait for one that never comes. */
const silenceMs = 500;

/** Waits between attempts are passed over; a wait for somebody's silence, which may end early, is not. */
const hurried: Pause = (milliseconds, signal) => pause(signal ? milliseconds : 1, signal);

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
    ownBucket: bucket,
    region: owner.region,
    now: Date.now,
    warn: () => undefined,
  });
};
