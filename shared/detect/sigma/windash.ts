/** A text pattern in, its forms with each dash that Windows tools take for one another out. */
import { type Budget, spendTexts } from './budget.ts';
import { ModifierError } from './modifier-error.ts';
import { type Pattern, patternOf, patternText } from './pattern.ts';

/** Five dashes in each of this many places are all that is tried. */
const maxPlaces = 5;
const dashes = ['-', '/', '\u2013', '\u2014', '\u2015'];

/** A dash begins a word: nothing of a word before it, something of one after. */
const place = /\B[-/]\b/g;

/** @throws ModifierError where there are too many places. */
export const dashVariants = (pattern: Pattern, budget: Budget): readonly Pattern[] => {
  const text = patternText(pattern);
  const places = [...text.matchAll(place)].map((match) => match.index);
  if (places.length > maxPlaces) throw new ModifierError('too many places for "windash" to vary');
  const count = dashes.length ** places.length;
  spendTexts(budget, count, count * text.length);
  let variants = [text];
  for (const at of places) {
    variants = variants.flatMap((variant) =>
      dashes.map((dash) => variant.slice(0, at) + dash + variant.slice(at + 1)),
    );
  }
  return variants.map(patternOf);
};
