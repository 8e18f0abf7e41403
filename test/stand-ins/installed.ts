/** Where the stand-ins are that are installed apart from all else: scripts/stand-ins.ts puts them there. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Holds their package.json and its lock file. */
export const standInsSource = fileURLToPath(new URL('./', import.meta.url));

const digest = createHash('sha256')
  .update(readFileSync(`${standInsSource}package-lock.json`))
  .digest('hex')
  .slice(0, 12);

/** A folder of its own for each lock file, so that a change is installed anew. */
export const standInsFolder = fileURLToPath(new URL(`../../.cache/stand-ins-${digest}`, import.meta.url));
