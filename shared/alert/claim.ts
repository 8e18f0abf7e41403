/** Alerts in; those that nobody has given yet, out; and the mark that keeps them from being given again. */
import type { Entry, StateStore } from '../ports.ts';
import { type Severity, severities, severityRank } from '../schema/severity.ts';
import type { Alert } from './alert.ts';

type Claimed = Pick<Alert, 'id' | 'severity' | 'time'>;

/**
 * An alert that has become more severe than it was when it was given is worth giving again. Where alerts go to several
 * sinks each has claims of its own, so that what one did not get is not given to the others once more.
 */
export const unclaimed = async <T extends Claimed>(
  alerts: readonly T[],
  state: StateStore,
  sink?: string,
): Promise<readonly T[]> => {
  const given = await state.add(alerts.map((alert) => ({ ...entryOf(alert, sink), members: [] })));
  return alerts.filter(({ severity }, at) => {
    const enough = severities.slice(severityRank(severity)).map((worse) => memberOf(worse, sink));
    return !given[at]?.some(({ id }) => enough.includes(id));
  });
};

/** To be called once the alerts are written, never before: a crash in between gives them twice, with one id, not never. */
export const claim = async (alerts: readonly Claimed[], state: StateStore, sink?: string): Promise<void> => {
  await state.add(alerts.map((alert) => entryOf(alert, sink)));
};

/** From the last time that it was met. Longer than audit logs are commonly kept at hand, short enough to bound the file. */
const claimSeconds = 90 * 24 * 60 * 60;

const entryOf = ({ id, severity, time }: Claimed, sink: string | undefined): Entry => ({
  key: `alert/${id}`,
  members: [{ id: memberOf(severity, sink), time: time ?? 0 }],
  ttlSeconds: claimSeconds,
});

const memberOf = (severity: Severity, sink: string | undefined): string =>
  sink === undefined ? severity : `${sink}/${severity}`;
