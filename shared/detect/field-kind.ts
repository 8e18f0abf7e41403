/** A field's name in; what its value can be, where the schema says that it is a single one of a known type, out. */
import type { TSchema } from '@sinclair/typebox';
import { AuditEvent } from '../schema/audit-event.ts';
import { KubernetesAuditEvent } from '../schema/kubernetes-audit.ts';
import { eventParts } from './event-scope.ts';
import { isForAuditOnly } from './log-source.ts';
import type { LogSource } from './rule.ts';

export interface FieldKind {
  readonly type: 'text' | 'number' | 'boolean';
  /** All that it can be. */
  readonly words?: readonly string[] | undefined;
  /** No event is without it. */
  readonly isAlways: boolean;
}

export type KindOf = (field: string) => FieldKind | undefined;

/** The kinds of fields as rules of a log source know them. A cloud's own record may hold anything under any name. */
export const fieldKinds = (source: LogSource): KindOf => {
  const isAudit = isForAuditOnly(source);
  const known = new Map<string, FieldKind | undefined>();
  return (field) => {
    if (!known.has(field)) known.set(field, kindOf(field, isAudit));
    return known.get(field);
  };
};

const kindOf = (field: string, isAudit: boolean): FieldKind | undefined => {
  const steps = field.split('.');
  if (eventParts.some((part) => part === steps[0])) return kindIn(AuditEvent, steps, true);
  return isAudit ? kindIn(KubernetesAuditEvent, steps, true) : undefined;
};

const kindIn = (schema: TSchema, steps: readonly string[], isAlways: boolean): FieldKind | undefined => {
  const [step, ...rest] = steps;
  if (step === undefined) return leafOf(schema, isAlways);
  const properties = schema['properties'] as Readonly<Record<string, TSchema>> | undefined;
  if (properties && Object.hasOwn(properties, step)) {
    const required = (schema['required'] ?? []) as readonly string[];
    const next = properties[step];
    return next && kindIn(next, rest, isAlways && required.includes(step));
  }
  // A map from any text, such as annotations: what is left of the name is one key, dots and all.
  const [anyKey] = Object.values((schema['patternProperties'] ?? {}) as Readonly<Record<string, TSchema>>);
  return anyKey && leafOf(anyKey, false);
};

const leafOf = (schema: TSchema, isAlways: boolean): FieldKind | undefined => {
  switch (schema['type']) {
    case 'string':
      return { type: 'text', words: schema['enum'] as readonly string[] | undefined, isAlways };
    case 'number':
      return { type: 'number', isAlways };
    case 'boolean':
      return { type: 'boolean', isAlways };
    default:
      return undefined;
  }
};
