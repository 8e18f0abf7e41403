/**
 * Text in pieces of any size in, its documents out: JSON values one a line, pretty-printed or written one after the
 * other with nothing between, and lines of plain text.
 *
 * However the text is cut into pieces, the documents are the same; every character is looked at a bounded number of
 * times; and no more than one document is held: a longer one than the limit is given out as its beginning.
 */
import { type JsonValue, parsedJson } from '../schema/json.ts';
import { endsWithin, JsonScan } from './json-scan.ts';
import { OversizedRest } from './oversized-rest.ts';
import {
  beginningOf,
  firstWithin,
  isBlank,
  isClosing,
  isFollowedByWords,
  isOpening,
  lineBreaksIn,
  plainMember,
  trimmed,
} from './spans.ts';

export interface TextDocument {
  /** The document as written. */
  readonly text: string;
  /** What it holds, where it is JSON. */
  readonly value?: JsonValue | undefined;
  /** The line it begins on, from 1. */
  readonly line: number;
  /** It was longer than the limit; `text` is its beginning. */
  readonly oversized: boolean;
}

export interface DocumentSplitter {
  push(text: string): void;
  /** Says that nothing follows, and gives out what is left. */
  end(): void;
  /** Characters copied, parsed or looked at one by one so far: at most a few times those that were pushed. */
  readonly work: number;
}

const newline = 10;
const comma = 44;
const openBracket = 91;
const closeBracket = 93;
const openBrace = 123;

export const documentSplitter = (
  sink: (document: TextDocument) => void,
  maxLength: number,
): DocumentSplitter => new Splitter(sink, maxLength);

/** The documents of a text that is all there. */
export const documentsOf = (text: string, maxLength: number): readonly TextDocument[] => {
  const documents: TextDocument[] = [];
  new Splitter((document) => documents.push(document), maxLength).finish(text);
  return documents;
};

/** What has to come before the document at hand can be given out: a line break, a character, its last bracket. */
type Awaited = 'break' | 'character' | 'bracket';

class Splitter implements DocumentSplitter {
  work = 0;
  readonly #sink: (document: TextDocument) => void;
  readonly #maxLength: number;
  /** The document at hand, in pieces: they are joined once it is whole. */
  #pieces: string[] = [];
  #held = 0;
  #awaited: Awaited = 'break';
  #scan = new JsonScan();
  /** The rest of an oversized document, which is passed over. */
  #oversized: OversizedRest | undefined;
  #line = 1;
  /** Lists that were opened, so that each of their members is a document. */
  #openLists = 0;

  #text = '';
  /** Up to here documents stand on one line with nothing between. */
  #concatenatedUntil = 0;
  /** Up to here a search for the end of a document already failed: each line stands for itself. */
  #linesUntil = 0;
  /** The next line break at or after the cursor; kept, so that a long line is searched once. */
  #nextBreak = -1;

  constructor(sink: (document: TextDocument) => void, maxLength: number) {
    this.#sink = sink;
    this.#maxLength = maxLength;
  }

  push(piece: string): void {
    const text = this.#oversized ? this.#afterOversized(this.#oversized, piece) : piece;
    if (text === '') return;
    if (this.#held > 0 && !this.#brings(text)) {
      this.#pieces.push(text);
      this.#held += text.length;
    } else this.#split(this.#joined(text), false);
    while (this.#held > this.#maxLength) this.#cut();
  }

  end(): void {
    this.finish('');
  }

  /** What is known to be the last piece need not be searched for where its last document ends: it is parsed at once. */
  finish(piece: string): void {
    const text = this.#joined(this.#oversized ? this.#afterOversized(this.#oversized, piece) : piece);
    if (text !== '') this.#split(text, true);
    this.#pieces = [];
    this.#held = 0;
  }

  #joined(text: string): string {
    if (this.#held === 0) return text;
    this.work += this.#held + text.length;
    return this.#pieces.join('') + text;
  }

  #brings(text: string): boolean {
    if (this.#awaited === 'break') return text.includes('\n');
    if (this.#awaited === 'character') return /[^\s\ufeff]/.test(text);
    this.#look(text, 0);
    return this.#scan.outcome !== 'open';
  }

  #look(text: string, from: number): void {
    const { seen } = this.#scan;
    this.#scan.advance(text, from);
    this.work += this.#scan.seen - seen;
  }

  #split(text: string, final: boolean): void {
    this.#text = text;
    this.#nextBreak = -1;
    let at = 0;
    for (;;) {
      while (at < text.length && this.#isBetween(text.charCodeAt(at))) {
        if (text.charCodeAt(at) === newline) this.#line++;
        at++;
      }
      if (at >= text.length) break;
      const next = this.#documentAt(at, final);
      if (next < 0) break;
      at = next;
    }
    const rest = at === 0 ? text : text.slice(at);
    this.#pieces = rest === '' ? [] : [rest];
    this.#held = rest.length;
    this.#text = '';
    this.#concatenatedUntil = Math.max(0, this.#concatenatedUntil - at);
    this.#linesUntil = Math.max(0, this.#linesUntil - at);
  }

  #isBetween(code: number): boolean {
    if (isBlank(code)) return true;
    if (this.#openLists === 0) return false;
    if (code === closeBracket) this.#openLists--;
    return code === closeBracket || code === comma;
  }

