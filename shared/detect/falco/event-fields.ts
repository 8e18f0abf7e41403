/** Fields of the event as a whole: who, what, when, the answer, and any part of it by a JSON pointer. */
import { type JsonObject, type JsonValue, listOf, pathOf, propertyOf, textOf } from '../../schema/json.ts';
import { fieldPathOf, valuesIn } from '../field-path.ts';
import { type Extract, type FieldTable, type FieldValue, jsonText, textForm, textForms } from './field.ts';
import { isoTimeOf, nanosecondsOf, timeOfDayOf } from './stage-time.ts';

/** A value at a fixed path. */
export const at =
  (...keys: readonly string[]): Extract =>
  (audit) =>
    textForm(pathOf(audit, ...keys));

/** The members of a list at a fixed path. */
export const listAt =
  (...keys: readonly string[]): Extract =>
  (audit) =>
    textForms(pathOf(audit, ...keys));

const annotation = (key: string): Extract => at('annotations', key);

/** RFC 6901; the leading slash may be left out, and no pointer at all is the whole event. */
const pointed: Extract = (audit, argument = '') => {
  let value: JsonValue | undefined = audit;
  const pointer = argument.startsWith('/') ? argument.slice(1) : argument;
  const tokens = argument === '' ? [] : pointer.split('/');
  for (const token of tokens) {
    const key = token.replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(value)) value = /^\d{1,9}$/.test(key) ? (value[Number(key)] as JsonValue) : undefined;
    else value = propertyOf(value, key);
  }
  return textForm(value);
};

const whole: Extract = (audit) => jsonText(audit, 2);

/** The first value of a query parameter of the request's URI. */
const uriParameter: Extract = (audit, argument = '') => {
  const uri = textOf(audit.requestURI) ?? '';
  const start = uri.indexOf('?');
  if (start < 0) return undefined;
  const end = uri.indexOf('#', start);
  return new URLSearchParams(uri.slice(start + 1, end < 0 ? undefined : end)).get(argument) ?? undefined;
};

const podName: Extract = (audit) => {
  const ref = audit.objectRef;
  const isPod = pathOf(ref, 'resource') === 'pods' && pathOf(ref, 'subresource') === undefined;
  return isPod ? textForm(pathOf(audit, 'responseObject', 'metadata', 'name')) : undefined;
};

/** Falco's plugin for GKE puts the name into an annotation; every cloud's events know it here. */
const clusterName: Extract = (audit, argument, scope) => {
  const [known] = valuesIn(scope.valuesAt(cluster));
  return annotation('cluster_name')(audit, argument, scope) ?? textForm(known);
};

const cluster = fieldPathOf('origin.cluster');

/** Falco reads a place where no event has it (falcosecurity/plugins#236), so the field is always missing. */
const sourceIps: Extract = (audit): FieldValue =>
  listOf(pathOf(audit, 'requestObject', 'rules', 'sourceIPs')).map((ip) => textForm(ip) ?? '');

const stageTime =
  (form: (stageTimestamp: string | undefined) => string | undefined): Extract =>
  (audit: JsonObject) =>
    form(textOf(audit.stageTimestamp));

export const eventFields: FieldTable = {
  'ka.auditid': { extract: at('auditID') },
  'ka.stage': { extract: at('stage') },
  'ka.auth.decision': { extract: annotation('authorization.k8s.io/decision') },
  'ka.auth.reason': { extract: annotation('authorization.k8s.io/reason') },
  'ka.auth.openshift.decision': { extract: annotation('authentication.openshift.io/decision') },
  'ka.auth.openshift.username': { extract: annotation('authentication.openshift.io/username') },
  'ka.validations.admission.policy.failure': {
    extract: annotation('validation.policy.admission.k8s.io/validation_failure'),
  },
  'ka.security.pod.violations': { extract: annotation('pod-security.kubernetes.io/audit-violations') },
  'ka.user.name': { extract: at('user', 'username') },
  'ka.user.groups': { extract: listAt('user', 'groups'), isList: true },
  'ka.impuser.name': { extract: at('impersonatedUser', 'username') },
  'ka.verb': { extract: at('verb'), isRouted: true },
  'ka.uri': { extract: at('requestURI') },
  'ka.uri.param': { extract: uriParameter, argument: 'key' },
  'ka.useragent': { extract: at('userAgent') },
  'ka.target.name': { extract: at('objectRef', 'name') },
  'ka.target.namespace': { extract: at('objectRef', 'namespace') },
  'ka.target.resource': { extract: at('objectRef', 'resource'), isRouted: true },
  'ka.target.subresource': { extract: at('objectRef', 'subresource'), isRouted: true },
  'ka.target.pod.name': { extract: podName },
  'ka.resp.name': { extract: at('responseObject', 'metadata', 'name') },
  'ka.response.code': { extract: at('responseStatus', 'code') },
  'ka.response.reason': { extract: at('responseStatus', 'reason') },
  'ka.sourceips': { extract: sourceIps, isList: true, argument: 'place' },
  'ka.cluster.name': { extract: clusterName },
  'jevt.value': { extract: pointed, argument: 'pointer' },
  'json.value': { extract: pointed, argument: 'pointer' },
  'jevt.obj': { extract: whole },
  'json.obj': { extract: whole },
  'jevt.rawtime': { extract: stageTime(nanosecondsOf), isAlways: true },
  'json.rawtime': { extract: stageTime(nanosecondsOf), isAlways: true },
  'jevt.time': { extract: stageTime(timeOfDayOf), isAlways: true },
  'jevt.time.iso8601': { extract: stageTime(isoTimeOf), isAlways: true },
  'evt.rawtime': { extract: stageTime(nanosecondsOf), isAlways: true },
  'evt.time': { extract: stageTime(timeOfDayOf), isAlways: true },
  'evt.time.iso8601': { extract: stageTime(isoTimeOf), isAlways: true },
  'evt.source': { extract: () => 'k8s_audit', isAlways: true },
};
