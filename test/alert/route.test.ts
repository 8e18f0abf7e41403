/** Which sink gets which alerts. */
import { describe, expect, it } from 'vitest';
import type { Alert } from '../../shared/alert/alert.ts';
import { routed, routesTo } from '../../shared/alert/route.ts';
import type { Route } from '../../shared/settings/settings.ts';
import { exampleAlert } from './example.ts';

const base = exampleAlert();
const alert = (id: string, over: Partial<Alert> = {}): Alert => ({ ...base, id, ...over });

/** Ids by sink, the alerts of no route under "nowhere". */
const ways = (alerts: readonly Alert[], routes: readonly Route[]) => {
  const { bySink, unrouted } = routed(alerts, routes);
  const idsOf = (some: readonly Alert[]) => some.map(({ id }) => id);
  return Object.fromEntries([
    ...[...bySink].map(([sink, own]) => [sink, idsOf(own)]),
    ['nowhere', idsOf(unrouted)],
  ]);
};

describe('a route', () => {
  it('without conditions takes every alert', () => {
    expect(ways([alert('a'), alert('b', { cluster: undefined })], [{ sinks: ['chat'] }])).toEqual({
      chat: ['a', 'b'],
      nowhere: [],
    });
  });

  it('takes alerts that are at least as severe as it says', () => {
    const alerts = (['informational', 'low', 'medium', 'high', 'critical'] as const).map((severity) =>
      alert(severity, { severity }),
    );
    expect(ways(alerts, [{ severity: 'high', sinks: ['pager'] }])).toEqual({
      pager: ['high', 'critical'],
      nowhere: ['informational', 'low', 'medium'],
    });
  });

  it('takes alerts of the rules and of the clusters it names', () => {
    const alerts = [
      alert('both'),
      alert('other rule', { rule: { ...base.rule, id: 'window-opened' } }),
      alert('other cluster', { cluster: 'staging' }),
      alert('no cluster', { cluster: undefined }),
    ];
    const route: Route = { rules: ['door-opened', 'x'], clusters: ['prod', 'y'], sinks: ['chat'] };
    expect(ways(alerts, [route])).toEqual({
      chat: ['both'],
      nowhere: ['other rule', 'other cluster', 'no cluster'],
    });
  });

  it('takes alerts of the tactics it names, under the old name of a tactic as well', () => {
    const tagged = (id: string, tag: string) => alert(id, { rule: { ...base.rule, tags: [tag] } });
    const alerts = [
      tagged('execution', 'attack.execution'),
      tagged('stealth', 'attack.stealth'),
      tagged('technique only', 'attack.t1609'),
      tagged('no tactic', 'detection.execution'),
    ];
    expect(ways(alerts, [{ tactics: ['execution', 'defense-evasion'], sinks: ['chat'] }])).toEqual({
      chat: ['execution', 'stealth'],
      nowhere: ['technique only', 'no tactic'],
    });
  });

  it('with a condition that nothing can meet takes nothing', () => {
    expect(ways([alert('a')], [{ rules: [], sinks: ['chat'] }])).toEqual({ nowhere: ['a'] });
    expect(ways([alert('a')], [{ tactics: ['constructor'], sinks: ['chat'] }])).toEqual({ nowhere: ['a'] });
  });
});

describe('routes together', () => {
  it('give an alert to every sink that one of them names, and to each once', () => {
    const routes: readonly Route[] = [
      { severity: 'high', sinks: ['pager', 'chat'] },
      { clusters: ['prod'], sinks: ['chat'] },
      { sinks: ['archive', 'archive'] },
    ];
    const expected = { archive: ['a', 'b'], chat: ['a', 'b'], nowhere: [], pager: ['a'] };
    const alerts = [alert('a', { severity: 'critical' }), alert('b', { severity: 'low' })];
    expect(ways(alerts, routes)).toEqual(expected);
    expect(ways(alerts, routes.toReversed())).toEqual(expected);
  });

  it('lead only to the sinks that a cloud has, and what leads nowhere there is said to', () => {
    const routes: readonly Route[] = [
      { severity: 'high', sinks: ['queue', 'chat'] },
      { severity: 'low', sinks: ['queue'] },
    ];
    const alerts = [alert('a', { severity: 'high' }), alert('b', { severity: 'low' })];
    expect(ways(alerts, routesTo(['chat'], routes))).toEqual({ chat: ['a'], nowhere: ['b'] });
  });

  it('that are none take nothing', () => {
    expect(ways([alert('a')], [])).toEqual({ nowhere: ['a'] });
    expect(ways([], [{ sinks: ['chat'] }])).toEqual({ nowhere: [] });
  });
});
