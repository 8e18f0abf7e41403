/** One line of aws-iam-authenticator in, one event out: a sign-in, or a word of the authenticator about itself. */
import type { Actor, AuditEvent, Outcome } from '../schema/audit-event.ts';
import { isObject, parsedJson } from '../schema/json.ts';
import type { EnvelopeOrigin, RawRecord } from '../schema/raw-record.ts';
import { originOf } from './audit.ts';
import { componentEvent } from './component.ts';
import { contentId } from './content-id.ts';
import { eksOrigin } from './eks-audit.ts';
import { actorTypeOf } from './identity.ts';
import { logfmtOf } from './logfmt.ts';
import { nativeEvent } from './native-event.ts';
import type { Normaliser } from './normaliser.ts';
import { withoutPresignedUrls } from './redact.ts';
import { rejectionOf } from './rejection.ts';
import { epochOf } from './time.ts';

type Fields = Readonly<Record<string, string>>;

/** The messages that speak of one caller's token (server.go of aws-iam-authenticator), and what each says of the outcome. */
const signInMessages: Readonly<Record<string, Outcome['result']>> = {
  'access granted': 'success',
  'access denied': 'failure',
  'STS response': 'unknown',
  'unexpected request method': 'failure',
  'empty request body': 'failure',
  'could not parse request body': 'failure',
};

export const fromEksAuthenticator: Normaliser = (record) => {
  const origin = eksOrigin(record.origin);
  const fields = fieldsOf(record);
  if (fields) return eventOf(record, fields, origin);
  // klog lines of client-go stand between the authenticator's own.
  if (record.line !== undefined) return componentEvent(record, record.line, origin, record.time);
  return rejectionOf(record, 'unreadable', 'expected an authenticator line');
};

/** The text form is logrus', the JSON form has the same keys. */
const fieldsOf = (record: RawRecord): Fields | undefined => {
  const body = record.body ?? (record.line?.startsWith('{') ? parsedJson(record.line) : undefined);
  const fields = isObject(body)
    ? Object.fromEntries(Object.entries(body).map(([key, value]) => [key, textForm(value)]))
    : record.line?.startsWith('time=') && logfmtOf(record.line);
  return fields && typeof fields.msg === 'string' ? cleaned(fields) : undefined;
};

const textForm = (value: unknown): string => {
  if (typeof value === 'string') return value;
  const isList = Array.isArray(value) && value.every((item) => typeof item === 'string');
  return isList ? `[${value.join(' ')}]` : (JSON.stringify(value) ?? '');
};

const cleaned = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).map(([key, text]) => [key, withoutPresignedUrls(text)]));

const eventOf = (record: RawRecord, fields: Fields, origin: EnvelopeOrigin): AuditEvent => {
  const message = fields.msg ?? '';
  const result = Object.hasOwn(signInMessages, message) ? signInMessages[message] : undefined;
  return nativeEvent({
    id: contentId(record),
    time: epochOf(fields.time) ?? record.time,
    timeText: fields.time,
    kind: result === undefined ? 'component' : 'authentication',
    origin: originOf(record, origin),
    // `client` is the API server's own side of the call, always loopback on EKS: it is not who signed in.
    actor: result === undefined ? undefined : actorOf(fields),
    action: result === undefined ? undefined : { verb: 'authenticate' },
    outcome: result && { result, reason: fields.error },
    native: fields,
  });
};

const actorOf = (fields: Fields): Actor => {
  const name = present(fields.username);
  const groups = groupsOf(fields.groups);
  return {
    name,
    type: actorTypeOf(name, groups),
    uid: present(fields.uid) ?? present(fields.userid),
    groups,
    cloudIdentity: present(fields.arn),
    credentialId: present(fields.accesskeyid),
  };
};

const present = (text: string | undefined): string | undefined => (text === '' ? undefined : text);

/** Go prints a list as `[a b c]`: a group with a space in its name cannot be told from two groups. */
const groupsOf = (text: string | undefined): readonly string[] | undefined => {
  if (text === undefined || !text.startsWith('[') || !text.endsWith(']')) return undefined;
  const inner = text.slice(1, -1).trim();
  return inner === '' ? [] : inner.split(' ');
};
