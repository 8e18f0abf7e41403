/** The events of one delivery in, one after the other; the objects of the archive that hold them out. */
import { rejectionOf } from '../normalise/rejection.ts';
import type { ArchiveObject } from '../ports.ts';
import type { AuditEvent } from '../schema/audit-event.ts';
import type { RawRecord, Rejection } from '../schema/raw-record.ts';
import { eventObjectOf } from './event-object.ts';
import { type ArchiveForm, lineOf, rejectedLineOf } from './line.ts';
import { partitionOf } from './partition.ts';

export interface BatchOptions {
  readonly form: ArchiveForm;
  /**
   * When the delivery arrived, epoch milliseconds, if it says so itself: records without a time go into that hour. Never a clock's
   * word, for the same delivery, brought again, must go where it went before.
   */
  readonly arrived?: number | undefined;
  /** So many characters are held at most, 16 MB of them if absent; the same events make other objects where it differs. */
  readonly mostLength?: number | undefined;
}

export interface ArchiveBatch {
  readonly add: (event: AuditEvent, record: RawRecord) => void;
  readonly reject: (rejection: Rejection) => void;
  /** The objects that are full. The same events in the same order give the same objects, whenever they are asked for. */
  readonly takeFull: () => readonly ArchiveObject[];
  /** All that is left; nothing is held any more. */
  readonly takeAll: () => readonly ArchiveObject[];
}

/** Of all partitions together; with so many what is held is full, which bounds memory, and the size of an object. */
const usualLength = 16 * 1024 * 1024;

const none: readonly never[] = Object.freeze([]);

interface Group {
  readonly partition: string;
  lines: string;
  count: number;
}

export const archiveBatch = ({ form, arrived, mostLength = usualLength }: BatchOptions): ArchiveBatch => {
  let full: Group[] = [];
  let open = new Map<string, Group>();
  let size = 0;

  const close = (): void => {
    full.push(...open.values());
    open = new Map();
    size = 0;
  };

  const put = (partition: string, line: string): void => {
    let group = open.get(partition);
    if (!group) {
      group = { partition, lines: '', count: 0 };
      open.set(partition, group);
    }
    group.lines += `${line}\n`;
    group.count++;
    size += line.length;
    if (size >= mostLength) close();
  };

  const takeFull = (): readonly ArchiveObject[] => {
    if (full.length === 0) return none;
    const groups = full;
    full = [];
    return groups.map(({ partition, lines, count }) => eventObjectOf(partition, lines, count));
  };

  const reject = (rejection: Rejection): void =>
    put(partitionOf('rejected', {}, arrived), rejectedLineOf(rejection));

  return {
    add: (event, record) => {
      const line = lineOf(form, record, event);
      if (line === undefined) reject(tooDeep(record));
      else put(partitionOf(event.kind, event.origin, event.time ?? arrived), line);
    },
    reject,
    takeFull,
    takeAll: () => {
      close();
      return takeFull();
    },
  };
};

const tooDeep = (record: RawRecord): Rejection =>
  rejectionOf(record, 'too-deep', 'nested too deep to be written into the archive');
