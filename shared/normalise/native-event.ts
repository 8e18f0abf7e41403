/** The parts of an event that is no audit event in, one AuditEvent out, with what is absent filled in as absent. */
import type {
  Action,
  Actor,
  AuditEvent,
  Client,
  EventKind,
  NativeRecord,
  Origin,
  Outcome,
  Target,
} from '../schema/audit-event.ts';

export interface NativeParts {
  readonly id: string;
  readonly time?: number | undefined;
  readonly timeText?: string | undefined;
  readonly kind: EventKind;
  readonly origin: Origin;
  readonly actor?: Actor | undefined;
  readonly client?: Client | undefined;
  readonly action?: Action | undefined;
  readonly target?: Target | undefined;
  readonly outcome?: Outcome | undefined;
  readonly native: NativeRecord;
}

const nobody: Actor = Object.freeze({ type: 'unknown' });
const noClient: Client = Object.freeze({ ips: Object.freeze([]) });
const noAction: Action = Object.freeze({});
const noTarget: Target = Object.freeze({});
const notSaid: Outcome = Object.freeze({ result: 'unknown' });

export const nativeEvent = (parts: NativeParts): AuditEvent => ({
  id: parts.id,
  time: parts.time,
  timeText: parts.timeText,
  kind: parts.kind,
  origin: parts.origin,
  actor: parts.actor ?? nobody,
  client: parts.client ?? noClient,
  action: parts.action ?? noAction,
  target: parts.target ?? noTarget,
  outcome: parts.outcome ?? notSaid,
  audit: undefined,
  native: parts.native,
});
