/** What CloudFormation asks when a stack is deployed, in; control-plane logs of EKS that are on, and none that was turned off, out. */
import { setTimeout as wait } from 'node:timers/promises';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  ResourceAlreadyExistsException,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  DescribeClusterCommand,
  EKSClient,
  type LogType,
  ResourceInUseException,
  ResourceNotFoundException,
  UpdateClusterConfigCommand,
} from '@aws-sdk/client-eks';
import { messageOf } from '../../shared/errors.ts';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html */
export interface ResourceRequest {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly ResponseURL: string;
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
  readonly ResourceProperties: Wanted;
}

export interface Wanted {
  readonly cluster: string;
  readonly logGroup: string;
  readonly logs: readonly LogType[];
}

export interface TurnOnOptions {
  readonly eks: EKSClient;
  readonly logs: CloudWatchLogsClient;
  readonly pause: (milliseconds: number) => Promise<unknown>;
  /** How long is left, in milliseconds. */
  readonly remaining: () => number;
}

/** A change of a cluster takes some minutes. */
const pauseMs = 15_000;
/** Left for telling CloudFormation. */
const reserveMs = 30_000;

/** @throws what EKS says where it refuses, or an Error in words for a person. */
export const turnOnLogs = async (
  { cluster: name, logGroup, logs: wanted }: Wanted,
  { eks, logs, pause, remaining }: TurnOnOptions,
): Promise<void> => {
  await createLogGroup(logs, logGroup);
  for (;;) {
    const on = await logsThatAreOn(eks, name);
    if (wanted.every((log) => on.includes(log))) return;
    try {
      // Those that are on are named as well: whatever EKS does with the ones that a request leaves out, they stay on.
      const types = [...new Set([...on, ...wanted])];
      const logging = { clusterLogging: [{ types, enabled: true }] };
      await eks.send(new UpdateClusterConfigCommand({ name, logging }));
      return;
    } catch (thrown) {
      if (!(thrown instanceof ResourceInUseException)) throw thrown;
      if (remaining() < pauseMs + reserveMs)
        throw new Error(`the cluster ${name} is still being changed: deploy again when that is done`, {
          cause: thrown,
        });
    }
    await pause(pauseMs);
  }
};

/** EKS makes it with its first line, which is later than the subscription to it. */
const createLogGroup = async (logs: CloudWatchLogsClient, logGroupName: string): Promise<void> => {
  try {
    await logs.send(new CreateLogGroupCommand({ logGroupName }));
  } catch (thrown) {
    if (!(thrown instanceof ResourceAlreadyExistsException)) throw thrown;
  }
};

const logsThatAreOn = async (eks: EKSClient, name: string): Promise<readonly LogType[]> => {
  try {
    const { cluster } = await eks.send(new DescribeClusterCommand({ name }));
    const setups = cluster?.logging?.clusterLogging ?? [];
    return setups.flatMap(({ enabled, types }) => (enabled ? (types ?? []) : []));
  } catch (thrown) {
    if (!(thrown instanceof ResourceNotFoundException)) throw thrown;
    throw new Error(`there is no cluster ${name} in this region of this account`, { cause: thrown });
  }
};

const limits = { maxAttempts: 4, requestHandler: { connectionTimeout: 2_000, requestTimeout: 10_000 } };

/** Whatever happens CloudFormation is told: it would wait for an hour. */
export const handler = async (
  request: ResourceRequest,
  context: { readonly getRemainingTimeInMillis: () => number },
): Promise<void> => {
  const remaining = (): number => context.getRemainingTimeInMillis();
  try {
    // To leave is to leave everything as it is.
    if (request.RequestType !== 'Delete')
      await turnOnLogs(request.ResourceProperties, {
        eks: new EKSClient(limits),
        logs: new CloudWatchLogsClient(limits),
        pause: wait,
        remaining,
      });
  } catch (thrown) {
    return answer(request, { Status: 'FAILED', Reason: messageOf(thrown).slice(0, 1000) });
  }
  return answer(request, { Status: 'SUCCESS' });
};

const answerAttempts = 3;

const answer = async (request: ResourceRequest, outcome: object): Promise<void> => {
  const { StackId, RequestId, LogicalResourceId, ResourceProperties, ResponseURL } = request;
  // Another cluster is another thing: CloudFormation then asks for the old one to be deleted, which does nothing.
  const PhysicalResourceId = `control-plane-logs/${ResourceProperties.cluster}`;
  const body = JSON.stringify({ ...outcome, StackId, RequestId, LogicalResourceId, PhysicalResourceId });
  for (let attempt = 1; ; attempt++) {
    try {
      const { ok, status } = await fetch(ResponseURL, {
        method: 'PUT',
        body,
        // The URL is signed for a request without one.
        headers: { 'content-type': '' },
        signal: AbortSignal.timeout(5_000),
      });
      if (ok) return;
      throw new Error(`CloudFormation answered ${status}`);
    } catch (thrown) {
      if (attempt === answerAttempts) throw thrown;
    }
  }
};
