/** The name of a Falco field in, how its value is found in an event out. */
import { isObject, type JsonObject, objectOf } from '../../schema/json.ts';
import type { Scope } from '../scope.ts';
import { ConditionError } from './condition.ts';
import { eventFields } from './event-fields.ts';
import { cText, type Field, type FieldTable, type FieldValue } from './field.ts';
import { podFields } from './pod-fields.ts';
import { requestFields } from './request-fields.ts';

const fields: FieldTable = { ...eventFields, ...requestFields, ...podFields };

export const fieldNames: readonly string[] = Object.keys(fields);

/** A field with its argument, ready to be asked for. */
export interface BoundField {
  readonly key: string;
  readonly field: Field;
  /** Fields of the audit event are missing where it has no auditID. */
  readonly needsAuditId: boolean;
  readonly value: (scope: Scope) => FieldValue;
}

/** @throws ConditionError */
export const boundField = (name: string, argument: string | undefined): BoundField => {
  const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (!field) throw new ConditionError(`the field "${name}" is not one of k8s_audit events`, true);
  const fault = argumentFault(field, argument);
  if (fault !== undefined) throw new ConditionError(`the field "${name}" ${fault}`);
  let asked: JsonObject | undefined;
  let answer: FieldValue;
  return {
    key: argument === undefined ? name : `${name}[${argument}]`,
    field,
    needsAuditId: name.startsWith('ka.'),
    // Several tests look at one field of one event: it is found once.
    value: (scope) => {
      const audit = objectOf(scope.whole());
      if (!audit) return undefined;
      if (audit !== asked) {
        answer = compared(field.extract(audit, argument, scope));
        asked = audit;
      }
      return answer;
    },
  };
};

const argumentFault = (field: Field, argument: string | undefined): string | undefined => {
  if (field.argument === undefined)
    return argument === undefined ? undefined : 'takes no argument in brackets';
  if (argument === undefined) return field.argument === 'key' ? 'needs an argument in brackets' : undefined;
  if (field.argument === 'place' && !/^\d{1,9}$/.test(argument)) {
    return `takes a place in a list as its argument, such as 0, not "${argument}"`;
  }
  return undefined;
};

const compared = (found: FieldValue): FieldValue => {
  if (found === undefined) return undefined;
  if (typeof found === 'string') return cText(found);
  return found.length === 0 ? undefined : found.map(cText);
};

export const hasAuditId = (scope: Scope): boolean => {
  const audit = scope.whole();
  return isObject(audit) && audit.auditID !== undefined;
};
