/** methodName and resourceName of a GKE audit entry in; verb and object, as Kubernetes names them, out. */
import { isObject, type JsonObject, listOf, someTextOf, textOf } from '../schema/json.ts';

export interface GkeTarget {
  readonly verb?: string | undefined;
  /** The API group; the empty text for core. */
  readonly group?: string | undefined;
  readonly version?: string | undefined;
  readonly resource?: string | undefined;
  readonly subresource?: string | undefined;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
}

const versionToken = /^v\d+((alpha|beta)\d+)?$/;

/**
 * `io.k8s.<group reversed>.<version>.<resource>[.<subresource>].<verb>`; a method without a version is a request for a
 * path. The group is spelt in full only in resourceName, so it is taken from there.
 */
export const gkeTargetOf = (payload: JsonObject): GkeTarget => {
  const method = someTextOf(payload.methodName) ?? permissionOf(payload) ?? '';
  const parts = method.split('.');
  const versionAt = parts.findLastIndex((part) => versionToken.test(part));
  if (versionAt < 0) return { verb: parts.at(-1) };
  const words = parts.slice(versionAt + 1);
  const verb = words.at(-1);
  const [resource, ...subresource] = words.slice(0, -1);
  const path = pathOf(textOf(payload.resourceName) ?? resourceOf(payload), resource);
  return {
    verb,
    group: path.group ?? groupOf(parts.slice(0, versionAt)),
    version: parts[versionAt],
    resource,
    subresource: subresource.length > 0 ? subresource.join('/') : path.subresource,
    namespace: path.namespace,
    name: path.name,
  };
};

const firstAuthorization = (payload: JsonObject): JsonObject => {
  const [first] = listOf(payload.authorizationInfo);
  return isObject(first) ? first : {};
};

const permissionOf = (payload: JsonObject): string | undefined =>
  someTextOf(firstAuthorization(payload).permission);
const resourceOf = (payload: JsonObject): string | undefined => textOf(firstAuthorization(payload).resource);

/** `authorization.rbac` is `rbac.authorization.k8s.io`; `core` is the empty group; `com.example` is `example.com`. */
const groupOf = (parts: readonly string[]): string => {
  const isKubernetes = parts[0] === 'io' && parts[1] === 'k8s';
  const rest = (isKubernetes ? parts.slice(2) : parts).toReversed().join('.');
  if (rest === 'core' || rest === '') return '';
  const isPlain = !isKubernetes || plainGroups.has(rest);
  return isPlain ? rest : `${rest}.k8s.io`;
};

/** Groups without a domain. */
const plainGroups = new Set(['apps', 'batch', 'extensions', 'autoscaling', 'policy']);

interface ResourcePath {
  readonly group?: string | undefined;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly subresource?: string | undefined;
}

/** `<group>/<version>[/namespaces/<ns>]/<resource>[/<name>[/<subresource>[/<name>]]]` */
const pathOf = (resourceName: string | undefined, resource: string | undefined): ResourcePath => {
  const parts = resourceName?.split('/') ?? [];
  if (parts.length < 3 || !versionToken.test(parts[1] ?? '')) return {};
  const group = parts[0] === 'core' ? '' : parts[0];
  const isNamespaced = parts[2] === 'namespaces' && resource !== 'namespaces' && parts.length > 4;
  const [, name, subresource] = parts.slice(isNamespaced ? 4 : 2);
  // A namespace is its own namespace in the API server's own audit log.
  const namespace = isNamespaced ? parts[3] : resource === 'namespaces' ? name : undefined;
  return { group, namespace, name: name === '' ? undefined : name, subresource };
};
