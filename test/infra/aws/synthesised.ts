/** Settings in, the template of the only stack that they lead to out; the code of its functions is a stand-in. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, type Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { stacksIn } from '../../../infra/aws/stack.ts';
import { settingsOf } from '../../../shared/settings/read-settings.ts';

const placeholder = mkdtempSync(join(tmpdir(), 'klaxon-placeholder-'));
writeFileSync(join(placeholder, 'handler.mjs'), 'export const handler = () => undefined;\n');

/** How the CDK is told to make templates, as `npx cdk` is. */
const { context } = JSON.parse(readFileSync(new URL('../../../cdk.json', import.meta.url), 'utf8'));

export const account = '111122223333';
export const region = 'eu-west-1';
/** For a line of settings. */
export const here = `account: "${account}", region: ${region}`;

export const stacksOf = (settings: string): readonly Stack[] => {
  const app = new App({ analyticsReporting: false, context });
  return stacksIn(app, settingsOf('klaxon.config.yaml', settings), {
    functions: placeholder,
    controlPlaneLogs: placeholder,
  });
};

export const stackOf = (settings: string): Stack => {
  const [stack, second] = stacksOf(settings);
  if (!stack || second) throw new Error('expected settings of one place');
  return stack;
};

export const templateOf = (settings: string): Template => Template.fromStack(stackOf(settings));

/** Every part at once. */
export const everything = `
clusters:
  - { cloud: aws, name: orders, ${here}, turnOn: [audit, authenticator] }
  - { cloud: aws, name: shop, ${here}, ingest: kinesis, logGroup: /platform/shop }
  - { cloud: self-managed, name: edge }
receiver: { cloud: aws, ${here} }
aws:
  cloudTrail: all
  concurrency: 20
  securityLake:
    - { ${here}, class: apiActivity, location: "s3://example-lake/ext/klaxon-api/", role: "arn:aws:iam::${account}:role/lake-api" }
    - { ${here}, class: authentication, location: "s3://example-lake/ext/klaxon-auth/", role: "arn:aws:iam::${account}:role/lake-auth" }
  buckets: [{ ${here}, name: example-eks-logs, prefix: eks/, key: "arn:aws:kms:${region}:${account}:key/example" }]
archive: { lock: compliance }
retention: { archiveDays: 365, logDays: 20 }
alerts:
  sinks:
    topic: { type: sns }
    own-topic: { type: sns, topic: "arn:aws:sns:${region}:${account}:own" }
    bus: { type: eventBridge }
    own-bus: { type: eventBridge, bus: own }
    hub: { type: securityHub }
    store: { type: s3 }
    own-store: { type: s3, bucket: example-alerts }
    chat: { type: slack, secret: "aws:secretsmanager:klaxon/slack" }
    elsewhere: { type: pubsub, topic: projects/example/topics/alerts }
  routes:
    - { sinks: [topic, own-topic, bus, own-bus, hub, store, own-store, chat, elsewhere] }
`;
