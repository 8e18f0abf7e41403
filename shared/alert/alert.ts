/** Findings that belong together in, the one alert that a person reads, out. */
import { createHash } from 'node:crypto';
import type { Incident } from '../detect/correlation/incident.ts';
import type { Witness } from '../detect/correlation/witness.ts';
import type { Finding } from '../detect/finding.ts';
import type { Rule, RuleSource } from '../detect/rule.ts';
import type { Action, Actor, AuditEvent, Client, Outcome, Target } from '../schema/audit-event.ts';
import { someTextOf } from '../schema/json.ts';
import type { CloudName, Location } from '../schema/raw-record.ts';
import type { Severity } from '../schema/severity.ts';

/** An alert names at most this many of its events. */
export const maxEventReferences = 20;

export interface EventReference {
  readonly id: string;
  readonly time?: number | undefined;
  readonly location?: Location | undefined;
}

export interface Alert {
  /** The same for the same rule, group and window: a redelivery raises no second alert. */
  readonly id: string;
  readonly rule: {
    readonly id: string;
    readonly title: string;
    readonly source: RuleSource;
    readonly tags: readonly string[];
    readonly references: readonly string[];
  };
  readonly severity: Severity;
  /** Of the event that shows it best: the first of the highest severity. Epoch milliseconds. */
  readonly time?: number | undefined;
  readonly firstSeen?: number | undefined;
  readonly lastSeen?: number | undefined;
  /** Requests that the rule held for; both stages of one request are one. */
  readonly count: number;
  readonly cluster?: string | undefined;
  readonly clusterId?: string | undefined;
  readonly cloud?: CloudName | undefined;
  readonly account?: string | undefined;
  readonly region?: string | undefined;
  readonly actor: Actor;
  readonly client: Client;
  readonly action: Action;
  readonly target: Target;
  readonly outcome: Outcome;
  readonly events: readonly EventReference[];
  /** Of a correlation: what it saw, in the order of time. */
  readonly story?: readonly StoryStep[] | undefined;
  /** Whom the actor's name may stand for, where the log does not say and more than one has used it. */
  readonly identities?: readonly CloudIdentity[] | undefined;
  /** What the rule says of the event in its own words, else what the record does, where it is a sentence. */
  readonly message?: string | undefined;
  readonly why: string;
  readonly falsePositives: readonly string[];
  readonly misses?: string | undefined;
  readonly respond: readonly string[];
}

/** A cloud identity that stood behind a Kubernetes user. */
export interface CloudIdentity {
  /** ARN, of the session where one is known; UPN; e-mail address. */
  readonly name: string;
  /** Access key id. */
  readonly credentialId?: string | undefined;
}

/** One event of a correlation, and the rule that it met. */
export interface StoryStep
  extends Pick<Witness, 'time' | 'rule' | 'actor' | 'client' | 'action' | 'target' | 'outcome'> {
  readonly event: string;
  readonly cluster?: string | undefined;
}

/** What an alert shows of an event; the event itself, with its bodies, is not held. */
export interface Face
  extends Pick<AuditEvent, 'time' | 'origin' | 'actor' | 'client' | 'action' | 'target' | 'outcome'> {
  readonly message: string | undefined;
}

export const faceOf = ({ rule, event }: Finding): Face => {
  const { time, origin, actor, client, action, target, outcome } = event;
  const message = rule.messageOf?.(event) ?? saidIn(event);
  return { time, origin, actor, client, action, target, outcome, message };
};

/** An Event of Kubernetes and a component's line are sentences: verb and target alone do not tell what they say. */
const saidIn = ({ kind, native }: AuditEvent): string | undefined =>
  kind === 'kubernetes-event' || kind === 'component' ? someTextOf(native?.message) : undefined;

/** A group of findings while it grows. */
export interface Gathering {
  readonly id: string;
  readonly rule: Rule;
  /** Of the first event of the highest severity. */
  face: Face;
  severity: Severity;
  count: number;
  firstSeen: number | undefined;
  lastSeen: number | undefined;
  readonly events: EventReference[];
  readonly story?: readonly StoryStep[] | undefined;
}

export const alertOf = (gathering: Gathering): Alert => {
  const { rule, face } = gathering;
  const { origin, actor, client, action, target, outcome, time } = face;
  return {
    id: gathering.id,
    rule: {
      id: rule.id,
      title: rule.title,
      source: rule.source,
      tags: rule.tags,
      references: rule.references,
    },
    severity: gathering.severity,
    time,
    firstSeen: gathering.firstSeen,
    lastSeen: gathering.lastSeen,
    count: gathering.count,
    cluster: origin.cluster,
    clusterId: origin.clusterId,
    cloud: origin.cloud,
    account: origin.account,
    region: origin.region,
    actor,
    client,
    action,
    target,
    outcome,
    events: gathering.events,
    story: gathering.story,
    message: face.message,
    why: rule.description,
    falsePositives: rule.falsePositives,
    misses: rule.misses,
    respond: rule.respond,
  };
};

/** A correlation shows the event that completed it, and tells of the others in its story. */
export const gatheringOf = (incident: Incident): Gathering => {
  const { rule, witnesses, identity, message } = incident;
  const last = witnesses.at(-1);
  if (!last) throw new TypeError(`${rule.id} held without an event`);
  const { time, origin, actor, client, action, target, outcome } = last;
  const events = new Map(witnesses.map((witness) => [witness.id, witness]));
  return {
    id: alertId([rule.id, ...identity]),
    rule,
    face: { time, origin, actor, client, action, target, outcome, message },
    severity: rule.severity,
    count: events.size,
    firstSeen: witnesses[0]?.time,
    lastSeen: time,
    events: [...events.values()]
      .slice(0, maxEventReferences)
      .map(({ id, time: at, origin: { location } }) => ({ id, time: at, location })),
    story: toldOf(witnesses).map(stepOf),
  };
};

/** Of a long story the beginning and the end. */
const toldOf = (witnesses: readonly Witness[]): readonly Witness[] =>
  witnesses.length <= maxEventReferences
    ? witnesses
    : [...witnesses.slice(0, maxEventReferences / 2), ...witnesses.slice(-maxEventReferences / 2)];

const stepOf = ({ id, time, rule, origin, actor, client, action, target, outcome }: Witness): StoryStep => ({
  event: id,
  time,
  rule,
  cluster: origin.cluster,
  actor,
  client,
  action,
  target,
  outcome,
});

export const alertId = (parts: readonly string[]): string =>
  createHash('sha256').update(parts.join('\u0000')).digest('hex').slice(0, 32);

export const referenceTo = (event: AuditEvent): EventReference => ({
  id: event.id,
  time: event.time,
  location: event.origin.location,
});
