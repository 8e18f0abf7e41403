/** An alert in; the event for PagerDuty's Events API v2, out. */
import { KlaxonError } from '../../errors.ts';
import type { Severity } from '../../schema/severity.ts';
import type { Alert } from '../alert.ts';
import { cutTo, printable } from '../printable.ts';
import { fittedParts, headlineOf, type ShownPart } from './fitted-message.ts';
import type { Receiver } from './http-sink.ts';

/** https://support.pagerduty.com/main/docs/service-regions */
export const pagerDutyAddresses = {
  us: 'https://events.pagerduty.com/v2/enqueue',
  eu: 'https://events.eu.pagerduty.com/v2/enqueue',
} as const;

/**
 * The secret is the integration key. An alert is only ever triggered: that it is over no log says, so nothing resolves it.
 * Its id is the `dedup_key`, so one given twice, or once more because it grew worse, is the same incident.
 * https://developer.pagerduty.com/docs/events-api-v2-overview
 */
export const pagerDuty = (address: string = pagerDutyAddresses.us): Receiver => ({
  atOnce: 4,
  requestOf: (alert, secret) => ({ url: address, body: bodyOf(alert, checkedKey(secret)) }),
});

/** The mistake that a key's length tells is found here, for PagerDuty's answer would not say whose it is. */
const checkedKey = (secret: string): string => {
  if (/^[A-Za-z0-9]{32}$/.test(secret)) return secret;
  throw new KlaxonError('alert', 'the secret is no integration key of 32 letters and digits');
};

const maxSummary = 1024;
/** Of the whole event: https://developer.pagerduty.com/docs/events-api-v2-overview#size-limits */
const maxBytes = 512 * 1024;

const bodyOf = (alert: Alert, key: string): string => {
  const eventWith = (parts: readonly ShownPart[]): string => JSON.stringify(eventOf(alert, key, parts));
  return eventWith(fittedParts(alert, (parts) => Buffer.byteLength(eventWith(parts)) <= maxBytes));
};

const eventOf = (alert: Alert, key: string, parts: readonly ShownPart[]) => ({
  routing_key: key,
  event_action: 'trigger',
  dedup_key: alert.id,
  client: 'Klaxon',
  payload: {
    summary: cutTo(maxSummary, headlineOf(alert)),
    source: cutTo(255, printable(alert.cluster ?? alert.clusterId ?? alert.account ?? 'cluster not stated')),
    severity: severities[alert.severity],
    timestamp: timestampOf(alert.time),
    class: cutTo(255, printable(alert.rule.id)),
    custom_details: Object.fromEntries(parts.map(({ label, lines }) => [label, lines.join('\n')])),
  },
});

/** PagerDuty has one word less than Sigma. */
const severities: Readonly<Record<Severity, 'critical' | 'error' | 'warning' | 'info'>> = {
  critical: 'critical',
  high: 'error',
  medium: 'warning',
  low: 'info',
  informational: 'info',
};

/** Absent where the log stated none, or none that a calendar has: PagerDuty then shows when it was told. */
const timestampOf = (time: number | undefined): string | undefined => {
  const date = new Date(time ?? Number.NaN);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
};
