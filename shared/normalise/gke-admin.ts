/** One Cloud Audit Log entry of a Google API in (clusters, log sinks, ...), one event of kind cloud-api out. */
import type { Outcome } from '../schema/audit-event.ts';
import { isObject, type JsonObject, someTextOf, textOf } from '../schema/json.ts';
import { originOf } from './audit.ts';
import { contentId } from './content-id.ts';
import { withoutCredentials } from './credentials.ts';
import { decisionOf, gkeOrigin } from './gke-audit.ts';
import { actorTypeOf } from './identity.ts';
import { nativeEvent } from './native-event.ts';
import type { Normaliser } from './normaliser.ts';
import { epochOf } from './time.ts';

export const fromGkeAdmin: Normaliser = (record) => {
  const entry = withoutCredentials(record.body ?? {});
  const payload = isObject(entry.protoPayload) ? entry.protoPayload : {};
  const info = isObject(payload.authenticationInfo) ? payload.authenticationInfo : {};
  const metadata = isObject(payload.requestMetadata) ? payload.requestMetadata : {};
  const timeText = someTextOf(entry.timestamp);
  const name = someTextOf(info.principalEmail) ?? someTextOf(info.principalSubject);
  const ip = someTextOf(metadata.callerIp) ?? someTextOf(metadata.callerIP);
  const insertId = someTextOf(entry.insertId);
  return nativeEvent({
    id: insertId === undefined ? contentId(record) : `${insertId}/${timeText ?? ''}`,
    time: epochOf(timeText),
    timeText,
    kind: 'cloud-api',
    origin: originOf(record, gkeOrigin(entry, record.origin)),
    actor: { name, type: actorTypeOf(name, undefined), cloudIdentity: name },
    client: { ips: ip === undefined ? [] : [ip], userAgent: textOf(metadata.callerSuppliedUserAgent) },
    action: { verb: textOf(payload.methodName) },
    target: { group: textOf(payload.serviceName), name: someTextOf(payload.resourceName) },
    outcome: outcomeOf(payload),
    native: entry,
  });
};

/** The first entry of a long-running operation has no status: how it went is not known yet. */
const outcomeOf = (payload: JsonObject): Outcome => {
  const { status } = payload;
  const decision = decisionOf(payload);
  if (!isObject(status)) return { result: decision === 'forbid' ? 'failure' : 'unknown', decision };
  const isError = typeof status.code === 'number' && status.code !== 0;
  return { result: isError ? 'failure' : 'success', reason: textOf(status.message), decision };
};
