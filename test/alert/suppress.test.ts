/** One incident is one alert, whatever the order and however often its events arrive. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Alert } from '../../shared/alert/alert.ts';
import { alertGroups } from '../../shared/alert/suppress.ts';
import { alertsOf, exampleEvent, exampleRule, findingOf, laterEvent, noon } from './example.ts';

const minute = 60_000;

describe('findings of one rule and one group', () => {
  it('are one alert with a count and both ends of its time', () => {
    const [alert, ...more] = alertsOf([
      findingOf(exampleEvent()),
      findingOf(laterEvent('a3', 20 * minute)),
      findingOf(laterEvent('a2', 10 * minute)),
    ]);
    expect(more).toEqual([]);
    expect(alert).toMatchObject({
      count: 3,
      firstSeen: noon,
      lastSeen: noon + 20 * minute,
      severity: 'medium',
    });
    expect(alert?.events.map(({ id }) => id.slice(0, 2))).toEqual(['a1', 'a3', 'a2']);
  });

  it('are two alerts where the group differs', () => {
    const sam = exampleEvent({
      id: 'b',
      actor: { name: 'sam', type: 'user' },
      audit: { auditID: 'b', stage: 'ResponseComplete' },
    });
    expect(alertsOf([findingOf(exampleEvent()), findingOf(sam)])).toHaveLength(2);
  });

  it('are two alerts where the window has passed', () => {
    expect(alertsOf([findingOf(exampleEvent()), findingOf(laterEvent('a2', 61 * minute))])).toHaveLength(2);
  });

  it('show the event of the highest severity', () => {
    const worse = laterEvent('a2', minute, { target: { resource: 'pods', name: 'worse' } });
    const [alert] = alertsOf([findingOf(exampleEvent()), findingOf(worse, exampleRule, 'critical')]);
    expect(alert).toMatchObject({
      severity: 'critical',
      target: { name: 'worse' },
      firstSeen: noon,
      count: 2,
    });
  });

  it('name at most twenty of their events', () => {
    const findings = Array.from({ length: 50 }, (_, at) => findingOf(laterEvent(`e${at}`, at)));
    const [alert] = alertsOf(findings);
    expect(alert?.count).toBe(50);
    expect(alert?.events).toHaveLength(20);
  });
});

describe('a request', () => {
  const started = exampleEvent({
    id: 'a1/ResponseStarted/2026-01-02T12:00:00.000000Z',
    audit: { ...exampleEvent().audit, stage: 'ResponseStarted' },
  });

  it('counts once though both of its stages are found', () => {
    expect(alertsOf([findingOf(started), findingOf(exampleEvent())])).toMatchObject([{ count: 1 }]);
    expect(alertsOf([findingOf(exampleEvent()), findingOf(started)], false)).toHaveLength(1);
  });

  it('counts once though it is delivered again', () => {
    expect(alertsOf([findingOf(exampleEvent()), findingOf(exampleEvent())])).toMatchObject([{ count: 1 }]);
  });

  it('that borrows the audit id of another counts for itself', () => {
    const borrowed = laterEvent('a1', 5, { action: { verb: 'get', uri: '/other' } });
    expect(alertsOf([findingOf(exampleEvent()), findingOf(borrowed)], false)).toHaveLength(2);
  });
});

describe('without suppression', () => {
  it('there is one alert for each event', () => {
    const findings = Array.from({ length: 5 }, (_, at) => findingOf(laterEvent(`e${at}`, at)));
    expect(alertsOf(findings, false).map(({ count }) => count)).toEqual([1, 1, 1, 1, 1]);
  });
});

describe('memory', () => {
  it('holds so many groups and no more: the oldest is given out', () => {
    const early: Alert[] = [];
    const groups = alertGroups({ suppress: true, onAlert: (alert) => early.push(alert), maxOpenGroups: 3 });
    for (const name of ['a', 'b', 'c', 'd', 'e']) {
      groups.add(findingOf(laterEvent(name, 0, { actor: { name, type: 'user' } })));
    }
    expect(early.map(({ actor }) => actor.name)).toEqual(['a', 'b']);
    expect(groups.flush().map(({ actor }) => actor.name)).toEqual(['c', 'd', 'e']);
  });
});

describe('any order and any repetition', () => {
  it('gives the same alerts', () => {
    const events = Array.from({ length: 12 }, (_, at) =>
      laterEvent(`e${at}`, at * 17 * minute, { actor: { name: `n${at % 3}`, type: 'user' } }),
    );
    const summary = (alerts: readonly Alert[]) =>
      alerts
        .map(({ id, count, firstSeen, lastSeen }) => ({ id, count, firstSeen, lastSeen }))
        .toSorted((left, right) => (left.id < right.id ? -1 : 1));
    const expected = summary(alertsOf(events.map((event) => findingOf(event))));
    const shuffled = fc.shuffledSubarray(events, { minLength: events.length });
    fc.assert(
      fc.property(shuffled, fc.array(fc.constantFrom(...events)), (order, again) => {
        expect(summary(alertsOf([...order, ...again].map((event) => findingOf(event))))).toEqual(expected);
      }),
      { numRuns: 100 },
    );
  });
});
