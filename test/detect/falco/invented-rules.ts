/** Small invented Falco rules, and events for them. */
import { decode } from '../../../shared/decode/decode.ts';
import { createDetector } from '../../../shared/detect/detect.ts';
import { falcoRuleSetOf } from '../../../shared/detect/falco/rule-set.ts';
import type { Rule } from '../../../shared/detect/rule.ts';
import type { RuleSet } from '../../../shared/detect/sigma/rule-set.ts';
import { isEvent, normalise } from '../../../shared/normalise/normalise.ts';
import type { AuditEvent } from '../../../shared/schema/audit-event.ts';
import type { JsonObject } from '../../../shared/schema/json.ts';
import { yamlOf } from '../../../shared/schema/yaml.ts';

const request: JsonObject = {
  kind: 'Event',
  apiVersion: 'audit.k8s.io/v1',
  auditID: '00000000-0000-0000-0000-000000000001',
  stage: 'ResponseComplete',
  requestURI: '/api/v1/namespaces/shop/pods',
  verb: 'create',
  user: { username: 'ana@example.com', groups: ['developers', 'system:authenticated'] },
  sourceIPs: ['192.0.2.7'],
  objectRef: { resource: 'pods', namespace: 'shop', name: 'web', apiVersion: 'v1' },
  responseStatus: { code: 201 },
  stageTimestamp: '2026-01-02T03:04:05.123456Z',
  annotations: { 'authorization.k8s.io/decision': 'allow' },
};

/** A request to create a pod, with these fields in the place of its own. */
export const eventFrom = (fields: JsonObject = {}): AuditEvent => {
  const [record] = decode({ ...request, ...fields }).records;
  const event = record && normalise(record);
  if (typeof event !== 'object' || !isEvent(event)) throw new Error('the event cannot be read');
  return event;
};

/** A rule file with one rule of this condition. */
export const ruleWith = (condition: string, more = ''): string =>
  `- rule: Invented\n  desc: An invented rule.\n  condition: ${JSON.stringify(condition)}\n  output: seen\n  priority: NOTICE\n  source: k8s_audit\n${more}`;

export const loaded = (...texts: readonly string[]): RuleSet =>
  falcoRuleSetOf(texts.map((text, at) => yamlOf(`${at + 1}.yaml`, text, 'texts')));

/** The one rule of the files, which have to be without fault. */
export const ruleFrom = (...texts: readonly string[]): Rule => {
  const { rules, problems } = loaded(...texts);
  const [rule] = rules;
  if (!rule || problems.length > 0) throw new Error(problems.map(({ message }) => message).join('; '));
  return rule;
};

export const fires = (rule: Rule, fields: JsonObject = {}): boolean =>
  createDetector([rule]).findingsFor(eventFrom(fields)).length > 0;

/** Whether a condition holds for a request. */
export const holds = (condition: string, fields: JsonObject = {}): boolean =>
  fires(ruleFrom(ruleWith(condition)), fields);

/** Each problem as `path:line message`. */
export const problemsOf = (...texts: readonly string[]): readonly string[] =>
  loaded(...texts).problems.map(({ path, line, message }) => `${path}:${line} ${message}`);

export const warningsOf = (...texts: readonly string[]): readonly string[] =>
  loaded(...texts).warnings.map(({ path, line, message }) => `${path}:${line} ${message}`);
