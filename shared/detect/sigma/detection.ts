/** The `detection` of a Sigma rule, or the `filter` of a Sigma filter, in; one expression out. */
import { isObject, type JsonValue } from '../../schema/json.ts';
import {
  and,
  askedAnew,
  compiled,
  type Expression,
  never,
  not,
  or,
  type Test,
  testOf,
} from '../expression.ts';
import { type FieldPath, fieldPathOf, Many, type Segment, segmentOf, valuesIn } from '../field-path.ts';
import { memberScope, type Scope } from '../scope.ts';
import { type Condition, ConditionError, conditionOf } from './condition.ts';
import { type ItemContext, itemOf } from './item.ts';
import { type ItemValue, ModifierError } from './modifiers.ts';
import type { Problems } from './problems.ts';
import type { YamlPath } from './yaml.ts';

export interface DetectionContext extends ItemContext {
  /** Documents of Sigma 3 may select members of lists in brackets. */
  readonly brackets: boolean;
  readonly problems: Problems;
}

export interface Detection {
  readonly expression: Expression;
  /** Turns a further condition over the same search identifiers into an expression. */
  readonly condition: (text: string, path: YamlPath) => Expression;
  readonly identifiers: readonly string[];
  /** The identifiers that no condition has named so far. */
  readonly unused: () => readonly string[];
}

/** Faults go to the context's problems; the expression is then not to be used. */
export const detectionOf = (source: unknown, path: YamlPath, context: DetectionContext): Detection => {
  const none: Detection = { expression: never, condition: () => never, identifiers: [], unused: () => [] };
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
  return { expression, condition, identifiers: names, unused: () => names.filter((name) => !used.has(name)) };
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
    return expressionOf(conditionOf(text), identifiers, used);
  } catch (thrown) {
    if (!(thrown instanceof ConditionError)) throw thrown;
    context.problems.add(path, `in the condition, character ${thrown.at + 1}: ${thrown.message}`);
    return never;
  }
};

