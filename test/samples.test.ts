/** Every sample file, read as the command line reads it: nothing is thrown, and the account of each folder is known. */
import { createReadStream, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readDocuments } from '../functions/documents.ts';
import { decodeDocument } from '../shared/decode/decode.ts';
import { defaultLimits } from '../shared/decode/decoding.ts';
import { emptyAccount, nothingSeen, processDelivery } from '../shared/pipeline.ts';
import { sayLeftOut, sharedFolder } from './shared-data.ts';

/** [records, events, rejected, duplicates, dropped, truncated] */
const totals: Readonly<Record<string, readonly number[]>> = {
  'access-logs': [2, 2, 0, 0, 0, 0],
  aks: [81, 81, 0, 0, 0, 1],
  'aws-envelopes': [83, 0, 78, 0, 5, 0],
  'azure-envelopes': [5, 5, 0, 0, 0, 0],
  cloudtrail: [7, 7, 0, 0, 0, 0],
  'eks-audit': [2, 2, 0, 0, 0, 2],
  'eks-authenticator': [39, 39, 0, 0, 0, 0],
  'gcp-envelopes': [12, 6, 6, 0, 0, 0],
  'gke-admin': [11, 11, 0, 0, 0, 0],
  'gke-audit': [16, 2, 14, 0, 0, 0],
  hubble: [30, 30, 0, 0, 0, 0],
  node: [15, 14, 1, 0, 0, 0],
  real: [6850, 6660, 115, 0, 75, 0],
  'self-managed': [40, 40, 0, 0, 0, 0],
};

const filesBelow = (path: string): readonly string[] =>
  statSync(path).isDirectory()
    ? readdirSync(path)
        .sort()
        .flatMap((name) => filesBelow(join(path, name)))
    : [path];

const accountOf = async (folder: string) => {
  const account = emptyAccount();
  for (const path of filesBelow(folder)) {
    const seen = nothingSeen();
    await readDocuments(
      createReadStream(path),
      defaultLimits.maxBytes,
      (document) => {
        const decoded = decodeDocument(document, { location: { path, line: document.line } });
        processDelivery(decoded, seen, account, { onEvent: () => undefined });
      },
      () => undefined,
    );
  }
  return account;
};

const shared = sharedFolder();
if (shared === undefined) {
  sayLeftOut('the account of every sample file');
  it('has a total for every folder of samples', () => expect(Object.keys(totals)).toHaveLength(14));
} else {
  const samples = join(shared, 'samples');
  const folders = readdirSync(samples).filter((name) => statSync(join(samples, name)).isDirectory());

  it('has a total for every folder of samples', () => {
    expect(Object.keys(totals).sort()).toEqual(folders.sort());
  });

  it.each(folders)('every record of %s is accounted for', async (folder) => {
    const { records, events, rejected, duplicates, dropped, truncated } = await accountOf(
      join(samples, folder),
    );
    expect(records).toBe(events + rejected + duplicates + dropped);
    expect([records, events, rejected, duplicates, dropped, truncated]).toEqual(totals[folder]);
  });
}
