/** What every StateStore must keep to: one suite, handed each implementation. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Clock,
  defaultMaxMembers,
  type Entry,
  type Member,
  type StateStore,
} from '../../shared/ports.ts';

/** Opens empty memory, and answers two ways into it, as two processes would have. */
export type OpenState = (now: Clock) => Promise<readonly [StateStore, StateStore]>;

const hour = 3600;
const start = Date.UTC(2026, 0, 2, 3, 4, 5);

const entry = (key: string, members: readonly Member[], maxMembers?: number): Entry => ({
  key,
  members,
  ttlSeconds: hour,
  maxMembers,
});

const member = (id: string, time = start): Member => ({ id, time });
const idsOf = (members: readonly Member[] | undefined): readonly string[] =>
  (members ?? []).map(({ id }) => id);

/** An increment that is not guarded loses counts as soon as two meet. */
const increment = (current: number | undefined): number => (current ?? 0) + 1;

const storedIn = async (state: StateStore, keys: readonly string[], maxMembers?: number) =>
  state.add(keys.map((key) => entry(key, [], maxMembers)));

export const keepsTheContract = (open: OpenState): void => {
  const opened = (): Promise<readonly [StateStore, StateStore]> => open(() => start);

  describe('a set', () => {
    it('answers what it holds, old and new, by time and then by id', async () => {
      const [state] = await opened();
      expect(await state.add([entry('k', [member('b', 2), member('c', 1)])])).toEqual([
        [member('c', 1), member('b', 2)],
      ]);
      expect(await state.add([entry('k', [member('a', 2)])])).toEqual([
        [member('c', 1), member('a', 2), member('b', 2)],
      ]);
    });

    it('is read by adding nothing, and is empty where nothing was added', async () => {
      const [state] = await opened();
      await state.add([entry('k', [member('a')])]);
      expect(await storedIn(state, ['k', 'unknown'])).toEqual([[member('a')], []]);
    });

    it('holds a member once, at the earliest time it was told with, and with the value of that time', async () => {
      const [state] = await opened();
      const early = { id: 'a', time: 1, value: { arn: 'early' } };
      await state.add([entry('k', [{ id: 'a', time: 2, value: { arn: 'late' } }, early])]);
      expect(await state.add([entry('k', [{ id: 'a', time: 3, value: 7 }])])).toEqual([[early]]);
    });

    it('keeps keys apart, and takes any text for a key or an id', async () => {
      const [state] = await opened();
      const odd = [
        '',
        ' ',
        '__proto__',
        'constructor',
        "'; DROP TABLE x; --",
        'é',
        'é',
        '💥',
        'a\nb',
        'A',
        'a',
      ];
      await state.add(odd.map((text) => entry(text, [member(text)])));
      expect((await storedIn(state, odd)).map(idsOf)).toEqual(odd.map((text) => [text]));
    });

    it('keeps the earliest members where there are more than it may hold', async () => {
      const [state] = await opened();
      await state.add([entry('k', [member('d', 4), member('b', 2), member('e', 4)], 3)]);
      expect(await state.add([entry('k', [member('c', 4), member('a', 1)], 3)])).toEqual([
        [member('a', 1), member('b', 2), member('c', 4)],
      ]);
    });

    it('is bounded where nobody says how far', async () => {
      const [state] = await opened();
      const many = Array.from({ length: defaultMaxMembers + 500 }, (_, at) => member(`m${at}`, at));
      const [kept] = await state.add([entry('k', many.toReversed())]);
      expect(kept).toEqual(many.slice(0, defaultMaxMembers));
    });

    it('takes ten thousand keys in one call', async () => {
      const [state, other] = await opened();
      const keys = Array.from({ length: 10_000 }, (_, at) => `key-${at}`);
      const answers = await state.add(keys.map((key) => entry(key, [member(key)])));
      expect(answers.map(idsOf)).toEqual(keys.map((key) => [key]));
      expect((await storedIn(other, keys)).map(idsOf)).toEqual(keys.map((key) => [key]));
    });

    it('loses nothing of what several add at once', async () => {
      const [left, right] = await opened();
      const ids = Array.from({ length: 200 }, (_, at) => `m${String(at).padStart(3, '0')}`);
      await Promise.all(ids.map((id, at) => (at % 2 ? left : right).add([entry('k', [member(id)])])));
      expect((await storedIn(left, ['k'])).map(idsOf)).toEqual([ids]);
    });

    it('does not change with the objects that it was given or has answered', async () => {
      const [state] = await opened();
      const value = { arn: 'as it was' };
      const answers = await state.add([entry('k', [{ id: 'a', time: 1, value }])]);
      value.arn = 'changed';
      const answered = answers[0]?.[0]?.value;
      // A store may answer what cannot be changed.
      if (!Object.isFrozen(answered)) Object.assign(answered ?? {}, { arn: 'changed' });
      expect(await storedIn(state, ['k'])).toEqual([[{ id: 'a', time: 1, value: { arn: 'as it was' } }]]);
    });
  });

  describe('a delivery', () => {
    it('leaves the same, however often and in whatever order its parts arrive', async () => {
      const members = fc.record({
        id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
        time: fc.integer({ min: 0, max: 4 }),
        value: fc.constantFrom(undefined, 1, 2, 'x'),
      });
      const parts = fc.array(
        fc.record({
          key: fc.constantFrom('k', 'l'),
          members: fc.array(members, { maxLength: 4 }),
          ttlSeconds: fc.constant(hour),
          maxMembers: fc.constant(3),
        }),
        { minLength: 1, maxLength: 6 },
      );
      const replays = parts.chain((entries) =>
        fc.tuple(
          fc.constant(entries),
          fc.array(fc.nat(entries.length - 1), { maxLength: 10 }),
          fc.shuffledSubarray(entries, { minLength: entries.length }),
        ),
      );
      const keys = ['k', 'l'];
      await fc.assert(
        fc.asyncProperty(replays, async ([entries, repeated, shuffled]) => {
          const [once] = await opened();
          const [often] = await opened();
          await once.add(entries);
          const replayed = repeated.flatMap((at) => entries[at] ?? []);
          for (const part of [...replayed, ...shuffled, ...replayed]) await often.add([part]);
          expect(await storedIn(often, keys, 3)).toEqual(await storedIn(once, keys, 3));
        }),
        { numRuns: 60 },
      );
    });
  });

  describe('expiry', () => {
    it('takes each member after its own time, counted from when it was last told', async () => {
      let now = start;
      const [state] = await open(() => now);
      const add = (id: string) => state.add([entry('k', [member(id, 1)])]);
      const idsAt = async (seconds: number) => {
        now = start + seconds * 1000;
        return (await storedIn(state, ['k'])).map(idsOf);
      };
      await add('a');
      await add('b');
      expect(await idsAt(hour - 1)).toEqual([['a', 'b']]);
      await add('b');
      expect(await idsAt(hour)).toEqual([['b']]);
      expect(await idsAt(2 * hour - 2)).toEqual([['b']]);
      expect(await idsAt(2 * hour - 1)).toEqual([[]]);
    });

    it('makes room in a set that is full', async () => {
      let now = start;
      const [state] = await open(() => now);
      await state.add([entry('k', [member('a', 1)], 1)]);
      now += hour * 1000;
      expect((await state.add([entry('k', [member('b', 2)], 1)])).map(idsOf)).toEqual([['b']]);
    });

    it('goes by the clock alone, so that logs of any age can be read', async () => {
      const [state] = await opened();
      const times = [0, -1, start - 400 * 24 * hour * 1000];
      const answers = await state.add(times.map((time) => entry(`t${time}`, [member('a', time)])));
      expect(answers.map(idsOf)).toEqual([['a'], ['a'], ['a']]);
    });

    it('takes a summary, and the next change begins anew', async () => {
      let now = start;
      const [state] = await open(() => now);
      await state.update('k', increment, hour);
      now += (hour - 1) * 1000;
      expect(await state.update('k', increment, hour)).toBe(2);
      now += hour * 1000;
      expect(await state.update('k', increment, hour)).toBe(1);
    });
  });

  describe('a summary', () => {
    it('is what the last change made of it', async () => {
      const [state, other] = await opened();
      const push = (text: string) => (current: readonly string[] | undefined) => [...(current ?? []), text];
      expect(await state.update('k', push('a'), hour)).toEqual(['a']);
      expect(await other.update('k', push('b'), hour)).toEqual(['a', 'b']);
    });

    it('is not the set of the same name', async () => {
      const [state] = await opened();
      await state.add([entry('k', [member('a')])]);
      expect(await state.update('k', increment, hour)).toBe(1);
      expect(await storedIn(state, ['k'])).toEqual([[member('a')]]);
    });

    it('loses nothing of what several change at once', async () => {
      const [left, right] = await opened();
      await Promise.all(
        Array.from({ length: 100 }, (_, at) => (at % 2 ? left : right).update('k', increment, hour)),
      );
      expect(await left.update('k', increment, hour)).toBe(101);
    });

    it.each([0, 1])(
      'is changed again where another writer came between, %i changes before',
      async (before) => {
        const [state, other] = await opened();
        for (let done = 0; done < before; done++) await state.update('k', increment, hour);
        const seen: unknown[] = [];
        let rival: Promise<number> | undefined;
        const result = await state.update<number>(
          'k',
          (current) => {
            seen.push(current);
            rival ??= other.update('k', increment, hour);
            return increment(current);
          },
          hour,
        );
        expect([await rival, result].toSorted()).toEqual([before + 1, before + 2]);
        expect(seen[0]).toBe(before || undefined);
        expect(await state.update('k', increment, hour)).toBe(before + 3);
      },
    );

    it('stays as it was where its change throws, and the store goes on', async () => {
      const [state] = await opened();
      await state.update('k', increment, hour);
      const fault = new Error('no');
      const change = (): number => {
        throw fault;
      };
      await expect(state.update('k', change, hour)).rejects.toBe(fault);
      expect(await state.update('k', increment, hour)).toBe(2);
    });

    it('does not change with the object that was answered', async () => {
      const [state] = await opened();
      const same = (current: { list: number[] } | undefined) => current ?? { list: [1] };
      (await state.update('k', same, hour)).list.push(2);
      expect(await state.update('k', same, hour)).toEqual({ list: [1] });
    });
  });
};
