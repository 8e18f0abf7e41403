/** What every ArchiveStore over a network must come through: each fault at each call. */
import { expect, it } from 'vitest';
import { KlaxonError } from '../../shared/errors.ts';
import type { ArchiveObject, ArchiveStore } from '../../shared/ports.ts';
import { faults, type Wire } from '../stand-ins/wire.ts';

export interface FaultyArchive {
  /** Opens an empty archive, spoken to over the wire by a client that tries so often and waits so long. */
  readonly open: (over: {
    readonly maxAttempts?: number;
    readonly silenceMs?: number;
  }) => Promise<ArchiveStore> | ArchiveStore;
  readonly wire: () => Wire;
}

export const object = (name: string, text = name): ArchiveObject => ({
  name,
  contentType: 'application/gzip',
  bytes: Buffer.from(text),
});

export const namesIn = async (items: AsyncIterable<string | { readonly name: string }>) => {
  const names: string[] = [];
  for await (const item of items) names.push(typeof item === 'string' ? item : item.name);
  return names;
};

/** By name, one of each kind. */
export const calls: readonly (readonly [string, (store: ArchiveStore) => Promise<unknown>])[] = [
  ['put', (store) => store.put(object('new'))],
  ['get', (store) => store.get('old')],
  ['list', (store) => namesIn(store.list(''))],
  ['folders', (store) => namesIn(store.folders(''))],
];
const cases = faults.flatMap((fault) => calls.map(([name, call]) => [fault, name, call] as const));

const textIn = async (store: ArchiveStore, name: string): Promise<string> =>
  Buffer.from((await store.get(name)) ?? []).toString();

export const comesThroughFaults = ({ open, wire }: FaultyArchive): void => {
  it.each(cases)('(it %s) fails %s, which may be repeated', async (fault, _, call) => {
    const store = await open({ silenceMs: fault === 'hangs' ? 300 : 10_000 });
    wire().breaksAt(() => undefined);
    await store.put(object('old'));
    wire().breaksAt((place) => (place === 0 ? fault : undefined));
    const thrown = await call(store).catch((reason: unknown) => reason);
    expect(thrown).toBeInstanceOf(KlaxonError);
    expect(thrown).toMatchObject({ code: 'archive', retryable: true });
    await call(store);
    await store.put(object('new', 'another'));
    expect(await textIn(store, 'new')).toMatch(/^(new|another)$/);
    expect(await namesIn(store.list(''))).toEqual(['new', 'old']);
  });

  it.each(faults)('is noticed by nobody where it goes well the second time: it %s', async (fault) => {
    const store = await open({ maxAttempts: 2, silenceMs: fault === 'hangs' ? 300 : 10_000 });
    wire().breaksAt((place) => (place % 2 === 0 ? fault : undefined));
    // Where the answer was lost it finds the name taken, by itself.
    expect(await store.put(object('a'))).toBe(fault !== 'loses');
    expect(await textIn(store, 'a')).toBe('a');
    expect(await namesIn(store.list(''))).toEqual(['a']);
  });

  it('may be one whose answer ends halfway', async () => {
    const store = await open({ silenceMs: 300 });
    wire().breaksAt(() => undefined);
    await store.put(object('a', 'x'.repeat(1_000_000)));
    wire().breaksAt(() => 'stalls');
    await expect(store.get('a')).rejects.toMatchObject({ code: 'archive', retryable: true });
    await expect(namesIn(store.list(''))).rejects.toMatchObject({ code: 'archive', retryable: true });
  });
};