  /** Gives out the document that begins at `at`; answers where to go on, or -1 where more text is needed. */
  #documentAt(at: number, final: boolean): number {
    const code = this.#text.charCodeAt(at);
    const isBegun = this.#scan.seen > 0;
    if (!isOpening(code)) return this.#lineAt(at, final);
    if (code === openBracket && !isBegun) return this.#listAt(at, final);
    const lineEnd = this.#breakAfter(at);
    const isWhole = final || lineEnd < this.#text.length;
    if (at < this.#linesUntil && !isWhole) return this.#await('break');
    if (!isBegun && isWhole && (at >= this.#concatenatedUntil || at < this.#linesUntil)) {
      const text = trimmed(this.#text, at, lineEnd);
      const value = this.#valueOf(text);
      if (value !== undefined || at < this.#linesUntil) {
        this.#give(text, value);
        return lineEnd;
      }
    }
    return this.#bracketsAt(at, lineEnd, final);
  }

  #breakAfter(at: number): number {
    if (this.#nextBreak < at) {
      const found = this.#text.indexOf('\n', at);
      this.#nextBreak = found < 0 ? this.#text.length : found;
    }
    return this.#nextBreak;
  }

  #valueOf(text: string): JsonValue | undefined {
    if (!isClosing(text.charCodeAt(text.length - 1)) || text.length > this.#maxLength) return undefined;
    this.work += text.length;
    return parsedJson(text);
  }

  #lineAt(at: number, final: boolean): number {
    const lineEnd = this.#breakAfter(at);
    if (lineEnd >= this.#text.length && !final) return this.#await('break');
    const member = this.#openLists > 0 ? plainMember(this.#text, at) : undefined;
    this.#give(member?.text ?? trimmed(this.#text, at, lineEnd), member?.value);
    return member ? at + member.text.length : lineEnd;
  }

  /** A list over several lines is opened, and each member is a document: so a list of any length is read in bounds. */
  #listAt(at: number, final: boolean): number {
    const lineEnd = this.#breakAfter(at);
    if (lineEnd >= this.#text.length && !final) return this.#await('break');
    const text = trimmed(this.#text, at, lineEnd);
    const value = at < this.#concatenatedUntil ? undefined : this.#valueOf(text);
    if (value !== undefined || at < this.#linesUntil) {
      this.#give(text, value);
      return lineEnd;
    }
    this.work += text.length;
    if (endsWithin(text, this.#maxLength)) return this.#bracketsAt(at, lineEnd, final);
    const first = firstWithin(this.#text, at);
    if (Number.isNaN(first) && !final) return this.#await('character');
    if (first !== openBrace) return this.#bracketsAt(at, lineEnd, final);
    this.#openLists++;
    return at + 1;
  }

  #bracketsAt(at: number, lineEnd: number, final: boolean): number {
    const isWhole = final || lineEnd < this.#text.length;
    this.#look(this.#text, at + this.#scan.seen);
    const { outcome, seen } = this.#scan;
    if (outcome === 'open') return final ? this.#openToTheEnd(at, lineEnd) : this.#await('bracket');
    if (outcome === 'broken') {
      if (!isWhole) return this.#await('break');
      this.#linesUntil = at + seen;
      this.#give(trimmed(this.#text, at, lineEnd), undefined);
      return lineEnd;
    }
    const end = at + seen;
    const text = this.#text.slice(at, end);
    const value = this.#valueOf(text);
    // Words after a list mean that its brackets were words too: `[12] worker started`.
    const isList = this.#text.charCodeAt(at) === openBracket;
    const isDocument = value !== undefined && (!isList || (isWhole && !isFollowedByWords(this.#text, end)));
    if (isDocument || end > lineEnd || text.length > this.#maxLength) {
      this.#give(text, value);
      this.#line += lineBreaksIn(text);
      if (isWhole) this.#concatenatedUntil = Math.max(lineEnd, end);
      return end;
    }
    if (!isWhole) return this.#await('break');
    this.#give(trimmed(this.#text, at, lineEnd), undefined);
    return lineEnd;
  }

  /** What is left is one document cut short, or lines of which the first was. */
  #openToTheEnd(at: number, lineEnd: number): number {
    this.#linesUntil = this.#text.length;
    if (this.#text.includes('\n{', at)) {
      this.#give(trimmed(this.#text, at, lineEnd), undefined);
      return lineEnd;
    }
    this.#give(trimmed(this.#text, at, this.#text.length), undefined);
    return this.#text.length;
  }

  #await(awaited: Awaited): number {
    this.#awaited = awaited;
    return -1;
  }

  #give(text: string, value: JsonValue | undefined): void {
    if (this.#scan.seen > 0) this.#scan = new JsonScan();
    const oversized = text.length > this.#maxLength;
    if (oversized) this.#sink({ text: beginningOf(text), line: this.#line, oversized });
    else this.#sink({ text, value, line: this.#line, oversized });
  }

  /** The document at hand is longer than the limit: its beginning is given out, and its end only looked for. */
  #cut(): void {
    const text = this.#joined('');
    const isList = this.#awaited === 'break' && text.charCodeAt(0) === openBracket;
    if (isList && this.#scan.seen === 0 && firstWithin(text, 0) === openBrace) {
      this.#openLists++;
      this.#split(text.slice(1), false);
      return;
    }
    this.#oversized = new OversizedRest(this.#awaited === 'bracket' ? this.#scan : undefined);
    this.#scan = new JsonScan();
    this.#give(text, undefined);
    this.#line += lineBreaksIn(text);
    this.#pieces = [];
    this.#held = 0;
    this.#concatenatedUntil = 0;
    this.#linesUntil = 0;
  }

  #afterOversized(rest: OversizedRest, piece: string): string {
    const at = rest.endIn(piece);
    this.work += at;
    this.#line += lineBreaksIn(piece.slice(0, at));
    if (rest.isOver) this.#oversized = undefined;
    return piece.slice(at);
  }
}
