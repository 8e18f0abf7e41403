/** Short ways to load rules from text and to ask whether they hold for an event. */
import { createDetector } from '../../../shared/detect/detect.ts';
import type { RuleFile } from '../../../shared/detect/sigma/facts.ts';
import { type RuleSet, ruleSetOf } from '../../../shared/detect/sigma/rule-set.ts';
import type { AuditEvent } from '../../../shared/schema/audit-event.ts';
import type { JsonObject } from '../../../shared/schema/json.ts';
import { yamlOf } from '../../../shared/schema/yaml.ts';
import { auditEvent } from '../events.ts';

export const file = (
  text: string,
  path = 'rules/test.yml',
  source: RuleFile['source'] = 'sigma',
): RuleFile => ({ ...yamlOf(path, text), source });

export interface Loading {
  readonly version?: number | undefined;
  readonly lists?: Readonly<Record<string, readonly string[]>>;
  readonly logsource?: string;
}

/** Each line of a detection is put where it belongs in an otherwise faultless rule. */
export const ruleText = (detection: string, loading: Loading = {}): string =>
  [
    'title: A rule of a test',
    ...(loading.version === undefined ? [] : [`sigma-version: ${loading.version}`]),
    `logsource: ${loading.logsource ?? '{ product: kubernetes, service: audit }'}`,
    'detection:',
    ...detection.split('\n').map((line) => `  ${line}`),
  ].join('\n');

export const loadedSet = (text: string, loading: Loading = {}): RuleSet =>
  ruleSetOf([file(text)], new Map(Object.entries(loading.lists ?? {})));

export const loadedDetection = (detection: string, loading?: Loading): RuleSet =>
  loadedSet(ruleText(detection, loading), loading);

/** The messages of the faults of a detection; none where it loads. */
export const faultsOf = (detection: string, loading?: Loading): readonly string[] =>
  loadedDetection(detection, loading).problems.map(({ message }) => message);

export const firedBy = (set: RuleSet, event: AuditEvent): readonly string[] => {
  if (set.problems.length > 0) throw new Error(set.problems.map(({ message }) => message).join('\n'));
  return createDetector(set.rules)
    .findingsFor(event)
    .map(({ rule }) => rule.title);
};

/** Whether a whole detection holds for an audit event. */
export const detects = (detection: string, event: JsonObject, loading?: Loading): boolean =>
  firedBy(loadedDetection(detection, loading), auditEvent(event)).length > 0;

/** Whether one search identifier, written as YAML, holds for an audit event. */
export const holds = (selection: string, event: JsonObject, loading?: Loading): boolean =>
  detects(`sel:\n${indented(selection)}\ncondition: sel`, event, loading);

/** The faults of one search identifier. */
export const selectionFaults = (selection: string, loading?: Loading): readonly string[] =>
  faultsOf(`sel:\n${indented(selection)}\ncondition: sel`, loading);

const indented = (text: string): string =>
  text
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');
