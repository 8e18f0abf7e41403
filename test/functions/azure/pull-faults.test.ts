/** The partitions of an event hub where connections, links and runs break: what is given then, and what is said. */
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Mark } from '../../../shared/pull/forward.ts';
import {
  type FakeEventHubs,
  type HubFault,
  notFound,
  type Operation,
  openEventHubs,
} from '../../stand-ins/event-hubs.ts';
import { hubName, idOf, messageOf, read } from './hub.ts';

let hubs: FakeEventHubs;
beforeAll(async () => {
  hubs = await openEventHubs({});
});
afterAll(() => hubs.close());
beforeEach(() => {
  hubs.breaksAt(() => undefined);
  hubs.add('klaxon', 2);
});

const fill = (count: number, from = 0): readonly string[] =>
  Array.from({ length: count }, (_, at) => {
    hubs.partition('klaxon', (from + at) % 2).append(messageOf(`e${from + at}`));
    return `e${from + at}`;
  });

const fromEarliest = { from: 'earliest', follow: false } as const;

const detached: HubFault = {
  condition: 'amqp:link:detach-forced',
  description: 'The link was ended by the service.',
};
const busy: HubFault = { condition: 'com.microsoft:server-busy', description: 'The service is busy.' };
const breaks = ['disconnects', 'falls silent', detached, busy] as const;

describe('a pull whose connection breaks', () => {
  it.each(breaks)('gives everything once where it %s, wherever that is', async (fault) => {
    const ids = fill(12);
    for (const place of [0, 1, 3, 7, 13]) {
      let broken = 0;
      hubs.breaksAt((_, operation) => {
        const isPlace = operation === 'receive' || operation === 'message';
        return isPlace && broken++ === place ? fault : undefined;
      });
      const { lines, faults } = await read({ hubs, range: fromEarliest, silenceMs: 15 });
      expect(lines.map(idOf).toSorted()).toEqual(ids.toSorted());
      expect(faults).toEqual([]);
    }
  });

  it('waits, and says why, where it is broken', async () => {
    fill(4);
    let broken = 0;
    hubs.breaksAt((_, operation) => (operation === 'receive' && broken++ < 3 ? busy : undefined));
    const { waits } = await read({ hubs, range: fromEarliest });
    expect(waits).toHaveLength(3);
    expect(waits[0]).toContain(
      'event hub klaxon with consumer group $Default in localhost cannot be read: ServerBusyError: The service is busy.',
    );
  });

  it('gives up a partition in the end, and that alone', async () => {
    const ids = fill(8);
    hubs.breaksAt((_, operation, address) =>
      operation === 'receive' && address.endsWith('/0') ? busy : undefined,
    );
    const { lines, faults, waits } = await read({ hubs, range: fromEarliest });
    expect(faults).toMatchObject([{ code: 'source', retryable: true }]);
    expect(waits).toHaveLength(11);
    expect(lines.map(idOf)).toEqual(ids.filter((_, at) => at % 2 === 1));
  });
});

describe('a pull that is killed at any step, over connections that break', () => {
  const scenario = fc.record({
    batches: fc.array(fc.integer({ min: 0, max: 14 }), { minLength: 1, maxLength: 3 }),
    faults: fc.array(fc.record({ at: fc.integer({ min: 0, max: 40 }), fault: fc.constantFrom(...breaks) }), {
      maxLength: 4,
    }),
    deaths: fc.array(fc.record({ after: fc.integer({ min: 1, max: 12 }), isMarked: fc.boolean() }), {
      maxLength: 4,
    }),
  });

  it('gives every event, and twice only where it died between the giving and the mark', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async ({ batches, faults, deaths }) => {
        hubs.add('klaxon', 2);
        const broken = new Map(faults.map(({ at, fault }) => [at, fault]));
        let place = 0;
        hubs.breaksAt((_, operation: Operation) => {
          if (operation !== 'receive' && operation !== 'message') return undefined;
          return broken.get(place++);
        });
        const kept = new Map<string, Mark>();
        const given: string[] = [];
        const excused = new Set<string>();
        const dying = [...deaths];
        let all: readonly string[] = [];
        for (const count of batches) {
          all = [...all, ...fill(count, all.length)];
          for (let isDone = false; !isDone; ) {
            const death = dying.shift();
            let portions = 0;
            let isDead = false;
            const marks = new Map(kept);
            const ended = await read({
              hubs,
              range: fromEarliest,
              kept,
              silenceMs: 15,
              deliver: async ({ lines, mark }) => {
                // Whatever runs beside what was killed gives and marks nothing more.
                if (isDead) throw new Error('killed');
                given.push(...lines.map(idOf));
                portions++;
                if (portions !== death?.after) return;
                isDead = true;
                marks.clear();
                for (const [log, own] of kept) marks.set(log, own);
                if (death.isMarked) markAfter(marks, mark, lines[0] ?? '');
                for (const id of given) if (!isMarked(marks, id)) excused.add(id);
                throw new Error('killed');
              },
            }).then(
              ({ faults: told }) => (told.length === 0 ? 'done' : String(told[0]?.message)),
              (thrown: Error) => thrown.message,
            );
            expect(['done', 'killed']).toContain(ended);
            isDone = ended === 'done';
            if (isDead) {
              kept.clear();
              for (const [log, own] of marks) kept.set(log, own);
            }
          }
        }
        expect([...new Set(given)].toSorted()).toEqual([...all].toSorted());
        const twice = given.filter((id, at) => given.indexOf(id) !== at);
        expect(twice.filter((id) => !excused.has(id))).toEqual([]);
      }),
      { numRuns: 20 },
    );
  });
});

