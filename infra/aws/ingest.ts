/** How logs come: from log groups, straight or through a stream; from buckets; from CloudTrail; from those who send them. */
import type { Stack } from 'aws-cdk-lib';
import type { Stream } from 'aws-cdk-lib/aws-kinesis';
import type { Key } from 'aws-cdk-lib/aws-kms';
import type { Code } from 'aws-cdk-lib/aws-lambda';
import type { IConstruct } from 'constructs';
import type { Settings } from '../../shared/settings/settings.ts';
import type { Compute } from './compute.ts';
import { controlPlaneLogsIn } from './control-plane-logs.ts';
import type { DeadLetter } from './dead-letter.ts';
import { bucketsIn, clockIn, lakeIn, trailIn } from './event-rules.ts';
import { letPull, logGroupsIn } from './log-groups.ts';
import type { Place } from './place.ts';
import { type Receiver, receiverIn } from './receiver.ts';

export interface Ingest {
  /** Undefined where every log group calls the function itself. */
  readonly stream: Stream | undefined;
  /** Undefined where nobody sends anything. */
  readonly receiver: Receiver | undefined;
  /** By the name of a cluster: what makes its log group, where it may not be there yet. */
  readonly turnedOn: ReadonlyMap<string, IConstruct>;
}

export interface IngestOptions {
  readonly key: Key;
  readonly place: Place;
  readonly settings: Settings;
  readonly compute: Compute;
  readonly deadLetter: DeadLetter;
  /** What turns logs on in EKS. */
  readonly controlPlaneCode: Code;
}

export const ingestIn = (stack: Stack, options: IngestOptions): Ingest => {
  const { key, place, settings, compute, deadLetter, controlPlaneCode } = options;
  const turnedOn = controlPlaneLogsIn(stack, place, settings.retention.logDays, controlPlaneCode);
  const stream = logGroupsIn(stack, { key, place, deliveries: compute.deliveries, deadLetter, turnedOn });
  bucketsIn(stack, place.buckets, compute.deliveries, deadLetter);
  trailIn(stack, settings.aws.cloudTrail, compute.deliveries, deadLetter);
  letPull(stack, compute.clock, place);
  clockIn(stack, compute.clock, deadLetter);
  lakeIn(stack, place.lakes, compute.clock, deadLetter);
  const receiver = compute.receiver && receiverIn(stack, key, place, settings, compute.receiver);
  return { stream, receiver, turnedOn };
};
