/** Says on a terminal how far a long run has come; says nothing to a pipe. */

export interface Progress {
  readonly update: (text: () => string) => void;
  readonly clear: () => void;
}

const firstAfter = 1000;
const every = 250;

export const progressOn = (stream: NodeJS.WriteStream): Progress => {
  if (!stream.isTTY) return { update: () => undefined, clear: () => undefined };
  const started = Date.now();
  let last = started;
  let shown = false;
  return {
    update: (text) => {
      const now = Date.now();
      if (now - started < firstAfter || now - last < every) return;
      last = now;
      shown = true;
      stream.write(`\r\u001b[2K${text()}`);
    },
    clear: () => {
      if (shown) stream.write('\r\u001b[2K');
    },
  };
};
