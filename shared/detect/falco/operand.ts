/** The left or right side of a check in, how its value is found in an event out. */
import type { Scope } from '../scope.ts';
import { ConditionError, type Operand } from './condition.ts';
import type { FieldValue } from './field.ts';
import { boundField } from './fields.ts';

export interface BoundOperand {
  readonly key: string;
  readonly kind: 'text' | 'list' | 'number';
  readonly isRouted: boolean;
  readonly isAlways: boolean;
  readonly needsAuditId: boolean;
  readonly value: (scope: Scope) => FieldValue;
}

/** @throws ConditionError */
export const boundOperand = (operand: Operand): BoundOperand => {
  if (operand.kind === 'literal') throw new ConditionError(`"${operand.text}" is not a field`);
  if (operand.kind === 'call') return called(operand.name, operand.of);
  const { key, field, needsAuditId, value } = boundField(operand.name, operand.argument);
  return {
    key,
    kind: field.isList ? 'list' : 'text',
    isRouted: field.isRouted === true,
    isAlways: field.isAlways === true,
    needsAuditId,
    value,
  };
};

/** What each call makes of one text; undefined makes the field missing. */
const transforms: Readonly<Record<string, (text: string) => string | undefined>> = {
  tolower: (text) => text.toLowerCase(),
  toupper: (text) => text.toUpperCase(),
  b64: (text) => decodedBase64(text),
  basename: (text) => text.slice(text.lastIndexOf('/') + 1),
};

const called = (name: string, of: readonly Operand[]): BoundOperand => {
  const [first] = of;
  if (!first || of.length !== 1) throw new ConditionError(`"${name}" takes one field here`);
  const inner = boundOperand(first);
  const key = `${name}(${inner.key})`;
  const rest = { key, isRouted: false, isAlways: false, needsAuditId: inner.needsAuditId };
  if (name === 'len') {
    return {
      ...rest,
      kind: 'number',
      value: (scope) => {
        const value = inner.value(scope);
        return value === undefined ? undefined : String(value.length);
      },
    };
  }
  const transform = Object.hasOwn(transforms, name) ? transforms[name] : undefined;
  if (!transform || inner.kind === 'number')
    throw new ConditionError(`"${key}" is not known for k8s_audit events`);
  return {
    ...rest,
    kind: inner.kind,
    value: (scope) => {
      const value = inner.value(scope);
      if (value === undefined || typeof value === 'string') return value && transform(value);
      return value.flatMap((text) => transform(text) ?? []);
    },
  };
};

const base64 = /^[A-Za-z0-9+/]*={0,2}$/;

const decodedBase64 = (text: string): string | undefined =>
  base64.test(text) ? Buffer.from(text, 'base64').toString('utf8') : undefined;
