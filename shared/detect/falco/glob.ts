/** A pattern as fnmatch(3) reads it in, a matcher for whole texts, with a bounded number of steps, out. */

/** `*` is many; every other part stands for one character. */
type Part =
  | { readonly kind: 'many' }
  | { readonly kind: 'character'; readonly matches: (character: string) => boolean };

export const globMatcher = (pattern: string): ((text: string) => boolean) => {
  const parts = partsOf(pattern);
  return (text) => matches(parts, [...text]);
};

const literal = (wanted: string): Part => ({
  kind: 'character',
  matches: (character) => character === wanted,
});

const partsOf = (pattern: string): readonly Part[] => {
  const characters = [...pattern];
  const parts: Part[] = [];
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at] ?? '';
    if (character === '*') {
      if (parts.at(-1)?.kind !== 'many') parts.push({ kind: 'many' });
    } else if (character === '?') parts.push({ kind: 'character', matches: () => true });
    else if (character === '\\') parts.push(literal(characters[++at] ?? '\\'));
    else {
      const set = character === '[' ? setAt(characters, at) : undefined;
      parts.push(set?.part ?? literal(character));
      at = set?.end ?? at;
    }
  }
  return parts;
};

/** The set that begins here; undefined where its bracket is never closed, for then it is a bracket. */
const setAt = (
  characters: readonly string[],
  from: number,
): { readonly part: Part; readonly end: number } | undefined => {
  const first = characters[from + 1];
  const isNegated = first === '!' || first === '^';
  const start = from + (isNegated ? 2 : 1);
  const end = characters.indexOf(']', start + 1);
  if (end < 0) return undefined;
  const members = characters.slice(start, end);
  const ranges: (readonly [string, string])[] = [];
  for (let at = 0; at < members.length; at++) {
    const low = members[at] ?? '';
    const isRange = members[at + 1] === '-' && at + 2 < members.length;
    ranges.push([low, isRange ? (members[at + 2] ?? low) : low]);
    if (isRange) at += 2;
  }
  const isIn = (character: string): boolean =>
    ranges.some(([low, high]) => character >= low && character <= high);
  return { part: { kind: 'character', matches: (character) => isIn(character) !== isNegated }, end };
};

/** Greedy, with one point to return to: at most text length times pattern length steps. */
const matches = (parts: readonly Part[], text: readonly string[]): boolean => {
  let at = 0;
  let place = 0;
  let starPlace = -1;
  let starAt = 0;
  for (;;) {
    const part = parts[place];
    if (part === undefined && at === text.length) return true;
    if (part?.kind === 'many') {
      starPlace = ++place;
      starAt = at;
      continue;
    }
    const character = text[at];
    if (part !== undefined && character !== undefined && part.matches(character)) {
      at++;
      place++;
      continue;
    }
    if (starPlace < 0 || starAt >= text.length) return false;
    at = ++starAt;
    place = starPlace;
  }
};
