/** An event that a correlation remembers: enough of it to tell the story later, small enough to keep many. */
import type { AuditEvent, Origin } from '../../schema/audit-event.ts';
import type { JsonObject } from '../../schema/json.ts';
import type { Rule } from '../rule.ts';

/** Survives JSON, so that any store can keep it; some hundred bytes. */
export interface Witness
  extends Pick<AuditEvent, 'id' | 'actor' | 'client' | 'action' | 'target' | 'outcome'> {
  readonly time: number;
  readonly rule: { readonly id: string; readonly title: string };
  readonly origin: Pick<
    Origin,
    'cloud' | 'account' | 'region' | 'cluster' | 'clusterId' | 'dialect' | 'location'
  >;
}

/** A caller chooses names and URIs: none of them may make a witness large. */
const maxText = 256;
const maxTexts = 8;

/** What every rule that an event met remembers of it. */
export type Remembered = Omit<Witness, 'time' | 'rule'>;

export const rememberedOf = (event: AuditEvent): Remembered => {
  const { id, origin, actor, client, action, target, outcome } = event;
  const { cloud, account, region, cluster, clusterId, dialect, location } = origin;
  return trimmed({
    id,
    origin: { cloud, account, region, cluster, clusterId, dialect, location },
    actor,
    client,
    action,
    target,
    outcome,
  });
};

export const witnessOf = ({ id, title }: Rule, time: number, remembered: Remembered): Witness =>
  Object.freeze({ time, rule: trimmed({ id, title }), ...remembered });

/** The same with absent members left out, texts cut and lists shortened; frozen, so that a store may keep it as it is. */
const trimmed = <T>(value: T): T => cut(value as never) as T;

type Part = JsonObject | readonly unknown[] | string | number | boolean | null;

const cut = (value: Part): unknown => {
  if (typeof value === 'string') return value.length > maxText ? `${value.slice(0, maxText - 3)}...` : value;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    // Of many addresses the last is the one that the client could not choose.
    return Object.freeze(value.slice(-maxTexts).map((member) => cut(member as never)));
  }
  const copy: Record<string, unknown> = {};
  for (const key in value as JsonObject) {
    const member = (value as JsonObject)[key];
    if (member !== undefined) copy[key] = cut(member as never);
  }
  return Object.freeze(copy);
};
