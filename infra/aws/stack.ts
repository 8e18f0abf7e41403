/** The settings in; a stack for every account and region of AWS that they speak of, out. */
import { CfnOutput, Stack, Tags } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { nameOf } from '../../shared/settings/environment.ts';
import type { Settings } from '../../shared/settings/settings.ts';
import { alertsIn } from './alerts.ts';
import { archiveIn } from './archive.ts';
import { athenaIn } from './athena.ts';
import { computeIn } from './compute.ts';
import { deadLetterIn } from './dead-letter.ts';
import { keyIn } from './encryption.ts';
import { healthIn } from './health.ts';
import { ingestIn } from './ingest.ts';
import { type Place, placesOf } from './place.ts';
import { stateIn } from './state.ts';

/** Folders with a `handler.mjs` in each. */
export interface Packages {
  /** What every function of Klaxon runs. */
  readonly functions: string;
  /** What turns logs on in EKS. */
  readonly controlPlaneLogs: string;
}

/** A stack for each place; nothing in one needs another. */
export const stacksIn = (app: Construct, settings: Settings, packages: Packages): readonly Stack[] =>
  placesOf(settings).map((place) => stackIn(app, place, settings, packages));

const stackIn = (app: Construct, place: Place, settings: Settings, packages: Packages): Stack => {
  const { account, region } = place;
  const stackName = nameOf(settings.environment);
  const stack = new Stack(app, `${stackName}-${account}-${region}`, {
    stackName,
    description: 'Klaxon: threat detection for the control planes of Kubernetes',
    env: { account, region },
    terminationProtection: true,
  });
  Tags.of(stack).add('klaxon:environment', settings.environment);
  const key = keyIn(stack);
  const state = stateIn(stack, key);
  const archive = archiveIn(stack, key, settings);
  const deadLetter = deadLetterIn(stack, key, archive);
  const alerts = alertsIn(stack, key, archive, deadLetter.queue, settings);
  const stores = { state, archive, alerts, deadLetter };
  const compute = computeIn(stack, place, settings, stores, Code.fromAsset(packages.functions));
  const ingest = ingestIn(stack, {
    key,
    place,
    settings,
    compute,
    deadLetter,
    controlPlaneCode: Code.fromAsset(packages.controlPlaneLogs),
  });
  athenaIn(stack, key, place, archive, settings);
  healthIn(stack, { key, place, settings, compute, deadLetter, ingest });
  new CfnOutput(stack, 'ArchiveBucket', { value: archive.bucket.bucketName });
  new CfnOutput(stack, 'FailedBucket', { value: deadLetter.failed.bucketName });
  new CfnOutput(stack, 'DeadLetterQueue', { value: deadLetter.queue.queueUrl });
  new CfnOutput(stack, 'DeliveriesFunction', { value: compute.deliveries.lambda.functionName });
  new CfnOutput(stack, 'ClockFunction', { value: compute.clock.lambda.functionName });
  if (ingest.receiver) new CfnOutput(stack, 'ReceiverUrl', { value: ingest.receiver.url });
  return stack;
};
