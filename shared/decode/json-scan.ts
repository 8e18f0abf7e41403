/** Text in pieces in; where the JSON object or list that begins it ends, or where it turns out to be none, out. */

const newline = 10;
const quote = 34;
const comma = 44;
const colon = 58;
const backslash = 92;
const openBracket = 91;
const closeBracket = 93;
const openBrace = 123;
const closeBrace = 125;

const isStructure = (code: number): boolean =>
  code === quote ||
  code === openBrace ||
  code === closeBrace ||
  code === openBracket ||
  code === closeBracket;

/** More levels than this are no document. */
const deepest = 100_000;

/**
 * Follows the brackets, and tells as soon as one stands where none may: so a record that was cut short is not taken for
 * the head of a longer one. Whether all between the brackets is JSON, only a parser can say.
 */
export class JsonScan {
  outcome: 'open' | 'ended' | 'broken' = 'open';
  /** Characters looked at: the value's length where it ended, the place of the first wrong one where it is broken. */
  seen = 0;
  readonly #closers: number[] = [];
  #inText = false;
  #escaped = false;
  /** The last character that was no space. */
  #last = 0;

  /** Goes on at `from`, which is where the last look stopped. */
  advance(text: string, from: number): void {
    let at = from;
    while (at < text.length && this.outcome === 'open') {
      if (this.#inText) at = this.#throughText(text, at);
      else {
        const code = text.charCodeAt(at);
        if (!isStructure(code)) {
          if (code > 32) this.#last = code;
          at++;
        } else if (this.#takes(code)) at++;
        else this.outcome = 'broken';
      }
    }
    this.seen += at - from;
  }

  /** A line break cannot stand in a JSON string, so one there means that the line was cut. */
  #throughText(text: string, from: number): number {
    for (let at = from; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (this.#escaped) this.#escaped = false;
      else if (code === backslash) this.#escaped = true;
      else if (code === quote) {
        this.#inText = false;
        return at + 1;
      }
      if (code === newline) {
        this.outcome = 'broken';
        return at;
      }
    }
    return text.length;
  }

  #takes(code: number): boolean {
    let stands = true;
    if (code === quote) {
      stands = this.#mayBegin(false);
      this.#inText = stands;
    } else if (code === openBrace || code === openBracket) {
      stands = this.#mayBegin(true) && this.#closers.length < deepest;
      this.#closers.push(code === openBrace ? closeBrace : closeBracket);
    } else if (code === closeBrace || code === closeBracket) {
      stands = this.#closers.pop() === code;
      if (stands && this.#closers.length === 0) this.outcome = 'ended';
    }
    this.#last = code;
    return stands;
  }

  /** A value begins a document or a member; one with brackets cannot be a member's name. */
  #mayBegin(hasBrackets: boolean): boolean {
    const last = this.#last;
    if (last === 0 || last === openBracket || last === colon) return true;
    if (last === openBrace) return !hasBrackets;
    return last === comma && (!hasBrackets || this.#closers.at(-1) === closeBracket);
  }
}

/** Whether the value that begins a text ends in it, and before it is longer than the limit. */
export const endsWithin = (text: string, maxLength: number): boolean => {
  const scan = new JsonScan();
  scan.advance(text, 0);
  return scan.outcome === 'ended' && scan.seen <= maxLength;
};
