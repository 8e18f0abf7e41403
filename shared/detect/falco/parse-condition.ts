/** The text of a Falco condition in, the condition it states out. */
import {
  type Check,
  type Condition,
  ConditionError,
  listOperators,
  type Operand,
  type Operator,
  orderOperators,
  quantities,
  textOperators,
} from './condition.ts';
import { Cursor } from './cursor.ts';

const field = /[a-zA-Z][a-zA-Z0-9_]*(?:\.[a-zA-Z][a-zA-Z0-9_]*)+/y;
const identifier = /[a-zA-Z][a-zA-Z0-9_]*/y;
const bareArgument = /[^\]["'\s]+/y;
const bareValue = /[^()"'\s=,]+/y;
const number = /0x[0-9a-fA-F]+|[+-]?\d+\.?\d*(?:[eE][+-]\d+)?/y;
const call = /(tolower|toupper|b64|basename|len|join|concat|getopt)\(/y;
const otherOperand = /val\(/y;

/** Parentheses and calls nest no deeper than a person writes them. */
const maxDepth = 128;

/** @throws ConditionError */
export const conditionOf = (text: string): Condition => {
  const cursor = new Cursor(text);
  const condition = anyOf(cursor, 0);
  if (!cursor.isAtEnd) throw cursor.fault('"and", "or" or the end');
  return condition;
};

const anyOf = (cursor: Cursor, depth: number): Condition => joined(cursor, 'or', depth, allOf);

const allOf = (cursor: Cursor, depth: number): Condition => joined(cursor, 'and', depth, negated);

const joined = (
  cursor: Cursor,
  word: 'and' | 'or',
  depth: number,
  part: (cursor: Cursor, depth: number) => Condition,
): Condition => {
  const first = part(cursor, depth);
  cursor.blank();
  if (!cursor.takeWord(word)) return first;
  const of = [first];
  do {
    of.push(part(cursor, depth));
    cursor.blank();
  } while (cursor.takeWord(word));
  return { kind: word, of };
};

const negated = (cursor: Cursor, depth: number): Condition => {
  let isNegated = false;
  cursor.blank();
  while (cursor.takeWord('not')) {
    isNegated = !isNegated;
    cursor.blank();
  }
  const condition = primary(cursor, depth);
  return isNegated ? { kind: 'not', of: condition } : condition;
};

const primary = (cursor: Cursor, depth: number): Condition => {
  if (cursor.take('(')) {
    const inner = anyOf(cursor, deeper(depth));
    cursor.blank();
    if (!cursor.take(')')) throw cursor.fault('")"');
    return inner;
  }
  const operand = fieldOrCall(cursor, depth);
  if (operand) return check(cursor, operand, depth);
  const name = cursor.match(identifier)?.[0];
  if (name === undefined) throw cursor.fault('"(", a field or the name of a macro');
  return { kind: 'macro', name };
};

const deeper = (depth: number): number => {
  if (depth >= maxDepth) throw new ConditionError(`parentheses are nested deeper than ${maxDepth}`);
  return depth + 1;
};

/** A field or a call where one stands here, in a condition or in an output. */
export const fieldOrCall = (cursor: Cursor, depth: number): Operand | undefined => {
  const name = cursor.match(call)?.[1];
  if (name !== undefined) return { kind: 'call', name, of: operands(cursor, deeper(depth)) };
  const fieldName = cursor.match(field)?.[0];
  return fieldName === undefined
    ? undefined
    : { kind: 'field', name: fieldName, argument: argumentOf(cursor) };
};

/** The operands of a call up to its closing parenthesis. */
const operands = (cursor: Cursor, depth: number): readonly Operand[] => {
  const of: Operand[] = [];
  do {
    cursor.blank();
    of.push(fieldOrCall(cursor, depth) ?? { kind: 'literal', text: value(cursor) });
    cursor.blank();
  } while (cursor.take(','));
  if (!cursor.take(')')) throw cursor.fault('")"');
  return of;
};

/** `[...]` behind a field. */
const argumentOf = (cursor: Cursor): string | undefined => {
  if (!cursor.take('[')) return undefined;
  const argument = cursor.quoted() ?? cursor.match(bareArgument)?.[0];
  if (argument === undefined || !cursor.take(']')) throw cursor.fault('an argument and "]"');
  return argument;
};

const check = (cursor: Cursor, operand: Operand, depth: number): Check => {
  cursor.blank();
  if (cursor.take('exists')) return { kind: 'check', operand, operator: 'exists', values: [] };
  const order = orderOperators.find((word) => cursor.take(word));
  if (order !== undefined) return { kind: 'check', operand, operator: order, ...numberOr(cursor, depth) };
  const text = textOperators.find((word) => takeTextOperator(cursor, word));
  if (text !== undefined) return textCheck(cursor, operand, text, depth);
  const list = listOperators.find((word) => cursor.takeWord(word));
  if (list === undefined) throw cursor.fault('an operator');
  cursor.blank();
  return { kind: 'check', operand, operator: list, ...listOr(cursor, depth) };
};

const takeTextOperator = (cursor: Cursor, word: string): boolean => {
  if (!/[a-z]/.test(word)) return cursor.take(word);
  const from = cursor.at;
  if (!cursor.take(word)) return false;
  if (cursor.blank()) return true;
  cursor.at = from;
  return false;
};

interface Compared {
  readonly values: readonly string[];
  readonly other?: Operand | undefined;
}

const textCheck = (cursor: Cursor, operand: Operand, operator: Operator, depth: number): Check => {
  cursor.blank();
  const quantity = quantities.find((word) => cursor.takeWord(word));
  if (quantity !== undefined) {
    cursor.blank();
    return { kind: 'check', operand, operator, quantity, ...listOr(cursor, depth) };
  }
  const other = otherOf(cursor, depth);
  return { kind: 'check', operand, operator, values: other ? [] : [value(cursor)], other };
};

const numberOr = (cursor: Cursor, depth: number): Compared => {
  cursor.blank();
  const other = otherOf(cursor, depth);
  if (other) return { values: [], other };
  const found = cursor.match(number)?.[0];
  if (found === undefined) throw cursor.fault('a number');
  return { values: [found] };
};

const listOr = (cursor: Cursor, depth: number): Compared => {
  const other = otherOf(cursor, depth);
  if (other) return { values: [], other };
  if (!cursor.take('(')) {
    const name = cursor.match(identifier)?.[0];
    if (name === undefined) throw cursor.fault('a list of values in parentheses');
    return { values: [name] };
  }
  cursor.blank();
  if (cursor.take(')')) return { values: [] };
  const values: string[] = [];
  do {
    cursor.blank();
    values.push(value(cursor));
    cursor.blank();
  } while (cursor.take(','));
  if (!cursor.take(')')) throw cursor.fault('"," or ")"');
  return { values };
};

/** The right-hand side may be another field, `val(field)`, or a call. */
const otherOf = (cursor: Cursor, depth: number): Operand | undefined => {
  if (cursor.match(otherOperand)) {
    cursor.blank();
    const name = cursor.match(field)?.[0];
    if (name === undefined) throw cursor.fault('a field');
    const argument = argumentOf(cursor);
    cursor.blank();
    if (!cursor.take(')')) throw cursor.fault('")"');
    return { kind: 'field', name, argument };
  }
  const name = cursor.match(call)?.[1];
  return name === undefined ? undefined : { kind: 'call', name, of: operands(cursor, deeper(depth)) };
};

const value = (cursor: Cursor): string => {
  const found = cursor.quoted() ?? cursor.match(bareValue)?.[0];
  if (found === undefined) throw cursor.fault('a value');
  return found;
};
