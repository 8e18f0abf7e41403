/** Fields of the pod that a request wrote: its containers of three kinds, its volumes and its security context. */
import { isObject, type JsonObject, type JsonValue, listOf, pathOf, textOf } from '../../schema/json.ts';
import { at, listAt } from './event-fields.ts';
import { type Extract, type Field, type FieldTable, jsonText, textForm, textForms } from './field.ts';

/** The members of a list, or only the one at a place; undefined where there is no list. */
export const placed = (
  list: JsonValue | undefined,
  argument: string | undefined,
): readonly JsonValue[] | undefined => {
  if (!Array.isArray(list)) return undefined;
  return argument === undefined ? list : list.slice(Number(argument), Number(argument) + 1);
};

const spec = (audit: JsonObject, key: string): JsonValue | undefined =>
  pathOf(audit, 'requestObject', 'spec', key);

type OfContainer = (container: JsonValue) => readonly string[] | undefined;

/** What each container of a list has, one after the other; containers without it are left out. */
const ofContainers =
  (list: string, values: OfContainer): Extract =>
  (audit, argument) =>
    placed(spec(audit, list), argument)?.flatMap((container) => values(container) ?? []);

/** The same where a container without it makes the whole field missing. */
const ofEveryContainer =
  (list: string, values: OfContainer): Extract =>
  (audit, argument) => {
    const found = placed(spec(audit, list), argument)?.map(values);
    return found?.every((value) => value !== undefined) ? found.flat() : undefined;
  };

const one = (text: string | undefined): readonly string[] | undefined =>
  text === undefined ? undefined : [text];

const inContainer =
  (...keys: readonly string[]): OfContainer =>
  (container) =>
    one(textForm(pathOf(container, ...keys)));

const repository: OfContainer = (container) => one(repositoryOf(textForm(pathOf(container, 'image'))));

/** Cut at the first colon, then at the first at sign: `host:5000/x` is `host`. */
const repositoryOf = (image: string | undefined): string | undefined =>
  image?.split(':', 1)[0]?.split('@', 1)[0];

const words =
  (key: string): OfContainer =>
  (container) =>
    one(textForms(pathOf(container, key))?.join(' '));

const addedCapabilities: OfContainer = (container) => {
  const added = pathOf(container, 'securityContext', 'capabilities', 'add');
  return added === undefined ? undefined : one(jsonText(added));
};

const hostPorts: OfContainer = (container) =>
  listOf(pathOf(container, 'ports')).flatMap(
    (port) => textForm(pathOf(port, 'hostPort') ?? pathOf(port, 'containerPort')) ?? [],
  );

/** Falco means to join the pod's and the container's user, but answers 0 for each container. */
const zero: OfContainer = () => ['0'];

const securityContext: Readonly<Record<string, string>> = {
  privileged: 'privileged',
  allow_privilege_escalation: 'allowPrivilegeEscalation',
  read_only_fs: 'readOnlyRootFilesystem',
  run_as_user: 'runAsUser',
  run_as_group: 'runAsGroup',
  proc_mount: 'procMount',
};

const containerFields = (list: string): FieldTable => {
  const extracts: Record<string, Extract> = {
    name: ofEveryContainer(list, inContainer('name')),
    image: ofEveryContainer(list, inContainer('image')),
    'image.repository': ofEveryContainer(list, repository),
    command: ofContainers(list, words('command')),
    args: ofContainers(list, words('args')),
    add_capabilities: ofContainers(list, addedCapabilities),
    eff_run_as_user: ofContainers(list, zero),
    eff_run_as_group: ofContainers(list, zero),
  };
  for (const [name, key] of Object.entries(securityContext)) {
    extracts[name] = ofContainers(list, inContainer('securityContext', key));
  }
  if (list !== 'ephemeralContainers') extracts.host_port = ofContainers(list, hostPorts);
  const named = Object.entries(extracts).map(([name, extract]): [string, Field] => [
    `ka.req.pod.${list}.${name}`,
    { extract, isList: true, argument: 'place' },
  ]);
  return Object.fromEntries(named);
};

/** The first container only: fields of old rules. */
const ofFirst =
  (value: OfContainer): Extract =>
  (audit) => {
    const [first] = listOf(spec(audit, 'containers'));
    return first === undefined ? undefined : value(first)?.[0];
  };

const anyPrivileged: Extract = (audit) => {
  const containers = listOf(spec(audit, 'containers'));
  if (containers.length === 0) return undefined;
  return String(containers.some((container) => pathOf(container, 'securityContext', 'privileged') === true));
};

const inVolumes =
  (...keys: readonly string[]): Extract =>
  (audit, argument) =>
    placed(spec(audit, 'volumes'), argument)?.flatMap((volume) => textForm(pathOf(volume, ...keys)) ?? []);

const volumeTypes: Extract = (audit, argument) =>
  placed(spec(audit, 'volumes'), argument)?.flatMap((volume) =>
    isObject(volume) ? Object.keys(volume).filter((key) => key !== 'name') : [],
  );

/** A path that ends in a star stands for every path that begins so. */
const mountsPath: Extract = (audit, argument = '') => {
  const prefix = argument.endsWith('*') ? argument.slice(0, -1) : undefined;
  const found = placed(spec(audit, 'volumes'), undefined)?.some((volume) => {
    const path = textOf(pathOf(volume, 'hostPath', 'path'));
    return path !== undefined && (path === argument || (prefix !== undefined && path.startsWith(prefix)));
  });
  return found === undefined ? undefined : String(found);
};

export const podFields: FieldTable = {
  ...containerFields('containers'),
  ...containerFields('initContainers'),
  ...containerFields('ephemeralContainers'),
  'ka.req.container.image': { extract: ofFirst(inContainer('image')) },
  'ka.req.container.image.repository': { extract: ofFirst(repository) },
  'ka.req.container.privileged': { extract: anyPrivileged },
  'ka.req.container.host_network': { extract: at('requestObject', 'spec', 'hostNetwork') },
  'ka.req.pod.host_ipc': { extract: at('requestObject', 'spec', 'hostIPC') },
  'ka.req.pod.host_network': { extract: at('requestObject', 'spec', 'hostNetwork') },
  'ka.req.pod.host_pid': { extract: at('requestObject', 'spec', 'hostPID') },
  'ka.req.pod.run_as_user': { extract: at('requestObject', 'spec', 'securityContext', 'runAsUser') },
  'ka.req.pod.run_as_group': { extract: at('requestObject', 'spec', 'securityContext', 'runAsGroup') },
  'ka.req.pod.fs_group': { extract: at('requestObject', 'spec', 'securityContext', 'fsGroup') },
  'ka.req.pod.supplemental_groups': {
    extract: listAt('requestObject', 'spec', 'securityContext', 'supplementalGroups'),
    isList: true,
  },
  'ka.req.pod.volumes.hostpath': { extract: inVolumes('hostPath', 'path'), isList: true, argument: 'place' },
  'ka.req.pod.volumes.flexvolume_driver': {
    extract: inVolumes('flexVolume', 'driver'),
    isList: true,
    argument: 'place',
  },
  'ka.req.pod.volumes.volume_type': { extract: volumeTypes, isList: true, argument: 'place' },
  'ka.req.volume.hostpath': { extract: mountsPath, argument: 'key' },
};
