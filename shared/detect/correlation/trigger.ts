/** A finding, or a correlation that held, as the correlations above it see it. */
import type { JsonValue } from '../../schema/json.ts';
import { type Collected, type FieldPath, valuesIn } from '../field-path.ts';
import type { Rule } from '../rule.ts';
import type { Scope } from '../scope.ts';
import { textForm } from '../sigma/term.ts';
import type { Input } from './correlation.ts';
import type { Witness } from './witness.ts';

export interface Trigger {
  readonly rule: Rule;
  /** The same for both stages of one request, and for a redelivered event. */
  readonly id: string;
  /** The event's own id: cheap, but another for each stage of a request. */
  readonly event: string;
  /** Event time, epoch milliseconds. */
  readonly time: number;
  readonly scope: Pick<Scope, 'valuesAt'>;
  readonly witness: () => Witness;
}

/** Null where an event lacks the field, which is not the same as an empty text. */
export type GroupValue = string | null;

/** An event whose field holds a list is in one group for each of its values, but not in more than this. */
const maxGroups = 16;

/** The groups that a trigger is in: one, or one for each value where a field holds several. */
export const groupsOf = (trigger: Trigger, { groupBy }: Input): readonly (readonly GroupValue[])[] => {
  let groups: (readonly GroupValue[])[] = [[]];
  for (const path of groupBy) {
    const values = valuesAt(trigger, path);
    groups = groups.flatMap((group) => values.map((value) => [...group, value])).slice(0, maxGroups);
  }
  return groups;
};

/** The one group that a trigger is in; undefined where it may be in several. */
export const groupOf = (trigger: Trigger, { groupBy }: Input): readonly GroupValue[] | undefined => {
  const values = new Array<GroupValue>(groupBy.length);
  for (let at = 0; at < groupBy.length; at++) {
    const value = valueAt(trigger, groupBy[at] as FieldPath);
    if (value === undefined) return undefined;
    values[at] = value;
  }
  return values;
};

/** The one value at a path, null where there is none; undefined where it is no plain text. */
const valueAt = (trigger: Trigger, path: FieldPath): GroupValue | undefined => {
  if (ownFields.has(path.text)) return valuesAt(trigger, path)[0];
  const found = trigger.scope.valuesAt(path);
  if (typeof found === 'string') return found;
  if (typeof found === 'boolean') return found ? 'true' : 'false';
  return found === undefined ? null : undefined;
};

/** The one group that a trigger is in, and the one value of each field; undefined where one is missing, or may be several. */
export const plainPath = (
  trigger: Trigger,
  { groupBy }: Input,
  fields: readonly FieldPath[],
): readonly GroupValue[] | undefined => {
  const values = new Array<GroupValue>(groupBy.length + fields.length);
  for (let at = 0; at < values.length; at++) {
    const isOfGroup = at < groupBy.length;
    const value = valueAt(trigger, (isOfGroup ? groupBy[at] : fields[at - groupBy.length]) as FieldPath);
    if (value === undefined || (value === null && !isOfGroup)) return undefined;
    values[at] = value;
  }
  return values;
};

/** What tells values apart: each value of one field, or what several fields hold together. None where one is missing. */
export const distinctValues = (trigger: Trigger, fields: readonly FieldPath[]): readonly string[] => {
  let joined: string | undefined;
  for (const field of fields) {
    const value = valueAt(trigger, field);
    if (value === null) return none;
    if (value === undefined) return severalValues(trigger, fields);
    joined = joined === undefined ? value : `${joined} ${value}`;
  }
  return joined === undefined ? none : [joined];
};

const none: readonly string[] = [];

const severalValues = (trigger: Trigger, fields: readonly FieldPath[]): readonly string[] => {
  const parts = fields.map((field) => valuesAt(trigger, field).filter((value) => value !== null));
  const [only] = parts;
  if (parts.length === 1 && only) return only;
  return parts.some((values) => values.length === 0)
    ? none
    : [parts.map((values) => values.join(',')).join(' ')];
};

const missing: readonly GroupValue[] = [null];

/** The values in their text forms, each once; null alone where there is none. */
export const valuesAt = (trigger: Trigger, path: FieldPath): readonly GroupValue[] => {
  const own = ownFields.get(path.text);
  if (own) return [own(trigger.rule)];
  const found = trigger.scope.valuesAt(path);
  if (typeof found === 'string') return [found];
  const texts = valuesIn(found).flatMap((value: JsonValue) => textForm(value) ?? []);
  return texts.length === 0 ? missing : [...new Set(texts)];
};

/** What is known of the rule that held, for correlations over findings of many rules. */
const ownFields: ReadonlyMap<string, (rule: Rule) => GroupValue> = new Map([
  ['rule.id', (rule: Rule): GroupValue => rule.id],
  ['rule.tactic', (rule: Rule): GroupValue => rule.tactic ?? null],
]);

/** A correlation's group as a scope: a correlation above it finds the group's values under their names, and no other. */
export const groupScope = (
  names: readonly string[],
  values: readonly GroupValue[],
): Pick<Scope, 'valuesAt'> => ({
  valuesAt: ({ text }): Collected => values[names.indexOf(text)] ?? undefined,
});
