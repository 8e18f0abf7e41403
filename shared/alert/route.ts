/** Alerts and routes in; which sink gets which alerts, out. */
import { severityRank } from '../schema/severity.ts';
import type { Route } from '../settings/settings.ts';
import type { Alert } from './alert.ts';
import { attackOf } from './attack.ts';

export interface Routed {
  /** For each sink that gets any, its alerts in the order they came. */
  readonly bySink: ReadonlyMap<string, readonly Alert[]>;
  /** Alerts that no route takes. */
  readonly unrouted: readonly Alert[];
}

/**
 * A route takes the alerts that meet every condition it has, so one without conditions takes them all.
 * Every route that takes an alert sends it, and a sink gets it once however many do: the order of routes says nothing, and
 * a route that is added takes nothing from another.
 */
export const routed = (alerts: readonly Alert[], routes: readonly Route[]): Routed => {
  const ways = routes.map((route) => ({ takes: conditionOf(route), sinks: route.sinks }));
  const bySink = new Map<string, Alert[]>();
  const unrouted: Alert[] = [];
  for (const alert of alerts) {
    const sinks = new Set(ways.filter(({ takes }) => takes(alert)).flatMap((way) => way.sinks));
    if (sinks.size === 0) unrouted.push(alert);
    for (const sink of sinks) {
      const own = bySink.get(sink);
      if (own) own.push(alert);
      else bySink.set(sink, [alert]);
    }
  }
  return { bySink, unrouted };
};

/**
 * Routes as far as they lead to sinks that are here: one settings file is read by several clouds, and each has sinks of its
 * own.
 */
export const routesTo = (names: readonly string[], routes: readonly Route[]): readonly Route[] =>
  routes.map((route) => ({ ...route, sinks: route.sinks.filter((name) => names.includes(name)) }));

const conditionOf = ({ severity, rules, tactics, clusters }: Route): ((alert: Alert) => boolean) => {
  const least = severity === undefined ? 0 : severityRank(severity);
  const wanted = tactics && new Set(tacticsOf(tactics.map((tactic) => `attack.${tactic}`)));
  return (alert) =>
    severityRank(alert.severity) >= least &&
    (rules?.includes(alert.rule.id) ?? true) &&
    (wanted === undefined || tacticsOf(alert.rule.tags).some((tactic) => wanted.has(tactic))) &&
    (clusters === undefined || (alert.cluster !== undefined && clusters.includes(alert.cluster)));
};

/** By ATT&CK's ids, for a tactic that was renamed has two names. */
const tacticsOf = (tags: readonly string[]): readonly string[] =>
  attackOf(tags).tactics.map(({ uid }) => uid);
