/** Logs that are read forward: every line comes, and none twice without a reason, wherever a run breaks or dies. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KlaxonError } from '../../shared/errors.ts';
import { noCheckpoints } from '../../shared/pull/checkpoint.ts';
import {
  type ForwardLog,
  type ForwardOptions,
  type Mark,
  marks,
  pullForward,
} from '../../shared/pull/forward.ts';

/** Lines of a log, in portions of the sizes given; `before` each something may go wrong. */
const logOf = (
  name: string,
  lines: readonly string[],
  { sizes = [2], before = () => undefined }: { sizes?: readonly number[]; before?: () => void } = {},
): ForwardLog => ({
  name,
  portions: async function* (mark) {
    let at = Number(mark?.['at'] ?? 0);
    for (let turn = 0; at < lines.length; turn++) {
      before();
      const end = Math.min(lines.length, at + (sizes[turn % sizes.length] ?? 1));
      const portion = lines.slice(at, end);
      at = end;
      yield { lines: portion, events: portion.length, time: 0, mark: { at } };
    }
  },
});

const linesOf = (count: number): readonly string[] => Array.from({ length: count }, (_, at) => `line ${at}`);

const options = (logs: readonly ForwardLog[], more: Partial<ForwardOptions>): ForwardOptions => ({
  logs,
  checkpoints: noCheckpoints,
  deliver: async () => undefined,
  pause: async () => undefined,
  signal: new AbortController().signal,
  onMissing: () => undefined,
  onFault: (_, fault) => {
    throw fault;
  },
  ...more,
});

const busy = (): KlaxonError => new KlaxonError('source', 'busy', { retryable: true });

describe('logs that are read forward', () => {
  it('give every line, and twice only where a run died between the giving and the mark', async () => {
    const scenario = fc.record({
      counts: fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 3 }),
      sizes: fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 4 }),
      breaks: fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 10 }),
      deaths: fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 8 }),
    });
    await fc.assert(
      fc.asyncProperty(scenario, async ({ counts, sizes, breaks, deaths }) => {
        const kept = new Map<string, Mark>();
        const given: string[] = [];
        const unmarked = new Map<string, readonly string[]>();
        const excused = new Set<string>();
        const dying = [...deaths];
        let opened = 0;
        let steps = dying.shift() ?? Number.POSITIVE_INFINITY;
        let isDead = false;
        const live = (): void => {
          if (isDead || --steps <= 0) {
            isDead = true;
            throw new Error('killed');
          }
        };
        const logs = counts.map((count, log) =>
          logOf(
            `${log}`,
            linesOf(count).map((line) => `${log} ${line}`),
            {
              sizes,
              before: () => {
                live();
                if (breaks.includes(opened++)) throw busy();
              },
            },
          ),
        );
        const run = (): Promise<void> =>
          pullForward(
            options(logs, {
              checkpoints: {
                read: async (name) => kept.get(name),
                write: async (name, mark) => {
                  live();
                  kept.set(name, mark);
                  unmarked.delete(name);
                  live();
                },
              },
              deliver: async (name, { lines }) => {
                live();
                given.push(...lines);
                unmarked.set(name, lines);
                live();
              },
            }),
          );
        for (;;) {
          const ended = await run().then(
            () => 'done',
            (thrown: Error) => thrown.message,
          );
          if (ended === 'done') break;
          expect(ended).toBe('killed');
          // Whatever ran beside it dies with it.
          await new Promise((resolve) => setImmediate(resolve));
          for (const lines of unmarked.values()) for (const line of lines) excused.add(line);
          unmarked.clear();
          isDead = false;
          steps = dying.shift() ?? Number.POSITIVE_INFINITY;
        }
        const all = counts.flatMap((count, log) => linesOf(count).map((line) => `${log} ${line}`));
        expect([...new Set(given)].toSorted()).toEqual(all.toSorted());
        const twice = given.filter((line, at) => given.indexOf(line) !== at);
        expect(twice.filter((line) => !excused.has(line))).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  it('are asked again for some four minutes, and from the start of that time wherever something came', async () => {
    const waits: number[] = [];
    let asked = 0;
    const log = logOf('busy', linesOf(4), {
      before: () => {
        asked++;
        if (asked % 6 !== 0) throw busy();
      },
    });
    await pullForward(options([log], { onWait: (_, __, milliseconds) => waits.push(milliseconds) }));
    expect(waits).toEqual([1, 2, 4, 8, 16, 1, 2, 4, 8, 16].map((seconds) => seconds * 1000));
  });

  it('are left out where they cannot be read, and the others are read on', async () => {
    const broken = logOf('broken', linesOf(4), {
      before: () => {
        throw busy();
      },
    });
    const refused = logOf('refused', linesOf(4), {
      before: () => {
        throw new KlaxonError('source', 'no');
      },
    });
    const given: string[] = [];
    const faults: string[] = [];
    const waits: number[] = [];
    await pullForward(
      options([broken, refused, logOf('whole', linesOf(4))], {
        deliver: async (_, { lines }) => {
          given.push(...lines);
        },
        onFault: (name, { message }) => faults.push(`${name}: ${message}`),
        onWait: (_, __, milliseconds) => waits.push(milliseconds),
      }),
    );
    expect(given).toEqual(linesOf(4));
    expect(faults.toSorted()).toEqual(['broken: busy', 'refused: no']);
    expect(waits.reduce((sum, wait) => sum + wait, 0)).toBe(211_000);
  });

  it('keep a mark where nothing is given, and tell what is missing', async () => {
    const written: Mark[] = [];
    const missing: string[] = [];
    const given: string[] = [];
    const log: ForwardLog = {
      name: 'a',
      portions: async function* () {
        yield { lines: [], events: 0, time: 0, mark: { at: 1 } };
        yield { lines: ['b'], events: 1, time: 0, mark: { at: 9 }, missing: '7 are gone' };
      },
    };
    await pullForward(
      options([log], {
        checkpoints: {
          read: async () => undefined,
          write: async (_, mark) => {
            written.push(mark);
          },
        },
        deliver: async (_, { lines }) => {
          given.push(...lines);
        },
        onMissing: (name, text) => missing.push(`${name}: ${text}`),
      }),
    );
    expect({ written, missing, given }).toEqual({
      written: [{ at: 1 }, { at: 9 }],
      missing: ['a: 7 are gone'],
      given: ['b'],
    });
  });

  it('end quietly when the signal aborts, whatever they then throw', async () => {
    const stop = new AbortController();
    const given: string[] = [];
    const log = logOf('a', linesOf(4), {
      before: () => {
        if (stop.signal.aborted) throw new Error('aborted');
      },
    });
    await pullForward(
      options([log], {
        signal: stop.signal,
        deliver: async (_, { lines }) => {
          given.push(...lines);
          stop.abort();
        },
      }),
    );
    expect(given).toEqual(linesOf(2));
  });

  it.each(['delivery', 'mark'])(
    'end with what a %s throws, though it be of a kind that is tried again',
    async (what) => {
      const fail = async (): Promise<void> => {
        throw busy();
      };
      const more =
        what === 'mark' ? { checkpoints: { read: async () => undefined, write: fail } } : { deliver: fail };
      await expect(pullForward(options([logOf('a', linesOf(4))], more))).rejects.toThrow('busy');
    },
  );

  it('go on from nothing that is no mark', () => {
    expect(marks.read({ at: 1 }, 'a file')).toEqual({ at: 1 });
    for (const kept of [undefined, [], 'x', 1])
      expect(() => marks.read(kept, 'a file')).toThrow('a file holds no checkpoint');
  });
});
