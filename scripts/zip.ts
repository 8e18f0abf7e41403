/** A folder in; a zip of it, the same bytes for the same files whenever and wherever it is made, out. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { zipSync } from 'fflate';

/** The earliest that a zip can say, by the clock on the wall: what it holds has no time. */
const noTime = new Date(1980, 0, 1);

/** Answers its bytes. */
export const writeZip = (folder: string, file: string): number => {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .toSorted();
  const files = Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name))]));
  const zip = zipSync(files, { level: 9, mtime: noTime });
  writeFileSync(file, zip);
  return zip.length;
};
