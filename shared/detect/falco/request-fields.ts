/** Fields of what a request wrote, pods apart: bindings, roles, services and ConfigMaps. */
import { type JsonObject, type JsonValue, listOf, pathOf, textOf } from '../../schema/json.ts';
import { at, listAt } from './event-fields.ts';
import { type Extract, type FieldTable, jsonText, textForms } from './field.ts';
import { placed } from './pod-fields.ts';

const subjects = (audit: JsonObject): readonly JsonValue[] =>
  listOf(pathOf(audit, 'requestObject', 'subjects'));

/** The names of the subjects of one kind. */
const subjectNames =
  (kind: string): Extract =>
  (audit) =>
    subjects(audit)
      .filter((subject) => pathOf(subject, 'kind') === kind)
      .flatMap((subject) => textOf(pathOf(subject, 'name')) ?? []);

const serviceAccountNames: Extract = (audit) =>
  subjects(audit).flatMap((subject) => {
    const name = textOf(pathOf(subject, 'name'));
    const namespace = textOf(pathOf(subject, 'namespace'));
    const isWhole =
      pathOf(subject, 'kind') === 'ServiceAccount' && name !== undefined && namespace !== undefined;
    return isWhole ? [`${namespace}:${name}`] : [];
  });

/** One list of every rule, or of the rule at a place, put together. */
const ruleLists =
  (key: string): Extract =>
  (audit, argument) =>
    placed(pathOf(audit, 'requestObject', 'rules'), argument)?.flatMap(
      (rule) => textForms(pathOf(rule, key)) ?? [],
    );

const configMapData: Extract = (audit) => {
  const data = pathOf(audit, 'requestObject', 'data');
  return data === undefined ? undefined : jsonText(data);
};

/** The list as a whole is the one member, whatever place is asked for. */
const servicePorts: Extract = (audit) => {
  const ports = pathOf(audit, 'requestObject', 'spec', 'ports');
  const text = Array.isArray(ports) ? jsonText(ports) : undefined;
  return text === undefined ? undefined : [text];
};

export const requestFields: FieldTable = {
  'ka.req.binding.subjects': { extract: listAt('requestObject', 'subjects'), isList: true },
  'ka.req.binding.subjects.user_names': { extract: subjectNames('User'), isList: true },
  'ka.req.binding.subjects.serviceaccount_names': { extract: subjectNames('ServiceAccount'), isList: true },
  'ka.req.binding.subjects.serviceaccount_ns_names': { extract: serviceAccountNames, isList: true },
  'ka.req.binding.subjects.group_names': { extract: subjectNames('Group'), isList: true },
  'ka.req.binding.role': { extract: at('requestObject', 'roleRef', 'name') },
  // Falco keeps this old field for old rules only, with one answer for everything.
  'ka.req.binding.subject.has_name': { extract: () => 'true', argument: 'key' },
  'ka.req.configmap.name': { extract: at('objectRef', 'name') },
  'ka.req.configmap.obj': { extract: configMapData },
  'ka.req.role.rules': { extract: listAt('requestObject', 'rules'), isList: true },
  'ka.req.role.rules.apiGroups': { extract: ruleLists('apiGroups'), isList: true, argument: 'place' },
  'ka.req.role.rules.nonResourceURLs': {
    extract: ruleLists('nonResourceURLs'),
    isList: true,
    argument: 'place',
  },
  'ka.req.role.rules.resources': { extract: ruleLists('resources'), isList: true, argument: 'place' },
  'ka.req.role.rules.verbs': { extract: ruleLists('verbs'), isList: true, argument: 'place' },
  'ka.req.service.type': { extract: at('requestObject', 'spec', 'type') },
  'ka.req.service.ports': { extract: servicePorts, isList: true, argument: 'place' },
};
