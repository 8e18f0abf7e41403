/** A klog line in, its parts out; the year comes from the envelope, for klog writes none. */

import { numberOf } from '../schema/json.ts';

export interface KlogLine {
  readonly severity: 'info' | 'warning' | 'error' | 'fatal';
  /** Epoch milliseconds; absent where no envelope tells the year. */
  readonly time?: number | undefined;
  /** `file.go:123` */
  readonly source: string;
  readonly message: string;
  /** The `key="value"` pairs of structured logging, where they can be told apart. */
  readonly fields: Readonly<Record<string, string>>;
}

/** The header of k8s.io/klog/v2: Lmmdd hh:mm:ss.uuuuuu threadid file:line] */
const head = /^([IWEF])(\d{2})(\d{2}) (\d{2}):(\d{2}):(\d{2})\.(\d{6})\s+(\d+) ([^\]:\s]+:\d+)\] /;

const severities = { I: 'info', W: 'warning', E: 'error', F: 'fatal' } as const;

export const klogOf = (line: string, receivedTime: number | undefined): KlogLine | undefined => {
  const match = head.exec(line);
  if (!match) return undefined;
  const [whole, letter, month, day, hour, minute, second, micro, , source] = match;
  const text = line.slice(whole.length).trimEnd();
  const { message, fields } = structured(text);
  const clock = [month, day, hour, minute, second].map(Number);
  return {
    severity: severities[letter as keyof typeof severities],
    time: receivedTime === undefined ? undefined : numberOf(timeIn(receivedTime, clock, Number(micro))),
    source: source ?? '',
    message,
    fields,
  };
};

const twoDays = 172_800_000;

/** The year of arrival, or the one before where that would lie more than two days ahead (written in December, read in January). */
const timeIn = (receivedTime: number, clock: readonly number[], micro: number): number => {
  const [month = 1, day = 1, hour = 0, minute = 0, second = 0] = clock;
  const year = new Date(receivedTime).getUTCFullYear();
  const time = Date.UTC(year, month - 1, day, hour, minute, second, Math.floor(micro / 1000));
  return time - receivedTime > twoDays
    ? Date.UTC(year - 1, month - 1, day, hour, minute, second, Math.floor(micro / 1000))
    : time;
};

const quotedMessage = /^"((?:[^"\\]|\\.)*)"/;
const pair = /\s([A-Za-z_][\w.-]*)=(?:"((?:[^"\\]|\\.)*)"|(\S+))/g;

/** Structured lines begin with a quoted message; any other line is its own message. */
const structured = (text: string): { message: string; fields: Readonly<Record<string, string>> } => {
  const match = quotedMessage.exec(text);
  if (!match) return { message: text, fields: {} };
  const fields: Record<string, string> = Object.create(null);
  for (const [, key, quoted, bare] of text.slice(match[0].length).matchAll(pair)) {
    if (key !== undefined) fields[key] = quoted === undefined ? (bare ?? '') : unquoted(quoted);
  }
  return { message: unquoted(match[1] ?? ''), fields: { ...fields } };
};

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '"': '"', '\\': '\\' };

/** Undoes Go's %q, as far as log lines use it. */
export const unquoted = (text: string): string =>
  text.includes('\\')
    ? text.replace(/\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))/g, (_, wide, narrow, plain) =>
        plain === undefined
          ? String.fromCharCode(Number.parseInt(wide ?? narrow, 16))
          : (escapes[plain] ?? plain),
      )
    : text;
