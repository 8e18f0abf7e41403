/** What every function here has alike: its runtime, a log that ends, and a role that may do nothing but write that log. */
import { Duration, RemovalPolicy, type Stack } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, type Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';

export interface FunctionOptions {
  readonly description: string;
  readonly code: Code;
  /** A file of the code without its ending, and what it exports. */
  readonly handler: string;
  readonly memoryMegabytes: number;
  readonly timeoutSeconds: number;
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /** At most so many at a time; as many as the account allows if absent. */
  readonly concurrency?: number | undefined;
  readonly logDays: number;
}

export interface FunctionWithRole {
  readonly lambda: LambdaFunction;
  readonly role: Role;
}

export const functionIn = (stack: Stack, id: string, options: FunctionOptions): FunctionWithRole => {
  const { description, code, handler, memoryMegabytes, timeoutSeconds, environment, concurrency } = options;
  const logGroup = new LogGroup(stack, `${id}Log`, {
    logGroupName: logGroupName(stack, id),
    retention: retentionOf(options.logDays),
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const role = new Role(stack, `${id}Role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  logGroup.grantWrite(role);
  const lambda = new LambdaFunction(stack, id, {
    description,
    code,
    handler,
    role,
    logGroup,
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    memorySize: memoryMegabytes,
    timeout: Duration.seconds(timeoutSeconds),
    environment: { ...environment },
    ...(concurrency !== undefined && { reservedConcurrentExecutions: concurrency }),
  });
  return { lambda, role };
};

/** Known before anything is made, so that a policy for all log groups of the account can leave these out. */
export const logGroupName = (stack: Stack, id: string): string =>
  `/klaxon/${stack.stackName}/${id.toLowerCase()}`;

/** CloudWatch knows some numbers of days only: the next one that is no shorter; for ever beyond the last. */
export const retentionOf = (days: number): RetentionDays =>
  retentions.find((known) => known >= days) ?? RetentionDays.INFINITE;

const retentions = Object.values(RetentionDays)
  .filter((days) => typeof days === 'number')
  .filter((days) => days !== RetentionDays.INFINITE)
  .toSorted((left, right) => left - right);
