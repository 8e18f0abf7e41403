/** The bundle that is deployed, run under Lambda's own protocol, with every service that it speaks to played on the loopback. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sayLeftOut, sharedFolder } from '../../shared-data.ts';
import { type Invocation, type Lambda, type LogLine, openLambda } from '../../stand-ins/lambda.ts';
import { archivedIn } from '../archived.ts';
import { eventList, secretRead } from '../story.ts';
import {
  cloudWatchEvent,
  kinesisEvent,
  objectCreated,
  payloadOf,
  posted,
  s3Notification,
  sequenceOf,
  sqsEvent,
} from './events.ts';
import { type PackedFunction, packedFunction } from './packed-function.ts';
import { archiveBucket, openWorld, publishedIn, token, type World } from './world.ts';

let packed: PackedFunction;
let world: World;
let lambda: Lambda;
beforeAll(async () => {
  packed = await packedFunction();
  world = await openWorld();
  lambda = await openLambda({ bundle: packed.bundlePath, environment: world.environment });
});
afterAll(async () => {
  await lambda.close();
  await world.close();
  packed.remove();
});
beforeEach(() => world.s3.objects.clear());

let last: Invocation = { requestId: '' };
/** What the log says of the latest delivery. */
const lastLine = (): Promise<LogLine> => lambda.lineOf(last);
const answerTo = async (event: unknown) => {
  last = await lambda.invoke(event);
  expect(last.error).toBeUndefined();
  return last.answer;
};
const originsIn = (): readonly unknown[] =>
  archivedIn(world.s3, archiveBucket).map((line) => JSON.parse(line).origin);
const alertsSince = (count: number): readonly string[] =>
  publishedIn(world.sns)
    .slice(count)
    .map(({ rule, cluster }) => `${rule.id} ${cluster}`);

