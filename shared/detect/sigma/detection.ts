/** The `detection` of a Sigma rule, or the `filter` of a Sigma filter, in; one expression out. */
import { isObject, type JsonValue } from '../../schema/json.ts';
import type { YamlPath } from '../../schema/yaml.ts';
import { and, type Expression, never, not, or, sizeOf, testOf } from '../expression.ts';
import { type FieldPath, fieldPathOf } from '../field-path.ts';
import { hasTests } from './budget.ts';
import { type Condition, ConditionError, conditionOf } from './condition.ts';
import { type ItemContext, itemOf, sharedItemOf, sharedPathOf } from './item.ts';
import { quantified, type Stretch, stretchesOf } from './member.ts';
import { ModifierError } from './modifier-error.ts';
import type { ItemValue } from './modifiers.ts';
import type { Problems } from './problems.ts';

export interface DetectionContext extends ItemContext {
  /** Documents of Sigma 3 may select members of lists in brackets. */
  readonly brackets: boolean;
  readonly problems: Problems;
}

export interface Detection {
  readonly expression: Expression;
  /** Turns a further condition over the same search identifiers into an expression. */
  readonly condition: (text: string, path: YamlPath) => Expression;
  /** The expression of a part of a condition; undefined where it names what is not there, or asks too much. */
  readonly partOf: (condition: Condition) => Expression | undefined;
  /** The conditions as they are written. */
  readonly conditions: readonly string[];
  readonly identifiers: readonly string[];
  /** The identifiers that a pattern such as `except_*` or `them` names. */
  readonly matching: (pattern: string) => readonly string[];
  /** The identifiers that no condition has named so far. */
  readonly unused: () => readonly string[];
}

/** Faults go to the context's problems; the expression is then not to be used. */
export const detectionOf = (source: unknown, path: YamlPath, context: DetectionContext): Detection => {
  const none: Detection = {
    expression: never,
    condition: () => never,
    partOf: () => undefined,
    conditions: [],
    identifiers: [],
    matching: () => [],
    unused: () => [],
  };
  if (!isObject(source)) {
    context.problems.add(path, 'expected a map of search identifiers and a condition');
    return none;
  }
  const identifiers = new Map<string, Expression>();
  for (const [name, definition] of Object.entries(source)) {
    if (name === 'condition') continue;
    if (name === 'timeframe') {
      context.problems.add(
        [...path, name],
        '"timeframe" left Sigma with version 2: write a correlation rule',
      );
      continue;
    }
    identifiers.set(name, definitionOf(definition ?? null, [...path, name], context));
  }
  if (identifiers.size === 0) context.problems.add(path, 'no search identifier');
  const used = new Set<string>();
  const condition = (text: string, at: YamlPath): Expression =>
    conditionExpression(text, at, identifiers, used, context);
  const expression = conditionsOf(source.condition, [...path, 'condition'], condition, context);
  const names = [...identifiers.keys()];
  return {
    expression,
    condition,
    partOf: (part) => partExpression(part, identifiers, context),
    conditions: [source.condition].flat().filter((text) => typeof text === 'string'),
    identifiers: names,
    matching: (pattern) => names.filter((name) => isSelected(pattern, name)),
    unused: () => names.filter((name) => !used.has(name)),
  };
};

/** A list of conditions is met by any of them. */
const conditionsOf = (
  source: JsonValue | undefined,
  path: YamlPath,
  condition: (text: string, at: YamlPath) => Expression,
  context: DetectionContext,
): Expression => {
  if (typeof source === 'string') return condition(source, path);
  if (Array.isArray(source) && source.length > 0 && source.every((text) => typeof text === 'string')) {
    return or(source.map((text: string, at) => condition(text, [...path, at])));
  }
  context.problems.add(path, 'expected a condition: a text, or a list of texts');
  return never;
};

const conditionExpression = (
  text: string,
  path: YamlPath,
  identifiers: ReadonlyMap<string, Expression>,
  used: Set<string>,
  context: DetectionContext,
): Expression => {
  try {
    return expressionOf(conditionOf(text), identifiers, used, context);
  } catch (thrown) {
    if (!(thrown instanceof ConditionError)) throw thrown;
    context.problems.add(path, `in the condition, character ${thrown.at + 1}: ${thrown.message}`);
    return never;
  }
};

const partExpression = (
  part: Condition,
  identifiers: ReadonlyMap<string, Expression>,
  context: DetectionContext,
): Expression | undefined => {
  try {
    return expressionOf(part, identifiers, new Set(), context);
  } catch (thrown) {
    if (!(thrown instanceof ConditionError)) throw thrown;
    return undefined;
  }
};

const expressionOf = (
  condition: Condition,
  identifiers: ReadonlyMap<string, Expression>,
  used: Set<string>,
  context: DetectionContext,
): Expression => {
  switch (condition.kind) {
    case 'identifier': {
      const expression = identifiers.get(condition.name);
      if (!expression)
        throw new ConditionError(`no search identifier is named "${condition.name}"`, condition.at);
      used.add(condition.name);
      return afforded(expression, condition.at, context);
    }
    case 'selector': {
      const names = [...identifiers.keys()].filter((name) => isSelected(condition.pattern, name));
      if (names.length === 0)
        throw new ConditionError(`no search identifier matches "${condition.pattern}"`, condition.at);
      for (const name of names) used.add(name);
      const expressions = names.map((name) =>
        afforded(identifiers.get(name) ?? never, condition.at, context),
      );
      return condition.quantifier === 'all' ? and(expressions) : or(expressions);
    }
    case 'not':
      return not(expressionOf(condition.of, identifiers, used, context));
    default: {
      const parts = condition.of.map((part) => expressionOf(part, identifiers, used, context));
      return condition.kind === 'and' ? and(parts) : or(parts);
    }
  }
};

