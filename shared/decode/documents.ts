/**
 * Text in pieces of any size in, its documents out: JSON values one a line, pretty-printed or written one after the
 * other with nothing between, and lines of plain text.
 *
 * Every character is looked at a bounded number of times, and no more than one document is held: a document longer
 * than the limit is given out as its beginning, marked as cut.
 */
import type { JsonValue } from '../schema/json.ts';

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
  /** Takes the last of the text, and gives out what is left. */
  end(text?: string): void;
}

/** Of an oversized document this much is kept, enough to salvage who did what. */
const keptOfOversized = 256 * 1024;

const newline = 10;
const quote = 34;
const backslash = 92;
const openBrace = 123;
const closeBrace = 125;
const openBracket = 91;
const closeBracket = 93;

const isBlank = (code: number): boolean =>
  code === 32 || code === newline || code === 13 || code === 9 || code === 0xfeff;

const isOpening = (code: number): boolean => code === openBrace || code === openBracket;

export const documentSplitter = (
  sink: (document: TextDocument) => void,
  maxLength: number,
): DocumentSplitter => {
  let pending = '';
  let line = 1;
  /** Inside an oversized document: all is passed over up to the next line break. */
  let skipping = false;
  let scan = startOfScan();
  /** Within this span of `pending` documents stand on one line with nothing between. */
  let concatenatedUntil = 0;
  /** Up to here a search for the end of a document already failed: each line stands for itself. */
  let linesUntil = 0;
  /** The next line break at or after the cursor; kept, so that a long line is searched once. */
  let nextBreak = -1;
  /** Between the members of a list that was opened. */
  let inArray = false;

  const parse = (text: string): JsonValue | undefined => {
    try {
      return JSON.parse(text) as JsonValue;
    } catch {
      return undefined;
    }
  };

  const give = (text: string, value: JsonValue | undefined, oversized = false): void => {
    if (scan.at !== 0) scan = startOfScan();
    sink({ text, value, line, oversized });
  };

  const countLines = (from: number, to: number): void => {
    for (let at = pending.indexOf('\n', from); at >= 0 && at < to; at = pending.indexOf('\n', at + 1)) line++;
  };

  const breakAfter = (at: number): number => {
    if (nextBreak < at) {
      nextBreak = pending.indexOf('\n', at);
      if (nextBreak < 0) nextBreak = pending.length;
    }
    return nextBreak;
  };

  /** Consumes the document that begins at `at`; answers where to go on, or -1 where more text is needed. */
  const documentAt = (at: number, final: boolean): number => {
    const lineEnd = breakAfter(at);
    const wholeLine = lineEnd < pending.length || final;
    if (!isOpening(pending.charCodeAt(at))) {
      if (!wholeLine) return -1;
      give(trimmed(pending, at, lineEnd), undefined);
      return lineEnd;
    }
    if (wholeLine && at >= concatenatedUntil) {
      const text = trimmed(pending, at, lineEnd);
      const last = text.charCodeAt(text.length - 1);
      const value = last === closeBrace || last === closeBracket ? parse(text) : undefined;
      if (value !== undefined) {
        give(text, value);
        return lineEnd;
      }
      if (at < linesUntil || followedByRecord(text, lineEnd)) {
        give(text, undefined);
        return lineEnd;
      }
    }
    return pending.charCodeAt(at) === openBracket
      ? arrayAt(at, lineEnd, final)
      : balancedAt(at, lineEnd, final);
  };

  /** A list over several lines is opened, and each member is a document: so a list of any length is read in bounds. */
  const arrayAt = (at: number, lineEnd: number, final: boolean): number => {
    let first = at + 1;
    while (isBlank(pending.charCodeAt(first))) first++;
    if (first >= pending.length && !final) return -1;
    if (pending.charCodeAt(first) === openBrace) {
      inArray = true;
      return at + 1;
    }
    if (lineEnd >= pending.length && !final) return -1;
    give(trimmed(pending, at, lineEnd), undefined);
    return lineEnd;
  };

  const balancedAt = (at: number, lineEnd: number, final: boolean): number => {
    scanTo(pending, at, scan);
    if (scan.end < 0 && !final) return -1;
    const end = scan.end;
    if (end >= 0) {
      const text = pending.slice(at, end);
      const value = parse(text);
      if (value !== undefined) {
        give(text, value);
        countLines(at, end);
        concatenatedUntil = lineEnd >= end ? lineEnd : 0;
        return end;
      }
    }
    linesUntil = end < 0 ? pending.length : end;
    give(trimmed(pending, at, lineEnd), undefined);
    return lineEnd;
  };

  /** A broken line is a record cut short, not the head of a longer document, where the next line is a whole record. */
  const followedByRecord = (text: string, lineEnd: number): boolean => {
    const last = text.charCodeAt(text.length - 1);
    if (isOpening(last) || last === 44 || last === 58) return false;
    if (pending.charCodeAt(lineEnd + 1) !== openBrace) return false;
    const nextEnd = pending.indexOf('\n', lineEnd + 1);
    return parse(pending.slice(lineEnd + 1, nextEnd < 0 ? pending.length : nextEnd)) !== undefined;
  };

  const isBetween = (code: number): boolean => {
    if (isBlank(code)) return true;
    if (!inArray) return false;
    if (code === closeBracket) inArray = false;
    return code === closeBracket || code === 44;
  };

  const run = (final: boolean): void => {
    let at = 0;
    for (;;) {
      while (at < pending.length && isBetween(pending.charCodeAt(at))) {
        if (pending.charCodeAt(at) === newline) line++;
        at++;
      }
      if (at >= pending.length) break;
      const next = documentAt(at, final);
      if (next < 0) break;
      at = next;
    }
    pending = at === 0 ? pending : pending.slice(at);
    scan.at = Math.max(0, scan.at - at);
    concatenatedUntil = Math.max(0, concatenatedUntil - at);
    linesUntil = Math.max(0, linesUntil - at);
    nextBreak = -1;
    if (pending.length > maxLength) cut();
  };

  const cut = (): void => {
    give(pending.slice(0, keptOfOversized), undefined, true);
    const lineEnd = pending.indexOf('\n');
    skipping = lineEnd < 0;
    pending = lineEnd < 0 ? '' : pending.slice(lineEnd);
    concatenatedUntil = 0;
    linesUntil = pending.length;
    if (pending !== '') run(false);
  };

  const push = (text: string): void => {
    if (skipping) {
      const lineEnd = text.indexOf('\n');
      if (lineEnd < 0) return;
      skipping = false;
      pending = text.slice(lineEnd);
    } else {
      pending = pending === '' ? text : pending + text;
    }
    run(false);
  };

  return {
    push,
    end: (text = '') => {
      // All of the text at once needs no search for where a document ends.
      if (pending === '' && !skipping) pending = text;
      else if (text !== '') push(text);
      run(true);
      pending = '';
    },
  };
};

/** The documents of a text that is all there. */
export const documentsOf = (text: string, maxLength: number): readonly TextDocument[] => {
  const documents: TextDocument[] = [];
  const splitter = documentSplitter((document) => documents.push(document), maxLength);
  splitter.end(text);
  return documents;
};

const trimmed = (text: string, from: number, to: number): string => {
  let end = to;
  while (end > from && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(from, end);
};

interface Scan {
  at: number;
  depth: number;
  inText: boolean;
  /** Just past the bracket that closes the document, or -1. */
  end: number;
}

const startOfScan = (): Scan => ({ at: 0, depth: 0, inText: false, end: -1 });

/** Goes on looking for the end of the document that begins at `from`, from where the last look stopped. */
const scanTo = (text: string, from: number, scan: Scan): void => {
  let at = Math.max(scan.at, from);
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (scan.inText) {
      if (code === backslash) at++;
      else if (code === quote) scan.inText = false;
    } else if (code === quote) scan.inText = true;
    else if (isOpening(code)) scan.depth++;
    else if (code === closeBrace || code === closeBracket) {
      scan.depth--;
      if (scan.depth === 0) {
        scan.end = at + 1;
        break;
      }
    }
    at++;
  }
  scan.at = at;
};
