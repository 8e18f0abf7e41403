/** One Azure Activity log record in, one event of kind cloud-api out. */
import type { Outcome } from '../schema/audit-event.ts';
import {
  isObject,
  type JsonObject,
  type JsonValue,
  objectOf,
  parsedJson,
  someTextOf,
  textOf,
} from '../schema/json.ts';
import { aksOrigin, aksTime } from './aks-audit.ts';
import { originOf } from './audit.ts';
import { contentId } from './content-id.ts';
import { withoutCredentials } from './credentials.ts';
import { nativeEvent } from './native-event.ts';
import type { Normaliser } from './normaliser.ts';
import { redacted } from './redact.ts';

export const fromAzureActivity: Normaliser = (record) => {
  const activity = withoutAnswers(record.body ?? {});
  const operation = textOf(activity.operationName) ?? operationOf(activity.operationName);
  const ip = addressOf(
    someTextOf(activity.callerIpAddress) ?? someTextOf(httpRequestOf(activity).clientIpAddress),
  );
  const correlationId = someTextOf(activity.correlationId);
  const timeText = someTextOf(activity.time) ?? someTextOf(activity.eventTimestamp);
  const result = textOf(activity.resultType);
  return nativeEvent({
    id:
      correlationId === undefined
        ? contentId(record)
        : `${correlationId}/${operation ?? ''}/${result ?? ''}/${timeText ?? ''}`,
    time: aksTime({ time: timeText }),
    timeText,
    kind: 'cloud-api',
    origin: originOf(record, activityOrigin(activity, record.origin)),
    actor: actorOf(activity),
    client: { ips: ip === undefined ? [] : [ip] },
    action: { verb: operation },
    target: { group: operation?.split('/')[0], name: someTextOf(activity.resourceId) },
    outcome: outcomeOf(activity, result),
    native: operation === undefined ? activity : { ...activity, operationName: operation },
  });
};

const subscriptionPath = /^\/subscriptions\/([^/]+)/i;

/** Activity records speak of any resource; only those below a cluster name one. */
const activityOrigin = (activity: JsonObject, from: Parameters<typeof aksOrigin>[1]) => {
  const origin = aksOrigin(activity, from);
  const subscription = subscriptionPath.exec(textOf(activity.resourceId) ?? '')?.[1]?.toLowerCase();
  return { ...origin, account: origin.account ?? subscription };
};

/** The REST form gives `{value, localizedValue}`. */
const operationOf = (value: JsonValue | undefined): string | undefined =>
  isObject(value) ? textOf(value.value) : undefined;

const httpRequestOf = (activity: JsonObject): JsonObject => objectOf(activity.httpRequest) ?? {};

/** Addresses come with a port, in brackets or bare. */
const addressOf = (text: string | undefined): string | undefined => {
  if (text === undefined) return undefined;
  const bracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(text);
  if (bracketed) return bracketed[1];
  return /^\d{1,3}(?:\.\d{1,3}){3}:\d+$/.test(text) ? text.slice(0, text.indexOf(':')) : text;
};

const upnClaim = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn';
const nameClaim = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name';
const objectClaim = 'http://schemas.microsoft.com/identity/claims/objectidentifier';

const actorOf = (activity: JsonObject) => {
  const identity = objectOf(activity.identity) ?? {};
  const claims = objectOf(identity.claims) ?? objectOf(activity.claims) ?? {};
  const upn = someTextOf(claims[upnClaim]) ?? someTextOf(claims.upn) ?? someTextOf(claims[nameClaim]);
  const name = someTextOf(activity.caller) ?? upn ?? someTextOf(claims.appid);
  return {
    name,
    type: name === undefined ? ('unknown' as const) : ('user' as const),
    uid: someTextOf(claims[objectClaim]) ?? someTextOf(claims.oid),
    cloudIdentity: upn ?? name,
    credentialId: someTextOf(claims.uti),
  };
};

/** Start and Accept say that it began, not how it ended. */
const outcomeOf = (activity: JsonObject, result: string | undefined): Outcome => {
  const word = result?.toLowerCase();
  const reason = textOf(activity.resultSignature) ?? textOf(activity.resultDescription);
  if (word === 'success' || word === 'succeeded') return { result: 'success', reason };
  return { result: word === 'failure' || word === 'failed' ? 'failure' : 'unknown', reason };
};

/**
 * The answer to a credential listing is a kubeconfig, and `properties` may be a text that holds JSON. The same object where
 * nothing had to be replaced, but for such a text, which is opened.
 */
const withoutAnswers = (activity: JsonObject): JsonObject => withoutCredentials(opened(activity));

const opened = (activity: JsonObject): JsonObject => {
  const { properties } = activity;
  if (typeof properties !== 'string') return activity;
  const parsed = parsedJson(properties);
  // A text cut short cannot be searched for what it holds.
  return { ...activity, properties: isObject(parsed) ? parsed : redacted };
};

/** The record as it may be kept: the same object where nothing in it had to be replaced. */
export const safeActivity = (activity: JsonObject): JsonObject => {
  const open = opened(activity);
  const safe = withoutCredentials(open);
  return safe === open && safe.properties !== redacted ? activity : safe;
};
