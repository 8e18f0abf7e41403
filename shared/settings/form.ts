/** The forms that sections of the settings are made of. */
import { type Static, type TProperties, type TSchema, Type } from '@sinclair/typebox';
import { maybe, textList } from '../schema/type.ts';

export const closed = <P extends TProperties>(properties: P, description?: string) =>
  Type.Readonly(
    Type.Object(properties, { additionalProperties: false, ...(description && { description }) }),
  );

export const named = (description: string, pattern = '^\\S(?:.*\\S)?$') =>
  Type.Readonly(
    Type.String({ description, pattern, maxLength: 512, patternErrorMessage: `expected ${description}` }),
  );

export const days = (description: string, preset: number) =>
  maybe(Type.Integer({ description, minimum: 1, maximum: 36_500, default: preset }));

export const paths = (description: string) =>
  maybe(textList({ description: `${description}; relative to this file`, maxItems: 1000 }));

export const listed = <T extends TSchema>(schema: T, maxItems: number) =>
  maybe(Type.Unsafe<readonly Static<T>[]>(Type.Array(schema, { maxItems })));

/** A map from names, all of this form, to values. */
export const byName = <T extends TSchema>(schema: T, description: string, form = '^\\S(?:.*\\S)?$') =>
  maybe(
    Type.Unsafe<Readonly<Record<string, Static<T>>>>(
      Type.Record(Type.String({ pattern: form }), schema, { description, additionalProperties: false }),
    ),
  );

export const word = <const W extends string>(text: W) => Type.Readonly(Type.Literal(text));

/** What infrastructure makes itself where a sink names nothing of yours. */
export const made = (what: string) => named(`${what}; without it one is made`);

/** A section of the file as the program uses it: every key that has a default is there. */
export type WithDefaults<File, Defaults> = {
  readonly [K in keyof File & keyof Defaults]-?: Exclude<File[K], undefined>;
} & Omit<File, keyof Defaults>;
