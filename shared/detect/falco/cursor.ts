/** A place in the text of a condition, and the few ways to read on from it. */
import { ConditionError } from './condition.ts';

export class Cursor {
  at = 0;
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  get isAtEnd(): boolean {
    return this.at >= this.text.length;
  }

  /** Steps over white space; says whether there was any. */
  blank(): boolean {
    const from = this.at;
    while (this.at < this.text.length && isBlank(this.text.charCodeAt(this.at))) this.at++;
    return this.at > from;
  }

  take(literal: string): boolean {
    if (!this.text.startsWith(literal, this.at)) return false;
    this.at += literal.length;
    return true;
  }

  /** A keyword counts as one only before white space or a parenthesis, which is left to be read. */
  takeWord(word: string): boolean {
    if (!this.text.startsWith(word, this.at)) return false;
    const next = this.text.charCodeAt(this.at + word.length);
    if (!isBlank(next) && next !== parenthesis) return false;
    this.at += word.length;
    return true;
  }

  /** What a sticky expression matches here. */
  match(sticky: RegExp): RegExpExecArray | undefined {
    sticky.lastIndex = this.at;
    const found = sticky.exec(this.text);
    if (!found) return undefined;
    this.at = sticky.lastIndex;
    return found;
  }

  /** A text in quotes, its escapes resolved; undefined where no quote stands here. */
  quoted(): string | undefined {
    const quote = this.text[this.at];
    if (quote !== '"' && quote !== "'") return undefined;
    let result = '';
    for (let at = this.at + 1; at < this.text.length; at++) {
      const character = this.text[at] ?? '';
      if (character === quote) {
        this.at = at + 1;
        return result;
      }
      if (character !== '\\') result += character;
      else {
        const escaped = this.#escape(at + 1, quote);
        result += escaped.text;
        at += escaped.length;
      }
    }
    throw this.fault('a closing quote');
  }

  fault(expected: string): ConditionError {
    const found = this.isAtEnd ? 'its end' : `"${this.text.slice(this.at, this.at + 20)}"`;
    return new ConditionError(
      `expected ${expected} at character ${this.at + 1} of the condition, found ${found}`,
    );
  }

  #escape(at: number, quote: string): { readonly text: string; readonly length: number } {
    const character = this.text[at] ?? '';
    const plain = Object.hasOwn(escapes, character) ? escapes[character] : undefined;
    if (plain !== undefined) return { text: plain, length: 1 };
    if (character === quote) return { text: quote, length: 1 };
    const code = character === 'x' ? /^[0-9a-fA-F]{2}/.exec(this.text.slice(at + 1, at + 3))?.[0] : undefined;
    if (code !== undefined) return { text: String.fromCharCode(Number.parseInt(code, 16)), length: 3 };
    throw new ConditionError(`the escape "\\${character}" at character ${at} of the condition is not known`);
  }
}

const escapes: Readonly<Record<string, string>> = {
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  '\\': '\\',
  '/': '/',
  ' ': '\\',
};

const parenthesis = 40;

/** Space, tab, backspace, line feed, carriage return. */
const isBlank = (code: number): boolean =>
  code === 32 || code === 9 || code === 8 || code === 10 || code === 13;
