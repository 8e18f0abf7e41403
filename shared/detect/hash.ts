/** A text in; a short one out that stands for it, the same everywhere. */
import { hash } from 'node:crypto';

/** 128 bits, as keys of memory hold them. */
export const hashOf = (text: string): string => hash('sha256', text, 'base64url').slice(0, 22);
