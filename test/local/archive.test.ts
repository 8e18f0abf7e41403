/** The contract, for an archive in a folder; and what only a folder can do: leave things behind, be full of other things. */
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { folderArchive } from '../../functions/local/archive.ts';
import type { ListedObject } from '../../shared/ports.ts';
import { keepsTheArchiveContract } from '../contracts/archive-store.ts';

const work = mkdtempSync(join(tmpdir(), 'klaxon-archive-'));
afterAll(() => rmSync(work, { recursive: true }));

const emptyFolder = (): string => mkdtempSync(join(work, 'a-'));

const listed = async (folder: string): Promise<readonly ListedObject[]> => {
  const all: ListedObject[] = [];
  for await (const item of folderArchive(folder).list('')) all.push(item);
  return all;
};

const object = { name: 'a/b', contentType: 'text/plain', bytes: Buffer.from('text') };

describe('an archive in a folder', () => {
  keepsTheArchiveContract(async () => {
    const folder = join(emptyFolder(), 'made/when/needed');
    return [folderArchive(folder), folderArchive(folder)];
  });

  it('is empty where there is no folder', async () => {
    expect(await listed(join(work, 'none'))).toEqual([]);
  });

  it('leaves nothing behind but the objects, which nobody may write to', async () => {
    const folder = emptyFolder();
    await folderArchive(folder).put(object);
    await folderArchive(folder).put(object);
    expect(readdirSync(join(folder, '.pending'))).toEqual([]);
    expect(statSync(join(folder, 'a/b')).mode & 0o777).toBe(0o400);
  });

  it('takes no notice of what a writer that died has left, of hidden files and of links', async () => {
    const folder = emptyFolder();
    await folderArchive(folder).put(object);
    writeFileSync(join(folder, '.pending', 'half'), 'te');
    writeFileSync(join(folder, '.DS_Store'), '');
    writeFileSync(join(folder, 'not a name'), '');
    symlinkSync('/etc/passwd', join(folder, 'a', 'link'));
    expect(await listed(folder)).toEqual([{ name: 'a/b', bytes: 4 }]);
  });

  it('says so where it cannot be written', async () => {
    const folder = emptyFolder();
    writeFileSync(join(folder, 'a'), 'a file where a folder should be');
    const fault = await folderArchive(folder)
      .put(object)
      .catch((thrown: unknown) => thrown);
    expect(fault).toMatchObject({ code: 'archive', retryable: false });
    expect(String(fault)).toContain(folder);
  });

  it('says so where it cannot be read', async () => {
    const folder = emptyFolder();
    mkdirSync(join(folder, 'a/b'), { recursive: true });
    expect(await folderArchive(folder).get('a/b')).toBeUndefined();
    writeFileSync(join(folder, 'c'), 'text');
    chmodSync(join(folder, 'c'), 0o000);
    // Whoever runs the tests as root may read anything.
    const read = folderArchive(folder).get('c');
    if (process.getuid?.() === 0) expect(await read).toHaveLength(4);
    else await expect(read).rejects.toMatchObject({ code: 'archive' });
  });
});
