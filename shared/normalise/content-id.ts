/** A record without an id of its own in, an id made of its content out: the same record always gets the same one. */
import { createHash } from 'node:crypto';
import type { RawRecord } from '../schema/raw-record.ts';

/** The carrier's id where there is one, else a digest of where the record came from and what it says. */
export const contentId = (record: RawRecord): string => {
  if (record.deliveryId !== undefined && record.deliveryId !== '') {
    return `${record.origin.stream ?? record.dialect}/${record.deliveryId}`;
  }
  const place = `${record.dialect}\n${record.origin.clusterId ?? record.origin.cluster ?? ''}\n`;
  return createHash('sha256').update(place).update(textOf(record)).digest('hex').slice(0, 32);
};

/** A body too deep to be written out is told apart by its first keys alone. */
const textOf = (record: RawRecord): string => {
  if (record.line !== undefined) return record.line;
  try {
    return JSON.stringify(record.body) ?? '';
  } catch (thrown) {
    if (thrown instanceof RangeError) return Object.keys(record.body ?? {}).join('\n');
    throw thrown;
  }
};