/** Events go to the two partitions in turn. */
const placeOf = (id: string): { readonly log: string; readonly sequenceNumber: number } => {
  const number = Number(id.slice(1));
  return { log: `aks/localhost/klaxon/${number % 2}`, sequenceNumber: Math.floor(number / 2) };
};

const markAfter = (marks: Map<string, Mark>, mark: Mark, line: string): void => {
  marks.set(placeOf(idOf(line)).log, mark);
};

const isMarked = (marks: ReadonlyMap<string, Mark>, id: string): boolean => {
  const { log, sequenceNumber } = placeOf(id);
  return Number(marks.get(log)?.['sequenceNumber'] ?? -1) >= sequenceNumber;
};

describe('what a person is told', () => {
  it('is that there is no such hub', async () => {
    await expect(
      read({ hubs, range: fromEarliest, name: { ...hubName, hub: 'klaxxon' } }),
    ).rejects.toMatchObject({
      code: 'source',
      retryable: false,
      message: expect.stringContaining(
        'event hub klaxxon with consumer group $Default in localhost is not there',
      ),
    });
  });

  it('is that there is no such consumer group', async () => {
    fill(2);
    const { faults } = await read({ hubs, range: fromEarliest, name: { ...hubName, consumerGroup: 'gone' } });
    expect(faults.map(({ message }) => message)).toEqual(
      Array.from({ length: 2 }, () =>
        expect.stringMatching(/consumer group gone in localhost is not there: is the name right\?/),
      ),
    );
  });

  it.each([
    [
      {
        condition: 'amqp:unauthorized-access',
        description: "Unauthorized access. 'Listen' claim(s) are required.",
      },
      /may not be read: the role Azure Event Hubs Data Receiver is needed[\s\S]*az role assignment create/,
    ],
    [
      { condition: 'amqp:link:stolen', description: 'New receiver with higher epoch of 0 is created.' },
      /is read by others with the same consumer group: make one for this[\s\S]*--consumer-group/,
    ],
    [
      {
        condition: 'amqp:resource-limit-exceeded',
        description: 'Exceeded the maximum number of allowed receivers.',
      },
      /is read by others with the same consumer group/,
    ],
    [notFound('sb://localhost/klaxon'), /is not there/],
  ])('after %j is what to do', async (fault, words) => {
    fill(2);
    hubs.breaksAt((_, operation) => (operation === 'receive' ? fault : undefined));
    const { faults, waits } = await read({ hubs, range: fromEarliest });
    expect(faults.map(({ message }) => message)).toEqual([
      expect.stringMatching(words),
      expect.stringMatching(words),
    ]);
    expect(waits).toEqual([]);
  });

  it('is at once that a hub cannot be reached', async () => {
    hubs.breaksAt((place) => (place < 40 ? 'disconnects' : undefined));
    await expect(read({ hubs, range: fromEarliest })).rejects.toMatchObject({
      message: expect.stringContaining(
        'event hub klaxon with consumer group $Default in localhost cannot be read',
      ),
    });
  });
});
