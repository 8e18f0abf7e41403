/** A text in; a promise that it has been handed over to whoever reads standard output, out. */

/** A fault ends the process (`handler.ts` listens for it): what follows the writing is then not done. */
export const written = (text: string): Promise<void> =>
  new Promise((resolve) => {
    process.stdout.write(text, (fault) => {
      if (!fault) resolve();
    });
  });
