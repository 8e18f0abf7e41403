/** One rule item in: a new rule, or a change to an earlier one. */

import type { TextPosition } from '../../errors.ts';
import type { Severity } from '../../schema/severity.ts';
import { type Counter, type Definition, placeOf } from './definition.ts';
import { type Exception, exceptionsOf, withExceptions } from './exceptions.ts';
import {
  complain,
  type ItemReader,
  requiredName,
  requiredText,
  requiredTexts,
  truthOf,
  warn,
} from './items.ts';
import { type Changeable, type Changes, changesOf } from './override.ts';

export interface RuleDefinition extends Definition {
  readonly source: string;
  readonly condition: string;
  readonly output: string;
  readonly description: string;
  readonly severity: Severity;
  readonly isEnabled: boolean;
  readonly tags: readonly string[];
  readonly exceptions: readonly Exception[];
  /** A field that is not known makes the rule be skipped, not the load fail. */
  readonly skipsUnknownFields: boolean;
  /** Where the parts stand that are read later. */
  readonly conditionPosition: TextPosition;
  readonly outputPosition: TextPosition;
}

/** The one source of events that is read here. */
export const source = 'k8s_audit';

const appendable = ['condition', 'output', 'desc', 'tags', 'exceptions'];
const changeable: Changeable = {
  append: appendable,
  replace: [
    ...appendable,
    'priority',
    'capture',
    'capture_duration',
    'enabled',
    'warn_evttypes',
    'skip-if-unknown-filter',
  ],
  oldAppend: ['condition', 'exceptions'],
};

const severities: Readonly<Record<string, Severity>> = {
  EMERGENCY: 'critical',
  ALERT: 'critical',
  CRITICAL: 'critical',
  ERROR: 'high',
  WARNING: 'medium',
  NOTICE: 'low',
  INFO: 'informational',
  INFORMATIONAL: 'informational',
  DEBUG: 'informational',
};

type Rules = Map<string, RuleDefinition>;

export const takeRule = (reader: ItemReader, rules: Rules, counter: Counter): void => {
  const { body } = reader.item;
  const name = requiredName(reader);
  const changes = changesOf(reader, changeable);
  if (name === undefined || changes === 'faulty') return;
  const earlier = rules.get(name);
  const isSwitch = ['condition', 'output', 'desc', 'priority'].every((key) => body[key] === undefined);
  if (changes) change(reader, name, changes, rules, counter);
  else if (isSwitch && body.enabled !== undefined) turn(reader, name, rules);
  else {
    const parts = partsOf(reader);
    if (!parts) return;
    if (earlier && earlier.source !== parts.source) {
      complain(
        reader,
        ['source'],
        `the rule "${name}" is already defined for the source "${earlier.source}"`,
      );
      return;
    }
    const rule = { ...placeOf(name, earlier, reader, counter), ...parts };
    rules.set(name, rule);
    if (rule.source !== source) {
      warn(
        reader,
        body.source === undefined ? [] : ['source'],
        `the rule "${name}" is for the source "${rule.source}", not for ${source}, and is skipped`,
      );
    }
  }
};

/** The old way to turn a rule on or off: its name and `enabled`, nothing else. */
const turn = (reader: ItemReader, name: string, rules: Rules): void => {
  const earlier = rules.get(name);
  const isEnabled = truthOf(reader, 'enabled', true);
  if (!earlier) complain(reader, [], `no rule is named "${name}", so it cannot be turned on or off`);
  if (!earlier || isEnabled === undefined) return;
  warn(reader, ['enabled'], '"enabled" alone is deprecated: write override: { enabled: replace }');
  rules.set(name, { ...earlier, isEnabled });
};

type Parts = Omit<RuleDefinition, keyof Definition>;

