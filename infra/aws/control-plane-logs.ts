/** Clusters and the logs they are to write in; what asks EKS for them when the stack is deployed, out. */
import { CustomResource, type Stack } from 'aws-cdk-lib';
import { Grant } from 'aws-cdk-lib/aws-iam';
import type { Code } from 'aws-cdk-lib/aws-lambda';
import type { IConstruct } from 'constructs';
import { anyStream } from './argued.ts';
import { functionIn } from './function.ts';
import { logGroupArn } from './log-groups.ts';
import { logGroupOf, type Place } from './place.ts';

/** The most that Lambda allows: a cluster that is being changed takes no other change for some minutes. */
const timeoutSeconds = 900;

/** By the name of a cluster: what has to be done before its log group is used. */
export const controlPlaneLogsIn = (
  stack: Stack,
  { clusters }: Place,
  logDays: number,
  code: Code,
): ReadonlyMap<string, IConstruct> => {
  const wanted = clusters.filter(({ turnOn = [] }) => turnOn.length > 0);
  if (wanted.length === 0) return new Map();
  const { lambda, role } = functionIn(stack, 'ControlPlaneLogs', {
    description: 'Turns control-plane logs of EKS on, and none off',
    code,
    handler: 'handler.handler',
    memoryMegabytes: 256,
    timeoutSeconds,
    logDays,
  });
  Grant.addToPrincipal({
    grantee: role,
    actions: ['eks:DescribeCluster', 'eks:UpdateClusterConfig'],
    resourceArns: wanted.map(({ name }) =>
      stack.formatArn({ service: 'eks', resource: 'cluster', resourceName: name }),
    ),
  });
  for (const cluster of wanted) {
    const arn = logGroupArn(stack, cluster);
    Grant.addToPrincipal({
      grantee: role,
      actions: ['logs:CreateLogGroup'],
      resourceArns: [arn, `${arn}:*`],
    });
    anyStream(role, arn);
  }
  return new Map(
    wanted.map((cluster) => [
      cluster.name,
      new CustomResource(stack, `TurnOn-${cluster.name}`, {
        resourceType: 'Custom::ControlPlaneLogs',
        serviceToken: lambda.functionArn,
        // What turn-on-logs.ts is asked.
        properties: { cluster: cluster.name, logGroup: logGroupOf(cluster), logs: cluster.turnOn },
      }),
    ]),
  );
};
