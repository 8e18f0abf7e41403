/** One CloudTrail record in, one event of kind cloud-api out. */
import type { Actor, Outcome } from '../schema/audit-event.ts';
import { isObject, type JsonObject, objectOf, parsedJson, someTextOf, textOf } from '../schema/json.ts';
import type { EnvelopeOrigin } from '../schema/raw-record.ts';
import { originOf } from './audit.ts';
import { percentDecoded } from './command.ts';
import { contentId } from './content-id.ts';
import { withoutCredentials } from './credentials.ts';
import { eksOrigin } from './eks-audit.ts';
import { actorTypeOf } from './identity.ts';
import { nativeEvent } from './native-event.ts';
import type { Normaliser } from './normaliser.ts';
import { rejectionOf } from './rejection.ts';
import { epochOf } from './time.ts';

export const fromCloudTrail: Normaliser = (record) => {
  const body = record.body ?? (record.line === undefined ? undefined : parsedJson(record.line));
  if (!isObject(body)) return rejectionOf(record, 'not-json', 'expected a CloudTrail record as JSON');
  const trail = mended(body);
  const insight = objectOf(trail.insightDetails);
  const timeText = someTextOf(trail.eventTime);
  const ip = someTextOf(trail.sourceIPAddress);
  return nativeEvent({
    id: idOf(trail, insight) ?? contentId(record),
    time: epochOf(timeText),
    timeText,
    kind: 'cloud-api',
    origin: originOf(record, trailOrigin(trail, record.origin)),
    actor: actorOf(trail),
    // An AWS service that calls on its own is named by its host: that is no address.
    client: { ips: ip === undefined || !isAddress(ip) ? [] : [ip], userAgent: someTextOf(trail.userAgent) },
    // An Insight speaks of many calls and is none itself.
    action: { verb: textOf(trail.eventName) },
    target: {
      group: textOf(trail.eventSource) ?? textOf(insight?.eventSource),
      name: nameOf(objectOf(trail.requestParameters)),
    },
    outcome: outcomeOf(trail),
    native: trail,
  });
};

const idOf = (trail: JsonObject, insight: JsonObject | undefined): string | undefined =>
  insight ? `${textOf(trail.sharedEventID) ?? ''}/${textOf(insight.state) ?? ''}` : someTextOf(trail.eventID);

const isAddress = (text: string): boolean => /^[0-9a-fA-F:.]+$/.test(text) && /\d/.test(text);

const trailOrigin = (trail: JsonObject, from: EnvelopeOrigin): EnvelopeOrigin => {
  const parameters = objectOf(trail.requestParameters);
  const isEks = trail.eventSource === 'eks.amazonaws.com';
  return eksOrigin({
    cloud: 'aws',
    account: someTextOf(trail.recipientAccountId) ?? from.account,
    region: someTextOf(trail.awsRegion) ?? from.region,
    cluster:
      (isEks ? nameOf(parameters) : clusterOfLogGroup(textOf(parameters?.logGroupName))) ?? from.cluster,
    stream: 'cloudtrail',
  });
};

const nameOf = (parameters: JsonObject | undefined): string | undefined =>
  someTextOf(parameters?.name) ?? someTextOf(parameters?.clusterName) ?? someTextOf(parameters?.logGroupName);

const clusterOfLogGroup = (logGroup: string | undefined): string | undefined =>
  logGroup?.startsWith('/aws/eks/') ? logGroup.split('/')[3] : undefined;

const actorOf = (trail: JsonObject): Actor => {
  const identity = objectOf(trail.userIdentity);
  if (!identity) return { type: 'unknown' };
  const arn = someTextOf(identity.arn);
  const name =
    someTextOf(identity.userName) ??
    arn ??
    someTextOf(identity.principalId) ??
    someTextOf(identity.invokedBy);
  return {
    name,
    type: identity.type === 'AWSService' ? 'system' : actorTypeOf(name, undefined),
    uid: someTextOf(identity.principalId),
    cloudIdentity: arn,
    credentialId: someTextOf(identity.accessKeyId),
  };
};

/** A record of a call without an errorCode is a call that went through; an Insight is no call at all. */
const outcomeOf = (trail: JsonObject): Outcome => {
  const error = someTextOf(trail.errorCode);
  if (error !== undefined) return { result: 'failure', reason: error };
  return { result: trail.insightDetails === undefined ? 'success' : 'unknown' };
};

/** Path parameters arrive URL-encoded; credentials are hidden. */
const mended = (trail: JsonObject): JsonObject => {
  const safe = withoutCredentials(trail);
  const parameters = objectOf(safe.requestParameters);
  const principal = textOf(parameters?.principalArn);
  if (principal === undefined || !/^arn%3a/i.test(principal)) return safe;
  return { ...safe, requestParameters: { ...parameters, principalArn: percentDecoded(principal) } };
};
