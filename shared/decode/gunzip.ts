/** Compressed bytes in, bytes out, never more than a limit. Concatenated gzip members are read as one. */
import { gunzipSync } from 'node:zlib';
import { DeliveryError, messageOf } from '../errors.ts';

export const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/** @throws DeliveryError where the bytes are broken or unfold to more than `maxBytes`. */
export const gunzip = (bytes: Uint8Array, maxBytes: number): Buffer => {
  try {
    return gunzipSync(bytes, { maxOutputLength: maxBytes, chunkSize: roomFor(bytes) });
  } catch (thrown) {
    if (thrown instanceof RangeError || codeOf(thrown) === 'ERR_BUFFER_TOO_LARGE') {
      throw new DeliveryError('too-large', `gzip data unfolds to more than ${maxBytes} bytes`, {
        cause: thrown,
      });
    }
    throw new DeliveryError('not-gzip', `not readable as gzip: ${messageOf(thrown)}`, { cause: thrown });
  }
};

const leastRoom = 16 * 1024;
const mostRoom = 4 * 1024 * 1024;

/**
 * In one piece, what is unfolded need not be put together again. The last four bytes say how long it is (RFC 1952, ISIZE);
 * nothing rests on it, for whoever packed the bytes wrote it.
 */
const roomFor = (bytes: Uint8Array): number => {
  const { buffer, byteOffset, byteLength } = bytes;
  if (byteLength < 4) return leastRoom;
  const length = new DataView(buffer, byteOffset, byteLength).getUint32(byteLength - 4, true);
  return Math.min(mostRoom, Math.max(leastRoom, length + 1));
};

const codeOf = (thrown: unknown): unknown =>
  thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;

const outsideBase64 = /[^A-Za-z0-9+/=\s]/;

/** The bytes of a base64 text, or undefined where the text is not base64. */
export const base64Bytes = (text: string): Buffer | undefined => {
  const bytes = Buffer.from(text, 'base64');
  return isGzip(bytes) || !outsideBase64.test(text) ? bytes : undefined;
};
