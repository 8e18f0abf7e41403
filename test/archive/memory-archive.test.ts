/** The contract, for an archive that lasts as long as the process. */
import { describe } from 'vitest';
import { memoryArchive } from '../../shared/archive/memory-archive.ts';
import { keepsTheArchiveContract } from '../contracts/archive-store.ts';

describe('an archive in memory', () => {
  keepsTheArchiveContract(async () => {
    const archive = memoryArchive();
    return [archive, archive];
  });
});
