/** The two schema forms that TypeBox has no word for: a field that may be absent, and an object open to more fields. */
import {
  type ArrayOptions,
  type ObjectOptions,
  type Static,
  type TProperties,
  type TSchema,
  Type,
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
