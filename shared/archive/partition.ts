/** What an event is and where it came from in; the folder of the archive that it belongs to, out. */
import { createHash } from 'node:crypto';
import type { EventKind } from '../schema/audit-event.ts';
import type { EnvelopeOrigin } from '../schema/raw-record.ts';

export type PartitionKind = EventKind | 'rejected';

/** Stands for whatever the log did not state. */
export const unknown = 'unknown';

/** `<kind>/cloud=/account=/region=/cluster=/date=YYYY-MM-DD/hour=HH/`, in UTC. `time` is in epoch milliseconds. */
export const partitionOf = (
  kind: PartitionKind,
  { cloud, account, region, cluster }: EnvelopeOrigin,
  time: number | undefined,
): string => {
  const place = `${kind}/cloud=${pathValueOf(cloud)}/account=${pathValueOf(account)}/region=${pathValueOf(region)}`;
  return `${place}/cluster=${pathValueOf(cluster)}/${hourFolderOf(time)}`;
};

/** `date=YYYY-MM-DD/hour=HH/`; a time that no calendar with four digits holds is unknown. */
const hourFolderOf = (time: number | undefined): string => {
  if (time === undefined || !(time >= 0 && time < endOfCalendar)) return `date=${unknown}/hour=${unknown}/`;
  const text = new Date(time).toISOString();
  return `date=${text.slice(0, 10)}/hour=${text.slice(11, 13)}/`;
};

const endOfCalendar = Date.UTC(10_000, 0, 1);

const plain = /^[\w-](?:[\w.-]{0,98}[\w-])?$/;

/**
 * A value as a part of a path, so that no name leaves its folder or runs into another's: letters, digits and `-_.` stand as
 * they are, every other byte is percent-encoded as Hive does it. A long value is cut, and told apart by its digest.
 */
export const pathValueOf = (value: string | undefined): string => {
  if (value === undefined || value === '') return unknown;
  if (plain.test(value) && value !== unknown) return value;
  const text = encoded(value.slice(0, longest));
  if (value.length <= longest && text.length <= longest) return text;
  const digest = createHash('sha256').update(value).digest('hex').slice(0, 32);
  return `${text.slice(0, longest - digest.length - 1).replace(/%.?$/, '')}~${digest}`;
};

const longest = 100;

/** A name that is `unknown` is not the same as none; a dot at the end is lost on some stores. */
const encoded = (text: string): string => {
  if (text === unknown) return `%75${unknown.slice(1)}`;
  const bytes = [...Buffer.from(text, 'utf8')];
  return bytes.map((byte, at) => encodedByte(byte, at === bytes.length - 1)).join('');
};

const encodedByte = (byte: number, isLast: boolean): string => {
  const character = String.fromCharCode(byte);
  const isPlain = isLast ? /[\w-]/.test(character) : /[\w.-]/.test(character);
  return isPlain ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
};
