/** A text pattern in, its forms with each dash that Windows tools take for one another out. */
import { type Pattern, patternOf, patternText } from './pattern.ts';

/** Five dashes in each of this many places are all that is tried. */
const maxPlaces = 5;
const dashes = ['-', '/', '\u2013', '\u2014', '\u2015'];

/** A dash begins a word: nothing of a word before it, something of one after. Undefined where there are too many. */
const place = /\B[-/]\b/g;

export const dashVariants = (pattern: Pattern): readonly Pattern[] | undefined => {
  const text = patternText(pattern);
  const places = [...text.matchAll(place)].map((match) => match.index);
  if (places.length > maxPlaces) return undefined;
  let variants = [text];
  for (const at of places) {
    variants = variants.flatMap((variant) =>
      dashes.map((dash) => variant.slice(0, at) + dash + variant.slice(at + 1)),
    );
  }
  return variants.map(patternOf);
};
