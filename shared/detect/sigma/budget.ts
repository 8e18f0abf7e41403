/** What one document may make of its values, so that no rule file can fill the memory. */
import { ModifierError } from './modifier-error.ts';

/** Characters of all texts that placeholders, dashes and encodings make in one document. */
const maxCharacters = 16 * 1024 * 1024;
/** Questions that the conditions of one document name, each as often as it is named. */
const maxTests = 300_000;

export interface Budget {
  characters: number;
  tests: number;
}

export const newBudget = (): Budget => ({ characters: maxCharacters, tests: maxTests });

/** @throws ModifierError */
export const spendTexts = (budget: Budget, count: number, characters: number): void => {
  // A text costs its place too.
  budget.characters -= characters + 16 * count;
  if (budget.characters < 0)
    throw new ModifierError(`the values make more than ${maxCharacters} characters of text`);
};

/** Whether as many tests are left. */
export const hasTests = (budget: Budget, count: number): boolean => {
  budget.tests -= count;
  return budget.tests >= 0;
};
