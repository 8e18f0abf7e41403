/** A deed of the story in, the record in which a cloud would write it, out. */
import { type JsonObject, objectOf, textOf } from '../shared/schema/json.ts';
import { auditEvent, type Deed, idOf, millisOf, timeOf } from './example-story.ts';

const account = '111122223333';
const suffix = '0123456789abcdef0123456789abcdef';

/** CloudWatch Logs packs what one log stream holds. */
export const cloudWatch = (
  stream: string,
  events: readonly { at: number; message: string }[],
): JsonObject => ({
  messageType: 'DATA_MESSAGE',
  owner: account,
  logGroup: '/aws/eks/orchard-prod/cluster',
  logStream: `${stream}-${suffix}`,
  subscriptionFilters: ['klaxon'],
  logEvents: events.map(({ at, message }, place) => ({
    id: `388${String(at * 10 + place).padStart(53, '0')}`,
    timestamp: millisOf(at),
    message,
  })),
});

export const eksAudit = (deeds: readonly Deed[]): JsonObject =>
  cloudWatch(
    'kube-apiserver-audit',
    deeds.map((deed) => ({ at: deed.at, message: JSON.stringify(auditEvent('orchard-prod', deed)) })),
  );

export const iamUser = (session: string, key: string): JsonObject => {
  const arn = `arn:aws:sts::${account}:assumed-role/Developer/${session}`;
  return {
    username: arn,
    uid: `aws-iam-authenticator:${account}:AROAEXAMPLEEXAMPLE${key}`,
    groups: ['developers', 'system:authenticated'],
    extra: { accessKeyId: [`ASIAEXAMPLEEXAMPLE${key}`], arn: [arn], sessionName: [session] },
  };
};

/** A line of the IAM authenticator. */
export const authenticatorLine = (at: number, session: string, key: string): string => {
  const time = timeOf(at).replace('.000Z', 'Z');
  const arn = `arn:aws:iam::${account}:role/Developer`;
  const username = `arn:aws:sts::${account}:assumed-role/Developer/${session}`;
  const uid = `aws-iam-authenticator:${account}:AROAEXAMPLEEXAMPLE${key}`;
  return `time="${time}" level=info msg="access granted" arn="${arn}" client="127.0.0.1:${40_000 + at}" groups="[developers]" method=POST path=/authenticate stsendpoint=sts.eu-west-1.amazonaws.com uid="${uid}" username="${username}"`;
};

export const aksRecord = (at: number, category: string, pod: string, log: string): JsonObject => ({
  time: timeOf(at).replace('Z', '345678Z'),
  category,
  operationName: 'Microsoft.ContainerService/managedClusters/diagnosticLogs/Read',
  resourceId:
    '/SUBSCRIPTIONS/00000000-0000-0000-0000-000000000001/RESOURCEGROUPS/ORCHARD/PROVIDERS/MICROSOFT.CONTAINERSERVICE/MANAGEDCLUSTERS/ORCHARD-EUROPE',
  properties: { log: `${log}\n`, stream: 'stdout', pod },
});

/** `rbac.authorization.k8s.io` is written `authorization.rbac`, and core has a name. */
const reversedGroup = (group: string | undefined): string =>
  group === undefined
    ? 'core'
    : group
        .replace(/\.k8s\.io$/, '')
        .split('.')
        .toReversed()
        .join('.');

/** Cloud Logging writes entries of its own form. */
export const logEntry = (deed: Deed): JsonObject => {
  const ref = deed.objectRef ?? {};
  const group = textOf(ref.apiGroup);
  const words = [ref.apiVersion, ref.resource, ref.subresource, deed.verb].filter(Boolean).join('.');
  const methodName = `io.k8s.${reversedGroup(group)}.${words}`;
  const namespace = ref.namespace === undefined ? [] : ['namespaces', ref.namespace];
  const resourceName = [
    group ?? 'core',
    ref.apiVersion,
    ...namespace,
    ref.resource,
    ref.name,
    ref.subresource,
  ]
    .filter(Boolean)
    .join('/');
  const id = idOf(`orchard-gke ${deed.at} ${methodName}`);
  const isRead = deed.verb === 'get' || deed.verb === 'list';
  return {
    insertId: id,
    logName: `projects/orchard-demo/logs/cloudaudit.googleapis.com%2F${isRead ? 'data_access' : 'activity'}`,
    resource: {
      type: 'k8s_cluster',
      labels: { project_id: 'orchard-demo', location: 'europe-west1', cluster_name: 'orchard-gke' },
    },
    timestamp: timeOf(deed.at).replace('Z', '345Z'),
    receiveTimestamp: timeOf(deed.at + 2).replace('Z', '123456Z'),
    operation: { id, producer: 'k8s.io', first: true, last: true },
    labels: { 'authorization.k8s.io/decision': 'allow', 'authorization.k8s.io/reason': deed.reason ?? '' },
    protoPayload: {
      '@type': 'type.googleapis.com/google.cloud.audit.AuditLog',
      serviceName: 'k8s.io',
      methodName,
      resourceName,
      authenticationInfo: { principalEmail: deed.user.username },
      authorizationInfo: [{ granted: true, permission: methodName, resource: resourceName }],
      requestMetadata: { callerIp: deed.ip, callerSuppliedUserAgent: deed.userAgent },
      status: {},
      ...(deed.body !== undefined && {
        request: {
          '@type': `${group ?? 'core.k8s.io'}/v1.${textOf(objectOf(deed.body)?.kind)}`,
          ...objectOf(deed.body),
        },
      }),
    },
  };
};

export const cloudTrail = (
  at: number,
  eventName: string,
  session: string,
  key: string,
  more: JsonObject,
): JsonObject => ({
  eventVersion: '1.11',
  userIdentity: {
    type: 'AssumedRole',
    principalId: `AROAEXAMPLEEXAMPLE${key}:${session}`,
    arn: `arn:aws:sts::${account}:assumed-role/Developer/${session}`,
    accountId: account,
    accessKeyId: `ASIAEXAMPLEEXAMPLE${key}`,
  },
  eventTime: timeOf(at).replace('.000Z', 'Z'),
  eventSource: 'eks.amazonaws.com',
  eventName,
  awsRegion: 'eu-west-1',
  userAgent: 'aws-cli/2.30.0',
  responseElements: null,
  eventID: idOf(`cloudtrail ${at} ${eventName}`),
  eventType: 'AwsApiCall',
  managementEvent: true,
  recipientAccountId: account,
  eventCategory: 'Management',
  ...more,
});
