/** A JSON object whose tail was cut off in, the object as far as it was whole out. */
import { isObject, type JsonObject, parsedJson } from '../schema/json.ts';

/** CloudWatch Logs ends an event it has cut with these words. */
const cutMarks = ['[Truncated...]', '...[truncated]', '...TRUNCATED'];

/**
 * Members that were complete before the cut are kept, at every depth; the value that was being written when the text
 * ended is left out, for half a value is not what was written. Undefined where nothing is left.
 */
export const salvaged = (text: string): JsonObject | undefined => {
  const body = withoutMark(text);
  let safe = 0;
  let inText = false;
  const closers: string[] = [];
  for (let at = 0; at < body.length; at++) {
    const character = body[at];
    if (inText) {
      if (character === '\\') at++;
      else if (character === '"') inText = false;
    } else if (character === '"') inText = true;
    else if (character === '{' || character === '[') {
      if (closers.length >= deepest) break;
      closers.push(character === '{' ? '}' : ']');
      safe = at + 1;
    } else if (character === '}' || character === ']') {
      closers.pop();
      safe = at + 1;
      if (closers.length === 0) break;
    } else if (character === ',') safe = at;
  }
  const value = parsedJson(body.slice(0, safe) + closers.reverse().join(''));
  return isObject(value) && Object.keys(value).length > 0 ? value : undefined;
};

/** Deeper than any object that an API server accepts. */
const deepest = 512;

const withoutMark = (text: string): string => {
  const mark = cutMarks.find((words) => text.endsWith(words));
  return mark === undefined ? text : text.slice(0, -mark.length);
};
