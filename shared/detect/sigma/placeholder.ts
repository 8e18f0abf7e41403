/** A text with placeholders in, every text that their values make of it out. */
import { type Budget, spendTexts } from './budget.ts';
import { ModifierError } from './modifier-error.ts';

/** Values of the placeholders that `expand` may name. */
export type Placeholders = ReadonlyMap<string, readonly string[]>;

/** How one of them is looked up. */
export type ListValues = Pick<Placeholders, 'get'>;

/** The same values; the names of lists that are asked for and hold none are put into `empty`. */
export const notingEmpty = (placeholders: Placeholders, empty: Set<string>): ListValues => ({
  get: (name) => {
    const values = placeholders.get(name);
    if (values?.length === 0) empty.add(name);
    return values;
  },
});

/** The names of the lists that a text asks for. */
export const placeholdersIn = (text: string): readonly string[] =>
  [...text.matchAll(placeholder)].flatMap(([, , name]) => name ?? []);

const placeholder = /(\\%)|%([A-Za-z0-9_-]+)%/g;

/**
 * `\%` is a percent sign.
 * @throws ModifierError
 */
export const expanded = (text: string, placeholders: ListValues, budget: Budget): readonly string[] => {
  let results = [''];
  let from = 0;
  for (const match of text.matchAll(placeholder)) {
    const [whole, escaped, name] = match;
    const before = text.slice(from, match.index);
    const values = escaped === undefined ? placeholders.get(name ?? '') : ['%'];
    if (values === undefined) throw new ModifierError(`no list gives the values of "%${name}%"`);
    const count = results.length * values.length;
    const length = lengthOf(results) * values.length + lengthOf(values) * results.length;
    spendTexts(budget, count, length + before.length * count);
    results = results.flatMap((result) => values.map((value) => `${result}${before}${value}`));
    from = match.index + whole.length;
  }
  const rest = text.slice(from);
  spendTexts(budget, results.length, rest.length * results.length);
  return results.map((result) => result + rest);
};

const lengthOf = (texts: readonly string[]): number => texts.reduce((sum, text) => sum + text.length, 0);
