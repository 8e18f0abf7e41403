/** Alerts in; those that nobody has given yet, out; and the mark that keeps them from being given again. */
import type { Entry, StateStore } from '../ports.ts';
import { severities, severityRank } from '../schema/severity.ts';
import type { Alert } from './alert.ts';

type Claimed = Pick<Alert, 'id' | 'severity' | 'time'>;

/** An alert that has become more severe than it was when it was given is worth giving again. */
export const unclaimed = async <T extends Claimed>(
  alerts: readonly T[],
  state: StateStore,
): Promise<readonly T[]> => {
  const given = await state.add(alerts.map((alert) => ({ ...entryOf(alert), members: [] })));
  return alerts.filter(({ severity }, at) => {
    const enough: readonly string[] = severities.slice(severityRank(severity));
    return !given[at]?.some(({ id }) => enough.includes(id));
  });
};

/** To be called once the alerts are written, never before: a crash in between gives them twice, with one id, not never. */
export const claim = async (alerts: readonly Claimed[], state: StateStore): Promise<void> => {
  await state.add(alerts.map(entryOf));
};

/** From the last time that it was met. Longer than audit logs are commonly kept at hand, short enough to bound the file. */
const claimSeconds = 90 * 24 * 60 * 60;

const entryOf = ({ id, severity, time }: Claimed): Entry => ({
  key: `alert/${id}`,
  members: [{ id: severity, time: time ?? 0 }],
  ttlSeconds: claimSeconds,
});