/** The parts of a rule that is defined as a whole; every fault is reported. */
const partsOf = (reader: ItemReader): Parts | undefined => {
  const condition = requiredText(reader, 'condition');
  const output = requiredText(reader, 'output');
  const description = requiredText(reader, 'desc');
  const severity = severityOf(reader);
  const isEnabled = truthOf(reader, 'enabled', true);
  const skipsUnknownFields = truthOf(reader, 'skip-if-unknown-filter', false);
  const tags = reader.item.body.tags === undefined ? [] : requiredTexts(reader, 'tags');
  const exceptions = exceptionsOf(reader, []);
  const stated = reader.item.body.source === undefined ? 'syscall' : requiredText(reader, 'source');
  const parts = { condition, output, description, severity, isEnabled, skipsUnknownFields, tags, exceptions };
  if (stated === undefined || !isWhole(parts)) return undefined;
  return { ...parts, source: stated, ...positionsOf(reader) };
};

/** Every part is there. */
const isWhole = <T extends object>(parts: T): parts is { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.values(parts).every((part) => part !== undefined);

const positionsOf = (reader: ItemReader) => ({
  conditionPosition: reader.item.positionOf(['condition']),
  outputPosition: reader.item.positionOf(['output']),
});

const severityOf = (reader: ItemReader): Severity | undefined => {
  const word = requiredText(reader, 'priority')?.toUpperCase();
  if (word === undefined) return undefined;
  return Object.hasOwn(severities, word)
    ? severities[word]
    : complain(reader, ['priority'], `"${word}" is no priority: ${Object.keys(severities).join(', ')} are`);
};

const change = (reader: ItemReader, name: string, changes: Changes, rules: Rules, counter: Counter): void => {
  const earlier = rules.get(name);
  if (!earlier) {
    complain(reader, [], `no rule is named "${name}", so it cannot be changed`);
    return;
  }
  const found = reader.report.problems.length;
  const rule = changed(reader, earlier, changes);
  if (reader.report.problems.length > found) return;
  const { index, visibility } = placeOf(name, earlier, reader, counter);
  rules.set(name, { ...rule, index, visibility });
};

/** The earlier rule with each named part replaced or added to; faults are reported. */
const changed = (reader: ItemReader, earlier: RuleDefinition, changes: Changes): RuleDefinition => {
  const text = (key: string, before: string): string => {
    const how = changes.get(key);
    const now = how === undefined ? undefined : requiredText(reader, key);
    if (now === undefined) return before;
    return how === 'append' ? `${before} ${now}` : now;
  };
  const truth = (key: string, before: boolean): boolean =>
    changes.has(key) ? (truthOf(reader, key, before) ?? before) : before;
  const tags = changes.has('tags') ? requiredTexts(reader, 'tags') : undefined;
  const positions = positionsOf(reader);
  return {
    ...earlier,
    condition: text('condition', earlier.condition),
    output: text('output', earlier.output),
    description: text('desc', earlier.description),
    severity: (changes.has('priority') ? severityOf(reader) : undefined) ?? earlier.severity,
    isEnabled: truth('enabled', earlier.isEnabled),
    skipsUnknownFields: truth('skip-if-unknown-filter', earlier.skipsUnknownFields),
    tags: tagsAfter(earlier.tags, tags, changes.get('tags')),
    exceptions: exceptionsAfter(reader, earlier, changes),
    conditionPosition: changes.has('condition') ? positions.conditionPosition : earlier.conditionPosition,
    outputPosition: changes.has('output') ? positions.outputPosition : earlier.outputPosition,
  };
};

const tagsAfter = (
  before: readonly string[],
  now: readonly string[] | undefined,
  how: 'append' | 'replace' | undefined,
): readonly string[] => {
  if (now === undefined) return before;
  return how === 'append' ? [...new Set([...before, ...now])] : now;
};

const exceptionsAfter = (
  reader: ItemReader,
  earlier: RuleDefinition,
  changes: Changes,
): readonly Exception[] => {
  const how = changes.get('exceptions');
  if (how === undefined) return earlier.exceptions;
  return exceptionsOf(reader, how === 'append' ? earlier.exceptions : []) ?? earlier.exceptions;
};

/** The condition with the exceptions written out, as text that lists may still stand in. */
export const wholeCondition = (rule: RuleDefinition): string =>
  withExceptions(rule.condition, rule.exceptions);
