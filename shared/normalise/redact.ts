/** An audit event in, the same event with every secret value in its bodies replaced out. Names and keys stay. */
import { isObject, type JsonObject, type JsonValue, textOf } from '../schema/json.ts';
import type { KubernetesAuditEvent } from '../schema/kubernetes-audit.ts';

export const redacted = '[redacted]';

/** Every body but that of a Secret, a token review or a token request passes untouched. */
export const withoutSecrets = (audit: KubernetesAuditEvent): KubernetesAuditEvent => {
  if (!mayHoldSecrets(audit)) return audit;
  const { requestObject, responseObject, annotations } = audit;
  return {
    ...audit,
    requestObject: safeBodyOf(requestObject),
    responseObject: safeBodyOf(responseObject),
    annotations: annotations && withoutPatches(annotations),
  };
};

/** Whether the bodies of this event are replaced; of an event in which they are replaced already the same holds. */
export const mayHoldSecrets = (audit: KubernetesAuditEvent): boolean => {
  const { requestObject, responseObject, annotations } = audit;
  if (requestObject === undefined && responseObject === undefined && annotations === undefined) return false;
  return isAboutSecrets(audit) || isSecretKind(requestObject) || isSecretKind(responseObject);
};

/** Bodies of an unknown resource, in a cut or broken event, are taken for secret unless the URI says otherwise. */
export const isAboutSecrets = ({
  objectRef,
  requestURI,
  responseObject,
  requestObject,
}: KubernetesAuditEvent): boolean => {
  const resource = objectRef?.resource;
  if (resource === undefined) {
    if (requestObject === undefined && responseObject === undefined) return false;
    return requestURI === undefined || secretPath.test(requestURI);
  }
  if (resource === 'secrets' || resource === 'tokenreviews') return true;
  return resource === 'serviceaccounts' && objectRef?.subresource === 'token';
};

const secretPath = /\/(?:secrets|tokenreviews|token)(?:[/?]|$)/;

const secretKinds = new Set(['Secret', 'SecretList', 'TokenReview', 'TokenRequest']);

const isSecretKind = (body: unknown): boolean =>
  isObject(body) && typeof body.kind === 'string' && secretKinds.has(body.kind);

/** A webhook's change to an object stands in the annotations with the values it wrote. */
const patchMark = 'patch.webhook.admission.k8s.io/';

export const withoutPatches = <T>(
  annotations: Readonly<Record<string, T>>,
): Readonly<Record<string, T | string>> =>
  Object.keys(annotations).some((key) => key.startsWith(patchMark))
    ? Object.fromEntries(
        Object.entries(annotations).map(([key, value]) => [
          key,
          key.startsWith(patchMark) ? redacted : value,
        ]),
      )
    : annotations;

const safeBodyOf = (body: unknown): unknown => {
  if (body === undefined || body === null) return body;
  if (Array.isArray(body)) return body.map((operation: JsonValue) => safeOperation(operation));
  return isObject(body) ? safeObject(body) : redacted;
};

/** A JSON patch operation: what it writes is secret unless it writes labels or owners. */
const safeOperation = (operation: JsonValue): JsonValue => {
  if (!isObject(operation)) return redacted;
  const path = textOf(operation.path) ?? '';
  const isPlain = path.startsWith('/metadata/labels') || path.startsWith('/metadata/ownerReferences');
  return Object.fromEntries(
    Object.entries(operation).map(([key, value]) => [
      key,
      isPlain || plainOfPatch.has(key) ? value : redacted,
    ]),
  );
};

const plainOfPatch = new Set(['op', 'path', 'from']);

/** What a body of these kinds may show, by the name of the member; any other member is replaced, whatever its kind. */
const safeObject = (body: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(body).map(([key, value]) => [key, safeMember(key, value, body)]));

const safeMember = (key: string, value: JsonValue | undefined, body: JsonObject): JsonValue | undefined => {
  if (value === undefined || value === null) return value;
  if (plainMembers.has(key)) return typeof value === 'object' ? redacted : value;
  if (body.kind === 'Status' && membersOfStatus.has(key)) return value;
  if (key === 'data' || key === 'stringData') return valuesRedacted(value);
  if (key === 'metadata') return isObject(value) ? safeMetadata(value) : redacted;
  if (key === 'items') return Array.isArray(value) ? value.map((item) => safeItem(item)) : redacted;
  if (key === 'spec' || key === 'status') return isObject(value) ? withoutToken(value) : redacted;
  return redacted;
};

const plainMembers = new Set([
  ...['kind', 'apiVersion', 'type', 'immutable'],
  // DeleteOptions
  ...['gracePeriodSeconds', 'propagationPolicy', 'orphanDependents'],
]);
const membersOfStatus = new Set(['status', 'message', 'reason', 'details', 'code']);

const safeItem = (item: JsonValue): JsonValue => (isObject(item) ? safeObject(item) : redacted);

const valuesRedacted = (data: JsonValue): JsonValue =>
  isObject(data) ? Object.fromEntries(Object.keys(data).map((key) => [key, redacted])) : redacted;

/** `kubectl apply` keeps a copy of the whole Secret in this annotation. */
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

const safeMetadata = (metadata: JsonObject): JsonObject => {
  const { annotations } = metadata;
  if (annotations === undefined || annotations === null) return metadata;
  if (!isObject(annotations)) return { ...metadata, annotations: redacted };
  if (!Object.hasOwn(annotations, lastApplied)) return metadata;
  return { ...metadata, annotations: { ...annotations, [lastApplied]: redacted } };
};

const withoutToken = (part: JsonObject): JsonObject =>
  Object.hasOwn(part, 'token') ? { ...part, token: redacted } : part;

/** Credentials in a presigned URL, as error messages quote it, and the bearer token that is made of one. */
const presigned = /(X-Amz-(?:Signature|Security-Token|Credential)(?:=|%3D))[^&"'\s\\]+/gi;
const bearer = /(k8s-aws-v1\.)[\w-]{8,}/g;

export const withoutPresignedUrls = (text: string): string => {
  if (/x-amz-/i.test(text)) return text.replace(presigned, `$1${redacted}`).replace(bearer, `$1${redacted}`);
  return text.includes('k8s-aws-v1.') ? text.replace(bearer, `$1${redacted}`) : text;
};
