/** Where the samples, schemas and conformance cases beside the repository are, for tests that can do without them. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The folder `shared` beside the repository; undefined in a checkout that stands alone. */
export const sharedFolder = (): string | undefined => {
  const folder = fileURLToPath(new URL('../../shared', import.meta.url));
  return existsSync(`${folder}/samples`) ? folder : undefined;
};

/** One line that says what a test file left out because the folder is not there. */
export const sayLeftOut = (what: string): void => {
  process.stderr.write(`left out, for ../shared is not there: ${what}\n`);
};
