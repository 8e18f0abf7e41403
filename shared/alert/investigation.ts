/** Events in, one after the other; once memory has been told of them, alerts out. */
import { createCorrelator } from '../detect/correlation/correlator.ts';
import { createDetector, type DetectorOptions } from '../detect/detect.ts';
import type { Rule } from '../detect/rule.ts';
import type { Clock, StateStore } from '../ports.ts';
import type { AuditEvent } from '../schema/audit-event.ts';
import type { Alert } from './alert.ts';
import { identitiesIn } from './identity.ts';
import { alertGroups } from './suppress.ts';

export interface Investigation {
  /** Runs every rule on an event. Memory is not touched. */
  readonly take: (event: AuditEvent) => void;
  /** How many findings memory has still to be told of. */
  readonly waiting: () => number;
  /** Tells memory what was taken, and takes up what it answers. */
  readonly settle: () => Promise<void>;
  /** Looks what has fallen silent: every few minutes where logs come live. */
  readonly tick: () => Promise<void>;
  /** Alerts that had to be closed early, since too many groups are open: so that memory stays bounded. */
  readonly closed: () => Promise<readonly Alert[]>;
  /** The alerts of all that was taken and settled; the next begin anew. */
  readonly alerts: () => Promise<readonly Alert[]>;
}

export interface InvestigationOptions extends DetectorOptions {
  readonly rules: readonly Rule[];
  readonly state: StateStore;
  readonly now: Clock;
  /** False: one alert for each matching event. */
  readonly suppress: boolean;
}

/** May be kept from one delivery to the next: what it knows of memory is then not asked again. */
export const createInvestigation = (options: InvestigationOptions): Investigation => {
  const { rules, state, now, suppress, enricher } = options;
  const detector = createDetector(rules, options);
  const correlator = createCorrelator(rules, { state, now, suppress, enricher });
  const identities = identitiesIn(state);
  let early: Alert[] = [];
  const groups = alertGroups({ suppress, onAlert: (alert) => early.push(alert) });

  const settle = async (): Promise<void> => {
    await identities.settle();
    for (const incident of await correlator.settle()) groups.addIncident(incident);
  };

  const closed = async (): Promise<readonly Alert[]> => {
    const alerts = early;
    early = [];
    return identities.join(alerts);
  };

  return {
    take: (event) => {
      identities.observe(event);
      for (const finding of detector.findingsFor(event)) {
        correlator.take(finding);
        if (finding.rule.isSilent !== true) groups.add(finding);
      }
    },
    waiting: correlator.waiting,
    settle,
    tick: async () => {
      for (const incident of await correlator.tick()) groups.addIncident(incident);
    },
    closed,
    alerts: async () => [...(await closed()), ...(await identities.join(groups.flush()))],
  };
};
