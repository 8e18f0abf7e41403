/** The bytes between the quotes of a JSON string in, the text that they stand for out. */
import { escapedTextModule } from './escaped-text-module.ts';

/** What this file needs of the JavaScript API of WebAssembly, which no types of Node describe. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  /** See escaped-text.wat. */
  readonly unescaped: (from: number, to: number) => number;
}

/**
 * For each way in which backslashes can stand among eight bytes, the places of the others, in order. What is left of the eight is
 * filled up with a place that does not exist.
 */
const placesKept = (backslashes: number): readonly number[] => {
  const kept = Array.from({ length: 8 }, (_, place) => place).filter(
    (place) => !((backslashes >> place) & 1),
  );
  return [...kept, ...Array.from({ length: 8 - kept.length }, () => 0x80)];
};

const ways = 256;
/** Behind the table of all ways stands the text. */
const start = 8 * ways;

interface Unescaper extends Pick<Exports, 'unescaped'> {
  readonly room: Buffer;
}

const openUnescaper = (): Unescaper => {
  const { memory, unescaped } = new WebAssembly.Instance(
    new WebAssembly.Module(Buffer.from(escapedTextModule, 'base64')),
  ).exports as Exports;
  const room = Buffer.from(memory.buffer);
  for (let way = 0; way < ways; way++) room.set(placesKept(way), 8 * way);
  return { room, unescaped };
};

/** Opened by the first text: only AWS hands over such texts, and the others need not wait for it when they start. */
let unescaper: Unescaper | undefined;

/**
 * What JSON.parse makes of such a string, at several times its speed; undefined for whatever is not plain: that may be text
 * beyond ASCII, any escape but `\"` and `\\`, more than 250 kB, or no JSON at all.
 */
export const plainText = (bytes: Buffer, from: number, to: number): string | undefined => {
  unescaper ??= openUnescaper();
  const { room, unescaped } = unescaper;
  // Longer texts are rare, and others can read them.
  if (to - from > room.length - start) return undefined;
  bytes.copy(room, start, from, to);
  const end = unescaped(start, start + to - from);
  return end < 0 ? undefined : room.toString('latin1', start, end);
};
