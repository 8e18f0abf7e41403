/** A word that is none of the known ones in; those it was probably meant to be, nearest first, out. */

/** Longer words are not compared: nobody mistypes them by a letter or two. */
const maxLength = 100;

export const nearestOf = (word: string, known: Iterable<string>, most = 1): readonly string[] => {
  if (word.length > maxLength) return [];
  const lower = word.toLowerCase();
  const near: { readonly name: string; readonly distance: number }[] = [];
  for (const name of known) {
    if (name.length > maxLength) continue;
    const distance = distanceOf(lower, name.toLowerCase());
    if (distance <= Math.max(2, Math.min(word.length, name.length) / 3)) near.push({ name, distance });
  }
  return near
    .toSorted((left, right) => left.distance - right.distance || (left.name < right.name ? -1 : 1))
    .slice(0, most)
    .map(({ name }) => name);
};

/** `: did you mean "pod-exec"?`, or nothing where no word is near. */
export const suggestion = (word: string, known: Iterable<string>, most = 1): string => {
  const near = nearestOf(word, known, most);
  return near.length === 0 ? '' : `: did you mean ${near.map((name) => `"${name}"`).join(' or ')}?`;
};

/** Letters to add, drop or change to make one word of the other (Levenshtein), a row at a time. */
const distanceOf = (left: string, right: string): number => {
  let above = Array.from({ length: right.length + 1 }, (_, at) => at);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const change = (above[column - 1] ?? 0) + (left[row - 1] === right[column - 1] ? 0 : 1);
      current.push(Math.min(change, (above[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    above = current;
  }
  return above.at(-1) ?? 0;
};
