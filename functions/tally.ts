/** What became of each part of a delivery in, the numbers of all of it out: one line of the log, and what is counted. */
import type { DeliveryReport, SinkReport } from '../shared/alert/deliver.ts';
import type { Outcome, TickOutcome } from './start.ts';

export interface Tally {
  /** Records that came: events + rejected + duplicates + dropped. */
  readonly received: number;
  readonly events: number;
  readonly rejected: number;
  readonly duplicates: number;
  readonly dropped: number;
  readonly truncated: number;
  /** Events whose request was answered with 401 or 403. */
  readonly refused: number;
  /** Objects of the archive. */
  readonly archived: number;
  /** Alerts that rules raised. */
  readonly found: number;
  /** Alerts that a sink took, for each sink that did. */
  readonly alerted: number;
  /** Alerts that a sink was given before. */
  readonly suppressed: number;
  /** Alerts that a sink did not take, and the dead letter has. */
  readonly dead: number;
  /** Alerts that no route takes. */
  readonly unrouted: number;
}

const nothing: Tally = {
  received: 0,
  events: 0,
  rejected: 0,
  duplicates: 0,
  dropped: 0,
  truncated: 0,
  refused: 0,
  archived: 0,
  found: 0,
  alerted: 0,
  suppressed: 0,
  dead: 0,
  unrouted: 0,
};

export const tallyOf = (outcomes: readonly (Outcome | TickOutcome)[]): Tally =>
  outcomes.map(countsOf).reduce(added, nothing);

const countsOf = (outcome: Outcome | TickOutcome): Tally => ({
  ...('account' in outcome ? ofRecords(outcome) : nothing),
  ...ofAlerts(outcome),
  found: outcome.alerts,
});

const ofRecords = ({ account, archived }: Outcome): Tally => {
  const { records, events, rejected, duplicates, dropped, truncated, refused } = account;
  return {
    ...nothing,
    received: records,
    events,
    rejected,
    duplicates,
    dropped,
    truncated,
    refused,
    archived,
  };
};

const ofAlerts = ({ sinks, unrouted }: DeliveryReport) => ({
  alerted: sum(sinks, ({ delivered }) => delivered),
  suppressed: sum(sinks, ({ known }) => known),
  dead: sum(sinks, ({ dead }) => dead),
  unrouted,
});

const sum = (sinks: readonly SinkReport[], read: (sink: SinkReport) => number): number =>
  sinks.reduce((total, sink) => total + read(sink), 0);

const added = (left: Tally, right: Tally): Tally => ({
  received: left.received + right.received,
  events: left.events + right.events,
  rejected: left.rejected + right.rejected,
  duplicates: left.duplicates + right.duplicates,
  dropped: left.dropped + right.dropped,
  truncated: left.truncated + right.truncated,
  refused: left.refused + right.refused,
  archived: left.archived + right.archived,
  found: left.found + right.found,
  alerted: left.alerted + right.alerted,
  suppressed: left.suppressed + right.suppressed,
  dead: left.dead + right.dead,
  unrouted: left.unrouted + right.unrouted,
});
