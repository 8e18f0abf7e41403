/** A seed in, numbers that look like chance and are the same each time, out. Not for secrets. */

/** The next number, from 0 up to but without 1, in steps of 2^-32. */
export type Chance = () => number;

/** Of a text's UTF-16 code units (FNV-1a), so that equal keys begin equally in every process. */
export const seedOf = (text: string): number => {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return stirred(hash);
};

/** A seed of its own for each number below a seed. */
export const seedBelow = (seed: number, number: number): number =>
  stirred(seed ^ Math.imul(stirred(number | 0), golden));

/** A counter whose every value is stirred: the construction of SplitMix, in 32 bits. */
export const chanceOf = (seed: number): Chance => {
  let state = seed | 0;
  return () => {
    state = (state + golden) | 0;
    return stirred(state) / 0x1_0000_0000;
  };
};

/** 2^32 divided by the golden ratio, odd: the step that spreads a counter best. */
const golden = 0x9e3779b9;

/** MurmurHash3's finaliser: every bit of the input moves every bit of the output. 0 to 2^32 - 1. */
const stirred = (word: number): number => {
  let mixed = word ^ (word >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
};
