/** Bodies that hold secrets in, the same bodies with every secret value replaced out. Names and keys stay. */
import { isObject, type JsonObject, type JsonValue, listOf } from '../schema/json.ts';

export const redacted = '[redacted]';

/** The kinds of objects whose bodies hold secret values, and what in them is secret. */
const secretKinds: Readonly<Record<string, (body: JsonObject) => JsonObject>> = {
  Secret: (body) => withoutSecretData(body),
  SecretList: (body) => withItems(body, withoutSecretData),
  TokenReview: (body) => withoutToken(body),
  TokenRequest: (body) => withoutToken(body),
};

/** The same by resource, for bodies that do not name their kind: patches, and lists cut short. */
const secretResources: Readonly<Record<string, string>> = {
  secrets: 'Secret',
  tokenreviews: 'TokenReview',
  'serviceaccounts/token': 'TokenRequest',
};

/** Whether bodies of this resource are to be looked into at all; every other body passes untouched. */
export const holdsSecrets = (resource: string | undefined, subresource: string | undefined): boolean =>
  resource === 'secrets' ||
  resource === 'tokenreviews' ||
  (resource === 'serviceaccounts' && subresource === 'token');

/** A request or response body of such a resource, with its secret values replaced. */
export const redactedBody = (body: unknown, resource: string, subresource: string | undefined): unknown => {
  if (Array.isArray(body)) return body.map((operation: JsonValue) => redactedOperation(operation));
  if (!isObject(body)) return typeof body === 'string' ? redacted : body;
  const named = secretKinds[String(body.kind)];
  if (named) return named(body);
  if (body.kind === 'Status') return body;
  const kind = secretResources[subresource ? `${resource}/${subresource}` : resource] ?? 'Secret';
  const redact = Array.isArray(body.items) ? secretKinds['SecretList'] : secretKinds[kind];
  return redact ? redact(body) : body;
};

/** A JSON patch operation on such a resource: what it writes is secret unless it writes labels or annotations. */
const redactedOperation = (operation: JsonValue): JsonValue => {
  if (!isObject(operation) || !('value' in operation)) return operation;
  const path = typeof operation.path === 'string' ? operation.path : '';
  const isMetadata = path.startsWith('/metadata/labels') || path.startsWith('/metadata/ownerReferences');
  return isMetadata ? operation : { ...operation, value: redacted };
};

const withItems = (body: JsonObject, redact: (item: JsonObject) => JsonObject): JsonObject => ({
  ...body,
  items: listOf(body.items).map((item) => (isObject(item) ? redact(item) : item)),
});

const withoutSecretData = (body: JsonObject): JsonObject => {
  const copy: Record<string, JsonValue | undefined> = { ...body };
  if (body.data !== undefined) copy.data = valuesRedacted(body.data);
  if (body.stringData !== undefined) copy.stringData = valuesRedacted(body.stringData);
  if (isObject(body.metadata) && isObject(body.metadata.annotations)) {
    copy.metadata = { ...body.metadata, annotations: annotationsRedacted(body.metadata.annotations) };
  }
  return copy;
};

const valuesRedacted = (data: JsonValue): JsonValue =>
  isObject(data) ? Object.fromEntries(Object.keys(data).map((key) => [key, redacted])) : redacted;

/** `kubectl apply` keeps a copy of the whole Secret in this annotation. */
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

const annotationsRedacted = (annotations: JsonObject): JsonObject =>
  lastApplied in annotations ? { ...annotations, [lastApplied]: redacted } : annotations;

const withoutToken = (body: JsonObject): JsonObject => {
  const copy: Record<string, JsonValue | undefined> = { ...body };
  if (isObject(body.spec) && 'token' in body.spec) copy.spec = { ...body.spec, token: redacted };
  if (isObject(body.status) && 'token' in body.status) copy.status = { ...body.status, token: redacted };
  return copy;
};

/** Credentials in a presigned URL, as error messages quote it. */
const presigned = /([?&]X-Amz-(?:Signature|Security-Token|Credential)=)[^&"\s]+/g;

export const withoutPresignedUrls = (text: string): string =>
  text.includes('X-Amz-') ? text.replace(presigned, `$1${redacted}`) : text;
