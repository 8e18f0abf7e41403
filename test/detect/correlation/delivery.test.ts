/** Deliveries come late, twice, in any order, and processes die between any two steps. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Alert } from '../../../shared/alert/alert.ts';
import { claim, unclaimed } from '../../../shared/alert/claim.ts';
import { alertGroups } from '../../../shared/alert/suppress.ts';
import { createCorrelator } from '../../../shared/detect/correlation/correlator.ts';
import type { Incident } from '../../../shared/detect/correlation/incident.ts';
import { createDetector } from '../../../shared/detect/detect.ts';
import type { Rule } from '../../../shared/detect/rule.ts';
import type { StateStore } from '../../../shared/ports.ts';
import type { AuditEvent } from '../../../shared/schema/audit-event.ts';
import { memoryState } from '../../../shared/state/memory-state.ts';
import { loadedSet } from '../sigma/loading.ts';
import { at, correlated, replayed, start } from './replay.ts';

/** Windows of suppression that the windows of the correlation fit into. */
const klaxon = 'klaxon: { suppress: { for: 20s } }';

const kinds: Readonly<Record<string, readonly Rule[]>> = {
  event_count: correlated(
    '{ type: event_count, rules: [a, b], group-by: [g], timespan: 10s, condition: { gte: 4 } }',
    klaxon,
  ),
  value_count: correlated(
    '{ type: value_count, rules: [a, b], group-by: [g], timespan: 10s, condition: { field: v, gte: 3 } }',
    klaxon,
  ),
  temporal: correlated('{ type: temporal, rules: [a, b, c], group-by: [g], timespan: 10s }', klaxon),
  temporal_ordered: correlated(
    '{ type: temporal_ordered, rules: [a, b, c], group-by: [g], timespan: 10s }',
    klaxon,
  ),
};

const timeline = fc.array(
  fc.record({
    second: fc.integer({ min: 0, max: 60 }),
    f: fc.constantFrom('a', 'b', 'c'),
    g: fc.constantFrom('p', 'q'),
    v: fc.constantFrom('1', '2', '3', '4'),
  }),
  { minLength: 5, maxLength: 40 },
);

const identities = (incidents: readonly Incident[]): readonly string[] =>
  [...new Set(incidents.map(({ rule, identity }) => `${rule.id} ${identity.join(' ')}`))].toSorted();

/** Some of the events, each to a delivery by chance; deliveries in any order, some of them again. */
const dealt = (
  events: readonly AuditEvent[],
  choices: readonly number[],
): readonly (readonly AuditEvent[])[] => {
  const deliveries: AuditEvent[][] = [[], [], [], []];
  for (const [place, event] of events.entries()) deliveries[(choices[place] ?? 0) % 4]?.push(event);
  const turn = (choices.at(-1) ?? 0) % 4;
  const turned = [...deliveries.slice(turn), ...deliveries.slice(0, turn)];
  return [...turned, ...turned.slice(0, 2)];
};

describe('a correlation', () => {
  for (const [type, rules] of Object.entries(kinds)) {
    it(`of type ${type} gives the same alerts, however its events are dealt to deliveries`, async () => {
      await fc.assert(
        fc.asyncProperty(
          timeline,
          fc.array(fc.nat(), { minLength: 41, maxLength: 41 }),
          async (rows, choices) => {
            const events = rows.map(({ second, ...record }) => at(second, record));
            const whole = await replayed(rules, [events], { suppress: true });
            const parts = await replayed(rules, dealt(events, choices), { suppress: true });
            expect(identities(parts)).toEqual(identities(whole));
          },
        ),
        { numRuns: 150 },
      );
    });
  }

  it('touches each key once a delivery, whatever its size', async () => {
    const memory = memoryState(() => start);
    const calls: (readonly string[])[] = [];
    const state: StateStore = {
      ...memory,
      add: (entries) => {
        calls.push(entries.map(({ key }) => key));
        return memory.add(entries);
      },
    };
    const events = Array.from({ length: 10_000 }, (_, n) =>
      at(n / 1000, { f: 'a', g: String(n % 100), v: String(n) }),
    );
    await replayed(kinds.value_count ?? [], [events], { state });
    expect(calls).toHaveLength(1);
    expect(new Set(calls[0]).size).toBe(calls[0]?.length);
    expect(calls[0]?.length).toBe(300);
  });
});