const afforded = (expression: Expression, at: number, context: DetectionContext): Expression => {
  if (hasTests(context.budget, sizeOf(expression))) return expression;
  throw new ConditionError('the condition asks too much', at);
};

/** Identifiers that begin with an underscore are for patterns that do so too. */
const isSelected = (pattern: string, name: string): boolean => {
  if (pattern === 'them') return !name.startsWith('_');
  if (name.startsWith('_') && !pattern.startsWith('_')) return false;
  const [first = '', ...rest] = pattern.split('*');
  if (rest.length === 0) return name === first;
  if (!name.startsWith(first)) return false;
  let at = first.length;
  const last = rest.pop() ?? '';
  for (const part of rest) {
    const next = name.indexOf(part, at);
    if (next < 0) return false;
    at = next + part.length;
  }
  return name.length - last.length >= at && name.endsWith(last);
};

const definitionOf = (definition: JsonValue, path: YamlPath, context: DetectionContext): Expression => {
  if (isItemValue(definition) && definition !== null)
    return guarded(path, context, () => itemOf(undefined, [], [definition], context));
  if (Array.isArray(definition) && definition.length > 0) {
    return or(definition.map((member: JsonValue, at) => definitionOf(member, [...path, at], context)));
  }
  if (isObject(definition) && Object.keys(definition).length > 0) return mapOf(definition, path, context);
  context.problems.add(path, 'an empty search identifier');
  return never;
};

const mapOf = (
  map: { readonly [key: string]: JsonValue | undefined },
  path: YamlPath,
  context: DetectionContext,
): Expression =>
  and(Object.entries(map).map(([key, value]) => keyOf(key, value ?? null, [...path, key], context)));

const isItemValue = (value: unknown): value is ItemValue =>
  value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

const guarded = (path: YamlPath, context: DetectionContext, build: () => Expression): Expression => {
  try {
    return build();
  } catch (thrown) {
    // The regular expression library has error classes of its own.
    context.problems.add(path, thrown instanceof Error ? thrown.message : String(thrown));
    return never;
  }
};

/** Far more than any path into an event. */
const maxFieldLength = 1024;

/** One entry of a map: a field with its modifiers, and what it is to be. */
const keyOf = (key: string, value: JsonValue, path: YamlPath, context: DetectionContext): Expression => {
  const [field = '', ...modifiers] = key.split('|');
  if (modifiers.includes('')) {
    context.problems.add(path, `"${key}" has an empty modifier`);
    return never;
  }
  if (field === '')
    return guarded(path, context, () => itemOf(undefined, modifiers, valuesOf(value), context));
  return guarded(path, context, () => {
    if (field.length > maxFieldLength) throw new ModifierError('a field with too long a name');
    const name = context.alias(field);
    const stretches = context.brackets ? stretchesOf(name) : [{ path: sharedPathOf(name, context.shared) }];
    return stretchedOf(stretches, modifiers, value, path, context);
  });
};

const valuesOf = (value: JsonValue): readonly ItemValue[] => {
  const values = Array.isArray(value) ? (value as readonly JsonValue[]) : [value];
  if (values.length === 0) throw new ModifierError('an empty list of values');
  if (Array.isArray(value) && value.includes(null))
    throw new ModifierError('null cannot stand in a list: write an identifier of its own');
  return values.map((member) => {
    if (!isItemValue(member))
      throw new ModifierError('expected a value or a list of values, found a map or a list in a list');
    return member;
  });
};

const member: FieldPath = fieldPathOf('.', []);

const stretchedOf = (
  stretches: readonly Stretch[],
  modifiers: readonly string[],
  value: JsonValue,
  path: YamlPath,
  context: DetectionContext,
): Expression => {
  const [stretch, ...rest] = stretches;
  if (!stretch) return itemOf(member, modifiers, valuesOf(value), context);
  if (!stretch.quantifier) {
    if (isObject(value))
      throw new ModifierError('a map as a value needs a bracket selector such as [any] (sigma-version: 3)');
    return sharedItemOf(stretch.path, modifiers, valuesOf(value), context);
  }
  const isBlock = rest.length === 0 && isObject(value);
  if (isBlock && modifiers.length > 0) throw new ModifierError('a block of conditions takes no modifier');
  const inner = isBlock ? blockOf(value, path, context) : stretchedOf(rest, modifiers, value, path, context);
  return testOf(quantified(stretch.path, stretch.quantifier, inner));
};

/** All conditions of a block are about the same member. */
const blockOf = (
  block: { readonly [key: string]: JsonValue | undefined },
  path: YamlPath,
  context: DetectionContext,
): Expression => {
  const inMember = { ...context, alias: (field: string) => field };
  if ('condition' in block) return detectionOf(block, path, inMember).expression;
  if (Object.keys(block).length === 0) throw new ModifierError('an empty block');
  return mapOf(block, path, inMember);
};
