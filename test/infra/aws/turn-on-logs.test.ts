/** Control-plane logs are turned on and never off, and CloudFormation is always told. */
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { EKSClient } from '@aws-sdk/client-eks';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { handler, type ResourceRequest, turnOnLogs, type Wanted } from '../../../infra/aws/turn-on-logs.ts';
import { type ControlPlane, controlPlane } from './control-plane.ts';

let plane: ControlPlane;
const credentials = { accessKeyId: 'EXAMPLE', secretAccessKey: 'example' };
const wanted: Wanted = {
  cluster: 'orders',
  logGroup: '/aws/eks/orders/cluster',
  logs: ['audit', 'authenticator'],
};

beforeEach(async () => {
  plane = await controlPlane();
  plane.on.set('orders', []);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await plane.close();
});

/** A clock on which nothing but a pause takes time. */
const turnedOn = async (asked: Wanted, leftMs = 900_000): Promise<readonly number[]> => {
  const pauses: number[] = [];
  const setup = { endpoint: plane.url, region: 'eu-west-1', credentials, maxAttempts: 1 };
  await turnOnLogs(asked, {
    eks: new EKSClient(setup),
    logs: new CloudWatchLogsClient(setup),
    pause: async (milliseconds) => pauses.push(milliseconds),
    remaining: () => leftMs - pauses.reduce((sum, each) => sum + each, 0),
  });
  return pauses;
};

describe('logs that are wanted', () => {
  it('are turned on, and their log group is there before EKS writes to it', async () => {
    await turnedOn(wanted);
    expect(plane.on.get('orders')).toEqual(['audit', 'authenticator']);
    expect([...plane.logGroups]).toEqual(['/aws/eks/orders/cluster']);
  });

  it('leave those on that are on, even if EKS took what is not named for off', async () => {
    plane.on.set('orders', ['scheduler', 'audit']);
    await turnedOn(wanted);
    expect(plane.on.get('orders')?.toSorted()).toEqual(['audit', 'authenticator', 'scheduler']);
    expect(JSON.stringify(plane.updates)).not.toContain('false');
  });

  it('are asked for only where one is missing: EKS refuses a change that changes nothing', async () => {
    plane.on.set('orders', ['audit', 'authenticator', 'api']);
    plane.logGroups.add('/aws/eks/orders/cluster');
    await turnedOn(wanted);
    expect(plane.updates).toEqual([]);
  });

  it('wait for a cluster that is being changed', async () => {
    plane.busy = 3;
    expect(await turnedOn(wanted)).toEqual([15_000, 15_000, 15_000]);
    expect(plane.on.get('orders')).toEqual(['audit', 'authenticator']);
  });

  it('are given up while there is still time to say so', async () => {
    plane.busy = 1000;
    await expect(turnedOn(wanted)).rejects.toThrow(
      'the cluster orders is still being changed: deploy again when that is done',
    );
    expect(plane.on.get('orders')).toEqual([]);
  });

  it('of a cluster that is not there are refused in words', async () => {
    await expect(turnedOn({ ...wanted, cluster: 'orders-old' })).rejects.toThrow(
      'there is no cluster orders-old in this region of this account',
    );
  });
});

describe('CloudFormation', () => {
  const context = { getRemainingTimeInMillis: () => 60_000 };
  const request = (RequestType: ResourceRequest['RequestType'], cluster = 'orders'): ResourceRequest => ({
    RequestType,
    ResponseURL: `${plane.url}/cloudformation?Signature=example`,
    StackId: 'stack',
    RequestId: 'request',
    LogicalResourceId: 'TurnOnorders',
    ResourceProperties: { ...wanted, cluster },
  });

  beforeEach(() => {
    vi.stubEnv('AWS_ENDPOINT_URL', plane.url);
    vi.stubEnv('AWS_REGION', 'eu-west-1');
    vi.stubEnv('AWS_ACCESS_KEY_ID', credentials.accessKeyId);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', credentials.secretAccessKey);
  });

  it('is told that it is done, under a name that stays the same for a cluster', async () => {
    await handler(request('Create'), context);
    await handler(request('Update'), context);
    const answer = {
      Status: 'SUCCESS',
      StackId: 'stack',
      RequestId: 'request',
      LogicalResourceId: 'TurnOnorders',
      PhysicalResourceId: 'control-plane-logs/orders',
    };
    expect(plane.answers).toEqual([answer, answer]);
  });

  it('is told why not', async () => {
    await handler(request('Create', 'orders-old'), context);
    expect(plane.answers).toMatchObject([
      { Status: 'FAILED', Reason: 'there is no cluster orders-old in this region of this account' },
    ]);
  });

  it('has its stack deleted without a log being turned off, and without a call', async () => {
    plane.on.set('orders', ['audit']);
    await handler(request('Delete'), context);
    expect(plane.answers).toMatchObject([{ Status: 'SUCCESS' }]);
    expect([plane.updates, [...plane.logGroups]]).toEqual([[], []]);
  });

  it('is told again where it does not hear at first', async () => {
    plane.deaf = 2;
    await handler(request('Delete'), context);
    expect(plane.answers).toHaveLength(1);
  });

  it('that never hears leaves an error in the log', async () => {
    plane.deaf = 100;
    await expect(handler(request('Delete'), context)).rejects.toThrow('CloudFormation answered 503');
  });
});
