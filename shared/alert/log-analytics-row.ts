/** An alert in; the row that the table of alerts in Log Analytics gets, out. Its columns are shared/settings/alert-columns.json. */
import type { Alert } from './alert.ts';
import { calendarTime } from './finding-text.ts';
import { fittedAlert } from './fitted-alert.ts';
import { messageOf } from './message.ts';

export type AlertRow = Readonly<Record<string, unknown>>;

/**
 * `TimeGenerated` is when the alert is told, for Log Analytics takes no time that is days ago; when it was is in `EventTime`. What
 * the log did not state is absent. `now` in epoch milliseconds.
 */
export const fittedRow = (alert: Alert, now: number): AlertRow =>
  rowOf(
    fittedAlert(alert, (some) => fits(rowOf(some, now))),
    now,
  );

/** A call may be 1 MB, a field is cut at 64 KB: https://learn.microsoft.com/azure/azure-monitor/service-limits */
const maxRowBytes = 900_000;
const maxFieldBytes = 60_000;

const fits = (row: AlertRow): boolean =>
  bytesOf(row) <= maxRowBytes && Object.values(row).every((value) => bytesOf(value) <= maxFieldBytes);

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value) ?? '');

const rowOf = (alert: Alert, now: number): AlertRow => ({
  TimeGenerated: new Date(now).toISOString(),
  AlertId: alert.id,
  Severity: alert.severity,
  RuleId: alert.rule.id,
  RuleTitle: alert.rule.title,
  RuleSource: alert.rule.source,
  Tags: alert.rule.tags,
  EventTime: calendarTime(alert.time),
  FirstSeen: calendarTime(alert.firstSeen),
  LastSeen: calendarTime(alert.lastSeen),
  EventCount: alert.count,
  Cloud: alert.cloud,
  Account: alert.account,
  Region: alert.region,
  Cluster: alert.cluster,
  ClusterId: alert.clusterId,
  ActorName: alert.actor.name,
  ActorIdentity: alert.actor.cloudIdentity,
  ClientAddress: alert.client.ips[0],
  Verb: alert.action.verb,
  Namespace: alert.target.namespace,
  Result: alert.outcome.result,
  Summary: summaryOf(alert),
  Why: alert.why,
  Actor: alert.actor,
  Client: alert.client,
  Action: alert.action,
  Target: alert.target,
  Outcome: alert.outcome,
  Events: alert.events,
  Story: alert.story,
  Respond: alert.respond,
});

/** Who, from where, what and where, a line each, as people are told it elsewhere. */
const summaryOf = (alert: Alert): string =>
  messageOf(alert)
    .filter(({ label }) => summed.has(label))
    .map(({ label, lines }) => `${label}: ${lines.join(' ')}`)
    .join('\n');

const summed: ReadonlySet<string> = new Set(['who', 'from', 'what', 'where']);
