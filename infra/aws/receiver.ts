/** An HTTPS address that self-managed clusters post their audit log to, and a token for each of them. */
import { RemovalPolicy, type Stack } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import { HttpApi, HttpMethod, HttpStage, LogGroupLogDestination } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Grant } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { receiverPath } from '../../shared/settings/environment.ts';
import type { Settings } from '../../shared/settings/settings.ts';
import { argued } from './argued.ts';
import { receiverSecretOf } from './compute.ts';
import { letUse } from './encryption.ts';
import { type FunctionWithRole, logGroupName, retentionOf } from './function.ts';
import type { Place } from './place.ts';

export interface Receiver {
  readonly api: HttpApi;
  /** Followed by the name of a cluster. */
  readonly url: string;
}

/**
 * Of each cluster: twice what an API server sends at the most unless it is told otherwise. What is above it is refused before
 * anything is paid for it. https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/
 */
const requestsPerSecond = 20;
const burst = 30;

export const receiverIn = (
  stack: Stack,
  key: Key,
  { senders }: Place,
  settings: Settings,
  receiver: FunctionWithRole,
): Receiver => {
  for (const sender of senders) tokenFor(stack, key, settings, sender, receiver);
  const api = new HttpApi(stack, 'ReceiverApi', {
    description: 'Takes the audit logs of self-managed clusters',
    createDefaultStage: false,
  });
  const stage = new HttpStage(stack, 'ReceiverStage', {
    httpApi: api,
    stageName: '$default',
    autoDeploy: true,
    throttle: { rateLimit: requestsPerSecond * senders.length, burstLimit: burst * senders.length },
    accessLogSettings: {
      destination: new LogGroupLogDestination(
        new LogGroup(stack, 'ReceiverAccessLog', {
          logGroupName: logGroupName(stack, 'ReceiverAccess'),
          retention: retentionOf(settings.retention.logDays),
          removalPolicy: RemovalPolicy.DESTROY,
        }),
      ),
      format: AccessLogFormat.clf(),
    },
  });
  const routes = api.addRoutes({
    path: `${receiverPath}{cluster}`,
    methods: [HttpMethod.POST],
    integration: new HttpLambdaIntegration('Receiver', receiver.lambda),
  });
  for (const route of routes)
    argued(
      route,
      'AwsSolutions-APIG4',
      'The function compares the token of each request itself, in constant time: an API server can show a token and nothing else.',
    );
  return { api, url: `${stage.url.replace(/\/$/, '')}${receiverPath}` };
};

const tokenFor = (
  stack: Stack,
  key: Key,
  settings: Settings,
  sender: string,
  { role }: FunctionWithRole,
): void => {
  const secret = new Secret(stack, `Token-${sender}`, {
    secretName: receiverSecretOf(settings, sender),
    description: `What the API server of ${sender} shows when it sends its audit log`,
    encryptionKey: key,
    generateSecretString: { excludePunctuation: true, passwordLength: 48 },
  });
  argued(
    secret,
    'AwsSolutions-SMG4',
    'The other copy is in a file of the API server, which nobody but its operator can replace.',
  );
  Grant.addToPrincipal({
    grantee: role,
    actions: ['secretsmanager:GetSecretValue'],
    resourceArns: [secret.secretArn],
  });
  letUse(key, role);
};
