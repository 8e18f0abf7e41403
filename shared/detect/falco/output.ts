/** The `output` of a rule in; what it says of an event, its %fields filled in, out. */
import type { Scope } from '../scope.ts';
import { ConditionError } from './condition.ts';
import { Cursor } from './cursor.ts';
import type { FieldValue } from './field.ts';
import { fieldNames, hasAuditId } from './fields.ts';
import { type BoundOperand, boundOperand } from './operand.ts';
import { fieldOrCall } from './parse-condition.ts';

type Part = string | BoundOperand;

/** @throws ConditionError */
export const outputOf = (format: string): ((scope: Scope) => string) => {
  const parts = partsOf(format);
  return (scope) => parts.map((part) => (typeof part === 'string' ? part : valueText(part, scope))).join('');
};

const partsOf = (format: string): readonly Part[] => {
  const parts: Part[] = [];
  const cursor = new Cursor(format);
  for (let percent = format.indexOf('%'); percent >= 0; percent = format.indexOf('%', cursor.at)) {
    parts.push(format.slice(cursor.at, percent));
    cursor.at = percent + 1;
    parts.push(operandAt(cursor));
  }
  parts.push(format.slice(cursor.at));
  return parts;
};

/** The longest field that stands here: text may follow it without a space. */
const operandAt = (cursor: Cursor): BoundOperand => {
  const from = cursor.at;
  const operand = fieldOrCall(cursor, 0);
  if (!operand) {
    throw new ConditionError(`expected a field behind the % at character ${from} of the output`);
  }
  if (operand.kind !== 'field' || fieldNames.includes(operand.name)) return boundOperand(operand);
  const known = fieldNames
    .filter((name) => operand.name.startsWith(name))
    .reduce((longest, name) => (name.length > longest.length ? name : longest), '');
  if (known === '') return boundOperand(operand);
  cursor.at = from + known.length;
  return boundOperand({ kind: 'field', name: known });
};

const valueText = (operand: BoundOperand, scope: Scope): string => {
  const isMissing = operand.needsAuditId && !hasAuditId(scope);
  const value: FieldValue = isMissing ? undefined : operand.value(scope);
  if (value === undefined) return '<NA>';
  return typeof value === 'string' ? value : `(${value.join(',')})`;
};
