/** What lists and macros are once their items are read, and the order that they see one another in. */
import type { TextPosition } from '../../errors.ts';
import type { ItemReader } from './items.ts';

/** Where a name was first defined, which it keeps, and where it was last changed: both order what sees what. */
export interface Definition {
  readonly name: string;
  readonly index: number;
  readonly visibility: number;
  readonly position: TextPosition;
  /** Lists may be compared as texts in it. */
  readonly isForOldEngine: boolean;
}

export interface ListDefinition extends Definition {
  readonly items: readonly string[];
}

export interface MacroDefinition extends Definition {
  readonly condition: string;
}

/** Counts definitions of every kind, over all files. */
export interface Counter {
  count: number;
}

/** The place of a definition that is new, or that changes an earlier one. */
export const placeOf = (
  name: string,
  earlier: Definition | undefined,
  reader: ItemReader,
  counter: Counter,
): Definition => {
  const visibility = counter.count++;
  const { positionOf, isForOldEngine } = reader.item;
  return { name, index: earlier?.index ?? visibility, visibility, position: positionOf([]), isForOldEngine };
};
