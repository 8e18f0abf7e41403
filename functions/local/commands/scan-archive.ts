/** What a scan reads, in; an archive of it in a folder, with its manifest at the end, out. */
import { realpathSync } from 'node:fs';
import { dirname, resolve, sep } from 'node:path';
import { archiveBatch } from '../../../shared/archive/archive-batch.ts';
import { keepObjects } from '../../../shared/archive/keep.ts';
import type { ArchiveForm } from '../../../shared/archive/line.ts';
import { writeManifest } from '../../../shared/archive/write-manifest.ts';
import { KlaxonError } from '../../../shared/errors.ts';
import type { AuditEvent } from '../../../shared/schema/audit-event.ts';
import type { RawRecord, Rejection } from '../../../shared/schema/raw-record.ts';
import { folderArchive } from '../archive.ts';

export interface ScanArchive {
  readonly add: (event: AuditEvent, record: RawRecord) => void;
  readonly reject: (rejection: Rejection) => void;
  /** Writes what is full. */
  readonly settle: () => Promise<void>;
  /** Writes what is left, and the manifest. */
  readonly finish: () => Promise<void>;
}

/** @throws KlaxonError where the archive lies in what is read: the scan would read what it writes. */
export const scanArchive = (folder: string, form: ArchiveForm, inputs: readonly string[]): ScanArchive => {
  const around = inputs.find((input) => input !== '-' && isWithin(realPath(folder), realPath(input)));
  if (around !== undefined)
    throw new KlaxonError('archive', `the archive ${folder} lies in ${around}, which is to be read`);
  const store = folderArchive(folder);
  const batch = archiveBatch({ form });
  return {
    add: batch.add,
    reject: batch.reject,
    settle: () => keepObjects(store, batch.takeFull()),
    finish: async () => {
      await keepObjects(store, batch.takeAll());
      await writeManifest(store, { now: Date.now() });
    },
  };
};

const isWithin = (path: string, folder: string): boolean =>
  path === folder || `${path}${sep}`.startsWith(`${folder}${sep}`);

/** With links followed, as far as the path is there. */
const realPath = (path: string): string => {
  const whole = resolve(path);
  try {
    return realpathSync(whole);
  } catch {
    const above = dirname(whole);
    return above === whole
      ? whole
      : resolve(realPath(above), whole.slice(above.length).replace(/^[\\/]/, ''));
  }
};