/** Dies at the n-th call of a step that reaches outside: before it is carried out, or just after. */
class Fate {
  #left: number;
  readonly #after: boolean;
  steps = 0;

  constructor(left: number, after: boolean) {
    this.#left = left;
    this.#after = after;
  }

  async step<T>(work: () => Promise<T>): Promise<T> {
    this.steps++;
    const dies = this.#left-- === 0;
    if (dies && !this.#after) throw new Error('died before');
    const result = await work();
    if (dies) throw new Error('died after');
    return result;
  }
}

describe('a process that dies between any two steps', () => {
  const rules = loadedSet(`title: chain
name: chain
correlation: { type: temporal_ordered, rules: [many, b], group-by: [g], timespan: 1h, generate: true }
level: critical
---
title: many
name: many
correlation: { type: event_count, rules: [a], group-by: [g], timespan: 10m, condition: { gte: 3 }, generate: true }
level: high
---
title: a
name: a
logsource: { product: kubernetes }
detection: { sel: { f: a }, condition: sel }
level: low
---
title: b
name: b
logsource: { product: kubernetes }
detection: { sel: { f: b }, condition: sel }
---
title: new
name: new
correlation: { type: first_seen, rules: [b], group-by: [cluster], timespan: 30d, learning: 1m, condition: { field: g } }
`).rules;
  const deliveries = [
    [at(0, { f: 'a', g: 'p' }), at(1, { f: 'b', g: 'q' })],
    [at(60, { f: 'a', g: 'p' }), at(61, { f: 'a', g: 'p' })],
    [at(120, { f: 'b', g: 'p' }), at(121, { f: 'b', g: 'p' })],
  ];

  /** What a function does with a delivery: memory, then alerts, then the mark that they are given. */
  const processed = async (
    events: readonly AuditEvent[],
    memory: StateStore,
    written: Alert[],
    fate: Fate,
  ): Promise<void> => {
    const state: StateStore = { ...memory, add: (entries) => fate.step(() => memory.add(entries)) };
    const correlator = createCorrelator(rules, { state, now: () => start, suppress: true });
    const alerts: Alert[] = [];
    const groups = alertGroups({ suppress: true, onAlert: (alert) => alerts.push(alert) });
    const detector = createDetector(rules);
    for (const event of events)
      for (const finding of detector.findingsFor(event)) {
        correlator.take(finding);
        if (finding.rule.isSilent !== true) groups.add(finding);
      }
    for (const incident of await correlator.settle()) groups.addIncident(incident);
    alerts.push(...groups.flush());
    const fresh = await unclaimed(alerts, state);
    for (const alert of fresh) {
      await fate.step(async () => {
        written.push(alert);
      });
    }
    await claim(alerts, state);
  };

  const brief = (alerts: readonly Alert[]) =>
    [...new Set(alerts.map(({ id, rule }) => `${rule.id} ${id}`))].toSorted();

  it('loses no alert, and gives none twice under another name', async () => {
    const undisturbed: Alert[] = [];
    const calm = new Fate(-1, false);
    const memory = memoryState(() => start);
    for (const events of deliveries) await processed(events, memory, undisturbed, calm);
    expect(brief(undisturbed).map((line) => line.split(' ')[0])).toEqual(['a', 'b', 'chain', 'many', 'new']);
    expect(undisturbed).toHaveLength(5);
    expect(calm.steps).toBeGreaterThan(12);

    for (let step = 0; step < calm.steps; step++) {
      for (const after of [false, true]) {
        const fate = new Fate(step, after);
        const survivor = memoryState(() => start);
        const written: Alert[] = [];
        for (const events of deliveries) {
          for (let attempt = 0; attempt < 2; attempt++) {
            try {
              await processed(events, survivor, written, fate);
              break;
            } catch (thrown) {
              expect(String(thrown)).toContain('died');
            }
          }
        }
        expect(brief(written), `died ${after ? 'after' : 'before'} step ${step}`).toEqual(brief(undisturbed));
        // Only a death between the writing and the mark can write an alert again, and then under the same id.
        expect(written.length - undisturbed.length).toBeLessThanOrEqual(2);
      }
    }
  });

  it('gives nothing again where every delivery comes again', async () => {
    const memory = memoryState(() => start);
    const written: Alert[] = [];
    const calm = new Fate(-1, false);
    for (const events of [...deliveries, ...deliveries, ...deliveries.toReversed()])
      await processed(events, memory, written, calm);
    expect(written).toHaveLength(5);
  });
});
