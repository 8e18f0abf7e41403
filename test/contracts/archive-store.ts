/** What every ArchiveStore must keep to: one suite, handed each implementation. */
import { describe, expect, it } from 'vitest';
import { KlaxonError } from '../../shared/errors.ts';
import type { ArchiveObject, ArchiveStore } from '../../shared/ports.ts';

/** Opens an empty archive, and answers two ways into it, as two processes would have. */
export type OpenArchive = () => Promise<readonly [ArchiveStore, ArchiveStore]>;

const object = (name: string, text = name): ArchiveObject => ({
  name,
  contentType: 'application/x-ndjson',
  bytes: Buffer.from(text),
});

const textIn = async (store: ArchiveStore, name: string): Promise<string | undefined> => {
  const bytes = await store.get(name);
  return bytes && Buffer.from(bytes).toString();
};

const collected = async <T>(items: AsyncIterable<T>): Promise<readonly T[]> => {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
};

const namesIn = async (store: ArchiveStore, prefix: string): Promise<readonly string[]> =>
  (await collected(store.list(prefix))).map(({ name }) => name);

const longName = `${'a'.repeat(255)}/${'b'.repeat(255)}/${'c'.repeat(255)}/${'d'.repeat(200)}`;

const legalNames = [
  'a',
  'A/b-c_d=e%2Ff~g.h',
  'audit/cloud=aws/account=111122223333/region=eu-west-1/cluster=x%2F..%2Fy/date=2026-01-02/hour=03/o.ndjson.gz',
  '-/_/=/%/~',
  '0/1.2.3',
  longName,
];

const illegalNames = ['', '/', '/a', 'a/', 'a//b', '.', '..', 'a/../b', '../a', '.a', 'a/.b', 'a.', 'a./b'];
const moreIllegalNames = [
  'a b',
  'a\\b',
  'a\0b',
  'a\nb',
  'é',
  'a:b',
  'a*b',
  'a'.repeat(256),
  `${longName}/${longName}`,
];

export const keepsTheArchiveContract = (open: OpenArchive): void => {
  describe('an object', () => {
    it('is written once and read as it was written, by whoever asks', async () => {
      const [store, other] = await open();
      expect(await store.put(object('a/b', 'text'))).toBe(true);
      expect(await textIn(other, 'a/b')).toBe('text');
    });

    it('is absent until it is written', async () => {
      const [store] = await open();
      await store.put(object('a/b'));
      expect(await Promise.all(['a', 'a/b/c', 'a/c', 'b'].map((name) => store.get(name)))).toEqual(
        Array(4).fill(undefined),
      );
    });

    it('is one object and no error where it is written again', async () => {
      const [store, other] = await open();
      await store.put(object('a'));
      expect([await store.put(object('a')), await other.put(object('a'))]).toEqual([false, false]);
      expect(await namesIn(store, '')).toEqual(['a']);
    });

    it('refuses another content under its name', async () => {
      const [store, other] = await open();
      await store.put(object('a', 'first'));
      expect(await other.put(object('a', 'second, and longer'))).toBe(false);
      expect(await textIn(store, 'a')).toBe('first');
    });

    it('may be of any bytes, of none, and of many', async () => {
      const [store] = await open();
      const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
      const many = Buffer.alloc(3_000_000, all);
      await store.put({ ...object('all'), bytes: all });
      await store.put({ ...object('none'), bytes: Buffer.alloc(0) });
      await store.put({ ...object('many'), bytes: many });
      expect([...((await store.get('all')) ?? [])]).toEqual([...all]);
      expect(await store.get('none')).toHaveLength(0);
      expect(Buffer.compare((await store.get('many')) ?? all, many)).toBe(0);
    });

    it('does not change with the bytes that it was given or has answered', async () => {
      const [store] = await open();
      const bytes = Buffer.from('text');
      await store.put({ ...object('a'), bytes });
      bytes.fill(0);
      (await store.get('a'))?.fill(0);
      expect(await textIn(store, 'a')).toBe('text');
    });

    it('is of one of those who race for its name, and whole', async () => {
      const [left, right] = await open();
      const texts = Array.from({ length: 20 }, (_, at) => String.fromCharCode(97 + at).repeat(100_000));
      const wrote = await Promise.all(
        texts.map((text, at) => (at % 2 ? left : right).put(object('a/b', text))),
      );
      expect(wrote.filter(Boolean)).toHaveLength(1);
      expect(await textIn(left, 'a/b')).toBe(texts[wrote.indexOf(true)]);
      expect(await collected(left.list(''))).toEqual([{ name: 'a/b', bytes: 100_000 }]);
    });
  });

  describe('a name', () => {
    it('may be of every legal character and length', async () => {
      const [store] = await open();
      for (const name of legalNames) expect(await store.put(object(name))).toBe(true);
      for (const name of legalNames) expect(await textIn(store, name)).toBe(name);
      expect(await namesIn(store, '')).toEqual(legalNames.toSorted());
    });

    it.each([...illegalNames, ...moreIllegalNames])('is refused where it is none: %j', async (name) => {
      const [store] = await open();
      const fault = await store.put(object(name, 'text')).catch((thrown: unknown) => thrown);
      expect(fault).toBeInstanceOf(KlaxonError);
      expect(fault).toMatchObject({ code: 'archive', retryable: false });
      expect(await namesIn(store, '')).toEqual([]);
    });
  });

  describe('a list', () => {
    it('is of what lies below a prefix, in the order of the bytes of its names', async () => {
      const [store] = await open();
      // A folder sorts by its slash: `-` and `.` come before it, digits and letters after.
      const names = ['a-b/x', 'a.b/x', 'a/B', 'a/b-c', 'a/b/c', 'a0/x', 'ab'];
      for (const name of names.toReversed()) await store.put(object(name));
      expect(await namesIn(store, '')).toEqual(names);
      expect(await namesIn(store, 'a/')).toEqual(['a/B', 'a/b-c', 'a/b/c']);
      expect(await namesIn(store, 'none/')).toEqual([]);
    });

    it('says how many bytes are stored', async () => {
      const [store] = await open();
      await store.put(object('a', 'é'));
      expect(await collected(store.list(''))).toEqual([{ name: 'a', bytes: 2 }]);
    });

    it('goes on page after page', async () => {
      const [store] = await open();
      const names = Array.from({ length: 1100 }, (_, at) => `m/${String(at).padStart(4, '0')}`);
      for (let at = 0; at < names.length; at += 50)
        await Promise.all(names.slice(at, at + 50).map((name) => store.put(object(name, ''))));
      expect(await namesIn(store, 'm/')).toEqual(names);
    });

    it('may be left before its end', async () => {
      const [store] = await open();
      await store.put(object('a'));
      await store.put(object('b'));
      const seen: string[] = [];
      for await (const { name } of store.list('')) {
        seen.push(name);
        break;
      }
      expect(seen).toEqual(['a']);
    });
  });

  describe('the folders of a prefix', () => {
    it('are one part longer, in order, and each is told once', async () => {
      const [store] = await open();
      for (const name of ['b/1/x', 'a/2/x', 'a/2/y', 'a/1/x/y', 'a/z', 'c']) await store.put(object(name));
      expect(await collected(store.folders(''))).toEqual(['a/', 'b/']);
      expect(await collected(store.folders('a/'))).toEqual(['a/1/', 'a/2/']);
      expect(await collected(store.folders('a/1/x/'))).toEqual([]);
      expect(await collected(store.folders('none/'))).toEqual([]);
    });
  });
};
