/** A line as a container runtime writes it to a node's disk, in; what the container itself wrote out. */
import type { EnvelopeOrigin } from '../schema/raw-record.ts';
import type { Decoding } from './decoding.ts';
import type { Opener } from './envelope.ts';
import { dialectOfLine } from './recognise.ts';

/** `<time> <stream> <P or F> <line>`: the logging format of the Container Runtime Interface (kubelet's log parser). */
const head = /^(\d{4}-\d{2}-\d{2}T\S{1,40}) (?:stdout|stderr) [PF](?::\S{1,40})? /;

/**
 * A line of more than 16 KiB is cut in parts, all but the last marked P. Each part is opened for itself: of the first the
 * beginning can be read, and what continues it is like nothing that is known.
 */
export const openContainerLine = (
  text: string,
  decoding: Decoding,
  origin: EnvelopeOrigin,
  open: Opener,
): boolean => {
  const match = head.exec(text);
  if (!match) return false;
  const [whole, written = ''] = match;
  const line = text.slice(whole.length);
  const dialect = dialectOfLine(line);
  const time = Date.parse(written);
  if (dialect) decoding.record(dialect, origin, { line, time: Number.isNaN(time) ? undefined : time });
  else open(line, origin);
  return true;
};
