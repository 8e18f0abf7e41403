/** A text in; a short one out that stands for it, the same everywhere. */
import { createHash } from 'node:crypto';

/** 128 bits, as keys of memory hold them. */
export const hashOf = (text: string): string =>
  createHash('sha256').update(text).digest('base64url').slice(0, 22);
