/** One line of AKS guard in, one event out: a failed sign-in, an authorization check, or a word about itself. */
import type { AuditEvent, Outcome } from '../schema/audit-event.ts';
import { isObject, parsedJson, textOf } from '../schema/json.ts';
import { aksOrigin, aksTime } from './aks-audit.ts';
import { originOf } from './audit.ts';
import { aksLine, componentEvent } from './component.ts';
import { contentId } from './content-id.ts';
import { type KlogLine, klogOf } from './klog.ts';
import { nativeEvent } from './native-event.ts';
import type { Normaliser } from './normaliser.ts';
import { rejectionOf } from './rejection.ts';

/** Errors of guard's token review (kubeguard/guard, auth/providers/azure): each stands for one refused token. */
const refusedToken =
  /failed to verify (?:pop )?token|token is expired|token issued by a different provider|Invalid JWT Token|claims? not found|Missing client certificate|unknown organization|Invalid authn\/authz provider|failed to get groups/i;

/** A cache key names the caller: `<user>/<namespace>/<group>/<resource>/<verb>`. */
const cacheKey = /^(.+)\/([^/]*)\/([^/]*)\/([^/]*)\/([^/]*)$/;

export const fromAksGuard: Normaliser = (record) => {
  const diagnostic = record.body ?? {};
  const line = aksLine(diagnostic);
  if (line === undefined)
    return rejectionOf(record, 'unreadable', 'expected guard to have written a line of text');
  const origin = aksOrigin(diagnostic, record.origin);
  const received = aksTime(diagnostic);
  const klog = klogOf(line, received);
  const result = klog && resultOf(klog);
  if (!klog || result === undefined) return componentEvent(record, line, origin, received, diagnostic);
  return signIn(klog, result, {
    id: contentId({ ...record, line: JSON.stringify(diagnostic) }),
    origin: originOf(record, origin),
    time: klog.time ?? received,
  });
};

const resultOf = (klog: KlogLine): Outcome['result'] | undefined => {
  if (klog.severity === 'error' && refusedToken.test(klog.message)) return 'failure';
  if (klog.message === 'Authorization check completed') return answerOf(klog.fields.allowed);
  if (klog.message === 'Non-AAD user denied') return 'failure';
  return klog.message.startsWith('Cache hit') || klog.message.startsWith('Cache miss')
    ? 'unknown'
    : undefined;
};

const answerOf = (allowed: string | undefined): Outcome['result'] => {
  if (allowed === 'true') return 'success';
  return allowed === 'false' ? 'failure' : 'unknown';
};

const signIn = (
  klog: KlogLine,
  result: Outcome['result'],
  parts: Pick<AuditEvent, 'id' | 'origin' | 'time'>,
): AuditEvent => {
  const key = cacheKey.exec(klog.fields.key ?? '');
  const name = klog.fields.user ?? key?.[1];
  const asked = attributesOf(klog.fields.resourceAttributes);
  const checks = authorizations.has(klog.message);
  return nativeEvent({
    ...parts,
    kind: 'authentication',
    actor: {
      name,
      type: name === undefined ? 'unknown' : 'user',
      cloudIdentity: name?.includes('@') ? name : undefined,
    },
    action: { verb: key?.[5] ?? (checks ? 'authorize' : 'authenticate') },
    target: key
      ? { namespace: key[2], group: key[3] === '-' ? '' : key[3], resource: key[4] }
      : asked && targetOf(asked),
    outcome: { result, reason: klog.fields.reason ?? (result === 'failure' ? klog.message : undefined) },
    native: { message: klog.message, severity: klog.severity, source: klog.source, fields: klog.fields },
  });
};

/** These speak of what a caller may do, not of who it is. */
const authorizations = new Set(['Authorization check completed', 'Non-AAD user denied']);

type Attributes = Readonly<Record<string, string>>;

/** Go prints the request's attributes as `&ResourceAttributes{Namespace:default,Verb:get,Group:,...}`; newer klog as JSON. */
const attributesOf = (text: string | undefined): Attributes | undefined => {
  if (text === undefined) return undefined;
  const json = text.startsWith('{') ? parsedJson(text) : undefined;
  const pairs = isObject(json)
    ? Object.entries(json).map(([key, value]) => [key.toLowerCase(), textOf(value) ?? ''])
    : [...text.matchAll(/([A-Z][A-Za-z]+):([^,{}]*)/g)].map(([, key = '', value = '']) => [
        key.toLowerCase(),
        value,
      ]);
  return pairs.length === 0 ? undefined : Object.fromEntries(pairs);
};

const targetOf = (asked: Attributes): AuditEvent['target'] => ({
  group: asked.group,
  version: asked.version || undefined,
  resource: asked.resource || undefined,
  subresource: asked.subresource || undefined,
  namespace: asked.namespace || undefined,
  name: asked.name || undefined,
});
