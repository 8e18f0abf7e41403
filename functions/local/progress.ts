/** Says on a terminal how far a long scan has come; says nothing to a pipe. */

export interface Progress {
  readonly update: (bytes: number, events: number, alerts: number) => void;
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
    update: (bytes, events, alerts) => {
      const now = Date.now();
      if (now - started < firstAfter || now - last < every) return;
      last = now;
      shown = true;
      const megabytes = (bytes / 1_000_000).toFixed(1);
      stream.write(
        `\r\u001b[2K${megabytes} MB read, ${events.toLocaleString('en')} events, ${alerts} alerts`,
      );
    },
    clear: () => {
      if (shown) stream.write('\r\u001b[2K');
    },
  };
};
