/** Sinks as settings name them in, those that are AWS's own out; and the queue for alerts that no sink took. */
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { S3Client } from '@aws-sdk/client-s3';
import { BatchImportFindingsCommand, SecurityHubClient } from '@aws-sdk/client-securityhub';
import { PublishCommand, type PublishCommandInput, SNSClient } from '@aws-sdk/client-sns';
import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Alert } from '../../shared/alert/alert.ts';
import { type FindingOwner, findingToAsff } from '../../shared/alert/asff-finding.ts';
import { attributesOf } from '../../shared/alert/attributes.ts';
import { fittedAlert } from '../../shared/alert/fitted-alert.ts';
import { letterBatches } from '../../shared/alert/letter-batches.ts';
import { cutTo } from '../../shared/alert/printable.ts';
import type { AlertSink, DeadLetter } from '../../shared/alert/sink.ts';
import { fittedParts, headlineOf, type ShownPart, titleOf } from '../../shared/alert/sinks/fitted-message.ts';
import { objectSink } from '../../shared/alert/sinks/object-sink.ts';
import { type Fault, oneByOne } from '../../shared/alert/sinks/one-by-one.ts';
import { KlaxonError } from '../../shared/errors.ts';
import type { Clock, Pause, Random } from '../../shared/ports.ts';
import type { Sink } from '../../shared/settings/settings.ts';
import { bucketArchive } from './archive.ts';
import { type ClientConfig, clientLimits, faultOf, handedOver, isPassingName } from './client.ts';

export interface CloudSinkOptions {
  /** By name, of every kind: those of other kinds are left out. */
  readonly sinks: Readonly<Record<string, Sink>>;
  /** By the name of a sink that names nothing itself: the ARN of its topic, the name of its bus or bucket. */
  readonly made: Readonly<Record<string, string>>;
  /** The account that Klaxon runs in; asked when there is something to tell. */
  readonly owner: () => FindingOwner;
  readonly config?: ClientConfig | undefined;
  readonly now: Clock;
  readonly pause: Pause;
  readonly random: Random;
}

/** Who gives alerts tries again by itself, with time between. */
export const sinkLimits: ClientConfig = { ...clientLimits, maxAttempts: 1 };

/**
 * The function needs sns:Publish on the topic, events:PutEvents on the bus, s3:PutObject below alerts/ of the bucket, and
 * securityhub:BatchImportFindings on the account's own product.
 * @throws KlaxonError where a sink names nothing, and nothing was made for it.
 */
export const cloudSinks = (options: CloudSinkOptions): readonly AlertSink[] =>
  Object.entries(options.sinks).flatMap(([name, sink]) => sinkOf(name, sink, options) ?? []);

const sinkOf = (name: string, sink: Sink, options: CloudSinkOptions): AlertSink | undefined => {
  const config = options.config ?? sinkLimits;
  const place = (named: string | undefined): string => {
    const found = named ?? options.made[name];
    if (found !== undefined) return found;
    throw new KlaxonError('settings', `nothing was made for the sink "${name}", and it names nothing`);
  };
  switch (sink.type) {
    case 'sns':
      return topicSink(name, place(sink.topic), new SNSClient(config), options);
    case 'eventBridge':
      return busSink(name, place(sink.bus), new EventBridgeClient(config), options);
    case 'securityHub':
      return findingSink(name, new SecurityHubClient(config), options);
    case 's3': {
      const client = new S3Client({ ...config, forcePathStyle: config.endpoint !== undefined });
      return objectSink({
        name,
        store: bucketArchive({ ...options, bucket: place(sink.bucket), client }),
        now: options.now,
      });
    }
    default:
      return undefined;
  }
};

/** Of one entry of a batch, which the service refuses in an answer that is a success. */
const refusalOf = (what: string, code: string, message = ''): Fault => ({
  reason: new KlaxonError('alert', `${what}: ${code}: ${message}`, { retryable: isPassingName(code) }),
});

const atOnce = 4;

/** Of a message in SNS, an event in EventBridge and a message in SQS, attributes included: 256 KB, of which some is left. */
const maxBytes = 250_000;

/** Standard topics know no key; one that is FIFO drops an id that it saw less than five minutes ago. */
const topicSink = (name: string, topic: string, client: SNSClient, { now }: CloudSinkOptions): AlertSink =>
  oneByOne({
    name,
    now,
    atOnce,
    begin: () => (alert) =>
      handedOver(`the topic of "${name}" cannot be used`, async () => {
        await client.send(new PublishCommand({ TopicArn: topic, ...publicationOf(alert, topic) }));
        return undefined;
      }),
  });

