/** Events in; a file of one event a line, in our form or in OCSF, out. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { writtenEvent } from '../../shared/archive/written-event.ts';
import { KlaxonError, messageOf } from '../../shared/errors.ts';
import type { AuditEvent } from '../../shared/schema/audit-event.ts';
import { toOcsf } from '../../shared/schema/ocsf/to-ocsf.ts';

export const eventFormats = ['audit', 'ocsf'] as const;
export type EventFormat = (typeof eventFormats)[number];

export interface EventFile {
  readonly write: (event: AuditEvent) => void;
  /** Writes what is left. Answers how many events could not be written out for their depth. */
  readonly close: () => number;
}

const bufferLength = 1024 * 1024;

/** @throws KlaxonError where the file cannot be made. */
export const eventFile = (path: string, format: EventFormat): EventFile => {
  const file = opened(path);
  let pending = '';
  let unwritable = 0;
  const flush = (): void => {
    if (pending !== '') writeSync(file, pending);
    pending = '';
  };
  return {
    write: (event) => {
      const text = writtenEvent(event, forms[format]);
      if (text === undefined) unwritable++;
      else pending += `${text}\n`;
      if (pending.length >= bufferLength) flush();
    },
    close: () => {
      flush();
      closeSync(file);
      return unwritable;
    },
  };
};

const forms: Readonly<Record<EventFormat, (event: AuditEvent) => string>> = {
  audit: (event) => JSON.stringify(event),
  ocsf: (event) => JSON.stringify(toOcsf(event)),
};

export const opened = (path: string): number => {
  try {
    return openSync(path, 'w', 0o600);
  } catch (thrown) {
    throw new KlaxonError('archive', `cannot write ${path}: ${messageOf(thrown)}`, { cause: thrown });
  }
};
