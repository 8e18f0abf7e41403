/** Findings in, alerts out: findings of one rule and one group within one window are one alert with a rising count. */

import type { Incident } from '../detect/correlation/incident.ts';
import { EventScope } from '../detect/event-scope.ts';
import { type FieldPath, fieldPathOf, valuesIn } from '../detect/field-path.ts';
import type { Finding } from '../detect/finding.ts';
import { requestOf } from '../detect/request.ts';
import type { Suppression } from '../detect/rule.ts';
import { textForm } from '../detect/sigma/term.ts';
import { Recent } from '../schema/recent.ts';
import { severityRank } from '../schema/severity.ts';
import {
  type Alert,
  alertId,
  alertOf,
  faceOf,
  type Gathering,
  gatheringOf,
  maxEventReferences,
  referenceTo,
} from './alert.ts';

export interface AlertGroups {
  readonly add: (finding: Finding) => void;
  /** A correlation has made its own group; of the same incident told twice the fuller stays. */
  readonly addIncident: (incident: Incident) => void;
  /** The alerts of every group that is still open, oldest first. */
  readonly flush: () => readonly Alert[];
}

export interface GroupOptions {
  /** One alert for each matching event. */
  readonly suppress: boolean;
  /** Takes alerts that are given out early because too many groups are open. */
  readonly onAlert: (alert: Alert) => void;
  readonly maxOpenGroups?: number;
}

const defaultMaxOpenGroups = 20_000;
/** The two stages of a long call lie seconds to hours apart; this many matching requests are remembered. */
const rememberedRequests = 20_000;

export const alertGroups = (options: GroupOptions): AlertGroups => {
  const open = new Map<string, Gathering>();
  const requests = new Recent<string>(rememberedRequests);
  const maxOpen = options.maxOpenGroups ?? defaultMaxOpenGroups;

  const closeOldest = (): void => {
    const oldest = open.entries().next().value;
    if (!oldest) return;
    open.delete(oldest[0]);
    options.onAlert(alertOf(oldest[1]));
  };

  const add = (finding: Finding): void => {
    const { rule, event } = finding;
    const request = `${rule.id}\n${requestOf(event)}`;
    if (requests.get(request) !== undefined) return;
    requests.put(request, event.id);
    const parts = options.suppress ? groupOf(finding) : [event.id];
    const id = alertId([rule.id, ...parts]);
    const gathering = open.get(id);
    if (gathering) grow(gathering, finding);
    else opened(begun(id, finding));
  };

  const opened = (gathering: Gathering): void => {
    open.set(gathering.id, gathering);
    if (open.size > maxOpen) closeOldest();
  };

  const addIncident = (incident: Incident): void => {
    const gathering = gatheringOf(incident);
    const earlier = open.get(gathering.id);
    if (!earlier || earlier.count <= gathering.count) opened(gathering);
  };

  return {
    add,
    addIncident,
    flush: () => {
      const alerts = [...open.values()].map(alertOf);
      open.clear();
      return alerts;
    },
  };
};

/** A rule's fields are read into paths once, for as long as the rule lives. */
const paths = new WeakMap<Suppression, readonly FieldPath[]>();

const pathsOf = (suppress: Suppression): readonly FieldPath[] => {
  const known = paths.get(suppress);
  if (known) return known;
  const read = suppress.by.map((field) => fieldPathOf(field));
  paths.set(suppress, read);
  return read;
};

/** Windows lie on the clock, not at the first event, so that the order of arrival changes no id. */
const groupOf = ({ rule, event, scope = new EventScope(event) }: Finding): readonly string[] => {
  const window =
    event.time === undefined ? '' : String(Math.floor(event.time / (rule.suppress.forSeconds * 1000)));
  const values = pathsOf(rule.suppress).map((path) =>
    valuesIn(scope.valuesAt(path)).map((value) => textForm(value) ?? ''),
  );
  return [window, ...values.map((list) => list.join('\u0001'))];
};

const begun = (id: string, finding: Finding): Gathering => ({
  id,
  rule: finding.rule,
  face: faceOf(finding),
  severity: finding.severity,
  count: 1,
  firstSeen: finding.event.time,
  lastSeen: finding.event.time,
  events: [referenceTo(finding.event)],
});

const grow = (gathering: Gathering, finding: Finding): void => {
  const { time } = finding.event;
  gathering.count++;
  if (severityRank(finding.severity) > severityRank(gathering.severity)) {
    gathering.face = faceOf(finding);
    gathering.severity = finding.severity;
  }
  if (gathering.events.length < maxEventReferences) gathering.events.push(referenceTo(finding.event));
  if (time === undefined) return;
  if (gathering.firstSeen === undefined || time < gathering.firstSeen) gathering.firstSeen = time;
  if (gathering.lastSeen === undefined || time > gathering.lastSeen) gathering.lastSeen = time;
};
