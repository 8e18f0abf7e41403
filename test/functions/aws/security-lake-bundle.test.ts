/** Security Lake, filled by the bundle that is deployed, under Lambda's own protocol. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ReceiverServer, receiverServer } from '../../alert/sinks/receiver-server.ts';
import { type Lambda, openLambda } from '../../stand-ins/lambda.ts';
import { secretRead } from '../story.ts';
import { cloudWatchEvent } from './events.ts';
import { type PackedFunction, packedFunction } from './packed-function.ts';
import { lakeIn } from './parquet.ts';
import { xmlFault } from './sink-line.ts';
import { openWorld, type World } from './world.ts';

const assumed = `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
  <AccessKeyId>invented-of-the-role</AccessKeyId><SecretAccessKey>invented</SecretAccessKey><SessionToken>invented-session</SessionToken>
  <Expiration>2126-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`;

let packed: PackedFunction;
let world: World;
let sts: ReceiverServer;
let lambda: Lambda;
beforeAll(async () => {
  packed = await packedFunction();
  world = await openWorld();
  sts = await receiverServer({
    takes: { status: 200, body: assumed },
    refuses: xmlFault(403, 'AccessDenied'),
    fails: xmlFault(500, 'InternalError'),
  });
  const environment = { ...world.environment, AWS_ENDPOINT_URL_STS: sts.url.replace(/\/hook$/, '') };
  lambda = await openLambda({ bundle: packed.bundlePath, environment });
});
afterAll(async () => {
  await lambda.close();
  await sts.close();
  await world.close();
  packed.remove();
});

const invoked = async (klaxon: string) => (await lambda.invoke({ klaxon }, 900_000)).answer;

it('is filled from the archive, in the role of the source, and with nothing twice', async () => {
  await invoked('security-lake');
  await lambda.invoke(cloudWatchEvent(secretRead(0, 'a'), secretRead(1, 'b')));
  await invoked('whole-manifest');
  const first = await lambda.invoke({ klaxon: 'security-lake' }, 900_000);
  expect(first.answer).toEqual({ isDone: true, objects: 1, events: 2 });
  expect(await lambda.lineOf(first)).toMatchObject({ level: 'info', source: 'clock' });
  expect(await invoked('security-lake')).toEqual({ isDone: true, objects: 0, events: 0 });
  const lake = await lakeIn(world.s3, 'example-lake');
  expect(Object.keys(lake)).toEqual([
    'ext/klaxon-api/region=eu-west-1/accountId=111122223333/eventDay=20260102/0000000001-0000000000.parquet',
  ]);
  expect(Object.values(lake)[0]).toHaveLength(2);
  const asked = new URLSearchParams(sts.received[0]?.body);
  expect([asked.get('Action'), asked.get('RoleArn'), asked.get('ExternalId')]).toEqual([
    'AssumeRole',
    'arn:aws:iam::111122223333:role/lake-api',
    'klaxon',
  ]);
  // Once for all that a run writes, and not at all where it writes nothing.
  expect(sts.received).toHaveLength(1);
});

it('that may not be written to is said, and nothing is passed over', async () => {
  sts.be('refuses');
  const other = await openLambda({
    bundle: packed.bundlePath,
    environment: { ...world.environment, AWS_ENDPOINT_URL_STS: sts.url.replace(/\/hook$/, '') },
  });
  await other.invoke(cloudWatchEvent(secretRead(60, 'c')));
  await other.invoke({ klaxon: 'whole-manifest' });
  const { error } = await other.invoke({ klaxon: 'security-lake' }, 900_000);
  await other.close();
  sts.be('takes');
  expect(error?.errorMessage).toContain('AccessDenied');
  expect(await invoked('security-lake')).toEqual({ isDone: true, objects: 1, events: 1 });
});