const expressionOf = (
  condition: Condition,
  identifiers: ReadonlyMap<string, Expression>,
  used: Set<string>,
): Expression => {
  switch (condition.kind) {
    case 'identifier': {
      const expression = identifiers.get(condition.name);
      if (!expression) throw new ConditionError(`no search identifier is named "${condition.name}"`, 0);
      used.add(condition.name);
      return expression;
    }
    case 'selector': {
      const names = [...identifiers.keys()].filter((name) => isSelected(condition.pattern, name));
      if (names.length === 0)
        throw new ConditionError(`no search identifier matches "${condition.pattern}"`, 0);
      for (const name of names) used.add(name);
      const expressions = names.map((name) => identifiers.get(name) ?? never);
      return condition.quantifier === 'all' ? and(expressions) : or(expressions);
    }
    case 'not':
      return not(expressionOf(condition.of, identifiers, used));
    default: {
      const parts = condition.of.map((part) => expressionOf(part, identifiers, used));
      return condition.kind === 'and' ? and(parts) : or(parts);
    }
  }
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

/** One entry of a map: a field with its modifiers, and what it is to be. */
const keyOf = (key: string, value: JsonValue, path: YamlPath, context: DetectionContext): Expression => {
  const [field = '', ...modifiers] = key.split('|');
  if (modifiers.includes('')) {
    context.problems.add(path, `"${key}" has an empty modifier`);
    return never;
  }
  if (field === '')
    return guarded(path, context, () => itemOf(undefined, modifiers, valuesOf(value), context));
  const steps = context.brackets
    ? stepsOf(context.alias(field))
    : [{ path: fieldPathOf(context.alias(field)) }];
  if (typeof steps === 'string') {
    context.problems.add(path, steps);
    return never;
  }
  return guarded(path, context, () => steppedOf(steps, modifiers, value, path, context));
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

export type Quantifier = 'any' | 'all' | 'all_or_empty' | 'none';

/** A path as far as its next quantifier. */
interface Step {
  readonly path: FieldPath;
  readonly quantifier?: Quantifier | undefined;
}

const member: FieldPath = fieldPathOf('.', []);

const steppedOf = (
  steps: readonly Step[],
  modifiers: readonly string[],
  value: JsonValue,
  path: YamlPath,
  context: DetectionContext,
): Expression => {
  const [step, ...rest] = steps;
  if (!step) return itemOf(member, modifiers, valuesOf(value), context);
  if (!step.quantifier) {
    if (isObject(value))
      throw new ModifierError('a map as a value needs a bracket selector such as [any] (sigma-version: 3)');
    return itemOf(step.path, modifiers, valuesOf(value), context);
  }
  const isBlock = rest.length === 0 && isObject(value);
  if (isBlock && modifiers.length > 0) throw new ModifierError('a block of conditions takes no modifier');
  const inner = isBlock ? blockOf(value, path, context) : steppedOf(rest, modifiers, value, path, context);
  return testOf(quantified(step.path, step.quantifier, inner));
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

const quantified = (path: FieldPath, quantifier: Quantifier, inner: Expression): Test => {
  const holds = compiled<Scope>(inner, askedAnew);
  const keys = shapeOf(inner);
  return {
    key: `${path.text}[${quantifier}]{${keys}}`,
    routed: false,
    cost: 4,
    holds: (scope) => {
      const found = scope.valuesAt(path);
      const members = found === null ? [] : found instanceof Many ? found.values : valuesIn(found);
      const isMet = (value: JsonValue): boolean => holds(memberScope(value));
      switch (quantifier) {
        case 'any':
          return members.some(isMet);
        case 'all':
          return members.length > 0 && members.every(isMet);
        case 'all_or_empty':
          return members.every(isMet);
        case 'none':
          return !members.some(isMet);
      }
    },
  };
};

/** A text that two expressions share only where they ask the same. */
const shapeOf = (expression: Expression): string => {
  if (expression.kind === 'constant') return String(expression.value);
  if (expression.kind === 'test') return expression.test.key;
  if (expression.kind === 'not') return `not(${shapeOf(expression.of)})`;
  return `${expression.kind}(${expression.of.map(shapeOf).join('\u0002')})`;
};

const bracket = /^(any|all|all_or_empty|none|-?\d+)$/;

/** Cuts a field at its quantifiers; `\[` and `\]` are brackets in a name. Answers the fault where there is one. */
const stepsOf = (field: string): readonly Step[] | string => {
  const steps: Step[] = [];
  let segments: readonly Segment[] = [];
  let name = '';
  const endSegment = (index?: number): void => {
    if (name !== '') segments = [...segments, segmentOf(name, index)];
    name = '';
  };
  for (let at = 0; at < field.length; at++) {
    const character = field[at] ?? '';
    if (character === '\\' && (field[at + 1] === '[' || field[at + 1] === ']')) name += field[++at];
    else if (character === '.') endSegment();
    else if (character === '[') {
      const end = field.indexOf(']', at);
      const word = end < 0 ? '' : field.slice(at + 1, end);
      if (!bracket.test(word))
        return `"[${word}" is no selector: [any], [all], [all_or_empty], [none] or a number`;
      if (/\d/.test(word)) endSegment(Number(word));
      else {
        endSegment();
        steps.push({ path: pathOfSegments(segments), quantifier: word as Quantifier });
        segments = [];
      }
      at = end;
    } else name += character;
  }
  endSegment();
  if (segments.length > 0) steps.push({ path: pathOfSegments(segments) });
  return steps;
};

const pathOfSegments = (segments: readonly Segment[]): FieldPath =>
  fieldPathOf(
    segments
      .map((segment) => (segment.index === undefined ? segment.name : `${segment.name}[${segment.index}]`))
      .join('.'),
    segments,
  );
