/** One check of a Falco condition in, the expression of tests that answers it out. */
import { always, and, type Expression, never, not, testOf } from '../expression.ts';
import type { Scope } from '../scope.ts';
import {
  comparison,
  comparisonWithSome,
  numberComparison,
  pathComparison,
  type TextPredicate,
} from './comparison.ts';
import { type Check, ConditionError, isListOperator, type Operator } from './condition.ts';
import type { FieldValue } from './field.ts';
import { hasAuditId } from './fields.ts';
import { type BoundOperand, boundOperand } from './operand.ts';

/** @throws ConditionError */
export const checkExpression = (check: Check, listsAreTexts: boolean): Expression => {
  const operand = boundOperand(check.operand);
  if (operand.kind === 'list' && !listsAreTexts && !isForLists(check.operator)) {
    throw new ConditionError(
      `"${check.operator}" cannot compare the list "${operand.key}"; exists, in and intersects can`,
    );
  }
  const answer = answerOf(check, operand);
  return operand.needsAuditId ? and([auditIdTest, answer]) : answer;
};

export const isForLists = (operator: Operator): boolean => ['exists', 'in', 'intersects'].includes(operator);

const auditIdTest = testOf({ key: 'falco auditID', routed: false, cost: 0, holds: hasAuditId });

const answerOf = (check: Check, operand: BoundOperand): Expression => {
  if (check.operator === 'exists') return existsTest(operand);
  if (check.other) return otherTest(check, operand, boundOperand(check.other));
  // A missing field differs from nothing.
  if (check.operator === '!=' && check.quantity === undefined) {
    return and([existsTest(operand), not(valueTest({ ...check, operator: '=' }, operand))]);
  }
  return valueTest(check, operand);
};

const existsTest = (operand: BoundOperand): Expression =>
  operand.isAlways
    ? always
    : testOf({
        key: `falco ${operand.key} exists`,
        routed: operand.isRouted,
        cost: 1,
        holds: (scope) => operand.value(scope) !== undefined,
      });

const valueTest = (check: Check, operand: BoundOperand): Expression => {
  const { operator, quantity } = check;
  const isSet = operator === 'in' || operator === 'intersects';
  if (isSet && check.values.length === 0) return never;
  const values = isSet ? [...new Set(check.values)].toSorted() : check.values;
  const holds = predicateOf(operator, quantity, values, operand);
  return testOf({
    key: `falco ${operand.key} ${canonical(operator, operand)} ${quantity ?? ''} ${JSON.stringify(values)}`,
    routed: operand.isRouted,
    cost: costs[operator] ?? 1,
    holds: (scope) => {
      const value = operand.value(scope);
      if (value === undefined) return false;
      if (typeof value === 'string') return holds(value);
      return operator === 'in' ? value.every(holds) : value.some(holds);
    },
  });
};

const costs: Readonly<Partial<Record<Operator, number>>> = {
  contains: 2,
  icontains: 2,
  glob: 2,
  iglob: 2,
  pmatch: 2,
  regex: 3,
};

/** Operators that ask the same have one name; for a list, `in` asks of every member. */
const canonical = (operator: Operator, operand: BoundOperand): string => {
  if (operator === '==' || operator === '=') return operand.kind === 'number' ? '=' : 'intersects';
  return operator === 'in' && operand.kind !== 'list' ? 'intersects' : operator;
};

const predicateOf = (
  operator: Operator,
  quantity: Check['quantity'],
  values: readonly string[],
  operand: BoundOperand,
): TextPredicate => {
  if (operand.kind === 'number') {
    if (quantity !== undefined) throw new ConditionError(`"${quantity}" does not compare numbers`);
    return numberComparison(operator, values);
  }
  if (operator === 'pmatch') return pathComparison(values);
  if (isListOperator(operator)) {
    const [only] = values;
    if (values.length === 1) return (text) => text === only;
    const wanted = new Set(values);
    return (text) => wanted.has(text);
  }
  if (quantity !== undefined) return comparisonWithSome(operator, quantity, values);
  return comparison(operator, values[0] ?? '');
};

/** Compared with another field of the same event; missing on either side is no match. */
const otherTest = (check: Check, operand: BoundOperand, other: BoundOperand): Expression => {
  const { operator } = check;
  if (check.quantity !== undefined) throw new ConditionError(`"${check.quantity}" needs a list of values`);
  if (other.kind === 'list' && !isListOperator(operator)) {
    throw new ConditionError(`"${operator}" cannot compare with the list "${other.key}"`);
  }
  // Asked once of a text, so that an operator that cannot be used is found now.
  predicateOf(operator, undefined, ['0'], operand);
  const agrees = (left: FieldValue, right: FieldValue): boolean => {
    if (left === undefined || right === undefined) return false;
    const holds = otherPredicate(operator, textsIn(right), operand);
    return operator === 'in' ? textsIn(left).every(holds) : textsIn(left).some(holds);
  };
  const test = testOf({
    key: `falco ${operand.key} ${operator} val(${other.key})`,
    routed: false,
    cost: 3,
    holds: (scope: Scope) => agrees(operand.value(scope), other.value(scope)),
  });
  return other.needsAuditId ? and([auditIdTest, test]) : test;
};

const textsIn = (value: string | readonly string[]): readonly string[] =>
  typeof value === 'string' ? [value] : value;

/** What an event says may be no number and no regular expression. */
const otherPredicate = (
  operator: Operator,
  values: readonly string[],
  operand: BoundOperand,
): TextPredicate => {
  try {
    return predicateOf(operator, undefined, values, operand);
  } catch (thrown) {
    if (thrown instanceof ConditionError) return () => false;
    throw thrown;
  }
};
