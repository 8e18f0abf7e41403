/** The schema forms that TypeBox has no word for: a field that may be absent, an object open to more, one of some words. */
import {
  type ArrayOptions,
  Kind,
  type ObjectOptions,
  type Static,
  type TProperties,
  type TSchema,
  Type,
  TypeRegistry,
} from '@sinclair/typebox';

/** A field that may be absent. In memory it may also be undefined, which JSON writes as absent. */
export const maybe = <T extends TSchema>(schema: T) =>
  Type.Readonly(Type.Optional(Type.Unsafe<Static<T> | undefined>(schema)));

/** An object with these known fields and any others. */
export const openObject = <P extends TProperties>(properties: P, options: ObjectOptions = {}) =>
  Type.Unsafe<Static<ReturnType<typeof Type.Object<P>>> & { readonly [key: string]: unknown }>(
    Type.Object(properties, { ...options, additionalProperties: true }),
  );

/** A list of texts that nobody changes. */
export const textList = (options: ArrayOptions = {}) =>
  Type.Unsafe<readonly string[]>(Type.Array(Type.String(), options));

const wordKind = 'OneOf';
TypeRegistry.Set<{ readonly enum: readonly string[] }>(
  wordKind,
  (schema, value) => typeof value === 'string' && schema.enum.includes(value),
);

/** One of these words: TypeBox would publish a list of constants, which editors show less well than an `enum`. */
export const oneOf = <T extends readonly string[]>(
  words: T,
  options: { readonly description?: string } = {},
) => Type.Unsafe<T[number]>({ [Kind]: wordKind, type: 'string', enum: [...words], ...options });
