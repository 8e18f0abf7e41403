/** What a Falco field is, and the text or the texts that Falco compares and prints for a JSON value. */
import type { JsonObject, JsonValue } from '../../schema/json.ts';
import type { Scope } from '../scope.ts';

/** Undefined is a missing field; an empty list is missing as well. */
export type FieldValue = string | readonly string[] | undefined;

/** The audit event of a scope; rules of this source meet nothing else. */
export type Extract = (audit: JsonObject, argument: string | undefined, scope: Scope) => FieldValue;

/** What may stand in brackets: a key that must be there, a place in a list, a pointer; undefined is nothing. */
type Argument = 'key' | 'place' | 'pointer';

export interface Field {
  readonly extract: Extract;
  readonly isList?: true;
  readonly argument?: Argument;
  /** Rules are indexed by it. */
  readonly isRouted?: true;
  /** Every event that Falco accepts has it. */
  readonly isAlways?: true;
}

export type FieldTable = Readonly<Record<string, Field>>;

/** A text as it is, anything else as its JSON text. */
export const textForm = (value: JsonValue | undefined): string | undefined => {
  if (value === undefined) return undefined;
  return typeof value === 'string' ? value : jsonText(value);
};

/** JSON that is nested too deep to be written counts as missing, as every value does that cannot be read. */
export const jsonText = (value: JsonValue, indent?: number): string | undefined => {
  try {
    return JSON.stringify(value, undefined, indent);
  } catch (thrown) {
    if (thrown instanceof RangeError) return undefined;
    throw thrown;
  }
};

/** The members of a list as texts; undefined where there is no list. */
export const textForms = (value: JsonValue | undefined): readonly string[] | undefined =>
  Array.isArray(value) ? value.map((member: JsonValue) => textForm(member) ?? '') : undefined;

/** Falco compares C strings, which end at a NUL. */
export const cText = (text: string): string => {
  const end = text.indexOf('\u0000');
  return end < 0 ? text : text.slice(0, end);
};
