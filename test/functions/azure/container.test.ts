/** An archive of diagnostic settings, in Azurite: what is given of blobs that grow, and where reading begins, ends and goes on. */
import { setImmediate as turn } from 'node:timers/promises';
import type { ContainerClient } from '@azure/storage-blob';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Mark } from '../../../shared/pull/forward.ts';
import { type Azurite, blobFault, openAzurite, wireToBlobs } from '../../stand-ins/azurite.ts';
import type { Wire } from '../../stand-ins/wire.ts';
import { append, folderOf, hour, line, nameOf, orders, readArchive, start } from './hours.ts';
import { openedContainer } from './opened-container.ts';

let azurite: Azurite;
let wire: Wire;
let container: ContainerClient;
let overTheWire: ContainerClient;
beforeAll(async () => {
  azurite = await openAzurite();
  wire = await wireToBlobs(azurite.blob);
});
afterAll(async () => {
  await wire?.close();
  await azurite?.close();
});
beforeEach(async () => {
  ({ container, overTheWire } = await openedContainer(azurite, wire));
});

describe('an archive of diagnostic settings', () => {
  it('gives the lines of each hour from the first asked for, clusters side by side', async () => {
    await append(container, nameOf(-1), line('before'));
    for (const [at, cluster, id] of [
      [1, 'PAYMENTS', 'd'],
      [0, orders, 'a'],
      [1, orders, 'c'],
      [0, 'PAYMENTS', 'b'],
      [30, orders, 'e'],
      [40, orders, 'late'],
    ] as const)
      await append(container, nameOf(at, cluster), line(id));
    const { ids, faults } = await readArchive(overTheWire, {
      range: { since: start + hour / 2, until: start + 40 * hour },
    });
    expect({ ids, faults }).toEqual({ ids: ['a', 'b', 'c', 'd', 'e'], faults: [] });
  });

  it('is looked for below a prefix, and in nothing that is no blob of an hour', async () => {
    await append(container, `copies/insights-logs-kube-audit/${nameOf(0)}`, line('a'));
    await append(container, `copies/insights-logs-guard/${nameOf(0)}`, line('b'));
    await append(container, 'copies/notes.json', line('c'));
    await append(container, `${folderOf(orders)}y=2026/m=03/d=14/notes.json`, line('d'));
    expect((await readArchive(overTheWire)).ids.toSorted()).toEqual(['a', 'b']);
    expect(
      (await readArchive(overTheWire, { range: { prefix: 'copies/insights-logs-guard/' } })).ids,
    ).toEqual(['b']);
  });

  it('is followed: what is appended comes, once, and half a line waits for its rest', async () => {
    const text = '{"id":"é"}';
    const bytes = Buffer.from(text);
    const half = bytes.length - 3;
    const steps: readonly (() => Promise<void>)[] = [
      () => append(container, nameOf(0), `${line('b')}{"id":"b`),
      () => append(container, nameOf(0), `2"}\n`),
      () => append(container, nameOf(0), line('b3').trim()),
      async () => {
        const blob = container.getAppendBlobClient(nameOf(1));
        await blob.createIfNotExists();
        await blob.appendBlock(bytes.subarray(0, half), half);
      },
      async () => {
        await container.getAppendBlobClient(nameOf(1)).appendBlock(bytes.subarray(half), 3);
        await append(container, nameOf(0), '\n');
      },
      () => append(container, nameOf(1), `\n${line('d')}`),
    ];
    const given: number[] = [];
    let count = 0;
    let at = 0;
    await append(container, nameOf(0), line('a'));
    const { lines } = await readArchive(overTheWire, {
      range: { follow: true },
      now: () => start + 1.5 * hour,
      deliver: async () => {
        count++;
      },
      onLook: async (stop) => {
        given.push(count);
        const step = steps[at++];
        if (step) await step();
        else stop.abort();
        await turn();
      },
    });
    expect(lines).toEqual([
      line('a').trim(),
      line('b').trim(),
      '{"id":"b2"}',
      line('b3').trim(),
      text,
      line('d').trim(),
    ]);
    expect(given).toEqual([1, 2, 3, 4, 4, 5, 6]);
  });

  it('is read on from the byte where it ended, and no longer than three hours after an hour', async () => {
    const kept = new Map<string, Mark>();
    let now = start + 1.5 * hour;
    await append(container, nameOf(0), line('a'));
    await append(container, nameOf(1), line('b'));
    expect((await readArchive(overTheWire, { kept, now: () => now })).ids).toEqual(['a', 'b']);
    expect([...kept.values()]).toEqual([
      { version: 1, settled: start, read: { [nameOf(0)]: line('a').length, [nameOf(1)]: line('b').length } },
    ]);
    await append(container, nameOf(0), line('c'));
    await append(container, nameOf(1), line('d'));
    expect((await readArchive(overTheWire, { kept, now: () => now })).ids).toEqual(['c', 'd']);
    now = start + 4.5 * hour;
    expect((await readArchive(overTheWire, { kept, now: () => now })).ids).toEqual([]);
    expect([...kept.values()]).toMatchObject([
      { settled: start + hour, read: { [nameOf(1)]: 2 * line('b').length } },
    ]);
    await append(container, nameOf(0), line('too late'));
    await append(container, nameOf(1), line('e'));
    expect((await readArchive(overTheWire, { kept, now: () => now })).ids).toEqual(['e']);
  });

  it('gives what stands after the last break, once its hour is long over', async () => {
    const kept = new Map<string, Mark>();
    await append(container, nameOf(0), `${line('a')}{"id":"cut`);
    expect((await readArchive(overTheWire, { kept, now: () => start + hour })).ids).toEqual(['a']);
    expect((await readArchive(overTheWire, { kept, now: () => start + 5 * hour })).lines).toEqual([
      '{"id":"cut',
    ]);
    expect((await readArchive(overTheWire, { kept, now: () => start + 6 * hour })).lines).toEqual([]);
  });

  it('leaves out a line that is too long, says so, and goes on after it', async () => {
    const limits = { chunkBytes: 64, maxLineBytes: 200 };
    const ids = Array.from({ length: 9 }, (_, at) => `n${at}`);
    await append(container, nameOf(0), `${line('a')}"${'x'.repeat(1000)}"\n${ids.map(line).join('')}`);
    await append(container, nameOf(1), `${line('b')}"${'x'.repeat(1000)}"`);
    const { ids: given, missing } = await readArchive(overTheWire, { limits });
    expect(given).toEqual(['a', ...ids, 'b']);
    expect(missing).toEqual([
      `a line of more than 200 bytes at byte ${line('a').length} of ${nameOf(0)} is left out`,
      `a line of more than 200 bytes at byte ${line('b').length} of ${nameOf(1)} is left out`,
    ]);
  });

  it('reads a blob from its beginning that was written anew, and says where one was removed', async () => {
    const kept = new Map<string, Mark>();
    await append(container, nameOf(0), line('a') + line('b'));
    await readArchive(overTheWire, { kept, now: () => start + hour });
    await container.deleteBlob(nameOf(0));
    await append(container, nameOf(0), line('c'));
    await append(container, nameOf(1), line('d'));
    wire.breaksAt((_, operation) => (operation === 'GetBlob' ? blobFault(404, 'BlobNotFound') : undefined));
    const gone = await readArchive(overTheWire, { kept: new Map(kept), now: () => start + 2 * hour });
    expect(gone.missing).toEqual(
      [nameOf(0), nameOf(1)].map((name) => `${name} was removed before it was read`),
    );
    wire.breaksAt(() => undefined);
    expect((await readArchive(overTheWire, { kept, now: () => start + 2 * hour })).ids).toEqual(['c', 'd']);
  });

  it.each([{}, { version: 2, settled: 1, read: {} }, { version: 1, settled: 1 }])(
    'refuses the checkpoint %j',
    async (mark) => {
      const kept = new Map<string, Mark>();
      await readArchive(overTheWire, { kept });
      for (const name of kept.keys()) kept.set(name, mark);
      await expect(readArchive(overTheWire, { kept })).rejects.toThrow('is none of version 1');
    },
  );
});
