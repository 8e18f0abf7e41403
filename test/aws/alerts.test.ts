/** Alerts, dead letters and secrets with services as moto plays them: what their own clients find there afterwards. */
import { randomUUID } from 'node:crypto';
import {
  CreateEventBusCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { EnableSecurityHubCommand, GetFindingsCommand, SecurityHubClient } from '@aws-sdk/client-securityhub';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { cloudSinks, queueDeadLetter, sinkLimits } from '../../functions/aws/alerts.ts';
import type { ClientConfig } from '../../functions/aws/client.ts';
import { secretsManager } from '../../functions/aws/secrets.ts';
import { pause } from '../../functions/pause.ts';
import type { AlertSink } from '../../shared/alert/sink.ts';
import type { Sink } from '../../shared/settings/settings.ts';
import { exampleAlert } from '../alert/example.ts';
import { s3At } from '../stand-ins/s3.ts';
import { motoUrl, patient } from './moto.ts';

/** The account that moto plays. */
const account = '123456789012';
const owner = { account, region: 'eu-west-1', partition: 'aws' } as const;
const config = (): ClientConfig => ({
  ...sinkLimits,
  requestHandler: {
    ...sinkLimits.requestHandler,
    requestTimeout: patient.silenceMs,
    socketTimeout: patient.silenceMs,
  },
  endpoint: motoUrl(),
  region: owner.region,
  credentials: { accessKeyId: 'invented', secretAccessKey: 'invented' },
});

const sinkFor = (sink: Sink): AlertSink => {
  const [opened] = cloudSinks({
    sinks: { sink },
    made: {},
    owner: () => owner,
    config: config(),
    now: Date.now,
    pause,
    random: () => 0.5,
  });
  if (!opened) throw new Error(`no sink of type ${sink.type}`);
  return opened;
};

const alert = exampleAlert();
const inTime = (): number => Date.now() + 120_000;
const unique = (name: string): string => `${name}-${randomUUID().slice(0, 8)}`;

const madeQueue = async (): Promise<{ readonly url: string; readonly arn: string }> => {
  const name = unique('queue');
  const { QueueUrl = '' } = await new SQSClient(config()).send(new CreateQueueCommand({ QueueName: name }));
  return { url: QueueUrl, arn: `arn:aws:sqs:${owner.region}:${account}:${name}` };
};

const messagesIn = async (url: string): Promise<readonly string[]> => {
  const command = new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10 });
  return ((await new SQSClient(config()).send(command)).Messages ?? []).map(({ Body = '' }) => Body);
};

describe('with services as moto plays them', () => {
  it('a topic hands the alert on, and those who subscribe may filter', async () => {
    const sns = new SNSClient(config());
    const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: unique('topic') }));
    const [severe, all] = [await madeQueue(), await madeQueue()];
    const subscribe = (arn: string, attributes: Readonly<Record<string, string>> = {}) =>
      sns.send(
        new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: arn, Attributes: { ...attributes } }),
      );
    await subscribe(severe.arn, { FilterPolicy: JSON.stringify({ severity: ['critical'] }) });
    await subscribe(all.arn);
    const worse = { ...alert, severity: 'critical' } as const;
    expect(await sinkFor({ type: 'sns', topic: TopicArn }).send([alert, worse], inTime())).toEqual([]);
    const idsIn = async (url: string): Promise<readonly string[]> =>
      (await messagesIn(url)).map((body) => {
        const { id, severity } = JSON.parse(JSON.parse(body).Message);
        return `${id} ${severity}`;
      });
    expect(await idsIn(severe.url)).toEqual([`${alert.id} critical`]);
    expect((await idsIn(all.url)).toSorted()).toEqual([`${alert.id} critical`, `${alert.id} medium`]);
  });

  it('a bus hands the event on to who asks for it', async () => {
    const events = new EventBridgeClient(config());
    const [bus, queue] = [unique('bus'), await madeQueue()];
    await events.send(new CreateEventBusCommand({ Name: bus }));
    const pattern = { source: ['klaxon'], detail: { severity: ['medium'] } };
    await events.send(
      new PutRuleCommand({ Name: bus, EventBusName: bus, EventPattern: JSON.stringify(pattern) }),
    );
    await events.send(
      new PutTargetsCommand({ Rule: bus, EventBusName: bus, Targets: [{ Id: 'queue', Arn: queue.arn }] }),
    );
    expect(await sinkFor({ type: 'eventBridge', bus }).send([alert], inTime())).toEqual([]);
    const [body = '{}'] = await messagesIn(queue.url);
    expect(JSON.parse(body)).toMatchObject({
      source: 'klaxon',
      'detail-type': 'Klaxon Alert',
      detail: { id: alert.id, rule: { id: 'door-opened' } },
    });
  });

  it('Security Hub has one finding of an alert, however often it is told', async () => {
    const hub = new SecurityHubClient(config());
    await hub.send(new EnableSecurityHubCommand({})).catch(() => undefined);
    const sink = sinkFor({ type: 'securityHub' });
    const told = { ...alert, id: randomUUID().replaceAll('-', '') };
    expect(await sink.send([told], inTime())).toEqual([]);
    expect(await sink.send([{ ...told, severity: 'critical' }], inTime())).toEqual([]);
    const { Findings = [] } = await hub.send(
      new GetFindingsCommand({ Filters: { Id: [{ Value: told.id, Comparison: 'EQUALS' }] } }),
    );
    expect(Findings.filter(({ Id }) => Id === told.id)).toMatchObject([
      { Title: 'CRITICAL: A door was opened', AwsAccountId: account, SchemaVersion: '2018-10-08' },
    ]);
  });

  it('a bucket has an object of each alert', async () => {
    const client = s3At(motoUrl(), patient);
    const bucket = unique('alerts');
    await client.send(
      new CreateBucketCommand({
        Bucket: bucket,
        CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' },
      }),
    );
    const sink = sinkFor({ type: 's3', bucket });
    expect(await sink.send([alert], inTime())).toEqual([]);
    expect(await sink.send([alert], inTime())).toEqual([]);
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket }));
    expect(Contents.map(({ Key }) => Key)).toEqual([`alerts/date=2026-01-02/${alert.id}-medium.json`]);
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: Contents[0]?.Key ?? '' }));
    expect(JSON.parse((await Body?.transformToString()) ?? '')).toEqual(JSON.parse(JSON.stringify(alert)));
  });

  it('the queue of dead letters has each of them, checked by its digest', async () => {
    const { url } = await madeQueue();
    const letters = queueDeadLetter(url, new SQSClient(config()));
    await letters.put([{ alert, sink: 'chat', reason: 'refused', attempts: 3, givenUpAt: 1 }]);
    const [body = '{}'] = await messagesIn(url);
    expect(JSON.parse(body)).toMatchObject({ sink: 'chat', attempts: 3, alert: { id: alert.id } });
  });

  it('a secret is what lies behind its name', async () => {
    const client = new SecretsManagerClient(config());
    const name = `klaxon/${unique('slack')}`;
    await client.send(new CreateSecretCommand({ Name: name, SecretString: 'invented' }));
    const secretOf = secretsManager(client);
    expect(await secretOf(`aws:secretsmanager:${name}`)).toBe('invented');
    await expect(secretOf('aws:secretsmanager:klaxon/none')).rejects.toMatchObject({ retryable: false });
  });
});
