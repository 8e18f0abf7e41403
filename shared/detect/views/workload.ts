/** An event that writes a workload in; its pod specification, wherever that stands in the object, out. */
import type { AuditEvent } from '../../schema/audit-event.ts';
import {
  isObject,
  type JsonObject,
  type JsonValue,
  listOf,
  objectOf,
  textOf,
  textsOf,
} from '../../schema/json.ts';
import { imageOf } from './image.ts';
import { isWrite, requestBodyOf } from './request-body.ts';

/** Subresources whose body is the workload or a part of it; status and scale are not. */
const ownSubresources = new Set<string | undefined>([undefined, '', 'ephemeralcontainers', 'resize']);

/** Any kind may carry a pod template, so the verb and the subresource alone decide. */
export const canHoldWorkload = (event: AuditEvent): boolean =>
  isWrite(event) && ownSubresources.has(event.target.subresource);

const containerLists = [
  ['containers', 'container'],
  ['initContainers', 'init'],
  ['ephemeralContainers', 'ephemeral'],
] as const;

/**
 * `workload`: kind, labels, annotations, spec (the pod spec), containers (init and ephemeral ones too, each with `type`
 * and `line`, its command and arguments joined), images, registries, repositories, hostPaths (normalised), capabilities (added, without CAP_).
 */
export const workloadOf = (event: AuditEvent): JsonObject | undefined => {
  if (!canHoldWorkload(event)) return undefined;
  const body = requestBodyOf(event);
  const pod = body && podOf(body, event.target.resource);
  const spec = objectOf(pod?.spec);
  if (!body || !pod || !spec) return undefined;
  const containers = containersOf(spec);
  const images = containers
    .map((container) => textOf(container.image))
    .filter((image) => image !== undefined);
  const named = images.map(imageOf).filter((image) => image !== undefined);
  const metadata = objectOf(pod.metadata) ?? {};
  const own = objectOf(body.metadata) ?? {};
  return {
    kind: textOf(body.kind),
    name: event.target.name ?? textOf(own.name) ?? textOf(own.generateName),
    labels: { ...objectOf(own.labels), ...objectOf(metadata.labels) },
    annotations: { ...objectOf(own.annotations), ...objectOf(metadata.annotations) },
    ownerKinds: listOf(own.ownerReferences).map((owner) =>
      isObject(owner) ? (textOf(owner.kind) ?? '') : '',
    ),
    spec,
    containers,
    images,
    registries: [...new Set(named.map(({ registry }) => registry))],
    repositories: [...new Set(named.map(({ repository }) => repository))],
    hostPaths: hostPathsOf(spec),
    capabilities: containers.flatMap(capabilitiesOf),
  };
};

/** The object that has the pod spec: a pod itself, a template, or a template in a template. */
const podOf = (body: JsonObject, resource: string | undefined): JsonObject | undefined => {
  if (resource === 'pods') return body;
  if (resource === 'podtemplates') return objectOf(body.template);
  const spec = objectOf(body.spec);
  const jobTemplate = objectOf(objectOf(spec?.jobTemplate)?.spec);
  // Any kind that carries a template is a workload, the many custom ones too.
  return objectOf(jobTemplate?.template) ?? objectOf(spec?.template);
};

const containersOf = (spec: JsonObject): readonly JsonObject[] => {
  const containers: JsonObject[] = [];
  for (const [list, type] of containerLists)
    if (spec[list] !== undefined)
      for (const container of writtenIn(spec[list]))
        containers.push({ ...container, type, line: lineOf(container) });
  return containers;
};

/** A strategic merge patch names by `$patch: delete` what it takes out, and by `$patch: replace` alone that it replaces. */
const writtenIn = (list: JsonValue | undefined): readonly JsonObject[] =>
  listOf(list).filter(isObject).filter(isWritten);

const isWritten = (member: JsonObject): boolean => {
  const { $patch } = member;
  return $patch === undefined || ($patch !== 'delete' && Object.keys(member).length > 1);
};

const lineOf = (container: JsonObject): string | undefined => {
  const words = [...textsOf(container.command), ...textsOf(container.args)];
  return words.length === 0 ? undefined : words.join(' ');
};

const capabilitiesOf = (container: JsonObject): readonly string[] => {
  const added = objectOf(objectOf(container.securityContext)?.capabilities)?.add;
  return textsOf(added).map((name) => name.toUpperCase().replace(/^CAP_/, ''));
};

const hostPathsOf = (spec: JsonObject): readonly string[] =>
  writtenIn(spec.volumes).flatMap((volume) => {
    const path = textOf(objectOf(volume.hostPath)?.path);
    return path === undefined ? [] : [normalisedPath(path)];
  });

/** `/etc//kubernetes/../` is `/etc`. */
const normalisedPath = (path: string): string => {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
};
