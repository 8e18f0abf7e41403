/** Any text in; the same on one line, with nothing in it that steers what shows it, out. */

/**
 * Control characters, invisible ones and those that turn the direction of writing are shown as they are written in
 * JavaScript: what a log says must not move a cursor, begin a line of its own, or hide a part of itself. Halves of a
 * surrogate pair are shown as well, for some receivers refuse the whole text because of one.
 */
export const printable = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    const digits = code.toString(16);
    return code > 0xffff ? `\\u{${digits}}` : `\\u${digits.padStart(4, '0')}`;
  });

/** At most `limit` characters, 50 or more, and where that is less than there were, it says so. */
export const cutTo = (limit: number, text: string): string => {
  if (text.length <= limit) return text;
  const kept = text.slice(0, limit - noteLength).replace(/[\ud800-\udbff]$/, '');
  return `${kept} [${text.length - kept.length} characters left out]`;
};

/** ` [9007199254740991 characters left out]` */
const noteLength = 39;
