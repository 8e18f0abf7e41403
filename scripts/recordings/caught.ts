/** Which alerts name an attack: its events, whoever did it, and from where. */
import type { Alert } from '../../shared/alert/alert.ts';
import { type Severity, severityRank } from '../../shared/schema/severity.ts';
import { recordingOf } from './recording.ts';

/** One attack of a recording, as whoever made it wrote it down. */
export interface Label {
  readonly id: string;
  readonly name: string;
  readonly identity: string;
  readonly sourceIP: string;
  readonly identities: readonly string[];
  readonly auditIDs: readonly string[];
  readonly actions: Readonly<Record<string, number>>;
}

export interface Catch {
  readonly label: Label;
  /** Worst first; a rule once. */
  readonly caught: readonly { readonly rule: string; readonly severity: Severity }[];
  readonly worst: Severity | undefined;
}

export const catches = async (path: string, labels: readonly Label[]): Promise<readonly Catch[]> => {
  const { events, alerts } = await recordingOf([path], false);
  const auditIds = new Map(events.map(({ id, audit }) => [id, audit?.auditID ?? '']));
  return labels.map((label) => {
    const own = new Set(label.auditIDs);
    const naming = alerts.filter(
      (alert) => alert.events.some(({ id }) => own.has(auditIds.get(id) ?? '')) && names(alert, label),
    );
    const worstBy = new Map<string, Severity>();
    for (const { rule, severity } of naming) {
      const known = worstBy.get(rule.id);
      if (known === undefined || severityRank(severity) > severityRank(known)) worstBy.set(rule.id, severity);
    }
    const caught = [...worstBy]
      .map(([rule, severity]) => ({ rule, severity }))
      .toSorted(
        (left, right) =>
          severityRank(right.severity) - severityRank(left.severity) || (left.rule < right.rule ? -1 : 1),
      );
    return { label, caught, worst: caught[0]?.severity };
  });
};

/** Whether an alert says who it was and from where; in a story, one of its steps. */
const names = ({ actor, client, story = [] }: Alert, { identities, identity, sourceIP }: Label): boolean => {
  const who = new Set([identity, ...identities]);
  return [{ actor, client }, ...story].some(
    (step) =>
      (who.has(step.actor.name ?? '') || who.has(step.actor.cloudIdentity ?? '')) &&
      step.client.ips.includes(sourceIP),
  );
};
