/** The functions: one reads deliveries, one keeps the clock, one takes what self-managed clusters send. All run the same code. */
import { Duration, type Stack } from 'aws-cdk-lib';
import type { Code } from 'aws-cdk-lib/aws-lambda';
import { nameOf, variables } from '../../shared/settings/environment.ts';
import type { Settings } from '../../shared/settings/settings.ts';
import type { Alerts } from './alerts.ts';
import type { Archive } from './archive.ts';
import type { DeadLetter } from './dead-letter.ts';
import { type FunctionWithRole, functionIn } from './function.ts';
import type { Place } from './place.ts';
import type { State } from './state.ts';

export interface Compute {
  /** Reads what log groups, streams, buckets and EventBridge bring. */
  readonly deliveries: FunctionWithRole;
  /** Notices what has fallen silent, chains the archive, and fetches what log groups hold of a time that has passed. */
  readonly clock: FunctionWithRole;
  /** Undefined where nobody sends anything. */
  readonly receiver: FunctionWithRole | undefined;
}

export interface Stores {
  readonly state: State;
  readonly archive: Archive;
  readonly alerts: Alerts;
  readonly deadLetter: DeadLetter;
}

/** Longer than the largest delivery takes, with a sink that does not answer. */
const deliverySeconds = 300;
/** HTTP APIs wait no longer: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
const receiverSeconds = 29;
/** The most that Lambda allows: the daily manifest lists the whole archive. */
const clockSeconds = 900;

/** @param code `handler` of its `handler.mjs` is what runs; the settings are packed into it. */
export const computeIn = (
  stack: Stack,
  place: Place,
  settings: Settings,
  stores: Stores,
  code: Code,
): Compute => {
  const { state, archive, alerts, deadLetter } = stores;
  const made = (id: string, own: Own): FunctionWithRole => {
    const { environment = {}, ...rest } = own;
    const made = functionIn(stack, id, {
      ...rest,
      code,
      handler: 'handler.handler',
      memoryMegabytes: settings.aws.memoryMegabytes,
      logDays: settings.retention.logDays,
      environment: {
        [variables.state]: state.table.tableName,
        [variables.archive]: archive.bucket.bucketName,
        [variables.deadLetter]: deadLetter.queue.queueUrl,
        [variables.sinks]: stack.toJsonString(alerts.made),
        ...environment,
      },
    });
    state.letUse(made.role);
    archive.letWrite(made.role);
    alerts.letGive(made.role);
    return made;
  };

  const deliveries = made('Deliveries', {
    description: 'Reads deliveries of logs',
    timeoutSeconds: deliverySeconds,
    concurrency: settings.aws.concurrency,
  });
  const clock = made('Clock', {
    description: 'Notices what has fallen silent, chains the archive, and fetches what was missed',
    timeoutSeconds: clockSeconds,
  });
  archive.letRead(clock.role);
  for (const each of [deliveries, clock]) keepFailed(each, deadLetter);

  const receiver =
    place.senders.length === 0
      ? undefined
      : made('Receiver', {
          description: 'Takes the audit logs of self-managed clusters',
          timeoutSeconds: receiverSeconds,
          environment: { [variables.receiver]: `aws:secretsmanager:${receiverSecretOf(settings, '')}` },
        });
  return { deliveries, clock, receiver };
};

interface Own {
  readonly description: string;
  readonly timeoutSeconds: number;
  readonly concurrency?: number | undefined;
  readonly environment?: Readonly<Record<string, string>> | undefined;
}

/** The name of the secret that the API server of a self-managed cluster shows. */
export const receiverSecretOf = ({ environment }: Pick<Settings, 'environment'>, sender: string): string =>
  `${nameOf(environment)}/receiver/${sender}`;

/** What log groups, buckets and clocks bring is tried three times, for up to six hours where there is no room for it. */
const keepFailed = ({ lambda, role }: FunctionWithRole, { failed, letFail }: DeadLetter): void => {
  letFail(role);
  lambda.configureAsyncInvoke({
    retryAttempts: 2,
    maxEventAge: Duration.hours(6),
    // The CDK's own destination would let the function remove and overwrite what is in the bucket.
    onFailure: { bind: () => ({ destination: failed.bucketArn }) },
  });
};
