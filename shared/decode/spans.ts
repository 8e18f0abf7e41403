/** A text and places in it in; the parts that the splitter of documents asks for out. */
import { type JsonValue, parsedJson } from '../schema/json.ts';

/** Of an oversized document this much is kept, enough to salvage who did what. */
const keptOfOversized = 256 * 1024;

/** Spaces, line breaks, tabs and the byte order mark. */
export const isBlank = (code: number): boolean =>
  code === 32 || code === 10 || code === 13 || code === 9 || code === 0xfeff;

export const isOpening = (code: number): boolean => code === 123 || code === 91;
export const isClosing = (code: number): boolean => code === 125 || code === 93;

/** A copy, for a slice would keep the whole text in memory. */
export const beginningOf = (text: string): string =>
  Buffer.from(text.slice(0, keptOfOversized), 'utf8').toString('utf8');

/** The first character inside the list that begins at `at`; NaN where there is none yet. */
export const firstWithin = (text: string, at: number): number => {
  let first = at + 1;
  while (isBlank(text.charCodeAt(first))) first++;
  return text.charCodeAt(first);
};

const stringOrWord = /"(?:[^"\\\n]|\\.)*"|[^\s,\]"]+/y;

/** A text, number or word that is a member of an opened list. */
export const plainMember = (text: string, at: number): { text: string; value: JsonValue } | undefined => {
  stringOrWord.lastIndex = at;
  const word = stringOrWord.exec(text)?.[0];
  const value = word === undefined ? undefined : parsedJson(word);
  return word === undefined || value === undefined ? undefined : { text: word, value };
};

/** A span without the blanks at its end. */
export const trimmed = (text: string, from: number, to: number): string => {
  let end = to;
  while (end > from && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(from, end);
};

const wordsFollow = /[^\S\n]*[^\s[{,\]]/y;

/** Whether plain words stand on the rest of the line. */
export const isFollowedByWords = (text: string, at: number): boolean => {
  wordsFollow.lastIndex = at;
  return wordsFollow.test(text);
};

export const lineBreaksIn = (text: string): number => {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++;
  return count;
};