/** Programs get the alert as JSON, people a text. Subscriptions may filter by the attributes. */
const publicationOf = (alert: Alert, topic: string): PublishCommandInput => {
  const email = emailText(alert);
  const sms = cutTo(140, headlineOf(alert));
  const messageWith = (some: Alert): string => JSON.stringify({ default: JSON.stringify(some), email, sms });
  const fitted = fittedAlert(alert, (some) => Buffer.byteLength(messageWith(some)) <= maxBytes - 3000);
  return {
    MessageStructure: 'json',
    Message: messageWith(fitted),
    // ASCII of fewer than 100 characters: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
    Subject: cutTo(99, titleOf(alert).replace(/[^\x20-\x7e]/g, '?')),
    MessageAttributes: Object.fromEntries(
      Object.entries(attributesOf(alert)).map(([name, StringValue]) => [
        name,
        { DataType: 'String', StringValue },
      ]),
    ),
    ...(topic.endsWith('.fifo') && {
      MessageGroupId: 'alerts',
      MessageDeduplicationId: `${alert.id}-${alert.severity}`,
    }),
  };
};

const maxEmailBytes = 20_000;

const emailText = (alert: Alert): string => {
  const textOf = (parts: readonly ShownPart[]): string =>
    `${titleOf(alert)}\n\n${parts.map(shown).join('\n')}\n`;
  return textOf(fittedParts(alert, (parts) => Buffer.byteLength(textOf(parts)) <= maxEmailBytes));
};

const shown = ({ label, lines }: ShownPart): string =>
  lines.map((line, at) => `${(at === 0 ? label : '').padEnd(8)}${line}`).join('\n');

/** What an event pattern knows Klaxon's events by. */
export const eventSource = 'klaxon';
export const eventType = 'Klaxon Alert';

/** The detail of an event is the alert. A bus knows no key: `detail.id` is the one to go by. */
const busSink = (
  name: string,
  bus: string,
  client: EventBridgeClient,
  { now }: CloudSinkOptions,
): AlertSink => {
  const what = `the event bus of "${name}" cannot be used`;
  const tell = async (alert: Alert): Promise<Fault | undefined> => {
    const fitted = fittedAlert(alert, (some) => Buffer.byteLength(JSON.stringify(some)) <= maxBytes - 3000);
    const event = { Source: eventSource, DetailType: eventType, EventBusName: bus };
    const command = new PutEventsCommand({ Entries: [{ ...event, Detail: JSON.stringify(fitted) }] });
    const [entry] = (await client.send(command)).Entries ?? [];
    return entry?.ErrorCode === undefined ? undefined : refusalOf(what, entry.ErrorCode, entry.ErrorMessage);
  };
  return oneByOne({ name, now, atOnce, begin: () => (alert) => handedOver(what, () => tell(alert)) });
};

/**
 * A finding's id is the alert's, so one told again is the same finding, brought up to date. Findings are imported as ASFF
 * alone, so Security Hub CSPM has to be on in the account (docs/decisions/0022).
 */
const findingSink = (
  name: string,
  client: SecurityHubClient,
  { now, owner }: CloudSinkOptions,
): AlertSink => {
  const what = `Security Hub, the sink "${name}", cannot be used`;
  const tell = async (alert: Alert): Promise<Fault | undefined> => {
    const command = new BatchImportFindingsCommand({ Findings: [findingToAsff(alert, owner(), now())] });
    const [failed] = (await client.send(command)).FailedFindings ?? [];
    return failed && refusalOf(what, failed.ErrorCode ?? 'refused', failed.ErrorMessage);
  };
  return oneByOne({ name, now, atOnce, begin: () => (alert) => handedOver(what, () => tell(alert)) });
};

/**
 * Of an ARN of anything in the account: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
 * @throws KlaxonError where it is none.
 */
export const ownerIn = (arn: string): FindingOwner => {
  const [, partition, , region = '', account = ''] = arn.split(':');
  const known = partitions.find((name) => name === partition);
  if (!known) throw new KlaxonError('alert', `"${arn}" names no account`);
  return { partition: known, region, account };
};

const partitions = ['aws', 'aws-cn', 'aws-us-gov'] as const;

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html */
const mostInBatch = 10;

/** One message an alert and sink, the alert in it as it is given elsewhere. The function needs sqs:SendMessage on the queue. */
export const queueDeadLetter = (url: string, client: SQSClient): DeadLetter => ({
  put: async (letters) => {
    const what = 'the dead letter queue cannot be used';
    for (const batch of letterBatches(letters, { maxBytes, mostInBatch })) {
      const Entries = batch.map((MessageBody, at) => ({ Id: String(at), MessageBody }));
      const command = new SendMessageBatchCommand({ QueueUrl: url, Entries });
      try {
        const [failed] = (await client.send(command)).Failed ?? [];
        if (failed)
          throw new KlaxonError('alert', `${what}: ${failed.Code}: ${failed.Message ?? ''}`, {
            retryable: failed.SenderFault !== true,
          });
      } catch (thrown) {
        throw thrown instanceof KlaxonError ? thrown : faultOf('alert', what, thrown);
      }
    }
  },
});
