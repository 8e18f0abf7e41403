/** An archive of diagnostic settings whose requests fail, and runs that are killed: what is given then, and what is said. */
import type { ContainerClient } from '@azure/storage-blob';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Mark } from '../../../shared/pull/forward.ts';
import { type Azurite, blobFault, openAzurite, wireToBlobs } from '../../stand-ins/azurite.ts';
import type { Wire } from '../../stand-ins/wire.ts';
import { append, hour, line, nameOf, readArchive, start } from './hours.ts';
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

describe('an archive that breaks', () => {
  it.each(['throttles', 'fails', 'closes', 'loses', 'hangs'] as const)(
    'gives everything once where it %s at any request',
    async (fault) => {
      for (const at of [0, 1])
        await append(container, nameOf(at), ['a', 'b', 'c'].map((id) => line(`${id}${at}`)).join(''));
      await readArchive(overTheWire, { limits: { chunkBytes: 64, maxLineBytes: 1000 } });
      const requests = wire.asked().length;
      expect(requests).toBeGreaterThan(10);
      for (let broken = 0; broken < requests; broken++) {
        wire.breaksAt((place) => (place === broken ? fault : undefined));
        const { ids, waits } = await readArchive(overTheWire, {
          limits: { chunkBytes: 64, maxLineBytes: 1000 },
          timeoutMs: 150,
        });
        expect(ids).toEqual(['a0', 'b0', 'c0', 'a1', 'b1', 'c1']);
        expect(waits.length).toBeGreaterThanOrEqual(1);
      }
    },
  );

  it.each([
    [403, 'AuthorizationPermissionMismatch', /may not be read: the role Storage Blob Data Reader is needed/],
    [404, 'ContainerNotFound', /is not there: is the name right\?/],
  ])('says after %i %s what to do', async (status, code, words) => {
    wire.breaksAt(() => blobFault(status, code));
    const { faults, waits } = await readArchive(overTheWire);
    expect(faults).toMatchObject([{ code: 'source', message: expect.stringMatching(words) }]);
    expect(waits).toEqual([]);
  });

  it('and grows, and is killed at any step, gives every line, and twice only what was not marked', async () => {
    const scenario = fc.record({
      rounds: fc.array(
        fc.array(fc.record({ at: fc.integer({ min: 0, max: 2 }), cut: fc.integer({ min: 0, max: 30 }) }), {
          maxLength: 5,
        }),
        { minLength: 1, maxLength: 3 },
      ),
      chunkBytes: fc.integer({ min: 20, max: 200 }),
      deaths: fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(scenario, async ({ rounds, chunkBytes, deaths }) => {
        ({ container } = await openedContainer(azurite, wire));
        overTheWire = container;
        const kept = new Map<string, Mark>();
        const given: string[] = [];
        const excused = new Set<string>();
        const rests = new Map<string, string>();
        const dying = [...deaths];
        let count = 0;
        const readOn = async (): Promise<void> => {
          for (let isDone = false; !isDone; ) {
            const death = dying.shift();
            let portions = 0;
            isDone = await readArchive(overTheWire, {
              kept,
              now: () => start + 2.5 * hour,
              limits: { chunkBytes, maxLineBytes: 10_000 },
              deliver: async ({ lines }) => {
                const ids = lines
                  .flatMap((text) => text.split('\n'))
                  .map((text) => JSON.parse(text).id as string);
                given.push(...ids);
                if (++portions !== death) return;
                for (const id of ids) excused.add(id);
                throw new Error('killed');
              },
            }).then(
              () => true,
              ({ message }: Error) => {
                expect(message).toBe('killed');
                return false;
              },
            );
          }
        };
        for (const round of rounds) {
          for (const { at, cut } of round) {
            const text = `${rests.get(nameOf(at)) ?? ''}${line(`e${count++}`)}`;
            const end = Math.max(1, text.length - cut);
            await append(container, nameOf(at), text.slice(0, end));
            rests.set(nameOf(at), text.slice(end));
          }
          await readOn();
        }
        for (const [name, rest] of rests) if (rest !== '') await append(container, name, rest);
        await readOn();
        expect([...new Set(given)].toSorted()).toEqual(
          Array.from({ length: count }, (_, at) => `e${at}`).toSorted(),
        );
        const twice = given.filter((id, at) => given.indexOf(id) !== at);
        expect(twice.filter((id) => !excused.has(id))).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });
});