describe('the bundle', () => {
  it('is below five megabytes', () => {
    expect(statSync(packed.bundlePath).size).toBeLessThan(5 * 1024 * 1024);
  });

  it('takes what a log group brings: it is archived, alerted and accounted for', async () => {
    const before = world.sns.taken.length;
    await answerTo(cloudWatchEvent(secretRead(0, 'a'), 'no record'));
    expect(archivedIn(world.s3, archiveBucket)).toHaveLength(2);
    expect(originsIn()).toContainEqual(
      expect.objectContaining({ account: '111122223333', region: 'eu-west-1', cluster: 'prod' }),
    );
    expect(alertsSince(before)).toEqual(['read prod']);
    expect(await lastLine()).toMatchObject({
      level: 'info',
      source: 'cloudwatch',
      received: 2,
      events: 1,
      rejected: 1,
      archived: 2,
      found: 1,
      alerted: 1,
      suppressed: 0,
      dead: 0,
      environment: 'test',
      _aws: {
        CloudWatchMetrics: [
          {
            Namespace: 'Klaxon',
            Dimensions: [['environment']],
            Metrics: [
              { Name: 'received', Unit: 'Count' },
              { Name: 'rejected', Unit: 'Count' },
              { Name: 'archived', Unit: 'Count' },
              { Name: 'found', Unit: 'Count' },
              { Name: 'alerted', Unit: 'Count' },
              { Name: 'dead', Unit: 'Count' },
              { Name: 'milliseconds', Unit: 'Milliseconds' },
            ],
          },
        ],
      },
    });
  });

  it('changes nothing when a delivery comes again', async () => {
    const before = world.sns.taken.length;
    const event = cloudWatchEvent(secretRead(60, 'a'), 'no record');
    await answerTo(event);
    const [objects, alerts] = [[...world.s3.objects.keys()], world.sns.taken.length];
    await answerTo(event);
    const another = await openLambda({ bundle: packed.bundlePath, environment: world.environment });
    expect(await another.lineOf(await another.invoke(event))).toMatchObject({
      found: 1,
      alerted: 0,
      suppressed: 1,
    });
    await another.close();
    expect([...world.s3.objects.keys()]).toEqual(objects);
    expect(world.sns.taken.length).toBe(alerts);
    expect(alerts).toBe(before + 1);
  });

  it('takes a batch of a stream, of which a poisonous record holds up nothing', async () => {
    const before = world.sns.taken.length;
    const answer = await answerTo(
      kinesisEvent(
        payloadOf(secretRead(120, 'a')),
        'not base64 !',
        Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3]),
        Buffer.from(payloadOf(secretRead(121, 'b'))).subarray(0, 40),
        payloadOf(secretRead(122, 'c'), secretRead(123, 'd')),
      ),
    );
    expect(answer).toEqual({ batchItemFailures: [] });
    expect(await lastLine()).toMatchObject({ source: 'kinesis', received: 6, events: 3, rejected: 3 });
    expect(alertsSince(before).toSorted()).toEqual(['many prod', 'read prod']);
    expect([...world.s3.objects.keys()].some((path) => path.startsWith(`/${archiveBucket}/rejected/`))).toBe(
      true,
    );
  });

  it('tells which record of a stream has to come again where the archive cannot be written', async () => {
    const lost = await openLambda({
      bundle: packed.bundlePath,
      environment: { ...world.environment, AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:9' },
    });
    const stream = await lost.invoke(kinesisEvent(payloadOf(secretRead(180, 'a'))));
    await lost.lineOf(stream);
    const direct = await lost.invoke(cloudWatchEvent(secretRead(180, 'a')));
    await lost.lineOf(direct);
    await lost.close();
    expect(stream.error).toBeUndefined();
    expect(stream.answer).toEqual({ batchItemFailures: [{ itemIdentifier: sequenceOf(0) }] });
    expect(direct.error?.errorMessage).toContain('ECONNREFUSED');
    expect(lost.logged().map(({ level }) => level)).toEqual(['warn', 'info', 'warn']);
  });

  it('reads objects of other buckets, however they were written, and none of its own', async () => {
    const firehose = Buffer.concat([payloadOf(secretRead(240, 'a')), payloadOf(secretRead(241, 'b'))]);
    world.s3.objects.set('/logs/a b/2026.gz', firehose);
    world.s3.objects.set('/logs/plain.ndjson', Buffer.from(`${JSON.stringify(secretRead(242, 'c'))}\n`));
    world.s3.objects.set('/logs/broken.gz', gzipSync(JSON.stringify(secretRead(243, 'd'))).subarray(0, 30));
    world.s3.objects.set(`/${archiveBucket}/audit/x.gz`, firehose);
    await answerTo(objectCreated('logs', 'a b/2026.gz'));
    expect(await lastLine()).toMatchObject({ source: 's3', received: 2, events: 2 });
    await answerTo(s3Notification('logs', 'a b/2026.gz'));
    expect(await lastLine()).toMatchObject({ source: 's3', received: 2, events: 2, alerted: 0 });
    const answer = await answerTo(
      sqsEvent(s3Notification('logs', 'plain.ndjson'), { Event: 's3:TestEvent' }),
    );
    expect(answer).toEqual({ batchItemFailures: [] });
    expect(await lastLine()).toMatchObject({ source: 'sqs', received: 1, events: 1 });
    await answerTo(s3Notification('logs', 'broken.gz'));
    expect(await lastLine()).toMatchObject({ received: 1, events: 0, rejected: 1 });
    await answerTo(objectCreated(archiveBucket, 'audit/x.gz'));
    expect(await lastLine()).toMatchObject({ received: 0 });
    await answerTo(s3Notification('logs', 'plain.ndjson', 'ObjectRemoved:Delete'));
    expect(await lastLine()).toMatchObject({ received: 0 });
  });

  it('gives an object back that is gone, and the message that told of it', async () => {
    expect((await lambda.invoke(objectCreated('logs', 'gone.gz'))).error?.errorMessage).toContain(
      'it is gone',
    );
    expect(await answerTo(sqsEvent(s3Notification('logs', 'gone.gz')))).toEqual({
      batchItemFailures: [{ itemIdentifier: 'message-0' }],
    });
  });

  it('takes what CloudTrail says by way of EventBridge', async () => {
    await answerTo({
      version: '0',
      'detail-type': 'AWS API Call via CloudTrail',
      source: 'aws.eks',
      account: '111122223333',
      time: '2026-01-02T03:05:00Z',
      region: 'eu-west-1',
      detail: {
        eventVersion: '1.11',
        eventTime: '2026-01-02T03:05:00Z',
        eventSource: 'eks.amazonaws.com',
        eventName: 'UpdateClusterConfig',
        eventID: '00000000-0000-4000-8000-000000000009',
        awsRegion: 'eu-west-1',
        eventType: 'AwsApiCall',
        userIdentity: { type: 'IAMUser', arn: 'arn:aws:iam::111122223333:user/dana', userName: 'dana' },
        requestParameters: { name: 'prod' },
      },
    });
    expect(await lastLine()).toMatchObject({ source: 'event', received: 1, events: 1 });
    expect([...world.s3.objects.keys()][0]).toMatch(/^\/klaxon-archive\/cloud-api\//);
  });

  it('takes what an API server posts with its token, and answers who has none with a status alone', async () => {
    const before = world.sns.taken.length;
    const list = eventList(secretRead(300, 'a'));
    const none = { headers: {}, body: '' };
    expect(await answerTo(posted(list, { token }))).toEqual({ statusCode: 200, ...none });
    expect(alertsSince(before)).toEqual(['read edge']);
    expect(await lastLine()).toMatchObject({ source: 'http', received: 1, alerted: 1 });
    const packed = posted(gzipSync(list), { token, headers: { 'content-encoding': 'gzip' } });
    expect(await answerTo(packed)).toEqual({ statusCode: 200, ...none });
    expect(await answerTo(posted(list, { token: 'wrong' }))).toMatchObject({ statusCode: 401, body: '' });
    expect(await answerTo(posted(list))).toMatchObject({ statusCode: 401, body: '' });
    expect(await answerTo(posted('[]', { token }))).toEqual({ statusCode: 400, ...none });
    expect(world.secrets.received.map(({ body }) => JSON.parse(body).SecretId)).toEqual([
      'klaxon-test/receiver/edge',
    ]);
  });

  it('chains the archive and looks what has fallen silent when the clock asks', async () => {
    await answerTo(cloudWatchEvent(secretRead(360, 'a')));
    expect(await answerTo({ klaxon: 'manifest' })).toEqual({ manifests: 1, objects: 0 });
    expect(await answerTo({ klaxon: 'whole-manifest' })).toEqual({ manifests: 1, objects: 1 });
    await answerTo({ klaxon: 'tick' });
    expect(await lastLine()).toMatchObject({ source: 'clock', found: 0 });
    expect((await lambda.invoke({ klaxon: 'dance' })).error?.errorMessage).toContain('whole-manifest');
  });

  it('takes anything else for a delivery that cannot be read', async () => {
    for (const event of [null, 7, 'text', [], {}, { Records: [null] }, { awslogs: {} }, { Records: 'x' }])
      await answerTo(event);
    expect(await lastLine()).toMatchObject({ rejected: 1 });
    await answerTo({ requestContext: { http: {} } });
  });

  it('says what is missing before it takes anything', async () => {
    const { KLAXON_STATE, ...rest } = world.environment;
    const lacking = await openLambda({ bundle: packed.bundlePath, environment: rest });
    const { error } = await lacking.invoke({});
    await lacking.close();
    expect(error?.errorMessage).toBe('KLAXON_STATE is not set');
    expect(KLAXON_STATE).toBeDefined();
  });
});

const samples = sharedFolder();

if (samples === undefined) sayLeftOut('recorded deliveries of AWS under the Runtime API');
else
  describe('a recorded delivery', () => {
    const folder = join(samples, 'samples/aws-envelopes');
    const names = readdirSync(folder).filter((name) => name.endsWith('.json'));

    it.each(names)('%s is taken, and accounted for', async (name) => {
      last = await lambda.invoke(JSON.parse(readFileSync(join(folder, name), 'utf8')));
      const { error } = last;
      const line = await lastLine();
      const count = (key: string): number => Number(line[key]);
      // Some tell of objects in buckets that are not here.
      if (error) expect(error.errorMessage).toMatch(/it is gone/);
      else
        expect(count('received')).toBe(
          count('events') + count('rejected') + count('duplicates') + count('dropped'),
        );
    });
  });
