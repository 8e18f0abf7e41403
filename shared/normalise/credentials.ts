/** A cloud API's own record in, the same record without the credentials that its requests and answers carry out. */
import { isObject, type JsonObject, type JsonValue, parsedJson } from '../schema/json.ts';
import { redacted, withoutPresignedUrls } from './redact.ts';

/** Members whose value is a credential, in lower case: STS and IAM, kubeconfigs of AKS, keys and tokens of Google. */
const secretMembers = new Set([
  ...['secretaccesskey', 'sessiontoken', 'webidentitytoken', 'samlassertion', 'token', 'password'],
  ...['responsebody', 'kubeconfig', 'kubeconfigs', 'accesstoken', 'refreshtoken', 'idtoken'],
  ...['clientkey', 'privatekey', 'privatekeydata', 'clientsecret', 'serverpassword'],
  // Service principals and Windows profiles in what is written to AKS.
  ...['secret', 'adminpassword'],
]);

/** A parsed record is never deeper than parsing lets it be, so recursion is bounded. */
export const withoutCredentials = (record: JsonObject): JsonObject => {
  let copy: Record<string, JsonValue | undefined> | undefined;
  for (const key of Object.keys(record)) {
    const value = record[key];
    const safe = isSecret(key, value) ? redacted : safeMember(key, value);
    if (safe === value) continue;
    copy ??= { ...record };
    copy[key] = safe;
  }
  return copy ?? record;
};

const isSecret = (key: string, value: JsonValue | undefined): boolean => {
  if (value === null || value === undefined || typeof value === 'boolean') return false;
  const name = key.toLowerCase();
  // As an object, `credentials` also says which key was issued and until when.
  return secretMembers.has(name) || (name === 'credentials' && !isObject(value));
};

const safeMember = (key: string, value: JsonValue | undefined): JsonValue | undefined =>
  typeof value === 'string' && key.toLowerCase() === 'requestbody' ? safeJson(value) : safeValueOf(value);

/** Azure Activity carries what was written as a text that holds JSON; one that is cut short cannot be searched. */
const safeJson = (text: string): string => {
  const parsed = parsedJson(text);
  if (!isObject(parsed)) return mayNameSecret.test(text) ? redacted : withoutPresignedUrls(text);
  const safe = withoutCredentials(parsed);
  return safe === parsed ? text : JSON.stringify(safe);
};

const mayNameSecret = /secret|password|token|private_?key|credential/i;

const safeValueOf = (value: JsonValue | undefined): JsonValue | undefined => {
  if (typeof value === 'string') return withoutPresignedUrls(value);
  if (isObject(value)) return withoutCredentials(value);
  if (!Array.isArray(value)) return value;
  const list = (value as readonly JsonValue[]).map((member) => safeValueOf(member) ?? null);
  return list.some((member, at) => member !== value[at]) ? list : value;
};
