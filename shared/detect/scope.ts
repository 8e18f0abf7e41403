/** What a test may look at: an event's fields, or the fields of one member of a list in it. */
import type { JsonValue } from '../schema/json.ts';
import { type Collected, collect, type FieldPath } from './field-path.ts';

export interface Scope {
  /** The values at a path. */
  valuesAt(path: FieldPath): Collected;
  /** Everything that a search without a field looks through. */
  whole(): JsonValue | undefined;
}

/** One member of a list as a scope of its own: paths start at the member. */
export const memberScope = (member: JsonValue): Scope => ({
  valuesAt: (path) => collect(member, path.segments, 0),
  whole: () => member,
});
