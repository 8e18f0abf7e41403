/** Many text patterns in, one matcher that tries them all with the text folded once, and remembers its answers, out. */
import { folded, literalOf, type Pattern, type TextMatcher, textMatcher } from './pattern.ts';

/** Whether a text, without regard to case, is met by any of the patterns. */
export const anyTextMatcher = (patterns: readonly Pattern[]): TextMatcher => {
  const [only] = patterns;
  const alone = patterns.length === 1 && only && endMatcher(foldedPattern(only));
  if (alone) return alone;
  const equal = new Set<string>();
  const rest: Pattern[] = [];
  for (const pattern of patterns) {
    const literal = literalOf(pattern);
    if (literal === undefined) rest.push(foldedPattern(pattern));
    else equal.add(folded(literal));
  }
  // The patterns are folded already, so that each may look at the folded text as it is.
  const matchers = rest.map((pattern) => textMatcher(pattern, true));
  return remembering((text) => {
    const lower = folded(text);
    if (equal.has(lower)) return true;
    for (const matches of matchers) if (matches(lower)) return true;
    return false;
  });
};

/**
 * The whole of a text, its beginning or its end is as long as what it is compared with, for folding changes no length: no
 * more of it is folded.
 */
const endMatcher = (pattern: Pattern): TextMatcher | undefined => {
  const [first, second] = pattern;
  if (pattern.length === 1 && typeof first === 'object') {
    const { literal } = first;
    return (text) => text.length === literal.length && folded(text) === literal;
  }
  if (pattern.length === 2 && typeof first === 'object' && second === 'many') {
    const { literal } = first;
    return (text) => folded(text.slice(0, literal.length)) === literal;
  }
  if (pattern.length === 2 && first === 'many' && typeof second === 'object') {
    const { literal } = second;
    if (isDigits(literal)) return (text) => text.endsWith(literal);
    return (text) => folded(text.slice(Math.max(0, text.length - literal.length))) === literal;
  }
  return undefined;
};

/** Nothing folds to a digit but itself. */
const isDigits = (text: string): boolean => /^\d+$/.test(text);

const foldedPattern = (pattern: Pattern): Pattern =>
  pattern.map((part) => (typeof part === 'object' ? { literal: folded(part.literal) } : part));

/** Names and user agents come again and again. Longer texts, and more of them than this, are not kept. */
const rememberedLength = 256;
const rememberedTexts = 1024;

/**
 * Keeps answers while they are asked for again. Where the memory filled without as many of its answers having been of
 * use (a URI is seldom seen twice), it is given up.
 */
const remembering = (matches: TextMatcher): TextMatcher => {
  const answers = new Map<string, boolean>();
  let useful = 0;
  let isKept = true;
  return (text) => {
    if (!isKept || text.length > rememberedLength) return matches(text);
    const known = answers.get(text);
    if (known !== undefined) {
      useful++;
      return known;
    }
    if (answers.size >= rememberedTexts) {
      isKept = useful > rememberedTexts;
      useful = 0;
      answers.clear();
    }
    const answer = matches(text);
    answers.set(text, answer);
    return answer;
  };
};
